"""Versions: made without a body, given other bytes, looked at one by one."""

from __future__ import annotations

from typing import Any

import pytest
from tests.live import Person, Server
from tests.world import READ, allow

from vesicle.access import Right


def swap(person: Person, file: Any, number: int, old: str, new: str) -> int:
    body = {"oldFileHandleId": old, "newFileHandleId": new}
    path = f"/repo/v1/entity/{file['id']}/version/{number}/filehandle"
    return person.call("PUT", path, body).status_code


def test_the_old_call_makes_a_version_with_and_without_a_body(owner: Person) -> None:
    file = owner.file(owner.project()["id"])
    second = owner.ok("PUT", f"/repo/v1/entity/{file['id']}/version")
    assert (second["versionNumber"], second["versionLabel"]) == (2, "2")
    assert second["dataFileHandleId"] == file["dataFileHandleId"]
    third = owner.ok("PUT", f"/repo/v1/entity/{file['id']}/version", {**second, "versionLabel": "third"})
    assert (third["versionNumber"], third["versionLabel"]) == (3, "third")
    assert owner.call("PUT", f"/repo/v1/entity/{file['id']}/version", second).status_code == 412
    assert owner.call("PUT", f"/repo/v1/entity/{file['id']}/version", {"concreteType": "x"}).status_code == 400
    assert owner.call("PUT", f"/repo/v1/entity/{file['parentId']}/version").status_code == 400


def test_the_bytes_of_one_version_move_to_another_handle(server: Server, owner: Person, stranger: Person) -> None:
    file = owner.file(owner.project()["id"], b"same")
    old = file["dataFileHandleId"]
    second = owner.ok("PUT", f"/repo/v1/entity/{file['id']}", {**file, "versionLabel": "two"}, newVersion="true")
    same, other = owner.upload(b"same", "moved.txt"), owner.upload(b"other")
    assert swap(owner, file, 1, other, same) == 412
    assert swap(owner, file, 1, old, other) == 412
    assert swap(owner, file, 9, old, same) == 404
    assert swap(owner, file, 1, old, "999999999") == 404
    assert swap(owner, {"id": file["parentId"]}, 1, old, same) == 404
    allow(server, file["id"], stranger.id, READ | int(Right.UPDATE))
    assert swap(stranger, file, 1, old, same) == 403
    assert swap(owner, file, 1, old, old) == 200
    assert owner.ok("GET", f"/repo/v1/entity/{file['id']}")["etag"] == second["etag"]
    path = f"/repo/v1/entity/{file['id']}/version/1/filehandle"
    answer = owner.call("PUT", path, {"oldFileHandleId": old, "newFileHandleId": same})
    assert (answer.status_code, answer.content) == (200, b"")
    first = owner.ok("GET", f"/repo/v1/entity/{file['id']}/version/1")
    assert (first["dataFileHandleId"], first["versionLabel"]) == (same, "1")
    now = owner.ok("GET", f"/repo/v1/entity/{file['id']}")
    assert (now["dataFileHandleId"], now["versionNumber"]) == (old, 2)
    assert now["etag"] != second["etag"]
    assert owner.call("GET", f"/repo/v1/entity/{file['id']}/version/1/file", redirect="false").status_code == 200
    # The version that kept the old handle still needs it; the new one is in use as well.
    assert owner.call("DELETE", f"/file/v1/fileHandle/{old}").status_code == 409
    assert owner.call("DELETE", f"/file/v1/fileHandle/{same}").status_code == 409


def test_bytes_without_an_md5_cannot_be_swapped(owner: Person) -> None:
    url = {"externalURL": "https://example.org/a.csv", "fileName": "a.csv"}
    first, second = (owner.ok("POST", "/file/v1/externalFileHandle", url)["id"] for _ in range(2))
    file = owner.make("FileEntity", parentId=owner.project()["id"], name="a.csv", dataFileHandleId=first)
    assert swap(owner, file, 1, first, second) == 412


def test_a_version_shows_what_it_was_and_the_etag_of_now(owner: Person) -> None:
    file = owner.file(owner.project()["id"])
    first = {**file, "description": "first", "versionComment": "one"}
    file = owner.ok("PUT", f"/repo/v1/entity/{file['id']}", first)
    changed = {**file, "description": "second", "versionLabel": None, "versionComment": None, "name": "renamed"}
    now = owner.ok("PUT", f"/repo/v1/entity/{file['id']}", changed, newVersion="true")
    old = owner.ok("GET", f"/repo/v1/entity/{file['id']}/version/1")
    assert (old["description"], old["versionComment"], old["isLatestVersion"]) == ("first", "one", False)
    assert (old["name"], old["etag"]) == ("renamed", now["etag"])
    assert "versionComment" not in now
    listed = owner.ok("GET", f"/repo/v1/entity/{file['id']}/version")["results"]
    assert [(one["versionNumber"], one["isLatestVersion"]) for one in listed] == [(2, True), (1, False)]
    assert listed[0]["contentSize"] == "5"
    # Deleting the newest makes the highest that is left the current one again.
    owner.ok("DELETE", f"/repo/v1/entity/{file['id']}/version/2")
    back = owner.ok("GET", f"/repo/v1/entity/{file['id']}")
    assert (back["description"], back["versionNumber"], back["isLatestVersion"]) == ("first", 1, True)


def test_too_many_children_of_the_kinds_that_count_are_refused(server: Server, owner: Person) -> None:
    from vesicle.access import MayCreate, require
    from vesicle.access.actors import EVERY_SCOPE, signed_in
    from vesicle.errors import BadRequest
    from vesicle.tree import growth

    project = owner.project()
    for _ in range(2):
        owner.folder(project["id"])
    owner.make("table.TableEntity", name="t", parentId=project["id"])
    actor = signed_in(owner.id, [], EVERY_SCOPE, everyone_certified=True, token_id=None)
    with server.database() as conn:
        parent = require(conn, actor, MayCreate, int(project["id"].removeprefix("syn")))
        growth.check_room(conn, parent, "folder", 0, 3)
        growth.check_room(conn, parent, "table", 0, 2)
        with pytest.raises(BadRequest) as refusal:
            growth.check_room(conn, parent, "folder", 0, 2)
    assert refusal.value.reason == f"Limit of 2 children exceeded for parent: {project['id']}"
