"""Bundles that make and change, and the old form."""

from __future__ import annotations

import secrets
from typing import Any

from tests.live import Person, Server
from tests.world import READ, allow

from vesicle.access import Right

FOLDER = "org.sagebionetworks.repo.model.Folder"
NOTES = {"annotations": {"k": {"type": "STRING", "value": ["v"]}}}
EVERY_BIT = (
    0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x800 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000 | 0x40000
)


def acl_for(*people: Person) -> dict[str, Any]:
    rights = ["READ", "UPDATE", "CHANGE_PERMISSIONS"]
    return {"resourceAccess": [{"principalId": one.id, "accessType": rights} for one in people]}


def test_everything_is_made_in_one_call(owner: Person, stranger: Person) -> None:
    project = owner.project()
    activity = owner.ok("POST", "/repo/v1/activity", {"name": "made it"})["id"]
    entity = {"concreteType": FOLDER, "name": "f", "parentId": project["id"]}
    asked = {"entity": entity, "annotations": NOTES, "accessControlList": acl_for(owner, stranger)}
    made = owner.ok("POST", "/repo/v1/entity/bundle2/create", asked, generatedBy=activity)
    assert made.keys() == {"entity", "entityType", "annotations", "accessControlList"}
    number = made["entity"]["id"]
    assert made["entity"] == owner.ok("GET", f"/repo/v1/entity/{number}")
    assert made["annotations"] == owner.ok("GET", f"/repo/v1/entity/{number}/annotations2")
    assert made["accessControlList"] == owner.ok("GET", f"/repo/v1/entity/{number}/acl")
    assert owner.ok("GET", f"/repo/v1/entity/{number}/generatedBy")["id"] == activity
    assert stranger.ok("GET", f"/repo/v1/entity/{number}")["id"] == number
    bare = owner.ok("POST", "/repo/v1/entity/bundle2/create", {"entity": {**entity, "name": "g"}})
    assert bare.keys() == {"entity", "entityType"}
    # A project has a list already; it is replaced.
    body = {"entity": {"concreteType": "org.sagebionetworks.repo.model.Project", "name": secrets.token_hex(8)}}
    shared = owner.ok("POST", "/repo/v1/entity/bundle2/create", {**body, "accessControlList": acl_for(owner, stranger)})
    assert {one["principalId"] for one in shared["accessControlList"]["resourceAccess"]} == {owner.id, stranger.id}


def test_nothing_is_half_made(owner: Person) -> None:
    project = owner.project()
    entity = {"concreteType": FOLDER, "name": "f", "parentId": project["id"]}
    bad_notes = {"annotations": {"a b": {"type": "STRING", "value": ["v"]}}}
    for asked in ({"entity": entity, "annotations": bad_notes}, {"annotations": NOTES}, {},
                  {"entity": entity, "accessControlList": {"resourceAccess": [{"principalId": 1}]}}):  # fmt: skip
        assert owner.call("POST", "/repo/v1/entity/bundle2/create", asked).status_code == 400
    lookup = {"parentId": project["id"], "entityName": "f"}
    assert owner.call("POST", "/repo/v1/entity/child", lookup).status_code == 404


def test_who_may_only_create_makes_an_entity_but_not_its_annotations(
    server: Server, owner: Person, stranger: Person
) -> None:
    project = owner.project()
    allow(server, project["id"], stranger.id, READ | int(Right.CREATE))
    entity = {"concreteType": FOLDER, "name": "f", "parentId": project["id"]}
    asked = {"entity": entity, "annotations": NOTES}
    assert stranger.call("POST", "/repo/v1/entity/bundle2/create", asked).status_code == 403
    assert stranger.ok("POST", "/repo/v1/entity/bundle2/create", {"entity": entity})["entity"]["name"] == "f"


def test_a_bundle_changes_the_entity_and_merges_annotations(owner: Person, stranger: Person) -> None:
    file = owner.file(owner.project()["id"])
    door = f"/repo/v1/entity/{file['id']}/bundle2"
    first = owner.ok("PUT", door, {"annotations": {**NOTES, "etag": "whatever"}})
    assert first.keys() == {"annotations"}
    file = owner.ok("GET", f"/repo/v1/entity/{file['id']}")
    more = {"annotations": {"l": {"type": "LONG", "value": ["1"]}, "k": {"type": "STRING", "value": ["w"]}}}
    asked = {
        "entity": {**file, "description": "said"},
        "annotations": more,
        "accessControlList": acl_for(owner, stranger),
    }
    changed = owner.ok("PUT", door, asked)
    assert changed["annotations"]["annotations"] == more["annotations"]
    assert (changed["entity"]["description"], changed["entity"]["versionNumber"]) == ("said", 1)
    assert changed["entity"] == owner.ok("GET", f"/repo/v1/entity/{file['id']}")
    assert stranger.ok("GET", f"/repo/v1/entity/{file['id']}")["id"] == file["id"]
    again = owner.ok("PUT", door, {"accessControlList": acl_for(owner)})
    assert [one["principalId"] for one in again["accessControlList"]["resourceAccess"]] == [owner.id]
    # Other bytes make a version here too.
    new = {**changed["entity"], "etag": owner.ok("GET", f"/repo/v1/entity/{file['id']}")["etag"]}
    cut = owner.ok("PUT", door, {"entity": {**new, "dataFileHandleId": owner.upload(b"other")}})
    assert cut["entity"]["versionNumber"] == 2
    assert owner.call("PUT", door, {"entity": file}).status_code == 412
    for part in ("entity", "annotations", "accessControlList"):
        other = {**(asked[part]), "id": file["parentId"]}
        assert owner.call("PUT", door, {part: other}).status_code == 400


def test_the_old_form_is_chosen_by_a_mask(owner: Person) -> None:
    project = owner.project()
    file = owner.file(project["id"])
    every = owner.ok("GET", f"/repo/v1/entity/{file['id']}/bundle", mask=EVERY_BIT)
    assert every.keys() == {
        "entity", "entityType", "annotations", "permissions", "path", "hasChildren", "fileHandles", "benefactorAcl",
        "fileName", "threadCount", "restrictionInformation",
    }  # fmt: skip
    assert every["entity"] == file
    assert every["annotations"]["stringAnnotations"] == {}
    old = owner.ok("GET", f"/repo/v1/entity/{file['id']}/version/1/bundle", mask=0x1)
    assert old == {"entity": file, "entityType": "file"}
    assert owner.ok("GET", f"/repo/v1/entity/{project['id']}/bundle", mask=0x40).keys() == {"accessControlList"}
    assert owner.ok("GET", f"/repo/v1/entity/{file['id']}/bundle", mask=0) == {}
    assert owner.call("GET", f"/repo/v1/entity/{file['id']}/bundle").status_code == 400
    assert owner.call("GET", f"/repo/v1/entity/{file['id']}/version/9/bundle", mask=1).status_code == 404
    for method, path in (("POST", "/repo/v1/entity/bundle"), ("PUT", f"/repo/v1/entity/{file['id']}/bundle")):
        assert owner.call(method, path, {}).status_code == 410
