"""What may stand in a folder with STS enabled, and how it may come in and go out: each restriction with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from tests.live import Person, Server
from tests.locations.buckets import external, file_of, location, managed_sts, own_bucket, set_on, upload_to

ENTITY = "/repo/v1/entity"


@dataclass
class Folders:
    """A project with two STS folders of one location, one of another, and a plain one."""

    owner: Person
    project: str
    here: int
    one: str
    same: str
    other: str
    elsewhere: int
    plain: str

    def refused(self, method: str, path: str, body: Any = None) -> str:
        answer = self.owner.call(method, path, body)
        assert answer.status_code == 400, f"{answer.status_code} {answer.text}"
        reason: str = answer.json()["reason"]
        return reason

    def moved(self, entity: dict[str, Any], parent: str, **more: Any) -> dict[str, Any]:
        now = self.owner.ok("GET", f"{ENTITY}/{entity['id']}")
        return {**now, "parentId": parent, **more}

    def move_refused(self, entity: dict[str, Any], parent: str, **more: Any) -> str:
        return self.refused("PUT", f"{ENTITY}/{entity['id']}", self.moved(entity, parent, **more))

    def move(self, entity: dict[str, Any], parent: str, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.owner.ok("PUT", f"{ENTITY}/{entity['id']}", self.moved(entity, parent, **more))
        assert answer["parentId"] == parent
        return answer


@pytest.fixture
def folders(owner: Person) -> Folders:
    project = owner.project()["id"]
    here, elsewhere = managed_sts(owner), managed_sts(owner)
    one, same, other, plain = (owner.folder(project)["id"] for _ in range(4))
    for folder, number in ((one, here), (same, here), (other, elsewhere)):
        set_on(owner, folder, number)
    return Folders(owner, project, here, one, same, other, elsewhere, plain)


def test_a_new_file_has_to_be_in_the_location_of_its_folder(folders: Folders) -> None:
    owner = folders.owner
    inside, outside = upload_to(owner, folders.here), owner.upload(b"outside")
    link = owner.ok("POST", "/file/v1/externalFileHandle", {"externalURL": "https://example.org/a"})["id"]
    below = owner.folder(folders.one)["id"]
    file_of(owner, folders.one, inside)
    file_of(owner, below, inside)
    file_of(owner, folders.same, inside)
    for parent, handle, says in (
        (folders.one, outside, "is in storage location 1; upload or copy"),
        (below, outside, "is in storage location 1; upload or copy"),
        (folders.one, link, "is in no storage location"),
        (folders.other, inside, f"is in storage location {folders.here}"),
        (folders.plain, inside, "can only be in a folder with that storage location"),
        (folders.project, inside, "can only be in a folder with that storage location"),
    ):
        body = {"concreteType": "org.sagebionetworks.repo.model.FileEntity", "parentId": parent, "name": "refused"}
        assert says in folders.refused("POST", ENTITY, {**body, "dataFileHandleId": handle})


def test_other_bytes_and_versions_have_to_be_in_the_location_as_well(folders: Folders) -> None:
    owner = folders.owner
    inside, outside = upload_to(owner, folders.here), owner.upload(b"hello")
    again = upload_to(owner, folders.here, b"hello", "again.txt")
    file = file_of(owner, folders.one, inside)
    assert "is in storage location 1" in folders.move_refused(file, folders.one, dataFileHandleId=outside)
    new_version = f"{ENTITY}/{file['id']}?newVersion=true"
    body = folders.moved(file, folders.one, dataFileHandleId=outside)
    assert "is in storage location 1" in folders.refused("PUT", new_version, body)
    swap = f"{ENTITY}/{file['id']}/version/1/filehandle"
    asked = {"oldFileHandleId": inside, "newFileHandleId": outside}
    assert "is in storage location 1" in folders.refused("PUT", swap, asked)
    owner.ok("PUT", swap, asked | {"newFileHandleId": again})
    plain = file_of(owner, folders.plain, outside)
    asked = {"oldFileHandleId": outside, "newFileHandleId": inside}
    assert "can only be in a folder" in folders.refused("PUT", f"{ENTITY}/{plain['id']}/version/1/filehandle", asked)
    # What is said of a file changes without its bytes being looked at.
    folders.move(file, folders.one, name="renamed")


def test_a_file_moves_between_folders_of_one_location_alone(folders: Folders) -> None:
    owner = folders.owner
    file = file_of(owner, folders.one, upload_to(owner, folders.here))
    plain = owner.file(folders.plain)
    folders.move(file, folders.same)
    assert "storage location" in folders.move_refused(file, folders.other)
    assert "can only be in a folder" in folders.move_refused(file, folders.plain)
    assert "is in storage location 1" in folders.move_refused(plain, folders.one)


def test_a_file_changes_parent_and_bytes_at_once_when_the_pair_fits(folders: Folders) -> None:
    owner = folders.owner
    file = owner.file(folders.plain, b"to be migrated")
    copy = upload_to(owner, folders.here, b"to be migrated")
    assert "can only be in a folder" in folders.move_refused(file, folders.plain, dataFileHandleId=copy)
    folders.move(file, folders.one, dataFileHandleId=copy)
    assert folders.move_refused(file, folders.plain)
    folders.move(file, folders.plain, dataFileHandleId=owner.upload(b"and out again"))


def test_folders_move_within_their_location_alone(folders: Folders) -> None:
    owner = folders.owner
    below = owner.folder(folders.one)
    file_of(owner, below["id"], upload_to(owner, folders.here))
    folders.move(below, folders.same)
    assert "with the same storage location" in folders.move_refused(below, folders.other)
    assert "with the same storage location" in folders.move_refused(below, folders.plain)
    assert "lies in no folder with STS" in folders.move_refused({"id": folders.plain}, folders.one)
    for target in (folders.same, folders.other, below["id"]):
        assert "cannot lie within" in folders.move_refused({"id": folders.one}, target)
    # The STS folder itself goes where there is none, also in a plain folder; but that one then stays outside.
    folders.move({"id": folders.one}, folders.plain)
    assert "lies in no folder with STS" in folders.move_refused({"id": folders.plain}, folders.same)
    set_on(owner, owner.folder(folders.plain)["id"], 1)
    with_setting = owner.folder(folders.project)
    set_on(owner, with_setting["id"], 1)
    assert "lies in no folder with STS" in folders.move_refused(with_setting, folders.same)


def test_only_files_and_folders_are_made_in_it(folders: Folders) -> None:
    members = {
        "table.TableEntity": {"columnIds": []},
        "Link": {"linksTo": {"targetId": folders.plain}},
        "table.Dataset": {"items": []},
    }
    for kind, more in members.items():
        body = {"concreteType": f"org.sagebionetworks.repo.model.{kind}", "name": "other", **more}
        assert "only files and folders" in folders.refused("POST", ENTITY, body | {"parentId": folders.one})
        made = folders.owner.ok("POST", ENTITY, body | {"parentId": folders.plain, "name": kind.replace(".", " ")})
        assert "only files and folders" in folders.move_refused(made, folders.one)


def test_all_that_is_in_it_is_shared_like_the_folder(folders: Folders) -> None:
    owner = folders.owner
    below = owner.folder(folders.one)
    file = file_of(owner, below["id"], upload_to(owner, folders.here))
    entry = {"principalId": owner.id, "accessType": ["READ", "UPDATE", "CHANGE_PERMISSIONS", "DELETE", "CREATE"]}
    acl = {"resourceAccess": [entry]}
    for entity in (below["id"], file["id"]):
        assert "is shared like the folder itself" in folders.refused("POST", f"{ENTITY}/{entity}/acl", acl)
    owner.ok("POST", f"{ENTITY}/{folders.one}/acl", acl)
    # Nor does a list come in with what has one.
    outside = owner.file(folders.plain)
    owner.ok("POST", f"{ENTITY}/{outside['id']}/acl", acl)
    copy = upload_to(owner, folders.here, b"other bytes")
    assert "sharing settings of its own" in folders.move_refused(outside, folders.one, dataFileHandleId=copy)
    owner.ok("DELETE", f"{ENTITY}/{outside['id']}/acl")
    folders.move(outside, folders.one, dataFileHandleId=copy)


def test_what_was_deleted_comes_back_to_where_it_fits(folders: Folders) -> None:
    owner = folders.owner
    below = owner.folder(folders.one)
    file = file_of(owner, below["id"], upload_to(owner, folders.here))
    plain = owner.file(folders.plain)
    restore = "/repo/v1/trashcan/restore"
    for entity in (file, below, plain):
        owner.ok("DELETE", f"{ENTITY}/{entity['id']}")
    assert "takes back what was in it" in folders.refused("PUT", f"{restore}/{plain['id']}/{folders.one}")
    assert "takes back what was in it" in folders.refused("PUT", f"{restore}/{below['id']}/{folders.same}")
    owner.ok("PUT", f"{restore}/{below['id']}")
    assert "can only be in a folder" in folders.refused("PUT", f"{restore}/{file['id']}/{folders.plain}")
    owner.ok("PUT", f"{restore}/{file['id']}")
    owner.ok("DELETE", f"{ENTITY}/{below['id']}")
    assert "can only be in a folder" in folders.refused("PUT", f"{restore}/{below['id']}/{folders.plain}")
    owner.ok("PUT", f"{restore}/{below['id']}")
    owner.ok("PUT", f"{restore}/{plain['id']}")
    owner.ok("DELETE", f"{ENTITY}/{folders.one}")
    owner.ok("PUT", f"{restore}/{folders.one}/{folders.plain}")


def test_the_whole_bucket_is_not_needed_to_stand_in_an_external_folder(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner, "base")
    number = location(owner, external(bucket, baseKey="base", stsEnabled=True))
    folder = owner.folder(owner.project()["id"])["id"]
    set_on(owner, folder, number)
    file = file_of(owner, folder, upload_to(owner, number))
    handle = owner.ok("GET", f"/file/v1/fileHandle/{file['dataFileHandleId']}")
    assert handle["key"].startswith(f"base/{owner.id}/")
