"""What `synapseutils` and the object models do with whole trees."""

from __future__ import annotations

from pathlib import Path

from tests.live import Server
from tests.real_client.conftest import Client


def test_the_utilities_walk_sync_and_copy(client: Client, elsewhere: Client) -> None:
    person = client.person
    project, target = (person.project()["id"] for _ in range(2))
    (client.home / "up/sub").mkdir(parents=True)
    client.write("up/a.txt", f"a of {person.name}".encode())
    client.write("up/sub/b.txt", f"b of {person.name}".encode())
    client.python(
        f"""
        import csv, synapseutils
        synapseutils.generate_sync_manifest(syn, directory_path="up", parent_id="{project}", manifest_path="m.tsv")
        rows = list(csv.DictReader(open("m.tsv"), delimiter="\\t"))
        assert len(rows) == 2, rows
        with open("m.tsv", "w") as out:
            writer = csv.DictWriter(out, [*rows[0], "organ", "used"], delimiter="\\t")
            writer.writeheader()
            writer.writerows({{**row, "organ": "heart", "used": "https://example.org/x"}} for row in rows)
        synapseutils.syncToSynapse(syn, "m.tsv", sendMessages=False)
        walked = list(synapseutils.walk(syn, "{project}"))
        assert [sorted(name for name, _ in files) for _, _, files in walked] == [["a.txt"], ["b.txt"]], walked
        assert [name for name, _ in walked[0][1]] == ["sub"]
        a = dict(walked[0][2])["a.txt"]
        assert syn.get_annotations(a)["organ"] == ["heart"]
        assert syn.getProvenance(a)["used"][0]["url"] == "https://example.org/x"

        mapped = synapseutils.copy(syn, "{project}", destinationId="{target}", skipCopyWikiPage=True)
        assert a in mapped and len(mapped) == 4, mapped
        copied = syn.get(mapped[a], downloadFile=False)
        assert copied.organ == ["heart"] and copied.properties.parentId == "{target}"
        assert syn.getProvenance(copied)["used"][0]["reference"]["targetId"] == a

        renamed = synapseutils.changeFileMetaData(syn, a, downloadAs="else.csv", contentType="text/csv")
        handle = syn.get(renamed.id, downloadFile=False)._file_handle
        assert (handle["fileName"], handle["contentType"]) == ("else.csv", "text/csv"), handle
        old = handle["id"]
        (result,) = synapseutils.copyFileHandles(syn, [old], ["FileEntity"], [a], ["text/plain"], ["third.txt"])
        made = result["newFileHandle"]
        assert made["id"] != old and (made["fileName"], made["contentType"]) == ("third.txt", "text/plain"), result
        """
    )
    elsewhere.python(
        f"""
        import synapseutils
        files = synapseutils.syncFromSynapse(syn, "{project}", path="down")
        assert sorted(one.name for one in files) == ["a.txt", "b.txt"]
        assert open("down/else.csv").read() == "a of {person.name}"
        assert open("down/sub/b.txt").read() == "b of {person.name}"
        synapseutils.syncToSynapse(syn, "down/SYNAPSE_METADATA_MANIFEST.tsv", sendMessages=False)
        assert {{one.name: one.versionNumber for one in synapseutils.syncFromSynapse(syn, "{project}")}}["b.txt"] == 1
        """
    )


def test_the_object_models_walk_sync_and_copy(client: Client, elsewhere: Client) -> None:
    person = client.person
    project, target = (person.project()["id"] for _ in range(2))
    (client.home / "up/sub").mkdir(parents=True)
    client.write("up/a.txt", f"a of {person.name}".encode())
    client.write("up/sub/b.txt", f"b of {person.name}".encode())
    client.python(
        f"""
        import csv
        project = Project(id="{project}").get()
        project.generate_sync_manifest(directory_path="up", manifest_path="m.csv")
        rows = list(csv.DictReader(open("m.csv")))
        with open("m.csv", "w") as out:
            writer = csv.DictWriter(out, [*rows[0], "organ", "used", "activityName"])
            writer.writeheader()
            writer.writerows({{**row, "organ": "heart", "used": "https://example.org/x", "activityName": "made"}}
                             for row in rows)
        project.sync_to_synapse(manifest_path="m.csv", dry_run=True, send_messages=False)
        stored = project.sync_to_synapse(manifest_path="m.csv", send_messages=False)
        assert sorted(one.name for one in stored) == ["a.txt", "b.txt"]
        walked = list(project.walk())
        assert [sorted(one.name for one in files) for _, _, files in walked] == [["a.txt"], ["b.txt"]], walked
        a = File(id=next(one.id for one in stored if one.name == "a.txt"), download_file=False).get(
            include_activity=True)
        assert a.annotations["organ"] == ["heart"] and a.activity.used[0].url == "https://example.org/x"

        one = a.copy(parent_id="{target}")
        assert one.id != a.id and one.annotations["organ"] == ["heart"]
        folder = next(one for one in Project(id="{project}").sync_from_synapse(download_file=False).folders)
        tree = folder.copy(parent_id="{target}")
        assert [one.name for one in tree.files] == ["b.txt"]
        whole = Project(id="{project}").copy(destination_id=Project(name="copy of {person.name}").store().id)
        assert [one.name for one in whole.files] == ["a.txt"] and whole.folders[0].files[0].name == "b.txt"
        a.change_metadata(name="renamed.txt", download_as="else.csv", content_type="text/csv")
        again = File(id=a.id, download_file=False).get()
        assert (again.name, again.file_handle.file_name, again.content_type) == ("renamed.txt", "else.csv", "text/csv")
        """
    )
    elsewhere.python(
        f"""
        found = Project(id="{project}").sync_from_synapse(path="down", manifest="root")
        assert [one.name for one in found.files] == ["renamed.txt"] and found.folders[0].files[0].name == "b.txt"
        assert open("down/sub/b.txt").read() == "b of {person.name}"
        assert os.path.exists("down/manifest.csv")
        """.replace("os.path", "__import__('os').path")
    )


def test_a_copy_of_what_somebody_else_shared_is_ones_own(client: Client, server: Server, tmp_path: Path) -> None:
    client.write("a.txt", b"shared")
    file = client.python(
        f"""
        project = Project(name="p {client.person.name}").store()
        project.set_permissions(principal_id=273948, access_type=["READ", "DOWNLOAD"])
        print(File(path="a.txt", parent_id=project.id).store().id)
        """
    ).strip()
    other = Client(client.programs, tmp_path / "other", server.person("other"))
    mine = other.person.project()["id"]
    other.python(
        f"""
        import synapseutils
        copied = synapseutils.copy(syn, "{file}", destinationId="{mine}", skipCopyWikiPage=True)["{file}"]
        found = syn.get(copied, downloadLocation="got")
        assert open(found.path).read() == "shared" and found._file_handle["createdBy"] == "{other.person.id}"
        """
    )


def test_the_download_list_is_fetched_and_emptied(client: Client, elsewhere: Client) -> None:
    person = client.person
    project = person.project()["id"]
    files = [person.file(project, f"{name} of {person.name}".encode(), name) for name in ("a.txt", "b.txt")]
    items = [{"fileEntityId": file["id"], "versionNumber": 1} for file in files]
    person.ok("POST", "/repo/v1/download/list/add", {"batchToAdd": items})
    elsewhere.commands(
        f"""
        said = synapse("get-download-list", "--downloadLocation", "got")
        assert "Manifest file" in said, said
        for name in ("a.txt", "b.txt"):
            assert open("got/" + name).read() == name + " of {person.name}"
        """
    )
    left = person.ok("POST", "/repo/v1/download/list/remove", {"batchToRemove": items})
    assert left == {"numberOfFilesRemoved": 0}, "what was fetched is off the list"
