"""Zips of many files: who gets what, what it is called, and what is recorded."""

from __future__ import annotations

import hashlib
import io
import os
from typing import Any
from zipfile import ZipFile

import pytest
from tests.delivery.test_downloads import results, share
from tests.jobs.waiting import done
from tests.live import Person, Server
from tests.sending import send

BULK = "/file/v1/file/bulk/async"


def request(*items: tuple[str, str], kind: str = "FileEntity", **more: Any) -> dict[str, Any]:
    """A request for (handle, object) pairs."""
    files = [{"fileHandleId": h, "associateObjectId": o, "associateObjectType": kind} for h, o in items]
    return {"requestedFiles": files, **more}


def contents(person: Person, handle: str) -> dict[str, bytes]:
    """The zip as the client fetches it: through an association that there is not, because it is its own."""
    (result,) = results(person, (handle, handle), kind="TableEntity")
    got = person.http.get(result["preSignedURL"]).content
    assert result["fileHandle"]["contentMd5"] == hashlib.md5(got, usedforsecurity=False).hexdigest()
    assert result["fileHandle"]["contentSize"] == len(got)
    with ZipFile(io.BytesIO(got)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_zip_has_what_may_be_downloaded_under_the_names_of_the_cache(
    owner: Person, stranger: Person, server: Server
) -> None:
    project = owner.project()
    file, closed = owner.file(project["id"], b"shared", "a b.txt"), owner.file(owner.project()["id"])
    share(server, project, stranger, 3)
    own = send(stranger, b"mine", "m.txt")
    shared = file["dataFileHandleId"]
    items = [(shared, file["id"]), (closed["dataFileHandleId"], closed["id"]), (own, "nonsense"), (own, "1")]
    answer = done(stranger, BULK, request(*items))
    assert answer["userId"] == str(stranger.id)
    summary = answer["fileSummary"]
    assert [one["fileHandleId"] for one in summary] == [handle for handle, _ in items]
    assert [one["status"] for one in summary] == ["SUCCESS", "FAILURE", "SUCCESS", "FAILURE"]
    assert [one.get("failureCode") for one in summary] == [None, "UNAUTHORIZED", None, "DUPLICATE"]
    names = [f"{int(handle) % 1000}/{handle}/{name}" for handle, name in ((shared, "a b.txt"), (own, "m.txt"))]
    assert [one.get("zipEntryName") for one in summary] == [names[0], None, names[1], None]
    assert contents(stranger, answer["resultZipFileHandleId"]) == dict(zip(names, (b"shared", b"mine"), strict=True))
    with server.database() as conn:
        query = (
            "SELECT file_handle_id, size, object_id FROM download_record WHERE principal_id = %s ORDER BY id LIMIT 2"
        )
        assert conn.execute(query, (stranger.id,)).fetchall() == [
            (int(shared), 6, int(file["id"][3:])), (int(own), 4, None)
        ]  # fmt: skip


def test_flat_names_are_used_once_and_lead_nowhere_else(owner: Person) -> None:
    handles = [send(owner, bytes([n]) * 9, name) for n, name in enumerate(("a.tar.gz", "a.tar.gz", "../../up.txt"))]
    asked = request(*((one, "1") for one in handles), zipFileFormat="Flat", zipFileName="mine.zip")
    answer = done(owner, BULK, asked)
    names = ["a.tar.gz", "a(1).tar.gz", ".._.._up.txt"]
    assert [one["zipEntryName"] for one in answer["fileSummary"]] == names
    made = answer["resultZipFileHandleId"]
    assert contents(owner, made) == {name: bytes([n]) * 9 for n, name in enumerate(names)}
    assert owner.ok("GET", f"/file/v1/fileHandle/{made}")["fileName"] == "mine.zip"


def test_a_zip_of_many_parts_is_whole(owner: Person) -> None:
    large = os.urandom(21 * 1024**2)
    handle = send(owner, large, "large.bin")
    made = done(owner, BULK, request((handle, "1")))["resultZipFileHandleId"]
    assert contents(owner, made) == {f"{int(handle) % 1000}/{handle}/large.bin": large}


def test_without_a_single_file_there_is_no_zip(owner: Person) -> None:
    link = owner.ok("POST", "/file/v1/externalFileHandle", {"externalURL": "https://example.org/x", "fileName": "x"})
    answer = done(owner, BULK, request((link["id"], "1"), ("1", "1")))
    assert "resultZipFileHandleId" not in answer
    assert [one["failureCode"] for one in answer["fileSummary"]] == ["UNKNOWN_ERROR", "UNAUTHORIZED"]


def test_a_file_that_is_too_large_or_gone_fails_alone(owner: Person, server: Server) -> None:
    huge, gone, good = (send(owner, name.encode(), name) for name in ("huge", "gone", "good"))
    with server.database() as conn:
        conn.execute("UPDATE file_handle SET content_size = 1073741825 WHERE id = %s", (int(huge),))
    shape = owner.ok("GET", f"/file/v1/fileHandle/{gone}")
    server.store().delete(shape["bucketName"], shape["key"])
    answer = done(owner, BULK, request((huge, "1"), (gone, "1"), (good, "1"), zipFileFormat="Flat"))
    assert [one.get("failureCode") for one in answer["fileSummary"]] == ["EXCEEDS_SIZE_LIMIT", "NOT_FOUND", None]
    assert contents(owner, answer["resultZipFileHandleId"]) == {"good": b"good"}


@pytest.mark.parametrize(
    "wrong", [{"requestedFiles": []}, {"zipFileFormat": "Round"}, {"zipFileName": "a\nb"}, {"requestedFiles": [{}]}]
)
def test_a_request_that_cannot_be_is_refused_at_once(owner: Person, wrong: dict[str, Any]) -> None:
    assert owner.call("POST", f"{BULK}/start", request(("1", "1")) | wrong).status_code == 400


def test_a_zip_is_for_who_is_signed_in_and_belongs_to_them(owner: Person, stranger: Person, nobody: Person) -> None:
    asked = request((send(owner, b"mine", "m.txt"), "1"))
    assert nobody.call("POST", f"{BULK}/start", asked).status_code == 401
    token = owner.ok("POST", f"{BULK}/start", asked)["token"]
    assert stranger.call("GET", f"{BULK}/get/{token}").status_code == 403
    assert owner.call("GET", f"/file/v1/fileHandle/restore/async/get/{token}").status_code == 404
