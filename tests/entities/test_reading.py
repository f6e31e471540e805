"""Looking at entities: children, paths, headers, bundles, permissions."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from tests.live import Person, Server
from tests.world import DOWNLOAD, READ, allow, deny

EVERY_PART = [
    "includeEntity", "includeAnnotations", "includePermissions", "includeEntityPath", "includeHasChildren",
    "includeAccessControlList", "includeFileHandles", "includeTableBundle", "includeRootWikiId", "includeBenefactorACL",
    "includeDOIAssociation", "includeFileName", "includeThreadCount", "includeRestrictionInformation",
    "includeActivity",
]  # fmt: skip
PERMISSIONS = {
    "canView", "canEdit", "canMove", "canAddChild", "canCertifiedUserEdit", "canCertifiedUserAddChild",
    "isCertifiedUser", "canChangePermissions", "canChangeSettings", "canDelete", "canDownload", "canUpload",
    "canEnableInheritance", "ownerPrincipalId", "canPublicRead", "canModerate", "isCertificationRequired",
    "isEntityOpenData", "isDataContributor",
}  # fmt: skip


def children(person: Person, parent: str | None, *types: str, **more: Any) -> Any:
    body = {"parentId": parent, "includeTypes": types or ["folder", "file"], **more}
    return person.ok("POST", "/repo/v1/entity/children", body)


def every_child(person: Person, parent: str, **more: Any) -> list[dict[str, Any]]:
    found, token = [], None
    while True:
        page = children(person, parent, nextPageToken=token, **more)
        assert len(page["page"]) <= 50
        found += page["page"]
        token = page.get("nextPageToken")
        if not token:
            return found


def test_children_are_paged_by_fifty_and_sorted(owner: Person) -> None:
    project = owner.project()
    names = [f"child {number:03}" for number in range(103)]
    for name in reversed(names):
        owner.folder(project["id"], name)
    assert [one["name"] for one in every_child(owner, project["id"])] == names
    assert [one["name"] for one in every_child(owner, project["id"], sortDirection="DESC")] == names[::-1]
    for sort in ("CREATED_ON", "MODIFIED_ON"):
        assert [one["name"] for one in every_child(owner, project["id"], sortBy=sort)] == names[::-1]
    oldest = owner.ok("GET", f"/repo/v1/entity/{every_child(owner, project['id'], sortBy='CREATED_ON')[0]['id']}")
    owner.ok("PUT", f"/repo/v1/entity/{oldest['id']}", {**oldest, "description": "touched"})
    assert every_child(owner, project["id"], sortBy="MODIFIED_ON")[-1]["id"] == oldest["id"]


def test_a_page_of_exactly_fifty_is_the_last(owner: Person) -> None:
    project = owner.project()
    for _ in range(50):
        owner.folder(project["id"])
    page = children(owner, project["id"])
    assert len(page["page"]) == 50
    assert "nextPageToken" not in page


def test_children_can_be_counted_and_their_bytes_summed(server: Server, owner: Person, stranger: Person) -> None:
    project = owner.project()
    hidden = owner.file(project["id"], b"1234567")
    owner.file(project["id"], b"123")
    owner.folder(project["id"])
    totals = {"includeTotalChildCount": True, "includeSumFileSizes": True}
    answer = children(owner, project["id"], **totals)
    assert (answer["totalChildCount"], answer["sumFileSizesBytes"]) == (3, 10)
    answer = children(owner, project["id"], "file", **totals)
    assert (answer["totalChildCount"], answer["sumFileSizesBytes"]) == (2, 10)
    allow(server, hidden["id"], owner.id, 255)
    allow(server, project["id"], stranger.id, READ)
    answer = children(stranger, project["id"], **totals)
    assert (answer["totalChildCount"], answer["sumFileSizesBytes"]) == (2, 3)
    assert hidden["id"] not in {one["id"] for one in answer["page"]}
    assert "totalChildCount" not in children(owner, project["id"])


def test_types_that_are_not_known_match_nothing_and_none_at_all_is_refused(owner: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    names = ["folder", "file", "table", "link", "entityview", "dockerrepo", "submissionview", "dataset", "searchindex"]
    assert [one["id"] for one in children(owner, project["id"], *names)["page"]] == [folder["id"]]
    assert children(owner, project["id"], "searchindex")["page"] == []
    for types in ([], None):
        body = {"parentId": project["id"], "includeTypes": types}
        assert owner.call("POST", "/repo/v1/entity/children", body).status_code == 400


@pytest.mark.parametrize(
    "more", [{"sortBy": "SIZE"}, {"sortDirection": "UP"}, {"nextPageToken": "50a50"}, {"nextPageToken": "ä"}]
)
def test_an_order_or_a_token_that_there_is_not_is_refused(owner: Person, more: dict[str, str]) -> None:
    body = {"parentId": owner.project()["id"], "includeTypes": ["file"], **more}
    assert owner.call("POST", "/repo/v1/entity/children", body).status_code == 400


def test_projects_are_listed_to_who_may_read_them(server: Server, owner: Person, stranger: Person) -> None:
    project = owner.project()
    assert project["id"] in {one["id"] for one in children(owner, None, "project")["page"]}
    assert project["id"] not in {one["id"] for one in children(stranger, None, "project")["page"]}
    allow(server, project["id"], stranger.id, READ)
    assert project["id"] in {one["id"] for one in children(stranger, None, "project")["page"]}
    assert project["id"] in {one["id"] for one in children(stranger, "syn4489", "project")["page"]}


def test_a_child_is_found_by_its_exact_name(server: Server, owner: Person, stranger: Person) -> None:
    project = owner.project()
    made = owner.folder(project["id"], "Exact")

    def find(person: Person, name: str, parent: str | None) -> Any:
        answer = person.call("POST", "/repo/v1/entity/child", {"parentId": parent, "entityName": name})
        return answer.json().get("id", answer.status_code) if answer.is_success else answer.status_code

    assert find(owner, "Exact", project["id"]) == made["id"]
    assert find(owner, "exact", project["id"]) == 404
    assert find(owner, project["name"], None) == project["id"]
    assert find(owner, secrets.token_hex(8), None) == 404
    assert find(stranger, project["name"], None) == 403
    assert find(stranger, "Exact", project["id"]) == 403
    allow(server, made["id"], owner.id, 255)
    allow(server, project["id"], stranger.id, READ)
    assert find(stranger, "Exact", project["id"]) == 403
    assert find(owner, "x" * 5000, project["id"]) == 404


def test_the_path_hides_the_names_that_may_not_be_read(server: Server, owner: Person, stranger: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    allow(server, folder["id"], stranger.id, READ)
    path = owner.ok("GET", f"/repo/v1/entity/{folder['id']}/path")["path"]
    assert [(one["id"], one["name"]) for one in path] == [
        ("syn4489", "root"), (project["id"], project["name"]), (folder["id"], folder["name"])
    ]  # fmt: skip
    assert path[1]["type"] == "org.sagebionetworks.repo.model.Project"
    seen = stranger.ok("GET", f"/repo/v1/entity/{folder['id']}/path")["path"]
    assert [one["name"] for one in seen] == ["root", "Redacted", folder["name"]]


def test_headers_have_every_member(owner: Person) -> None:
    file = owner.file(owner.project()["id"])
    header = owner.ok("GET", f"/repo/v1/entity/{file['id']}/type")
    assert header == {
        "id": file["id"], "name": file["name"], "type": file["concreteType"], "versionNumber": 1, "versionLabel": "1",
        "isLatestVersion": True, "benefactorId": int(file["parentId"].removeprefix("syn")),
        "createdOn": file["createdOn"], "createdBy": file["createdBy"], "modifiedOn": file["modifiedOn"],
        "modifiedBy": file["modifiedBy"],
    }  # fmt: skip


def test_headers_of_many_leave_out_what_may_not_be_read(owner: Person, stranger: Person) -> None:
    project = owner.project()
    file = owner.file(project["id"])
    file = owner.ok("PUT", f"/repo/v1/entity/{file['id']}", {**file, "versionLabel": None}, newVersion="true")
    theirs = stranger.project()
    batch = f"{file['id']},syn999999999,{theirs['id']},{project['id']}"
    answer = owner.ok("GET", "/repo/v1/entity/type", batch=batch)
    assert [one["id"] for one in answer["results"]] == [file["id"], project["id"]]
    assert answer["totalNumberOfResults"] == 2
    old = {"references": [{"targetId": file["id"], "targetVersionNumber": 1}, {"targetId": theirs["id"]}]}
    (header,) = owner.ok("POST", "/repo/v1/entity/header", old)["results"]
    assert (header["versionNumber"], header["isLatestVersion"]) == (1, False)
    none = {"references": [{"targetId": file["id"], "targetVersionNumber": 9}]}
    assert owner.ok("POST", "/repo/v1/entity/header", none)["results"] == []
    assert owner.call("GET", "/repo/v1/entity/type", batch="synx").status_code == 400
    assert owner.call("POST", "/repo/v1/entity/header", {"references": []}).status_code == 400


def test_one_entity_may_be_asked_for_in_two_versions(owner: Person) -> None:
    file = owner.file(owner.project()["id"])
    owner.ok("PUT", f"/repo/v1/entity/{file['id']}", {**file, "versionLabel": None}, newVersion="true")
    both = {"references": [{"targetId": file["id"], "targetVersionNumber": number} for number in (1, 2)]}
    found = owner.ok("POST", "/repo/v1/entity/header", both)["results"]
    assert [one["versionNumber"] for one in found] == [1, 2]


def test_a_bundle_has_the_parts_that_were_asked_for(owner: Person) -> None:
    project = owner.project()
    file = owner.file(project["id"])
    path = f"/repo/v1/entity/{file['id']}/bundle2"
    assert owner.ok("POST", path, {}) == {}
    bundle = owner.ok("POST", path, dict.fromkeys(EVERY_PART, True))
    assert bundle.keys() == {
        "entity", "entityType", "annotations", "permissions", "path", "hasChildren", "fileHandles", "benefactorAcl",
        "fileName", "threadCount", "restrictionInformation",
    }  # fmt: skip
    assert (bundle["entity"], bundle["entityType"], bundle["hasChildren"]) == (file, "file", False)
    assert bundle["annotations"] == {"id": file["id"], "etag": file["etag"], "annotations": {}}
    assert [one["id"] for one in bundle["fileHandles"]] == [file["dataFileHandleId"]]
    assert bundle["benefactorAcl"]["id"] == project["id"]
    restriction = bundle["restrictionInformation"]
    assert (restriction["hasUnmetAccessRequirement"], restriction["restrictionLevel"]) == (False, "OPEN")
    assert restriction["objectId"] == int(file["id"].removeprefix("syn"))
    assert (
        owner.ok("POST", f"/repo/v1/entity/{file['id']}/version/1/bundle2", {"includeEntity": True})["entity"] == file
    )
    assert (
        owner.call("POST", f"/repo/v1/entity/{file['id']}/version/2/bundle2", {"includeEntity": True}).status_code
        == 404
    )
    of_project = owner.ok("POST", f"/repo/v1/entity/{project['id']}/bundle2", dict.fromkeys(EVERY_PART, True))
    assert of_project["accessControlList"] == of_project["benefactorAcl"]
    assert (of_project["fileHandles"], of_project["hasChildren"]) == ([], True)


def test_a_bundle_has_no_handles_for_who_may_only_read(server: Server, owner: Person, stranger: Person) -> None:
    file = owner.file(owner.project()["id"])
    body = {"includeFileHandles": True}
    allow(server, file["id"], stranger.id, READ)
    assert stranger.ok("POST", f"/repo/v1/entity/{file['id']}/bundle2", body) == {"fileHandles": []}
    allow(server, file["id"], stranger.id, READ | DOWNLOAD)
    assert len(stranger.ok("POST", f"/repo/v1/entity/{file['id']}/bundle2", body)["fileHandles"]) == 1


def test_the_list_of_a_project_gives_its_creator_every_right(owner: Person, stranger: Person, nobody: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    acl = owner.ok("GET", f"/repo/v1/entity/{project['id']}/acl")
    assert acl.keys() == {"id", "etag", "creationDate", "resourceAccess"}
    (entry,) = acl["resourceAccess"]
    assert entry["principalId"] == owner.id
    assert set(entry["accessType"]) == {
        "READ", "DOWNLOAD", "UPDATE", "DELETE", "CREATE", "CHANGE_PERMISSIONS", "CHANGE_SETTINGS", "MODERATE"
    }  # fmt: skip
    for person in (owner, stranger, nobody):
        assert person.ok("GET", f"/repo/v1/entity/{project['id']}/acl") == acl
        answer = person.call("GET", f"/repo/v1/entity/{folder['id']}/acl")
        assert answer.status_code == 404
        assert answer.json()["reason"] == (
            "The requested ACL does not exist. This entity inherits its permissions from: "
            f"/repo/v1/entity/{project['id']}/acl"
        )


def test_permissions_have_all_nineteen_members(owner: Person, stranger: Person, nobody: Person) -> None:
    project = owner.project()
    for person in (owner, stranger, nobody):
        found = person.ok("GET", f"/repo/v1/entity/{project['id']}/permissions")
        assert found.keys() == PERMISSIONS
        assert found["ownerPrincipalId"] == owner.id
        assert found["canView"] is (person is owner)
        assert found["canUpload"] is (person is not nobody)
    assert nobody.call("GET", "/repo/v1/entity/syn999999999/permissions").status_code == 404


def test_what_may_be_read_is_decided_by_the_nearest_list(server: Server, owner: Person, stranger: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    allow(server, folder["id"], stranger.id, READ)
    assert stranger.ok("GET", f"/repo/v1/entity/{folder['id']}")["id"] == folder["id"]
    answer = stranger.call("GET", f"/repo/v1/entity/{project['id']}")
    assert (answer.status_code, answer.json()["reason"]) == (403, "You lack READ access to the requested entity.")
    deny(server, folder["id"], stranger.id)
    assert stranger.call("GET", f"/repo/v1/entity/{folder['id']}").status_code == 403


def test_an_unknown_entity_is_a_404_that_names_it(owner: Person) -> None:
    answer = owner.call("GET", "/repo/v1/entity/syn999999999")
    assert (answer.status_code, answer.json()["reason"]) == (404, "Resource: 'syn999999999' does not exist")
    bad = owner.call("GET", "/repo/v1/entity/synapse")
    assert bad.status_code == 400
    assert "synapse is not a valid Synapse ID." in bad.json()["reason"]
