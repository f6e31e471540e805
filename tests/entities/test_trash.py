"""Deleting to the trash can."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.live import Person, Server
from tests.world import READ, allow

from vesicle import app
from vesicle.access import Right
from vesicle.entities import trash
from vesicle.web import House


@pytest.fixture
def house(server: Server) -> Iterator[House]:
    """The house of a worker beside the server."""
    found = app.open_house(server.settings())
    yield found
    found.pool.close()


def restore(person: Person, entity: Any, parent: Any = None) -> tuple[int, str]:
    """Status and reason."""
    path = f"/repo/v1/trashcan/restore/{entity['id']}" + (f"/{parent['id']}" if parent else "")
    answer = person.call("PUT", path)
    return answer.status_code, answer.json()["reason"] if answer.content else ""


def delete(person: Person, entity: Any) -> None:
    person.ok("DELETE", f"/repo/v1/entity/{entity['id']}")


def rows_of(server: Server, ids: list[str]) -> int:
    """How many rows still speak of these entities."""
    numbers = [int(one.removeprefix("syn")) for one in ids]
    with server.database() as conn:
        return sum(
            conn.execute(f"SELECT count(*) FROM {table} WHERE {column} = ANY(%s)", (numbers,)).fetchone()[0]
            for table, column in (
                ("node", "id"), ("entity_version", "node_id"), ("trashed", "node_id"), ("favorite", "node_id"),
                ("file_association", "object_id"), ("project_alias", "node_id"), ("acl", "id"),
            )
        )  # fmt: skip


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


def test_own_lists_in_the_subtree_open_nothing(server: Server, owner: Person, stranger: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    file = owner.file(folder["id"])
    allow(server, file["id"], stranger.id, READ)
    owner.ok("DELETE", f"/repo/v1/entity/{folder['id']}")
    assert stranger.call("GET", f"/repo/v1/entity/{file['id']}").status_code == 404
    with server.database() as conn:
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


def test_what_was_deleted_is_listed_to_who_deleted_it(
    owner: Person, stranger: Person, administrator: Person, nobody: Person
) -> None:
    project = owner.project()
    folder, file = owner.folder(project["id"]), owner.file(project["id"])
    inside = owner.folder(folder["id"])
    delete(owner, file)
    delete(owner, folder)
    first, second = owner.ok("GET", "/repo/v1/trashcan/view")["results"]
    assert first == {
        "entityId": folder["id"], "entityName": folder["name"], "entityType": "folder",
        "deletedByPrincipalId": str(owner.id), "deletedOn": first["deletedOn"], "originalParentId": project["id"],
    }  # fmt: skip
    assert (second["entityId"], second["entityType"]) == (file["id"], "file")
    assert owner.ok("GET", "/repo/v1/trashcan/view", limit=1, offset=2)["results"] == []
    assert owner.call("GET", "/repo/v1/trashcan/view", limit=0).status_code == 400
    assert stranger.ok("GET", "/repo/v1/trashcan/view")["results"] == []
    assert nobody.call("GET", "/repo/v1/trashcan/view").status_code == 401
    assert stranger.call("GET", "/vesicle/v1/trashcan").status_code == 403
    every = administrator.ok("GET", "/vesicle/v1/trashcan", limit=100)["results"]
    assert folder["id"] in [one["entityId"] for one in every]
    assert inside["id"] not in [one["entityId"] for one in every]


def benefactor(person: Person, entity: Any) -> str:
    """Whose list decides about it."""
    return str(person.ok("GET", f"/repo/v1/entity/{entity['id']}/benefactor")["id"])


def test_a_subtree_comes_back_with_the_lists_it_had(server: Server, owner: Person, stranger: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    file = owner.file(folder["id"], b"kept")
    allow(server, folder["id"], stranger.id, READ)
    delete(owner, folder)
    assert restore(stranger, folder)[0] == 403
    assert restore(owner, file)[0] == 404
    assert restore(owner, project)[0] == 404
    assert restore(owner, folder) == (200, "")
    back = owner.ok("GET", f"/repo/v1/entity/{folder['id']}")
    assert (back["name"], back["parentId"]) == (folder["name"], project["id"])
    assert back["etag"] != folder["etag"]
    for one in (folder, file):
        assert benefactor(owner, one) == folder["id"]
        assert stranger.ok("GET", f"/repo/v1/entity/{one['id']}")["name"] == one["name"]
    assert stranger.call("GET", f"/repo/v1/entity/{project['id']}").status_code == 403
    assert owner.call("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false").status_code == 200
    assert owner.ok("GET", "/repo/v1/trashcan/view")["results"] == []
    assert restore(owner, folder)[0] == 404


def test_a_project_comes_back_as_it_was_shared(
    owner: Person, stranger: Person, administrator: Person, server: Server
) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    allow(server, project["id"], stranger.id, READ)
    before = owner.ok("GET", f"/repo/v1/entity/{project['id']}/acl")
    delete(owner, project)
    assert restore(owner, project, owner.project())[0] == 400
    assert restore(administrator, project) == (200, "")
    assert owner.ok("GET", f"/repo/v1/entity/{project['id']}/acl") == before
    assert benefactor(owner, folder) == project["id"]
    assert stranger.ok("GET", f"/repo/v1/entity/{folder['id']}")["name"] == folder["name"]


def test_a_project_that_lost_its_list_comes_back_with_one_for_who_restores_it(server: Server, owner: Person) -> None:
    project = owner.project()
    delete(owner, project)
    with server.database() as conn:
        conn.execute("DELETE FROM acl WHERE id = %s", (int(project["id"].removeprefix("syn")),))
    assert restore(owner, project) == (200, "")
    acl = owner.ok("GET", f"/repo/v1/entity/{project['id']}/acl")
    assert [one["principalId"] for one in acl["resourceAccess"]] == [owner.id]


def test_who_may_delete_learns_nothing_by_it(server: Server, owner: Person) -> None:
    """Bob may delete a folder. What is private in it stays so, and the rest is nothing that he could take along."""
    bob, reader = server.person("bob"), server.person("reader")
    project = owner.project()
    allow(server, project["id"], reader.id, READ)
    allow(server, project["id"], bob.id, int(Right.DELETE | Right.CREATE))
    folder = owner.folder(project["id"])
    public, private = owner.file(folder["id"]), owner.folder(folder["id"])
    secret = owner.file(private["id"], b"secret")
    only_owner = {"resourceAccess": [{"principalId": owner.id, "accessType": ["READ", "CHANGE_PERMISSIONS", "DELETE"]}]}
    owner.ok("POST", f"/repo/v1/entity/{private['id']}/acl", only_owner)
    mine = bob.project()
    delete(bob, folder)
    status, reason = restore(bob, folder, mine)
    assert (status, "takes, like a move, CHANGE_PERMISSIONS" in reason) == (403, True)
    assert restore(bob, folder) == (200, "")
    for one in (public, private, secret):
        assert bob.call("GET", f"/repo/v1/entity/{one['id']}").status_code == 403
    assert (benefactor(owner, public), benefactor(owner, secret)) == (project["id"], private["id"])
    assert reader.ok("GET", f"/repo/v1/entity/{public['id']}")["name"] == public["name"]
    assert reader.call("GET", f"/repo/v1/entity/{secret['id']}").status_code == 403


def test_what_is_restored_elsewhere_takes_its_private_parts_along_as_they_are(
    server: Server, owner: Person, administrator: Person
) -> None:
    bob = server.person("bob")
    project = owner.project()
    allow(server, project["id"], bob.id, int(Right.DELETE | Right.CHANGE_PERMISSIONS))
    folder = owner.folder(project["id"])
    private = owner.folder(folder["id"])
    only_owner = {"resourceAccess": [{"principalId": owner.id, "accessType": ["READ", "CHANGE_PERMISSIONS"]}]}
    owner.ok("POST", f"/repo/v1/entity/{private['id']}/acl", only_owner)
    mine = bob.project()
    delete(bob, folder)
    assert restore(bob, folder, mine) == (200, "")
    assert bob.ok("GET", f"/repo/v1/entity/{folder['id']}")["parentId"] == mine["id"]
    assert bob.call("GET", f"/repo/v1/entity/{private['id']}").status_code == 403
    assert benefactor(owner, private) == private["id"]
    # An administrator restores anywhere what somebody deleted who might not have moved it.
    allow(server, project["id"], bob.id, int(Right.DELETE))
    other = owner.folder(project["id"])
    delete(bob, other)
    assert restore(bob, other, mine)[0] == 403
    assert restore(administrator, other, mine) == (200, "")


def test_the_place_to_restore_to_must_be_there_and_free(server: Server, owner: Person, stranger: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"], "outer")
    file = owner.file(folder["id"], b"1", "taken")
    delete(owner, file)
    owner.file(folder["id"], b"2", "taken")
    status, reason = restore(owner, file)
    assert (status, reason) == (409, f"An entity with the name: taken already exists with a parentId: {folder['id']}")
    delete(owner, folder)
    assert restore(owner, file)[0] == 403
    assert restore(owner, file, {"id": "syn999999999"})[0] == 403
    assert restore(owner, file, {"id": "syn4489"})[0] == 400
    assert restore(owner, file, stranger.project())[0] == 403
    other = owner.project()
    assert restore(owner, file, other) == (200, "")
    path = owner.ok("GET", f"/repo/v1/entity/{file['id']}/path")["path"]
    assert [step["id"] for step in path] == ["syn4489", other["id"], file["id"]]
    deep = owner.folder(owner.folder(other["id"])["id"])
    delete(owner, deep)
    assert restore(owner, deep) == (200, "")


def test_moving_to_the_trash_can_has_a_door_of_its_own(owner: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    answer = owner.call("PUT", f"/repo/v1/trashcan/trash/{folder['id']}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert owner.call("GET", f"/repo/v1/entity/{folder['id']}").status_code == 404


def test_purging_leaves_no_row_and_handles_can_be_deleted_then(owner: Person, server: Server, house: House) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    file = owner.file(owner.folder(folder["id"])["id"], b"gone for good")
    file = owner.ok("PUT", f"/repo/v1/entity/{file['id']}", {**file, "versionLabel": None}, newVersion="true")
    shared = owner.make("FileEntity", name="same", parentId=project["id"], dataFileHandleId=owner.upload(b"stays"))
    again = owner.make("FileEntity", name="s", parentId=folder["id"], dataFileHandleId=shared["dataFileHandleId"])
    owner.ok("POST", f"/repo/v1/favorite/{file['id']}")
    ids = [folder["id"], file["id"], again["id"], file["parentId"]]
    delete(owner, folder)
    # Too young: the regular purge leaves it.
    trash.purge(house, entity_id=int(folder["id"].removeprefix("syn")))
    assert rows_of(server, ids) > 0
    with server.database() as conn:
        number = int(folder["id"].removeprefix("syn"))
        conn.execute("UPDATE trashed SET deleted_on = now() - interval '31 days' WHERE node_id = %s", (number,))
    trash.purge_due(house)
    trash.purge(house, entity_id=number)
    assert rows_of(server, ids) == 0
    assert restore(owner, folder)[0] == 404
    assert owner.call("GET", f"/repo/v1/entity/{folder['id']}").json()["reason"] == (
        f"Resource: '{folder['id']}' does not exist"
    )
    assert owner.call("DELETE", f"/file/v1/fileHandle/{file['dataFileHandleId']}").status_code == 200
    assert owner.call("DELETE", f"/file/v1/fileHandle/{shared['dataFileHandleId']}").status_code == 409


def test_what_is_being_purged_cannot_be_restored(owner: Person, server: Server) -> None:
    folder = owner.folder(owner.project()["id"])
    delete(owner, folder)
    with server.database() as conn:
        number = int(folder["id"].removeprefix("syn"))
        conn.execute("UPDATE trashed SET purging = true WHERE node_id = %s", (number,))
    assert restore(owner, folder)[0] == 404
    assert owner.ok("GET", "/repo/v1/trashcan/view")["results"] == []


def test_a_project_takes_along_what_was_deleted_from_it(
    owner: Person, stranger: Person, administrator: Person, server: Server, house: House
) -> None:
    alias = f"a_{owner.name.replace('-', '_')}"
    project = owner.make("Project", name=owner.name, alias=alias)
    folder, kept = owner.folder(project["id"]), owner.project()
    delete(owner, folder)
    delete(owner, project)
    assert stranger.call("PUT", f"/repo/v1/trashcan/purge/{project['id']}").status_code == 403
    assert owner.call("GET", f"/repo/v1/entity/alias/{alias}").status_code == 404
    assert administrator.call("PUT", f"/repo/v1/trashcan/purge/{project['id']}").status_code == 200
    deadline = time.monotonic() + 30
    while rows_of(server, [project["id"], folder["id"]]):
        assert time.monotonic() < deadline, "the worker did not purge"
    assert owner.ok("GET", f"/repo/v1/entity/{kept['id']}")["id"] == kept["id"]
    assert owner.make("Project", name=owner.name, alias=alias)["alias"] == alias


def test_skipping_the_trash_can_purges_soon(owner: Person, server: Server) -> None:
    folder = owner.folder(owner.project()["id"])
    owner.ok("DELETE", f"/repo/v1/entity/{folder['id']}", skipTrashCan="true")
    deadline = time.monotonic() + 30
    while rows_of(server, [folder["id"]]):
        assert time.monotonic() < deadline, "the worker did not purge"


def test_every_row_that_names_an_entity_lets_it_go(server: Server) -> None:
    """A foreign key without a rule for deletion would stop the purge for ever."""
    query = (
        "SELECT conrelid::regclass::text, conname, confdeltype FROM pg_constraint WHERE contype = 'f'"
        " AND confrelid = 'node'::regclass AND conrelid <> 'node'::regclass"
    )
    with server.database() as conn:
        keys = conn.execute(query).fetchall()
    assert len(keys) > 5
    stuck = [row for row in keys if row[2] not in ("c", "n", b"c", b"n")]
    assert not stuck, f"these need ON DELETE CASCADE or SET NULL, or nothing they name is ever purged: {stuck}"
