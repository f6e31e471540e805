"""Links, tables and the other kinds: stored as they are sent, in the places where they may be."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from tests.live import Person

PREFIX = "org.sagebionetworks.repo.model."
TABLES: dict[str, dict[str, Any]] = {
    "table.TableEntity": {"columnIds": ["1", "2"], "isSearchEnabled": True},
    "table.EntityView": {"columnIds": [], "scopeIds": ["syn123"], "viewTypeMask": 1, "type": "file"},
    "table.SubmissionView": {"scopeIds": ["9614112"]},
    "table.Dataset": {"items": [{"entityId": "syn123", "versionNumber": 2}]},
    "table.DatasetCollection": {"items": [{"entityId": "syn123", "versionNumber": 1}]},
    "table.MaterializedView": {"definingSQL": "SELECT * FROM syn123"},
    "table.VirtualTable": {"definingSQL": "SELECT a FROM syn123"},
}
UNVERSIONED: dict[str, dict[str, Any]] = {
    "Link": {"linksTo": {"targetId": "syn123", "targetVersionNumber": 2}, "linksToClassName": f"{PREFIX}FileEntity"},
    "docker.DockerRepository": {"repositoryName": "docker.example.org/tool"},
    "search.table.SearchIndex": {"definingSQL": "SELECT * FROM syn123"},
}
NAMES = {
    "Link": "link", "docker.DockerRepository": "dockerrepo", "search.table.SearchIndex": "searchindex",
    "table.TableEntity": "table", "table.EntityView": "entityview", "table.SubmissionView": "submissionview",
    "table.Dataset": "dataset", "table.DatasetCollection": "datasetcollection",
    "table.MaterializedView": "materializedview", "table.VirtualTable": "virtualtable",
}  # fmt: skip
VERSION_MEMBERS = {"versionNumber", "versionLabel", "versionComment", "isLatestVersion"}


@pytest.mark.parametrize("kind", [*TABLES, *UNVERSIONED])
def test_what_only_one_kind_has_comes_back_and_is_replaced_whole(owner: Person, kind: str) -> None:
    members = (TABLES | UNVERSIONED)[kind]
    project = owner.project()
    made = owner.make(kind, name="one", parentId=project["id"], description="said", **members)
    assert {name: made[name] for name in members} == members
    assert (made.keys() >= VERSION_MEMBERS) == (kind in TABLES)
    assert owner.ok("GET", f"/repo/v1/entity/{made['id']}") == made
    kept = {"linksTo": {"targetId": "syn124"}} if kind == "Link" else {}
    kept |= {"repositoryName": "other"} if kind == "docker.DockerRepository" else {}
    bare = {name: made[name] for name in ("concreteType", "id", "etag", "parentId", "name")} | kept
    changed = owner.ok("PUT", f"/repo/v1/entity/{made['id']}", bare, newVersion="true")
    assert not ((members.keys() | {"description"}) & changed.keys()) - kept.keys()
    assert kept.items() <= changed.items()
    header = owner.ok("GET", f"/repo/v1/entity/{made['id']}/type")
    assert (header["type"], header["versionNumber"]) == (PREFIX + kind, 1)
    listed = {"parentId": project["id"], "includeTypes": [NAMES[kind]]}
    assert [one["id"] for one in owner.ok("POST", "/repo/v1/entity/children", listed)["page"]] == [made["id"]]
    every = {"includeEntity": True, "includeFileHandles": True, "includeAnnotations": True}
    for path in (f"{made['id']}/bundle2", f"{made['id']}/version/1/bundle2"):
        bundle = owner.ok("POST", f"/repo/v1/entity/{path}", every)
        assert (bundle["entityType"], bundle["fileHandles"]) == (NAMES[kind], [])
    owner.ok("DELETE", f"/repo/v1/entity/{made['id']}")
    (gone,) = owner.ok("GET", "/repo/v1/trashcan/view")["results"]
    assert (gone["entityId"], gone["entityType"], gone["entityName"]) == (made["id"], NAMES[kind], "one")


@pytest.mark.parametrize("kind", TABLES)
def test_the_newest_version_of_a_table_is_in_progress(owner: Person, kind: str) -> None:
    made = owner.make(kind, name="one", parentId=owner.project()["id"], versionLabel="mine", **TABLES[kind])
    assert (made["versionLabel"], made["versionComment"], made["versionNumber"]) == ("in progress", "in progress", 1)
    assert owner.ok("GET", f"/repo/v1/entity/{made['id']}/version")["results"] == []
    again = owner.ok("PUT", f"/repo/v1/entity/{made['id']}", {**made, "versionLabel": "x"}, newVersion="true")
    assert (again["versionNumber"], again["versionLabel"]) == (1, "in progress")
    assert owner.call("PUT", f"/repo/v1/entity/{made['id']}/version").status_code == 400


def test_a_record_set_is_a_file_with_more_to_say(owner: Person) -> None:
    handle = owner.upload(b"a,b\n1,2\n")
    given = {"dataFileHandleId": handle, "upsertKey": ["a"], "csvDescriptor": {"separator": ","}}
    made = owner.make("RecordSet", name="records", parentId=owner.project()["id"], **given)
    assert given.items() <= made.items()
    assert owner.call("GET", f"/repo/v1/entity/{made['id']}/file", redirect="false").status_code == 200
    other = owner.upload(b"a,b\n3,4\n")
    changed = owner.ok("PUT", f"/repo/v1/entity/{made['id']}", {**made, "dataFileHandleId": other})
    assert changed["versionNumber"] == 2
    body = {"concreteType": f"{PREFIX}RecordSet", "parentId": made["parentId"], "name": "no bytes"}
    assert owner.call("POST", "/repo/v1/entity", body).status_code == 400


def test_a_link_says_where_it_points_and_is_not_followed(owner: Person) -> None:
    project = owner.project()
    body = {"concreteType": f"{PREFIX}Link", "parentId": project["id"], "name": "nowhere"}
    assert owner.call("POST", "/repo/v1/entity", body).status_code == 400
    assert owner.call("POST", "/repo/v1/entity", {**body, "linksTo": {}}).status_code == 400
    made = owner.make("Link", parentId=project["id"], name="l", linksTo={"targetId": project["id"]}, versionLabel="x")
    assert made["linksTo"] == {"targetId": project["id"]}
    assert not VERSION_MEMBERS & made.keys()
    assert owner.call("GET", f"/repo/v1/entity/{made['id']}/file").status_code == 404


@pytest.mark.parametrize("kind", [*TABLES, *UNVERSIONED])
def test_only_projects_and_folders_hold_things(owner: Person, kind: str) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    members = (TABLES | UNVERSIONED)[kind]
    inside = owner.make(kind, name="inside", parentId=project["id"], **members)
    below = {"concreteType": f"{PREFIX}Folder", "name": "below", "parentId": inside["id"]}
    assert owner.call("POST", "/repo/v1/entity", below).status_code == 400
    at_root = {"concreteType": PREFIX + kind, "name": secrets.token_hex(8), **members}
    for parent in ({}, {"parentId": "syn4489"}):
        assert owner.call("POST", "/repo/v1/entity", {**at_root, **parent}).status_code in (400, 403)
    expected = 400 if kind == "docker.DockerRepository" else 200
    moved = owner.call("PUT", f"/repo/v1/entity/{inside['id']}", {**inside, "parentId": folder["id"]})
    assert moved.status_code == expected, moved.text


def test_one_kind_does_not_become_another(owner: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    body = {**folder, "concreteType": f"{PREFIX}table.TableEntity"}
    assert owner.call("PUT", f"/repo/v1/entity/{folder['id']}", body).status_code == 400
    assert owner.call("PUT", f"/repo/v1/entity/{folder['id']}", {**folder, "concreteType": "x"}).status_code == 400
