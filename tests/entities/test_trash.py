"""Deleting to the trash can."""

from __future__ import annotations

from tests.live import Person, Server
from tests.world import READ, allow


def test_what_is_in_the_trash_can_is_a_404_that_says_so(owner: Person, administrator: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    file = owner.file(folder["id"])
    assert owner.call("DELETE", f"/repo/v1/entity/{folder['id']}").status_code == 204
    for gone in (folder, file):
        for person in (owner, administrator):
            for path in ("", "/path", "/acl", "/permissions", "/type", "/version"):
                answer = person.call("GET", f"/repo/v1/entity/{gone['id']}{path}")
                assert (answer.status_code, answer.json()["reason"]) == (404, f"Entity {gone['id']} is in trash can.")
    body = {"parentId": project["id"], "includeTypes": ["folder", "file"], "includeTotalChildCount": True}
    assert owner.ok("POST", "/repo/v1/entity/children", body) == {"page": [], "totalChildCount": 0}
    assert owner.ok("GET", "/repo/v1/entity/type", batch=f"{folder['id']},{file['id']}")["results"] == []


def test_the_name_is_free_at_once(owner: Person) -> None:
    project = owner.project()
    first = owner.folder(project["id"], "name")
    owner.ok("DELETE", f"/repo/v1/entity/{first['id']}")
    second = owner.folder(project["id"], "name")
    owner.ok("DELETE", f"/repo/v1/entity/{second['id']}")
    owner.ok("DELETE", f"/repo/v1/entity/{project['id']}")
    assert owner.project(project["name"])["name"] == project["name"]


def test_deleting_twice_or_what_there_is_not_is_no_error(owner: Person, stranger: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    for _ in range(2):
        assert owner.call("DELETE", f"/repo/v1/entity/{folder['id']}").status_code == 204
    assert stranger.call("DELETE", "/repo/v1/entity/syn999999999").status_code == 204
    assert owner.call("DELETE", f"/repo/v1/entity/{folder['id']}/version/1").status_code == 204
    assert owner.call("PUT", f"/repo/v1/entity/{folder['id']}", folder).status_code == 404


def test_skip_trash_can_is_a_204_too(owner: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    assert owner.call("DELETE", f"/repo/v1/entity/{folder['id']}", skipTrashCan="true").status_code == 204
    assert owner.call("GET", f"/repo/v1/entity/{folder['id']}").status_code == 404


def test_who_may_only_read_cannot_delete(server: Server, owner: Person, stranger: Person, nobody: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    allow(server, folder["id"], stranger.id, READ)
    assert stranger.call("DELETE", f"/repo/v1/entity/{folder['id']}").status_code == 403
    assert nobody.call("DELETE", f"/repo/v1/entity/{folder['id']}").status_code == 403
    assert owner.ok("GET", f"/repo/v1/entity/{folder['id']}")["name"] == folder["name"]


def test_own_lists_in_the_subtree_are_gone(server: Server, owner: Person, stranger: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    file = owner.file(folder["id"])
    allow(server, file["id"], stranger.id, READ)
    owner.ok("DELETE", f"/repo/v1/entity/{folder['id']}")
    assert stranger.call("GET", f"/repo/v1/entity/{file['id']}").status_code == 404
    number = int(file["id"].removeprefix("syn"))
    with server.database() as conn:
        assert conn.execute("SELECT count(*) FROM acl WHERE id = %s", (number,)).fetchone() == (0,)
        trashed = conn.execute(
            "SELECT name, parent_id, deleted_by FROM trashed WHERE node_id = %s",
            (int(folder["id"].removeprefix("syn")),),
        ).fetchone()
    assert trashed == (folder["name"], int(folder["parentId"].removeprefix("syn")), owner.id)


def test_the_root_and_the_trash_can_stay(owner: Person, administrator: Person) -> None:
    assert owner.call("DELETE", "/repo/v1/entity/syn4489").status_code == 403
    assert administrator.call("DELETE", "/repo/v1/entity/syn4489").status_code == 403
    assert administrator.call("DELETE", "/repo/v1/entity/syn1681355").status_code in (204, 403)
    assert administrator.call("DELETE", "/repo/v1/entity/syn4489/version/1").status_code in (204, 400, 403)
    assert administrator.ok("GET", "/repo/v1/entity/syn4489/type")["name"] == "root"


def test_the_bytes_are_out_of_reach_of_the_association(owner: Person, server: Server, stranger: Person) -> None:
    file = owner.file(owner.project()["id"])
    allow(server, file["id"], stranger.id, 255)
    owner.ok("DELETE", f"/repo/v1/entity/{file['id']}")
    item = {"fileHandleId": file["dataFileHandleId"], "associateObjectId": file["id"],
            "associateObjectType": "FileEntity"}  # fmt: skip
    answer = stranger.ok("POST", "/file/v1/fileHandle/batch", {"requestedFiles": [item], "includePreSignedURLs": True})
    assert "preSignedURL" not in answer["requestedFiles"][0]
