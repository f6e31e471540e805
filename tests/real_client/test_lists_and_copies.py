"""The client's lists, copies and zips: many files at once, and files of somebody else."""

from __future__ import annotations

import csv

from tests.live import Server
from tests.real_client.conftest import Client
from tests.world import DOWNLOAD, READ, allow


def test_get_download_list_fetches_what_is_on_the_list_and_takes_it_off(client: Client, server: Server) -> None:
    owner = server.person("owner")
    project = owner.project()
    files = [owner.file(project["id"], name.encode(), f"{name}.txt") for name in ("one", "two")]
    closed = owner.file(owner.project()["id"])
    allow(server, project["id"], client.person.id, READ | DOWNLOAD)
    allow(server, closed["parentId"], client.person.id, READ)
    client.python(
        f"""
        from synapseclient.operations import DownloadListItem, download_list_add, download_list_remove
        one, two, closed = "{files[0]["id"]}", "{files[1]["id"]}", "{closed["id"]}"
        items = [DownloadListItem(one, 1), DownloadListItem(two), DownloadListItem(closed, 1)]
        assert download_list_add(items) == 3
        assert download_list_add(items) == 0
        assert download_list_remove([DownloadListItem(one, 2)]) == 0
        """
    )
    client.synapse("get-download-list", "--downloadLocation", "got")
    assert sorted(path.read_text() for path in (client.home / "got").rglob("*.txt")) == ["one", "two"]
    (manifest,) = client.home.rglob("*.csv")
    with manifest.open() as table:
        assert [(row["ID"], row["error"]) for row in csv.DictReader(table)] == [(one["id"], "") for one in files]
    client.python(
        f"""
        from synapseclient.operations import DownloadListItem, download_list_clear, download_list_remove
        assert download_list_remove([DownloadListItem("{files[0]["id"]}", 1)]) == 0, "it was not taken off"
        download_list_clear()
        assert download_list_remove([DownloadListItem("{closed["id"]}", 1)]) == 0
        """
    )


def test_files_of_somebody_else_are_copied_and_renamed(client: Client, elsewhere: Client, server: Server) -> None:
    owner = server.person("owner")
    project = owner.project()
    file = owner.file(project["id"], b"theirs", "theirs.txt")
    allow(server, project["id"], client.person.id, READ | DOWNLOAD)
    mine = client.person.project()["id"]
    client.synapse("cp", file["id"], "--destinationId", mine)
    copied = client.python(f"print(syn.findEntityId('theirs.txt', '{mine}'))").strip()
    elsewhere.python(
        f"""
        import synapseutils
        file = syn.get("{copied}")
        assert open(file.path).read() == "theirs"
        assert file._file_handle.createdBy == "{client.person.id}"
        handle = "{file["dataFileHandleId"]}"
        args = [handle], ["FileEntity"], ["{file["id"]}"], ["text/csv"], ["copied.csv"]
        (copy,) = synapseutils.copyFileHandles(syn, *args)
        assert copy["newFileHandle"]["fileName"] == "copied.csv", copy
        assert copy["newFileHandle"]["contentType"] == "text/csv"
        changed = synapseutils.changeFileMetaData(syn, "{copied}", downloadAs="changed.csv", contentType="text/csv")
        assert changed._file_handle.fileName == "changed.csv" and changed._file_handle.contentType == "text/csv"
        model = File(id="{copied}", download_file=False).get().change_metadata(download_as="again.txt")
        assert model.file_handle.file_name == "again.txt", model.file_handle
        """
    )


def test_a_zip_as_the_client_asks_for_the_files_of_a_table(client: Client, server: Server) -> None:
    names = [f"{n}.txt" for n in range(3)]
    handles = [client.person.upload(name.encode(), name) for name in names]
    client.python(
        f"""
        import asyncio, zipfile
        from synapseclient.core.download import download_by_file_handle
        handles = {handles}
        items = [dict(fileHandleId=one, associateObjectId="syn1", associateObjectType="TableEntity") for one in handles]
        kind = "org.sagebionetworks.repo.model.file.BulkFileDownloadRequest"
        endpoint = syn.fileHandleEndpoint
        request = dict(concreteType=kind, requestedFiles=items)
        response = syn._waitForAsync(uri="/file/bulk/async", request=request, endpoint=endpoint)
        made = response["resultZipFileHandleId"]
        path = asyncio.run(download_by_file_handle(made, "syn1", "TableEntity", "zips/got.zip"))
        with zipfile.ZipFile(path) as archive:
            got = [archive.read(one["zipEntryName"]).decode() for one in response["fileSummary"]]
        assert got == {names}, got
        """
    )
