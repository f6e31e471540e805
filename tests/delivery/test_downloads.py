"""Downloads: who gets a URL, what it says, and what is kept of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from tests.live import Person, Server
from tests.sending import send
from werkzeug.http import parse_options_header

BATCH = "/file/v1/fileHandle/batch"


def asked(*items: tuple[str, str], kind: str = "FileEntity", **flags: bool) -> dict[str, Any]:
    """A request for (handle, object) pairs."""
    flags = flags or {"includeFileHandles": True, "includePreSignedURLs": True}
    files = [{"fileHandleId": h, "associateObjectId": o, "associateObjectType": kind} for h, o in items]
    return {"requestedFiles": files, **flags}


def results(person: Person, *items: tuple[str, str], **more: Any) -> list[dict[str, Any]]:
    """What the batch answers."""
    answer = person.call("POST", BATCH, asked(*items, **more))
    assert answer.status_code == 201, answer.text
    found: list[dict[str, Any]] = answer.json()["requestedFiles"]
    return found


def share(server: Server, project: dict[str, Any], person: Person, rights: int) -> None:
    """Give a person rights on a project."""
    with server.database() as conn:
        conn.execute("INSERT INTO acl_entry VALUES (%s, %s, %s)", (int(project["id"][3:]), person.id, rights))


def test_a_url_gives_the_bytes_under_their_name_and_type(owner: Person) -> None:
    name = 'Прибор "ünï" 数据.csv'
    handle = send(owner, b"0123456789", name)
    answer = owner.call("GET", f"/file/v1/fileHandle/{handle}/url")
    assert answer.status_code == 307
    got = owner.http.get(answer.headers["Location"])
    assert (got.content, got.headers["content-type"]) == (b"0123456789", "text/plain")
    assert parse_options_header(got.headers["content-disposition"]) == ("attachment", {"filename": name})
    part = owner.http.get(answer.headers["Location"], headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["X-Amz-Expires"] == ["900"]
    assert len(query["X-Amz-Date"][0]) == len("20240501T120000Z")


def test_redirect_false_is_the_bare_url_as_text(owner: Person) -> None:
    file = owner.file(owner.project()["id"], b"bytes")
    for path in ("file", "version/1/file"):
        answer = owner.call("GET", f"/repo/v1/entity/{file['id']}/{path}", redirect="false")
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/plain")
        assert owner.http.get(answer.text).content == b"bytes"
    through = f"/file/v1/file/{file['dataFileHandleId']}"
    url = owner.ok("GET", through, fileAssociateType="FileEntity", fileAssociateId=file["id"], redirect="false")
    assert owner.http.get(url).content == b"bytes"


def test_a_folder_or_a_missing_version_has_no_file(owner: Person) -> None:
    project = owner.project()["id"]
    file = owner.file(project)["id"]
    assert owner.call("GET", f"/repo/v1/entity/{owner.folder(project)['id']}/file").status_code == 404
    assert owner.call("GET", f"/repo/v1/entity/{file}/version/2/file").status_code == 404


def test_each_item_of_a_batch_is_allowed_by_itself(owner: Person, stranger: Person, server: Server) -> None:
    project = owner.project()
    files = [owner.file(project["id"], bytes([65 + n])) for n in range(3)]
    reader, downloader = server.person("reader"), server.person("downloader")
    share(server, project, reader, 1)
    share(server, project, downloader, 3)
    items = [(file["dataFileHandleId"], file["id"]) for file in files]
    swapped = (items[0][0], items[1][1])
    for person in (stranger, reader, server.nobody()):
        assert [one["failureCode"] for one in results(person, *items)] == ["UNAUTHORIZED"] * 3
    found = results(downloader, items[2], swapped, items[0])
    assert [one["fileHandleId"] for one in found] == [items[2][0], items[0][0], items[0][0]]
    assert [one.get("failureCode") for one in found] == [None, "UNAUTHORIZED", None]
    assert owner.http.get(found[2]["preSignedURL"]).content == b"A"
    assert found[0]["fileHandle"]["concreteType"].endswith("S3FileHandle")


def test_who_made_a_handle_gets_it_whatever_the_association_says(owner: Person, stranger: Person) -> None:
    handle = send(owner, b"mine", "a.txt")
    for kind, target in (("FileEntity", handle), ("FileEntity", "nonsense"), ("TableEntity", "syn1")):
        assert "preSignedURL" in results(owner, (handle, target), kind=kind)[0]
        assert results(stranger, (handle, target), kind=kind)[0]["failureCode"] == "UNAUTHORIZED"


def test_a_handle_that_never_was(owner: Person, administrator: Person) -> None:
    assert results(owner, ("1", "syn1"))[0]["failureCode"] == "UNAUTHORIZED"
    assert results(administrator, ("1", "syn1"))[0]["failureCode"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "body",
    [
        asked(("1", "syn1"), includeFileHandles=False),
        asked(*[("1", "syn1")] * 101),
        asked(),
        {},
        {"requestedFiles": [{}]},
    ],
)
def test_a_batch_that_asks_for_nothing_or_too_much_is_a_400(owner: Person, body: dict[str, Any]) -> None:
    assert owner.call("POST", BATCH, body).status_code == 400


def test_what_lies_in_the_trash_can_is_not_given(owner: Person, server: Server) -> None:
    project = owner.project()
    file = owner.file(project["id"])
    friend = server.person("friend")
    share(server, project, friend, 3)
    owner.ok("DELETE", f"/repo/v1/entity/{file['id']}")
    assert results(friend, (file["dataFileHandleId"], file["id"]))[0]["failureCode"] == "UNAUTHORIZED"
    assert friend.call("GET", f"/repo/v1/entity/{file['id']}/file").status_code == 404


def test_every_issue_is_one_row_and_only_the_first_is_charged(owner: Person, server: Server) -> None:
    file = owner.file(owner.project()["id"], b"x" * 1000)
    item = (file["dataFileHandleId"], file["id"])
    results(owner, item)
    results(owner, item, includeFileHandles=True)
    owner.ok("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false")
    columns = "file_handle_id, object_type, object_id, storage_location_id, size, charged"
    query = f"SELECT {columns} FROM download_record WHERE principal_id = %s ORDER BY id"
    with server.database() as conn:
        rows = conn.execute(query, (owner.id,)).fetchall()
    same = (int(item[0]), "FileEntity", int(item[1][3:]), 1, 1000)
    assert rows == [(*same, 1000), (*same, 0)], "asking for the handle alone is no download"


@pytest.mark.parametrize(
    "change", ["UPDATE download_record SET size = 0", "DELETE FROM download_record", "TRUNCATE download_record"]
)
def test_the_record_of_downloads_cannot_be_changed(server: Server, change: str) -> None:
    with server.database() as conn, pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        conn.execute(change)


def test_a_token_without_the_scope_gets_no_url(owner: Person, server: Server) -> None:
    viewer = server.person("viewer", scopes="view,modify")
    answer = viewer.call("POST", BATCH, asked(("1", "syn1")))
    assert (answer.status_code, "download" in answer.json()["reason"]) == (403, True)


def test_the_upload_destination_is_exactly_the_default_storage(owner: Person) -> None:
    project = owner.project()["id"]
    kind = "org.sagebionetworks.repo.model.file.S3UploadDestination"
    expected = {"concreteType": kind, "storageLocationId": 1, "uploadType": "S3"}
    assert owner.ok("GET", f"/file/v1/entity/{project}/uploadDestination") == expected
    file = owner.file(project)["id"]
    assert owner.ok("GET", f"/file/v1/entity/{file}/uploadDestination/1") == expected
    assert owner.call("GET", f"/file/v1/entity/{file}/uploadDestination/99999999").status_code == 404
