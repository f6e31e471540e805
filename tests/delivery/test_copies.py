"""Copies of file handles: who may have one, what it says, and whose bytes outlive whose handle."""

from __future__ import annotations

from typing import Any

import pytest
from tests.delivery.test_downloads import share
from tests.live import Person, Server
from tests.sending import send

COPY = "/file/v1/filehandles/copy"


def request(*items: tuple[str, str], kind: str = "FileEntity", **more: Any) -> dict[str, Any]:
    """A request to copy (handle, object) pairs."""
    originals = [{"fileHandleId": h, "associateObjectId": o, "associateObjectType": kind} for h, o in items]
    return {"copyRequests": [{"originalFile": one, **more} for one in originals]}


def test_a_copy_belongs_to_who_asked_for_it_and_keeps_its_bytes(
    owner: Person, server: Server, stranger: Person
) -> None:
    project = owner.project()
    file = owner.file(project["id"], b"shared bytes", "a.txt")
    share(server, project, stranger, 3)
    asked = request((file["dataFileHandleId"], file["id"]), newFileName="b.csv", newContentType="text/csv")
    (result,) = stranger.ok("POST", COPY, asked)["copyResults"]
    old = owner.ok("GET", f"/file/v1/fileHandle/{file['dataFileHandleId']}")
    new = result["newFileHandle"]
    assert result["originalFileHandleId"] == old["id"] != new["id"]
    same = ("contentMd5", "contentSize", "bucketName", "key", "storageLocationId")
    assert [new[name] for name in same] == [old[name] for name in same]
    assert (new["fileName"], new["contentType"], new["createdBy"]) == ("b.csv", "text/csv", str(stranger.id))
    assert new["etag"] != old["etag"]
    mine = stranger.make("FileEntity", parentId=stranger.project()["id"], dataFileHandleId=new["id"])
    owner.ok("DELETE", f"/repo/v1/entity/{project['id']}", skipTrashCan="true")
    url = stranger.ok("GET", f"/repo/v1/entity/{mine['id']}/file", redirect="false")
    assert stranger.http.get(url).content == b"shared bytes"


def test_each_copy_is_allowed_or_fails_by_itself(owner: Person, stranger: Person, administrator: Person) -> None:
    project = owner.project()["id"]
    file, own = owner.file(project), send(stranger, b"mine", "m.txt")
    items = [(file["dataFileHandleId"], file["id"]), (own, "no id at all"), ("1", file["id"]), ("2", "")]
    results = stranger.ok("POST", COPY, request(*items))["copyResults"]
    assert [one.get("failureCode") for one in results] == ["UNAUTHORIZED", None, "UNAUTHORIZED", "UNAUTHORIZED"]
    assert [one["originalFileHandleId"] for one in results] == [handle for handle, _ in items]
    assert results[1]["newFileHandle"]["createdBy"] == str(stranger.id)
    results = administrator.ok("POST", COPY, request(*items))["copyResults"]
    assert [one.get("failureCode") for one in results] == [None, None, "NOT_FOUND", "NOT_FOUND"]


def test_copies_take_a_signed_in_person_and_a_sensible_request(owner: Person, nobody: Person) -> None:
    handle = send(owner, b"mine", "m.txt")
    assert owner.call("POST", COPY, {"copyRequests": []}).status_code == 400
    assert owner.call("POST", COPY, request((handle, "1"), (handle, "2"))).status_code == 400
    assert owner.call("POST", COPY, request(*((str(n), "1") for n in range(1, 102)))).status_code == 400
    assert owner.call("POST", COPY, request((handle, "1"), newFileName="a\nb")).status_code == 400
    assert owner.call("POST", COPY, {"copyRequests": [{"originalFile": {"fileHandleId": handle}}]}).status_code == 400
    assert nobody.call("POST", COPY, request((handle, "1"))).status_code == 401


def test_a_handle_of_a_plain_url_is_copied_in_a_batch_alone(owner: Person) -> None:
    made = owner.ok("POST", "/file/v1/externalFileHandle", {"externalURL": "https://example.org/x", "fileName": "x"})
    (result,) = owner.ok("POST", COPY, request((made["id"], "1"), newFileName="y"))["copyResults"]
    assert (result["newFileHandle"]["externalURL"], result["newFileHandle"]["fileName"]) == (made["externalURL"], "y")
    assert owner.call("POST", f"/file/v1/fileHandle/{made['id']}/copy", {"fileName": "z"}).status_code == 400


def test_an_owner_gives_another_name_or_type(owner: Person, stranger: Person) -> None:
    handle = send(owner, b"mine", "m.txt")
    path = f"/file/v1/fileHandle/{handle}/copy"
    answer = owner.call("POST", path, {"fileName": "n.csv"})
    assert (answer.status_code, answer.json()["fileName"], answer.json()["contentType"]) == (201, "n.csv", "text/plain")
    assert owner.ok("POST", path, {"contentType": "text/csv"})["fileName"] == "m.txt"
    assert owner.call("POST", path, {}).status_code == 400
    assert stranger.call("POST", path, {"fileName": "n.csv"}).status_code == 403


@pytest.mark.parametrize("left", ["original", "copy"])
def test_the_object_stays_while_any_handle_says_it(owner: Person, server: Server, left: str) -> None:
    handle = send(owner, b"said twice", "m.txt")
    copy = owner.ok("POST", f"/file/v1/fileHandle/{handle}/copy", {"fileName": "n.txt"})["id"]
    gone, kept = (copy, handle) if left == "original" else (handle, copy)
    owner.ok("DELETE", f"/file/v1/fileHandle/{gone}")
    url = owner.ok("GET", f"/file/v1/fileHandle/{kept}/url", redirect="false")
    with server.database() as conn:
        waiting = (
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'files.remove_object' AND status <> 'failed'"
        )
        while conn.execute(waiting).fetchone() != (0,):
            pass
    assert owner.http.get(url).content == b"said twice"
