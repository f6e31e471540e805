"""Locks: what they keep back, from whom, on which ways, how they are inherited, and who lifts them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.delivery.test_copies import COPY
from tests.delivery.test_copies import request as copies_of
from tests.delivery.test_downloads import results, share
from tests.delivery.test_lists import LIST, add, ask, item
from tests.delivery.test_zips import BULK
from tests.delivery.test_zips import request as zip_of
from tests.jobs.waiting import done, finish
from tests.live import Person, Server
from tests.locations.buckets import managed_sts, set_on, upload_to
from tests.world import allow, signed_in

from vesicle.access import ACCESS_AND_COMPLIANCE

ENTITY = "/repo/v1/entity"
UNMET = "There are unmet access requirements that must be met to read content in the requested container."


def lock(person: Person, entity: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = person.ok("POST", f"{ENTITY}/{entity['id']}/lockAccessRequirement")
    return made


def upon(person: Person, entity: dict[str, Any], **window: int) -> list[int]:
    """The requirements that hold for an entity."""
    found = person.ok("GET", f"{ENTITY}/{entity['id']}/accessRequirement", **window)
    return [one["id"] for one in found["results"]]


def lift(person: Person, requirement: dict[str, Any]) -> int:
    return person.call("DELETE", f"/repo/v1/accessRequirement/{requirement['id']}").status_code


def gets(person: Person, entity: dict[str, Any]) -> bool:
    """Whether they may download it; what is told must be what happens."""
    answer = person.call("GET", f"{ENTITY}/{entity['id']}/file", redirect="false")
    said = person.ok("GET", f"{ENTITY}/{entity['id']}/permissions")["canDownload"]
    assert said == (answer.status_code == 200), answer.text
    if not said:
        assert (answer.status_code, answer.json()["reason"]) == (403, UNMET)
    return bool(said)


def moved(person: Person, entity: dict[str, Any], parent: dict[str, Any]) -> int:
    now = person.ok("GET", f"{ENTITY}/{entity['id']}")
    return person.call("PUT", f"{ENTITY}/{entity['id']}", {**now, "parentId": parent["id"]}).status_code


@pytest.fixture
def administrator(server: Server) -> Person:
    """Signed in: a personal access token never has the scope that lifting takes."""
    return signed_in(server, server.person("admin", is_admin=True))


@pytest.fixture
def reviewer(server: Server, administrator: Person) -> Iterator[Person]:
    """A member of the Access and Compliance Team."""
    person = signed_in(server, server.person("reviewer"))
    path = f"/repo/v1/team/{ACCESS_AND_COMPLIANCE}/member/{person.id}"
    assert administrator.call("PUT", path).status_code == 204
    yield person
    assert administrator.call("DELETE", path).status_code == 204


def test_a_lock_keeps_everybody_from_the_bytes_but_those_who_review(
    server: Server, owner: Person, stranger: Person, reviewer: Person, administrator: Person
) -> None:
    project = owner.project()
    file = owner.file(project["id"], b"sensitive")
    for person in (stranger, reviewer):
        share(server, project, person, 3)
    assert upon(owner, file, offset=0, limit=1) == []
    made = lock(owner, file)
    assert made["concreteType"] == "org.sagebionetworks.repo.model.LockAccessRequirement"
    assert made["subjectIds"] == [{"id": file["id"], "type": "ENTITY"}]
    assert made["createdBy"] == str(owner.id)
    assert made["jiraKey"]
    assert [gets(one, file) for one in (owner, stranger, reviewer, administrator)] == [False, False, True, True]
    # What is told of it, and the entity itself, can be read as before, and changed: its etag is the old one.
    assert stranger.ok("GET", f"{ENTITY}/{file['id']}") == file
    assert stranger.ok("GET", f"/repo/v1/accessRequirement/{made['id']}") == made
    owner.ok("PUT", f"{ENTITY}/{file['id']}", file)
    again = owner.call("POST", f"{ENTITY}/{file['id']}/lockAccessRequirement")
    assert again.status_code == 400
    assert str(made["id"]) in again.json()["reason"]
    assert [lift(one, made) for one in (owner, stranger)] == [403, 403]
    assert lift(reviewer, made) == 200
    assert lift(reviewer, made) == 404
    assert [gets(one, file) for one in (owner, stranger)] == [True, True]
    assert stranger.call("GET", f"/repo/v1/accessRequirement/{made['id']}").status_code == 404


def test_every_way_to_the_bytes_is_closed(server: Server, owner: Person, stranger: Person) -> None:
    project = owner.project()
    file, free = owner.file(project["id"], b"sensitive"), owner.file(project["id"], b"free")
    share(server, project, stranger, 3)
    assert add(stranger, item(file), item(free)) == 2
    made = lock(owner, file)
    handle, path = file["dataFileHandleId"], f"{ENTITY}/{file['id']}"
    for door in ("file", "version/1/file", "filehandles", "version/1/filehandles", "filepreview", "sts"):
        query = {"permission": "read_only"} if door == "sts" else {}
        answer = stranger.call("GET", f"{path}/{door}", **query)
        assert (answer.status_code, answer.json()["reason"]) == (403, UNMET), door
    assert results(stranger, (handle, file["id"]))[0]["failureCode"] == "UNAUTHORIZED"
    url = {"fileAssociateType": "FileEntity", "fileAssociateId": file["id"], "redirect": "false"}
    answer = stranger.call("GET", f"/file/v1/file/{handle}", **url)
    assert (answer.status_code, answer.json()["reason"]) == (403, UNMET)
    copied = stranger.ok("POST", COPY, copies_of((handle, file["id"])))["copyResults"]
    assert copied[0]["failureCode"] == "UNAUTHORIZED"
    packed = done(stranger, BULK, zip_of((handle, file["id"]), (free["dataFileHandleId"], free["id"])))
    assert [one["status"] for one in packed["fileSummary"]] == ["FAILURE", "SUCCESS"]
    listed = ask(stranger, "AvailableFiles")["page"]
    assert [one["fileEntityId"] for one in listed] == [free["id"]]
    (action,) = ask(stranger, "ActionRequired")["page"]
    assert action["count"] == 1
    assert action["action"]["concreteType"].endswith(".MeetAccessRequirement")
    assert action["action"]["accessRequirementId"] == made["id"]
    assert ask(stranger, "FilesStatistics")["numberOfFilesAvailableForDownload"] == 1
    manifest = done(stranger, f"{LIST}/manifest/async", {})["resultFileHandleId"]
    (result,) = results(stranger, (manifest, manifest), kind="TableEntity")
    assert file["id"] not in stranger.http.get(result["preSignedURL"]).text
    assert finish(stranger, f"{LIST}/package/async", {}).status_code == 201


def test_what_is_told_of_a_lock(server: Server, owner: Person, stranger: Person, reviewer: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    file = owner.file(folder["id"])
    for person in (stranger, reviewer):
        share(server, project, person, 3)
    inner, outer = lock(owner, file), lock(owner, folder)
    parts = {"includeRestrictionInformation": True, "includeFileHandles": True, "includePermissions": True}
    for person, unmet in ((stranger, True), (owner, True), (reviewer, False)):
        bundle = person.ok("POST", f"{ENTITY}/{file['id']}/bundle2", parts)
        told = bundle["restrictionInformation"]
        assert (told["restrictionLevel"], told["hasUnmetAccessRequirement"]) == ("CONTROLLED_BY_ACT", unmet)
        assert {one["accessRequirementId"] for one in told["restrictionDetails"]} == {inner["id"], outer["id"]}
        assert {(one["isMet"], one["isExempt"]) for one in told["restrictionDetails"]} == {(not unmet, not unmet)}
        assert bundle["permissions"]["canDownload"] is not unmet
        assert told["userEntityPermissions"]["canDownload"] is not unmet
        assert bool(bundle["fileHandles"]) is not unmet
        needed = person.ok("GET", f"{ENTITY}/{file['id']}/actions/download")["actions"]
        assert {one["accessRequirementId"] for one in needed} == ({inner["id"], outer["id"]} if unmet else set())
    assert upon(stranger, file) == [inner["id"], outer["id"]]
    assert upon(stranger, file, limit=1, offset=1) == [outer["id"]]
    assert upon(stranger, file, limit=20, offset=2) == []
    assert stranger.call("GET", f"{ENTITY}/{file['id']}/accessRequirement", limit=51).status_code == 400
    many = {"objectIds": [project["id"], folder["id"], file["id"]], "restrictableObjectType": "ENTITY"}
    batch = stranger.ok("POST", "/repo/v1/restrictionInformation/batch", many)["restrictionInformation"]
    assert [one["hasUnmetAccessRequirement"] for one in batch] == [False, True, True]
    assert [len(one["restrictionDetails"]) for one in batch] == [0, 1, 2]


def test_a_lock_on_a_folder_holds_for_all_that_is_or_comes_below(
    owner: Person, administrator: Person, stranger: Person
) -> None:
    project = owner.project()
    folder, plain = owner.folder(project["id"]), owner.folder(project["id"])
    inner = owner.folder(folder["id"])
    before, own = owner.file(inner["id"]), owner.file(inner["id"])
    mine, theirs = lock(owner, own), lock(owner, folder)
    after, beside = owner.file(inner["id"]), owner.file(project["id"])
    assert [upon(owner, one) for one in (before, after, own, beside)] == [
        [theirs["id"]], [theirs["id"]], [mine["id"], theirs["id"]], [],
    ]  # fmt: skip
    assert [gets(owner, one) for one in (before, after, own, beside)] == [False, False, False, True]
    # Inside it things move as they like, into it as well, and out of it only by who reviews.
    assert moved(owner, after, folder) == 200
    assert moved(owner, beside, inner) == 200
    assert not gets(owner, beside)
    refused = [moved(owner, one, plain) for one in (before, inner, own)]
    assert refused == [403, 403, 403]
    assert moved(administrator, before, plain) == 200
    assert gets(owner, before)
    # The one above goes, and the nearer one stays; what came in is free.
    assert lift(administrator, theirs) == 200
    assert [gets(owner, one) for one in (after, beside, own)] == [True, True, False]
    assert moved(owner, own, plain) == 200
    assert upon(owner, own) == [mine["id"]]
    assert lift(administrator, mine) == 200
    assert gets(owner, own)


def test_the_trash_can_lifts_nothing(owner: Person, administrator: Person) -> None:
    project = owner.project()
    folder, plain = owner.folder(project["id"]), owner.folder(project["id"])
    file, own = owner.file(folder["id"]), owner.file(project["id"])
    mine, theirs = lock(owner, own), lock(owner, folder)
    for one in (file, own):
        owner.ok("DELETE", f"{ENTITY}/{one['id']}")
    owner.ok("PUT", f"/repo/v1/trashcan/restore/{own['id']}/{plain['id']}")
    assert upon(owner, own) == [mine["id"]]
    elsewhere = f"/repo/v1/trashcan/restore/{file['id']}/{plain['id']}"
    assert owner.call("PUT", elsewhere).status_code == 403
    owner.ok("PUT", f"/repo/v1/trashcan/restore/{file['id']}")
    assert upon(owner, file) == [theirs["id"]]
    owner.ok("DELETE", f"{ENTITY}/{file['id']}")
    owner.ok("DELETE", f"{ENTITY}/{folder['id']}")
    assert owner.call("PUT", elsewhere).status_code == 403
    assert lift(administrator, theirs) == 200
    owner.ok("PUT", elsewhere)
    assert gets(owner, file)


def test_a_lock_outlives_the_purge_of_what_it_was_on(server: Server, owner: Person, administrator: Person) -> None:
    from vesicle.tree import felling

    project = owner.project()
    folder, plain = owner.folder(project["id"]), owner.folder(project["id"])
    file = owner.file(folder["id"])
    made = lock(owner, folder)
    for one in (file, folder):
        owner.ok("DELETE", f"{ENTITY}/{one['id']}")
    number = int(folder["id"][3:])
    with server.database() as conn, conn.transaction():
        conn.execute("UPDATE trashed SET purge_soon = true WHERE node_id = %s", (number,))
        felling.remove(conn, felling.give_up(conn, number, 30))
    elsewhere = f"/repo/v1/trashcan/restore/{file['id']}/{plain['id']}"
    assert owner.call("PUT", elsewhere).status_code == 403
    administrator.ok("PUT", elsewhere)
    assert gets(owner, file), "who reviews moved it out"
    assert lift(administrator, made) == 200


def test_open_data_that_are_locked_are_not_open(owner: Person, nobody: Person, administrator: Person) -> None:
    project = owner.project()
    file = owner.file(project["id"])
    acl = owner.ok("GET", f"{ENTITY}/{project['id']}/acl")
    acl["resourceAccess"].append({"principalId": 273949, "accessType": ["READ"]})
    owner.ok("PUT", f"{ENTITY}/{project['id']}/acl", acl)
    administrator.ok("PUT", f"{ENTITY}/{file['id']}/datatype", type="OPEN_DATA")
    assert gets(nobody, file)
    lock(owner, file)
    assert not gets(nobody, file)


def test_locking_takes_the_rights_to_create_and_update(
    server: Server, owner: Person, stranger: Person, nobody: Person, administrator: Person
) -> None:
    project = owner.project()
    door = f"{ENTITY}/{project['id']}/lockAccessRequirement"
    assert [one.call("POST", door).status_code for one in (stranger, nobody)] == [403, 403]
    for rights, status in ((1 | 4, 403), (1 | 8, 403), (1 | 4 | 8, 201)):
        allow(server, project["id"], stranger.id, rights)
        assert stranger.call("POST", door).status_code == status
    assert owner.call("POST", f"{ENTITY}/syn999999999/lockAccessRequirement").status_code == 404
    assert administrator.call("POST", f"{ENTITY}/syn4489/lockAccessRequirement").status_code == 400
    assert lift(administrator, {"id": 999999999}) == 404
    # Other requirements than locks there are none, and teams have none at all.
    none = owner.ok("GET", f"/repo/v1/team/{ACCESS_AND_COMPLIANCE}/accessRequirement")
    assert none == {"results": [], "totalNumberOfResults": 0}
    assert administrator.call("POST", "/repo/v1/accessRequirement", {}).status_code == 404


def test_credentials_do_not_open_what_is_locked(owner: Person, administrator: Person, server: Server) -> None:
    project = owner.project()
    number, folder = managed_sts(owner), owner.folder(project["id"])
    set_on(owner, folder["id"], number)
    file = owner.make("FileEntity", name="a.txt", parentId=folder["id"], dataFileHandleId=upload_to(owner, number))
    door = f"{ENTITY}/{folder['id']}/sts"
    assert owner.call("GET", door, permission="read_only").status_code == 200
    made = lock(owner, file)
    answer = owner.call("GET", door, permission="read_only")
    assert answer.status_code == 403
    assert file["id"] in answer.json()["reason"]
    assert administrator.call("GET", door, permission="read_only").status_code == 200
    owner.ok("DELETE", f"{ENTITY}/{file['id']}")
    assert owner.call("GET", door, permission="read_only").status_code == 403
    assert lift(administrator, made) == 200
    assert owner.call("GET", door, permission="read_only").status_code == 200


def test_who_made_a_handle_has_it_still(owner: Person) -> None:
    """The bytes are theirs, not the entity's: who uploaded them can fetch them as a handle of their own."""
    file = owner.file(owner.project()["id"], b"mine")
    lock(owner, file)
    url = owner.ok("GET", f"/file/v1/fileHandle/{file['dataFileHandleId']}/url", redirect="false")
    assert owner.http.get(url).content == b"mine"
