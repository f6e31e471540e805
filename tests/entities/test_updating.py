"""Changing entities, their versions and their place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.live import Person, Server
from tests.world import READ, allow

from vesicle.access import Right

ALL = int(Right.READ | Right.UPDATE | Right.CREATE | Right.DELETE | Right.CHANGE_PERMISSIONS | Right.DOWNLOAD)


def put(person: Person, entity: dict[str, Any], **changes: Any) -> Any:
    query = {"newVersion": "true"} if changes.pop("new_version", False) else {}
    return person.ok("PUT", f"/repo/v1/entity/{entity['id']}", {**entity, **changes}, **query)


def try_put(person: Person, entity: dict[str, Any], **changes: Any) -> tuple[int, str]:
    answer = person.call("PUT", f"/repo/v1/entity/{entity['id']}", {**entity, **changes})
    return answer.status_code, answer.json().get("reason", "")


def numbers(person: Person, entity: dict[str, Any]) -> list[int]:
    return [one["versionNumber"] for one in person.ok("GET", f"/repo/v1/entity/{entity['id']}/version")["results"]]


def test_an_update_replaces_the_entity_whole(owner: Person) -> None:
    made = owner.make("Folder", parentId=owner.project()["id"], name="a", description="words")
    changed = put(owner, made, name="b", description=None)
    assert changed["name"] == "b"
    assert "description" not in changed
    assert changed["etag"] != made["etag"]
    assert changed["createdOn"] == made["createdOn"]


def test_a_stale_etag_is_a_412(owner: Person) -> None:
    made = owner.folder(owner.project()["id"])
    put(owner, made, description="first")
    reason = f"Object: {made['id']} was updated since you last fetched it, retrieve it again and re-apply the update"
    assert try_put(owner, made, description="second") == (412, reason)


def test_etag_parent_id_and_the_kind_must_be_right(owner: Person) -> None:
    made = owner.folder(owner.project()["id"])
    other = owner.folder(made["parentId"])
    for changes in (
        {"etag": None}, {"parentId": None}, {"id": other["id"]},
        {"concreteType": "org.sagebionetworks.repo.model.Project"},
    ):  # fmt: skip
        assert try_put(owner, made, **changes)[0] == 400, changes
    assert owner.ok("GET", f"/repo/v1/entity/{made['id']}") == made


def test_eight_updates_with_one_etag_change_it_once(owner: Person) -> None:
    made = owner.folder(owner.project()["id"])
    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(lambda n: try_put(owner, made, description=f"by {n}")[0], range(8)))
    assert answers == [200] + [412] * 7


def test_new_bytes_make_a_version_whose_label_is_its_number(owner: Person) -> None:
    file = owner.file(owner.project()["id"], b"one")
    changed = put(owner, file, dataFileHandleId=owner.upload(b"two"), versionLabel="mine", versionComment="dropped")
    assert (changed["versionNumber"], changed["versionLabel"]) == (2, "2")
    assert "versionComment" not in changed
    old = owner.ok("GET", f"/repo/v1/entity/{file['id']}/version/1")
    assert (old["dataFileHandleId"], old["isLatestVersion"]) == (file["dataFileHandleId"], False)
    assert old["etag"] == changed["etag"]


def test_the_same_bytes_are_replaced_in_place(owner: Person) -> None:
    file = owner.file(owner.project()["id"], b"the same", "a.txt")
    handle = owner.upload(b"the same", "b.txt")
    assert handle != file["dataFileHandleId"]
    changed = put(owner, file, dataFileHandleId=handle, versionComment="kept")
    assert (changed["versionNumber"], changed["dataFileHandleId"]) == (1, handle)
    assert changed["versionComment"] == "kept"
    # What the entity no longer refers to is free to be deleted; what it refers to is not.
    owner.ok("DELETE", f"/file/v1/fileHandle/{file['dataFileHandleId']}")
    assert owner.call("DELETE", f"/file/v1/fileHandle/{handle}").status_code == 409


def test_bytes_without_an_md5_count_as_different(owner: Person) -> None:
    url = {"externalURL": "https://example.org/a.csv", "fileName": "a.csv"}
    first, second = (owner.ok("POST", "/file/v1/externalFileHandle", url)["id"] for _ in range(2))
    file = owner.make("FileEntity", parentId=owner.project()["id"], name="a.csv", dataFileHandleId=first)
    assert put(owner, file, dataFileHandleId=second)["versionNumber"] == 2


def test_a_new_version_on_request_keeps_bytes_and_annotations(owner: Person) -> None:
    file = owner.file(owner.project()["id"])
    path = f"/repo/v1/entity/{file['id']}/annotations2"
    notes = {"k": {"type": "STRING", "value": ["v"]}}
    owner.ok("PUT", path, {"id": file["id"], "etag": file["etag"], "annotations": notes})
    file = owner.ok("GET", f"/repo/v1/entity/{file['id']}")
    changed = put(owner, file, versionLabel="v2", versionComment="said", new_version=True)
    assert (changed["versionNumber"], changed["versionLabel"], changed["versionComment"]) == (2, "v2", "said")
    assert owner.ok("GET", path)["annotations"] == notes


def test_a_label_is_used_once_by_an_entity(owner: Person) -> None:
    file = owner.file(owner.project()["id"])
    second = put(owner, file, versionLabel="a", new_version=True)
    answer = owner.call("PUT", f"/repo/v1/entity/{file['id']}", {**second, "versionLabel": "1"}, newVersion="true")
    assert answer.status_code == 400
    assert try_put(owner, second, versionLabel="1")[0] == 400
    assert put(owner, second, versionLabel=None)["versionLabel"] == "2"


def test_folders_and_projects_ignore_new_version(owner: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    put(owner, folder, new_version=True)
    assert numbers(owner, folder) == [1]


def test_numbers_of_deleted_versions_are_not_used_again(owner: Person) -> None:
    file = owner.file(owner.project()["id"])
    for _ in range(2):
        file = put(owner, file, versionLabel=None, new_version=True)
    owner.ok("DELETE", f"/repo/v1/entity/{file['id']}/version/3")
    now = owner.ok("GET", f"/repo/v1/entity/{file['id']}")
    assert (now["versionNumber"], now["isLatestVersion"]) == (2, True)
    assert now["etag"] != file["etag"]
    assert put(owner, now, versionLabel=None, new_version=True)["versionNumber"] == 4
    assert numbers(owner, file) == [4, 2, 1]


def test_the_last_version_stays_and_unknown_ones_are_no_error(owner: Person) -> None:
    file = owner.file(owner.project()["id"])
    answer = owner.call("DELETE", f"/repo/v1/entity/{file['id']}/version/1")
    assert (answer.status_code, answer.json()["reason"]) == (400, "Cannot delete the last version of a node")
    for path in (f"{file['id']}/version/7", "syn999999999/version/1", f"{file['id']}/version/{2**40}"):
        assert owner.call("DELETE", f"/repo/v1/entity/{path}").status_code == 204
    assert owner.ok("GET", f"/repo/v1/entity/{file['id']}")["versionNumber"] == 1


def test_the_list_of_versions_is_paged_to_its_end(owner: Person) -> None:
    file = owner.file(owner.project()["id"], b"12345")
    for _ in range(4):
        file = put(owner, file, versionLabel=None, new_version=True)
    seen, offset = [], 0
    while page := owner.ok("GET", f"/repo/v1/entity/{file['id']}/version", limit=2, offset=offset)["results"]:
        seen += [one["versionNumber"] for one in page]
        offset += len(page)
        assert page[0]["contentSize"] == "5"
    assert seen == [5, 4, 3, 2, 1]
    for query in ({"limit": 0}, {"offset": -1}, {"limit": 10**6}, {"limit": "x"}):
        assert owner.call("GET", f"/repo/v1/entity/{file['id']}/version", **query).status_code == 400


def test_a_version_that_there_is_not_is_a_404(owner: Person) -> None:
    file = owner.file(owner.project()["id"])
    for path in ("version/2", "version/2/annotations2", "version/2/file", "version/0"):
        assert owner.call("GET", f"/repo/v1/entity/{file['id']}/{path}").status_code == 404


def test_bytes_of_somebody_else_cannot_be_put_into_an_entity(server: Server, owner: Person, stranger: Person) -> None:
    file = owner.file(owner.project()["id"])
    allow(server, file["id"], stranger.id, ALL)
    assert try_put(stranger, file, dataFileHandleId=owner.upload(b"other"))[0] == 403
    # Whoever may edit may do so without owning the bytes that are there already.
    assert put(stranger, file, description="edited")["modifiedBy"] == str(stranger.id)


def test_a_move_takes_the_subtree_along(owner: Person) -> None:
    first, second = owner.project(), owner.project()
    folder = owner.folder(first["id"])
    file = owner.file(folder["id"])
    moved = put(owner, folder, parentId=second["id"])
    assert moved["parentId"] == second["id"]
    path = [step["id"] for step in owner.ok("GET", f"/repo/v1/entity/{file['id']}/path")["path"]]
    assert path == ["syn4489", second["id"], folder["id"], file["id"]]
    assert owner.ok("GET", f"/repo/v1/entity/{file['id']}/benefactor")["id"] == second["id"]


def test_a_move_that_cannot_be_is_refused(owner: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"], "a")
    below = owner.folder(folder["id"])
    file = owner.file(project["id"])
    cycle = "Invalid hierarchy: an entity cannot be an ancestor of itself"
    assert try_put(owner, folder, parentId=below["id"]) == (400, cycle)
    assert try_put(owner, folder, parentId=folder["id"]) == (400, cycle)
    assert try_put(owner, folder, parentId=file["id"])[0] == 400
    assert try_put(owner, folder, parentId="syn4489")[0] in (400, 403)
    assert try_put(owner, folder, parentId="syn999999999")[0] == 404
    assert try_put(owner, project, parentId=owner.project()["id"])[0] == 400
    other = owner.project()
    owner.folder(other["id"], "a")
    assert try_put(owner, folder, parentId=other["id"])[0] == 409
    assert owner.ok("GET", f"/repo/v1/entity/{folder['id']}") == folder


def test_a_move_needs_create_there_and_change_permissions_here(server: Server, owner: Person, stranger: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    there = owner.project()["id"]
    allow(server, folder["id"], stranger.id, ALL)
    allow(server, there, stranger.id, READ)
    status, reason = try_put(stranger, folder, parentId=there)
    assert status == 403
    assert reason.startswith(f"You cannot move content into the new location, {there}.")
    allow(server, there, stranger.id, ALL)
    allow(server, folder["id"], stranger.id, ALL & ~int(Right.CHANGE_PERMISSIONS))
    assert try_put(stranger, folder, parentId=there)[0] == 403
    allow(server, folder["id"], stranger.id, ALL)
    assert put(stranger, folder, parentId=there)["parentId"] == there


def test_an_own_list_goes_along_with_a_move(server: Server, owner: Person, stranger: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    file = owner.file(folder["id"])
    allow(server, folder["id"], stranger.id, READ)
    put(owner, folder, parentId=owner.project()["id"])
    assert owner.ok("GET", f"/repo/v1/entity/{file['id']}/benefactor")["id"] == folder["id"]
    assert stranger.ok("GET", f"/repo/v1/entity/{file['id']}")["id"] == file["id"]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_rename_onto_a_sibling_is_refused(owner: Person, kind: str) -> None:
    project = owner.project()
    make = owner.folder if kind == "folder" else owner.file
    make(project["id"], name="taken")
    made = make(project["id"])
    status, reason = try_put(owner, made, name="taken")
    assert status == 409
    assert reason == f"An entity with the name: taken already exists with a parentId: {project['id']}"
