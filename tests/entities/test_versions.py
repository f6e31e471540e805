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


def test_an_old_version_becomes_current_as_a_new_one(server: Server, owner: Person, stranger: Person) -> None:
    file = owner.file(owner.project()["id"], b"good")
    path, promote = f"/repo/v1/entity/{file['id']}", f"/vesicle/v1/entity/{file['id']}/version/{{}}/promote"
    activity = owner.ok("POST", "/repo/v1/activity", {"name": "made the good one"})["id"]
    owner.ok("PUT", f"{path}/generatedBy", generatedBy=activity)
    notes = owner.ok("GET", f"{path}/annotations2")
    owner.ok("PUT", f"{path}/annotations2", {**notes, "annotations": {"k": {"type": "STRING", "value": ["good"]}}})
    first = owner.ok("PUT", path, {**owner.ok("GET", path), "description": "good", "versionLabel": "release"})
    bad = owner.upload(b"bad")
    second = owner.ok("PUT", path, {**first, "dataFileHandleId": bad, "description": "bad"})
    assert second["versionNumber"] == 2
    notes = owner.ok("GET", f"{path}/annotations2")
    owner.ok("PUT", f"{path}/annotations2", {**notes, "annotations": {}})

    def charged() -> Any:
        usage = owner.ok("GET", f"/vesicle/v1/usage/project/{file['parentId']}")
        # Others are charged in the same organization meanwhile.
        return {name: value for name, value in usage.items() if not name.startswith("organization")}

    before = charged()
    # An etag that is not current, and none at all, change nothing; nor does who may not update.
    assert owner.call("PUT", promote.format(1), etag=second["etag"]).status_code == 412
    assert owner.call("PUT", promote.format(1)).status_code == 400
    now = owner.ok("GET", path)
    allow(server, file["id"], stranger.id, READ)
    assert stranger.call("PUT", promote.format(1), etag=now["etag"]).status_code == 403
    assert owner.call("PUT", promote.format(2), etag=now["etag"]).status_code == 400
    assert owner.call("PUT", promote.format(7), etag=now["etag"]).status_code == 404
    third = owner.ok("PUT", promote.format(1), etag=now["etag"])
    assert (third["versionNumber"], third["versionLabel"], third["isLatestVersion"]) == (3, "3", True)
    assert (third["dataFileHandleId"], third["description"]) == (file["dataFileHandleId"], "good")
    assert third["etag"] not in (now["etag"], second["etag"])
    assert owner.ok("GET", path) == third
    assert owner.ok("GET", f"{path}/annotations2")["annotations"]["k"]["value"] == ["good"]
    assert owner.ok("GET", f"{path}/generatedBy")["id"] == activity
    assert charged() == before, "a handle counts once in a project"
    kept = [owner.ok("GET", f"{path}/version/{number}") for number in (1, 2)]
    assert [(one["versionLabel"], one["description"]) for one in kept] == [("release", "good"), ("2", "bad")]
    assert owner.http.get(owner.ok("GET", f"{path}/file", redirect="false")).content == b"good"
    # The number of a deleted version is not used again, and what is a folder has no versions.
    owner.ok("DELETE", f"{path}/version/3")
    again = owner.ok("PUT", promote.format(1), etag=owner.ok("GET", path)["etag"])
    assert again["versionNumber"] == 4
    folder = owner.folder(file["parentId"])
    door = f"/vesicle/v1/entity/{folder['id']}/version/1/promote"
    assert owner.call("PUT", door, etag=folder["etag"]).status_code == 400


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
