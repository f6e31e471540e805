"""Download lists: what is on them, what can be downloaded of it, and what keeps the rest."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from tests.delivery.test_downloads import share
from tests.delivery.test_zips import contents
from tests.jobs.waiting import done, finish
from tests.live import Person, Server

LIST = "/repo/v1/download/list"
TYPE = "org.sagebionetworks.repo.model.download."
COLUMNS = [
    "ID",
    "name",
    "versionNumber",
    "contentType",
    "dataFileSizeBytes",
    "createdBy",
    "createdOn",
    "modifiedBy",
    "modifiedOn",
    "parentId",
    "synapseURL",
    "dataFileMD5Hex",
]


def item(file: dict[str, Any], version: int | None = None) -> dict[str, Any]:
    """As the client sends it, with an explicit null."""
    return {"fileEntityId": file["id"], "versionNumber": version}


def add(person: Person, *items: dict[str, Any]) -> int:
    """Put these on the list; how many were new."""
    number: int = person.ok("POST", f"{LIST}/add", {"batchToAdd": list(items)})["numberOfFilesAdded"]
    return number


def ask(person: Person, kind: str, **more: Any) -> dict[str, Any]:
    """One question about the list."""
    details = {"concreteType": f"{TYPE}{kind}Request", **more}
    answer: dict[str, Any] = done(person, f"{LIST}/query/async", {"requestDetails": details})["responseDetails"]
    assert answer["concreteType"] == f"{TYPE}{kind}Response"
    return answer


def test_adding_removing_and_clearing(owner: Person, stranger: Person) -> None:
    project = owner.project()
    one, two = owner.file(project["id"]), owner.file(project["id"])
    nothing = [{"fileEntityId": "syn999999999"}, item(one, 7), item(project), item(two, 2**40)]
    assert add(owner, item(one), item(one, 1), item(two, 1), item(two, 1), *nothing) == 3
    assert add(owner, item(one), item(two)) == 1
    assert add(stranger, item(one)) == 0, "what cannot be seen is no file"
    remove = {"batchToRemove": [item(one), item(two, 1), item(two, 2)]}
    assert owner.ok("POST", f"{LIST}/remove", remove) == {"numberOfFilesRemoved": 2}
    assert stranger.ok("POST", f"{LIST}/remove", remove) == {"numberOfFilesRemoved": 0}
    assert ask(owner, "FilesStatistics")["totalNumberOfFiles"] == 2
    assert owner.call("DELETE", LIST).status_code == 200
    assert ask(owner, "FilesStatistics")["totalNumberOfFiles"] == 0


def test_what_is_available_and_what_keeps_the_rest(owner: Person, server: Server) -> None:
    open_project, closed = owner.project(), owner.project()
    files = [owner.file(open_project["id"], bytes(n + 1), f"{name}.txt") for n, name in enumerate("bca")]
    hidden = [owner.file(closed["id"]) for _ in range(2)]
    reader = server.person("reader")
    share(server, open_project, reader, 3)
    share(server, closed, reader, 1)
    assert add(reader, *map(item, files[:2]), item(files[2], 1), *map(item, hidden)) == 5
    found = ask(reader, "AvailableFiles", sort=[{"field": "fileName", "direction": "ASC"}])
    assert [one["fileName"] for one in found["page"]] == ["a.txt", "b.txt", "c.txt"]
    assert [one.get("versionNumber") for one in found["page"]] == [1, None, None]
    first = found["page"][0]
    assert first["fileEntityId"] == files[2]["id"]
    assert first["fileHandleId"] == files[2]["dataFileHandleId"]
    assert (first["projectId"], first["projectName"]) == (open_project["id"], open_project["name"])
    assert (first["fileSizeBytes"], first["isEligibleForPackaging"]) == (3, True)
    larger = ask(reader, "AvailableFiles", sort=[{"field": "fileSize", "direction": "DESC"}], filter=None)
    assert [one["fileSizeBytes"] for one in larger["page"]] == [3, 2, 1]
    assert ask(reader, "AvailableFiles", filter="ineligibleForPackaging")["page"] == []
    (missing,) = ask(reader, "ActionRequired")["page"]
    action = {"concreteType": f"{TYPE}RequestDownload", "benefactorId": int(closed["id"][3:])}
    assert missing == {"action": action, "count": 2}
    statistics = ask(reader, "FilesStatistics")
    assert statistics == {
        "concreteType": f"{TYPE}FilesStatisticsResponse", "totalNumberOfFiles": 5,
        "numberOfFilesAvailableForDownload": 3, "numberOfFilesAvailableForDownloadAndEligibleForPackaging": 3,
        "numberOfFilesRequiringAction": 2, "sumOfFileSizesAvailableForDownload": 6,
    }  # fmt: skip
    owner.ok("DELETE", f"/repo/v1/entity/{files[0]['id']}")
    assert ask(reader, "FilesStatistics")["totalNumberOfFiles"] == 4


def test_the_files_of_a_container_and_pages_of_them(owner: Person, stranger: Person) -> None:
    project = owner.project()["id"]
    folder = owner.folder(project)["id"]
    deep = owner.file(folder)
    handle = deep["dataFileHandleId"]
    for n in range(52):
        owner.make("FileEntity", parentId=project, name=f"{n:03}", dataFileHandleId=handle)
    job = f"{LIST}/add/async"
    assert done(owner, job, {"parentId": project})["numberOfFilesAdded"] == 52
    assert done(owner, job, {"parentId": project, "recursive": True})["numberOfFilesAdded"] == 1
    page = ask(owner, "AvailableFiles")
    assert (len(page["page"]), {one["versionNumber"] for one in page["page"]}) == (50, {1})
    last = ask(owner, "AvailableFiles", nextPageToken=page["nextPageToken"])
    assert (len(last["page"]), "nextPageToken" in last) == (3, False)
    assert done(owner, job, {"parentId": folder, "useVersionNumber": False})["numberOfFilesAdded"] == 1
    assert finish(stranger, job, {"parentId": project}).status_code == 403
    assert finish(owner, job, {"parentId": "syn999999999"}).status_code == 404


def test_the_manifest_is_a_table_with_annotations(owner: Person) -> None:
    project = owner.project()["id"]
    file = owner.file(project, b"hello", 'a "quoted", name.txt'.replace('"', "'"))
    values = {"tissue": ["lung"], "ages": ["1", "2"], "path": ["no"]}
    annotations = {key: {"type": "STRING", "value": value} for key, value in values.items()}
    body = {"id": file["id"], "etag": file["etag"], "annotations": annotations}
    owner.ok("PUT", f"/repo/v1/entity/{file['id']}/annotations2", body)
    add(owner, item(file))
    job = f"{LIST}/manifest/async"
    form = {
        "separator": ",",
        "quoteCharacter": '"',
        "escapeCharacter": "\\",
        "lineEnd": "\n",
        "isFirstLineHeader": True,
    }
    made = done(owner, job, {"csvTableDescriptor": form})["resultFileHandleId"]
    url = owner.ok("GET", f"/file/v1/fileHandle/{made}/url", redirect="false")
    table = csv.DictReader(io.StringIO(owner.http.get(url).text))
    assert table.fieldnames == [*COLUMNS, "ages", "tissue"]
    (row,) = table
    assert (row["ID"], row["versionNumber"], row["dataFileSizeBytes"]) == (file["id"], "1", "5")
    assert (row["tissue"], row["ages"], row["parentId"]) == ("lung", '["1", "2"]', project)
    tabs = done(owner, job, {"csvTableDescriptor": {"separator": "\t", "isFirstLineHeader": False}})
    url = owner.ok("GET", f"/file/v1/fileHandle/{tabs['resultFileHandleId']}/url", redirect="false")
    assert owner.http.get(url).text.startswith(f"{file['id']}\t")


def test_a_package_has_the_files_and_a_manifest(owner: Person, server: Server) -> None:
    project = owner.project()["id"]
    files = [owner.file(project, bytes([n]), "same.txt" if n else "other.txt") for n in range(2)]
    twice = owner.make("FileEntity", parentId=project, name="b", dataFileHandleId=files[1]["dataFileHandleId"])
    add(owner, *map(item, files), item(twice))
    made = done(owner, f"{LIST}/package/async", {"zipFileName": "p.zip", "includeManifest": True})
    held = contents(owner, made["resultFileHandleId"])
    assert list(held) == ["other.txt", "same.txt", "same(1).txt", "manifest.csv"]
    assert held["other.txt"] == b"\0"
    assert held["manifest.csv"].decode().count("\n") == 4
    with server.database() as conn:
        query = "SELECT count(*) FROM download_record WHERE principal_id = %s AND object_type = 'FileEntity'"
        assert conn.execute(query, (owner.id,)).fetchone() == (3 + 0,)
    assert ask(owner, "FilesStatistics")["totalNumberOfFiles"] == 3


def test_an_empty_list_gives_neither_manifest_nor_package(owner: Person) -> None:
    answer = finish(owner, f"{LIST}/manifest/async", {})
    assert (answer.status_code, answer.json()["reason"]) == (400, "No files available for download.")
    assert finish(owner, f"{LIST}/package/async", {}).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("add", {"batchToAdd": []}),
        ("add", {"batchToAdd": [{"fileEntityId": "syn1"}] * 1001}),
        ("remove", {}),
        ("add/async/start", {}),
        ("add/async/start", {"parentId": "syn1", "query": {"sql": "select"}}),
        ("add/async/start", {"query": {"sql": "select * from syn1"}}),
        ("query/async/start", {"requestDetails": {"concreteType": f"{TYPE}AvailableFilesRequest", "filter": "x"}}),
        ("query/async/start", {"requestDetails": {"concreteType": "no.such.Request"}}),
        ("query/async/start", {}),
        ("manifest/async/start", {"csvTableDescriptor": {"separator": ""}}),
        ("package/async/start", {"zipFileName": "a\nb"}),
    ],
)
def test_what_cannot_be_is_refused(owner: Person, path: str, body: dict[str, Any]) -> None:
    assert owner.call("POST", f"{LIST}/{path}", body).status_code == 400


def test_a_list_holds_a_hundred_thousand_files(owner: Person, server: Server) -> None:
    project = owner.project()["id"]
    files = [owner.file(project) for _ in range(2)]
    assert add(owner, item(files[0])) == 1
    with server.database() as conn:
        conn.execute("UPDATE download_list SET items = 100000 WHERE principal_id = %s", (owner.id,))
    answer = owner.call("POST", f"{LIST}/add", {"batchToAdd": [item(files[1])]})
    assert (answer.status_code, "at most 100000" in answer.json()["reason"]) == (400, True)
    assert finish(owner, f"{LIST}/add/async", {"parentId": project}).status_code == 400
    assert add(owner, item(files[0])) == 0
    owner.ok("POST", f"{LIST}/remove", {"batchToRemove": [item(files[0])]})
    assert add(owner, item(files[1])) == 1
