"""A bucket on Ceph beside a default storage on SeaweedFS: stored, fetched, computed on and migrated by the client."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.live import Server
from tests.locations.buckets import location, set_on
from tests.locations.conftest import Owned, far, owned, theirs  # noqa: F401
from tests.locations.test_other_stores import at
from tests.objectstore.conftest import ceph, seaweedfs  # noqa: F401
from tests.objectstore.sharing import Facts
from tests.real_client.conftest import MIB, Client, programs_of
from tests.real_client.test_migration import handle

BASE = "path/within/bucket"
KIND = "org.sagebionetworks.repo.model.project.ExternalS3StorageLocationSetting"


@pytest.fixture
def guest(far: Server, tmp_path: Path) -> Client:  # noqa: F811
    """The newest client, of somebody new on the vesicle that may use Ceph."""
    return Client(programs_of("4.14"), tmp_path / "guest", far.person("guest"))


@pytest.fixture
def again(guest: Client, tmp_path: Path) -> Client:
    """The same person, with nothing in the cache."""
    return Client(guest.programs, tmp_path / "again", guest.person)


def shell_of(store: Owned) -> dict[str, str]:
    """What somebody sets once, whose store is a Ceph."""
    shell = {"AWS_ENDPOINT_URL_S3": store.endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
    return shell | {"AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}


def test_files_go_to_ceph_and_come_back_by_urls_and_by_lent_credentials(
    theirs: Owned,  # noqa: F811
    guest: Client,
    again: Client,
) -> None:
    person = guest.person
    theirs.put(f"{BASE}/owner.txt", person.name)
    theirs.everything()
    project = person.project()["id"]
    content = b"to ceph " * MIB  # two parts of the client
    guest.write("big.bin", content)
    guest.write("data.csv", b"1,2,3")
    file = guest.python(
        f"""
        import json
        place = syn.restPOST("/storageLocation", json.dumps({{
            "concreteType": "{KIND}", "uploadType": "S3", "bucket": "{theirs.name}", "baseKey": "{BASE}",
            "endpointUrl": "{theirs.endpoint}"}}))
        syn.setStorageLocation("{project}", place["storageLocationId"])
        print(syn.store(synapseclient.File("big.bin", parent="{project}")).id)
        """
    ).strip()
    key = handle(person, file)["key"]
    assert theirs.s3.get_object(Bucket=theirs.name, Key=key)["Body"].read() == content
    number = location(person, at(theirs, baseKey=BASE, stsEnabled=True))
    folder = person.folder(project, "sts")["id"]
    set_on(person, folder, number)
    linked = guest.python(
        f"""
        import boto3
        credentials = syn.get_sts_storage_token("{folder}", "read_write", output_format="boto")
        s3_client = boto3.client("s3", **credentials)
        s3_client.upload_file(
            Filename="data.csv", Bucket="{theirs.name}", Key="{BASE}/data.csv",
            ExtraArgs={{"ACL": "bucket-owner-full-control"}},
        )
        try:
            s3_client.put_object(Bucket="{theirs.name}", Key="outside", Body=b"x")
        except s3_client.exceptions.ClientError as error:
            assert "AccessDenied" in str(error)
        else:
            raise AssertionError("written outside of the base key")
        file_handle = syn.create_external_s3_file_handle(
            "{theirs.name}", "{BASE}/data.csv", "data.csv", parent="{folder}",
        )
        print(syn.store(synapseclient.File(parentId="{folder}", dataFileHandleId=file_handle["id"])).id)
        """,
        **shell_of(theirs),
    ).strip()
    assert theirs.s3.get_object(Bucket=theirs.name, Key=f"{BASE}/data.csv")["Body"].read() == b"1,2,3"
    again.python(
        f"""
        assert open(syn.get("{file}", downloadLocation="got").path, "rb").read() == b"to ceph " * {MIB}
        assert open(syn.get("{linked}", downloadLocation="got").path, "rb").read() == b"1,2,3"
        """
    )


def moved(guest: Client, container: str, number: int, name: str) -> str:
    """Both steps of a migration of everything in a container; the counts, or why not."""
    return guest.python(
        f"""
        import synapseutils
        synapseutils.index_files_for_migration(
            syn, "{container}", "{number}", "{guest.home}/{name}.db", file_version_strategy="new",
        )
        try:
            result = synapseutils.migrate_indexed_files(syn, "{guest.home}/{name}.db", force=True)
            print(result.get_counts_by_status())
        except Exception as error:
            print(repr(error), repr(error.__cause__))
        """
    )


def test_content_moves_between_buckets_of_one_owner_and_not_between_stores(
    ceph: Facts,  # noqa: F811
    theirs: Owned,  # noqa: F811
    guest: Client,
) -> None:
    person, second = guest.person, owned(ceph)
    numbers = []
    for bucket in (theirs, second):
        bucket.put("owner.txt", person.name)
        bucket.everything()
        numbers.append(location(person, at(bucket)))
    project = person.project()["id"]
    inside, across = person.folder(project)["id"], person.folder(project)["id"]
    set_on(person, inside, numbers[0])
    guest.write("a.bin", b"moves inside of ceph " * 300_000)
    file = guest.python(f'print(syn.store(synapseclient.File("a.bin", parent="{inside}")).id)').strip()
    assert "'MIGRATED': 1" in moved(guest, inside, numbers[1], "inside")
    now: dict[str, Any] = handle(person, file)
    assert now["storageLocationId"] == numbers[1]
    content = second.s3.get_object(Bucket=second.name, Key=now["key"])["Body"].read()
    assert content == b"moves inside of ceph " * 300_000
    assert "Uploads" not in second.s3.list_multipart_uploads(Bucket=second.name)
    stays = person.file(across, b"in the default storage")["id"]
    said = moved(guest, across, numbers[1], "across")
    assert "bytes are copied inside one store only" in said
    assert "400" in said
    assert handle(person, stays)["storageLocationId"] == 1


def test_content_moves_between_buckets_that_only_their_owners_keys_open(
    ceph: Facts,  # noqa: F811
    theirs: Owned,  # noqa: F811
    guest: Client,
    again: Client,
) -> None:
    person, second = guest.person, owned(ceph)
    project = person.project()["id"]
    for bucket in (theirs, second):
        bucket.put(f"{BASE}/owner.txt", person.name)
    guest.write("a.bin", b"only mine " * 600_000)
    places = guest.python(
        f"""
        import json
        for bucket in ("{theirs.name}", "{second.name}"):
            storage_location = syn.restPOST("/storageLocation", json.dumps({{
                "concreteType": "{KIND}", "uploadType": "S3", "bucket": bucket, "baseKey": "{BASE}",
                "endpointUrl": "{theirs.endpoint}",
                "accessKeyId": "{ceph["owner_access_key"]}", "secretAccessKey": "{ceph["owner_secret_key"]}",
            }}))
            print(storage_location["storageLocationId"])
        """
    ).split()
    file = guest.python(
        f"""
        syn.setStorageLocation("{project}", {places[0]})
        print(syn.store(synapseclient.File("a.bin", parent="{project}")).id)
        """
    ).strip()
    assert handle(person, file)["bucketName"] == theirs.name
    assert "'MIGRATED': 1" in moved(guest, project, int(places[1]), "mine")
    now = handle(person, file)
    assert now["bucketName"] == second.name
    assert second.s3.get_object(Bucket=second.name, Key=now["key"])["Body"].read() == b"only mine " * 600_000
    again.python(
        f"""
        assert open(syn.get("{file}", downloadLocation="got").path, "rb").read() == b"only mine " * 600_000
        """
    )
