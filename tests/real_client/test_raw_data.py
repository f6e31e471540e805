"""A project with a raw bucket that is only read and a bucket for what people make of it, release by release."""

from __future__ import annotations

from tests.live import Server
from tests.locations.buckets import own_bucket, put
from tests.real_client.conftest import Client
from tests.relocation.registrations import counts, register


def test_raw_data_is_read_release_by_release_and_processed_data_goes_elsewhere(
    server: Server, client: Client, elsewhere: Client
) -> None:
    owner = client.person
    raw, processed = own_bucket(server, owner, "cohort"), own_bucket(server, owner)
    project = owner.project()["id"]
    told = client.python(
        f"""
        processed = syn.createStorageLocationSetting("ExternalS3Storage", bucket="{processed}")
        syn.setStorageLocation("{project}", processed["storageLocationId"])
        raw = syn.createStorageLocationSetting("ExternalS3Storage", bucket="{raw}", baseKey="cohort")
        print(raw["storageLocationId"])
        """
    )
    number = int(told.split()[-1])
    folder = owner.folder(project, "Raw")["id"]
    for name in ("one", "two"):
        put(server, raw, f"cohort/r1/{name}.txt", f"{name} of release 1")
    assert counts(register(owner, number, folder, prefix="r1/", versionLabel="2024-03")) == {"registered": 2}
    client.write("result.txt", b"what somebody made of it")
    client.python(
        f"""
        from synapseclient import File as Stored
        children = {{one["name"]: one["id"] for one in syn.getChildren("{folder}")}}
        assert set(children) == {{"one.txt", "two.txt"}}
        one = syn.get(children["one.txt"])
        assert open(one.path).read() == "one of release 1"
        assert one.versionLabel == "2024-03"
        made = syn.store(Stored("result.txt", parent="{project}"), used=[one])
        handle = syn.get(made.id, downloadFile=False)._file_handle
        assert handle["bucketName"] == "{processed}", handle
        """
    )
    put(server, raw, "cohort/r1/one.txt", "one, corrected")
    put(server, raw, "cohort/r1/three.txt", "three of release 2")
    told = register(owner, number, folder, prefix="r1/", versionLabel="2024-06")
    assert counts(told) == {"registered": 1, "newVersions": 1, "unchanged": 1}
    elsewhere.python(
        f"""
        children = {{one["name"]: one["id"] for one in syn.getChildren("{folder}")}}
        one = syn.get(children["one.txt"])
        assert (one.versionNumber, one.versionLabel, open(one.path).read()) == (2, "2024-06", "one, corrected")
        assert open(syn.get(children["three.txt"]).path).read() == "three of release 2"
        """
    )
    assert [one.key for one in server.store().list(raw, "cohort/")].count("cohort/r1/one.txt") == 1
