"""Access control lists: given, changed, taken away."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from tests.live import Person, Server

PUBLIC, AUTHENTICATED, ANONYMOUS = 273949, 273948, 273950
OWNER = ["READ", "DOWNLOAD", "UPDATE", "DELETE", "CREATE", "CHANGE_PERMISSIONS", "CHANGE_SETTINGS", "MODERATE"]
REVOKES = "Caller is trying to revoke their own ACL editing permissions."


def path(entity: Any) -> str:
    return f"/repo/v1/entity/{entity['id']}/acl"


def entry(principal: Any, *access: str) -> dict[str, Any]:
    return {"principalId": getattr(principal, "id", principal), "accessType": list(access)}


def part(owner: Person, entity: Any, *entries: Any) -> Any:
    """A list of its own, with the owner in it."""
    return owner.ok("POST", path(entity), {"resourceAccess": [entry(owner, *OWNER), *entries]})


def benefactor(person: Person, entity: Any) -> str:
    found: str = person.ok("GET", f"/repo/v1/entity/{entity['id']}/benefactor")["id"]
    return found


def test_a_project_begins_with_every_right_for_its_creator(owner: Person) -> None:
    project = owner.project()
    acl = owner.ok("GET", path(project))
    assert acl.keys() == {"id", "etag", "creationDate", "resourceAccess"}
    (only,) = acl["resourceAccess"]
    assert (only["principalId"], sorted(only["accessType"])) == (owner.id, sorted(OWNER))


def test_an_own_list_is_followed_by_what_inherited_through_it(owner: Person, stranger: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    inner = owner.folder(folder["id"])
    file, own = owner.file(inner["id"]), owner.folder(inner["id"])
    part(owner, own)
    # What a client copies from the parent is overwritten.
    copied = {**owner.ok("GET", path(project)), "etag": "x", "creationDate": "1999-01-01T00:00:00.000Z"}
    copied["resourceAccess"].append(entry(stranger, "READ", "DOWNLOAD"))
    made = owner.ok("POST", path(folder), copied)
    assert made["id"] == folder["id"]
    assert made["creationDate"] > "2024"
    assert owner.ok("GET", path(folder)) == made
    assert [benefactor(owner, one) for one in (folder, inner, file, own)] == [folder["id"]] * 3 + [own["id"]]
    assert stranger.ok("GET", f"/repo/v1/entity/{file['id']}")["id"] == file["id"]
    assert stranger.call("GET", f"/repo/v1/entity/{own['id']}").status_code == 403
    assert stranger.call("GET", f"/repo/v1/entity/{project['id']}").status_code == 403
    again = owner.call("POST", path(folder), made)
    assert (again.status_code, again.json()["reason"]) == (403, "Resource already has an ACL.")
    assert owner.call("DELETE", path(folder)).status_code == 204
    assert [benefactor(owner, one) for one in (folder, inner, file, own)] == [project["id"]] * 3 + [own["id"]]
    assert stranger.call("GET", f"/repo/v1/entity/{file['id']}").status_code == 403
    gone = owner.call("GET", path(folder))
    assert gone.status_code == 404
    assert gone.json()["reason"].startswith(
        "The requested ACL does not exist. This entity inherits its permissions from: "
    )
    assert gone.json()["reason"].endswith(f"/entity/{project['id']}/acl")


def test_every_write_gives_the_entity_and_the_list_new_etags(owner: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    seen = [folder["etag"]]

    def changed() -> None:
        now = owner.ok("GET", f"/repo/v1/entity/{folder['id']}")["etag"]
        assert now not in seen
        seen.append(now)

    acl = part(owner, folder)
    changed()
    newer = owner.ok("PUT", path(folder), acl)
    assert newer["etag"] != acl["etag"]
    changed()
    stale = owner.call("PUT", path(folder), acl)
    assert stale.status_code == 412
    owner.ok("DELETE", path(folder))
    changed()
    assert owner.call("PUT", f"/repo/v1/entity/{folder['id']}", folder).status_code == 412


def test_a_change_replaces_the_entries_whole(owner: Person, stranger: Person) -> None:
    project = owner.project()
    acl = owner.ok("GET", path(project))
    acl["resourceAccess"].append(entry(stranger, "READ"))
    acl = owner.ok("PUT", path(project), acl)
    assert stranger.ok("GET", f"/repo/v1/entity/{project['id']}")["id"] == project["id"]
    acl["resourceAccess"] = [one for one in acl["resourceAccess"] if one["principalId"] != stranger.id]
    acl = owner.ok("PUT", path(project), acl)
    assert [one["principalId"] for one in acl["resourceAccess"]] == [owner.id]
    assert stranger.call("GET", f"/repo/v1/entity/{project['id']}").status_code == 403


def test_what_cannot_be_shared_like_this_is_a_403(owner: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    acl = owner.ok("GET", path(project))
    for answer, reason in (
        (owner.call("PUT", path(folder), {**acl, "id": folder["id"]}),
         "Cannot update ACL for a resource which inherits its permissions."),
        (owner.call("DELETE", path(folder)), "Resource already inherits its permissions."),
        (owner.call("POST", path(project), acl), "Resource already has an ACL."),
    ):  # fmt: skip
        assert (answer.status_code, answer.json()["reason"]) == (403, reason)
    assert owner.call("DELETE", path(project)).status_code == 403
    assert owner.call("PUT", path(project), {**acl, "id": folder["id"]}).status_code == 400
    assert owner.call("PUT", path(project), {**acl, "etag": None}).status_code == 400


@pytest.mark.parametrize(
    "entries",
    [
        [None], [{"accessType": ["READ"]}], [entry(AUTHENTICATED)], [{"principalId": AUTHENTICATED}],
        [entry(ANONYMOUS, "READ")], [entry(PUBLIC, "READ", "DOWNLOAD")], [entry(PUBLIC, "UPDATE")],
        [entry(AUTHENTICATED, "READ"), entry(AUTHENTICATED, "DOWNLOAD")], [entry(AUTHENTICATED, "FLY")],
        [entry(999999999, "READ")], [entry(AUTHENTICATED, None)], ["x"], [entry(2**70, "READ")],  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_entries_past_the_rules_are_refused(owner: Person, entries: list[Any]) -> None:
    project = owner.project()
    acl = owner.ok("GET", path(project))
    answer = owner.call("PUT", path(project), {**acl, "resourceAccess": acl["resourceAccess"] + entries})
    assert answer.status_code == 400, answer.text
    assert owner.ok("GET", path(project)) == acl


def test_nobody_locks_themself_out(owner: Person, stranger: Person, administrator: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    part(owner, folder, entry(stranger, "READ", "CHANGE_PERMISSIONS"))
    acl = stranger.ok("GET", path(folder))
    acl["resourceAccess"] = [entry(stranger, "READ")]
    answer = stranger.call("PUT", path(folder), acl)
    assert (answer.status_code, answer.json()["reason"]) == (400, REVOKES)
    # A group of theirs may keep the right; the creator and administrators get in anyway.
    acl["resourceAccess"] = [entry(AUTHENTICATED, "READ", "CHANGE_PERMISSIONS")]
    acl = stranger.ok("PUT", path(folder), acl)
    acl = owner.ok("PUT", path(folder), {**acl, "resourceAccess": [entry(stranger, "READ", "CHANGE_PERMISSIONS")]})
    assert administrator.ok("PUT", path(folder), {**acl, "resourceAccess": []})["resourceAccess"] == []


def test_sharing_takes_the_right_to_change_permissions(owner: Person, stranger: Person, nobody: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    everything_else = [one for one in OWNER if one != "CHANGE_PERMISSIONS"]
    part(owner, folder, entry(stranger, *everything_else))
    below = owner.folder(folder["id"])
    acl = stranger.ok("GET", path(folder))
    for person in (stranger, nobody):
        for method, entity in (("POST", below), ("PUT", folder), ("DELETE", folder)):
            assert person.call(method, path(entity), acl).status_code == 403
    refused = stranger.call("POST", path(below), acl)
    assert refused.json()["reason"] == "You lack CHANGE_PERMISSIONS access to the requested entity."
    for method in ("POST", "PUT", "DELETE"):
        assert owner.call(method, "/repo/v1/entity/syn999999999/acl", {"resourceAccess": []}).status_code == 404


def test_everybody_and_the_public_can_be_let_in(owner: Person, stranger: Person, nobody: Person) -> None:
    project = owner.project()
    file = owner.file(project["id"])
    acl = owner.ok("GET", path(project))
    acl["resourceAccess"] += [entry(PUBLIC, "READ"), entry(AUTHENTICATED, "READ", "DOWNLOAD")]
    owner.ok("PUT", path(project), acl)
    assert nobody.ok("GET", f"/repo/v1/entity/{file['id']}")["id"] == file["id"]
    assert nobody.call("GET", f"/repo/v1/entity/{file['id']}/file").status_code == 403
    assert stranger.call("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false").status_code == 200
    assert nobody.ok("GET", f"/repo/v1/entity/{file['id']}/permissions")["canPublicRead"] is True


def test_a_team_shares_what_its_members_can_do(owner: Person, stranger: Person) -> None:
    team = owner.ok("POST", "/repo/v1/team", {"name": f"team {secrets.token_hex(5)}", "canPublicJoin": True})
    project = owner.project()
    acl = owner.ok("GET", path(project))
    acl["resourceAccess"].append(entry(int(team["id"]), "READ"))
    owner.ok("PUT", path(project), acl)
    assert stranger.call("GET", f"/repo/v1/entity/{project['id']}").status_code == 403
    assert stranger.call("PUT", f"/repo/v1/team/{team['id']}/member/{stranger.id}").is_success
    assert stranger.ok("GET", f"/repo/v1/entity/{project['id']}")["id"] == project["id"]


def test_sharing_leaves_lines_in_the_record(server: Server, owner: Person) -> None:
    folder = owner.folder(owner.project()["id"])
    acl = part(owner, folder)
    owner.ok("PUT", path(folder), {**acl, "resourceAccess": [*acl["resourceAccess"], entry(PUBLIC, "READ")]})
    owner.ok("DELETE", path(folder))
    number = folder["id"].removeprefix("syn")
    with server.database() as conn:
        query = "SELECT actor_id, deed, detail FROM audit_record WHERE object_type = 'entity' AND object_id = %s"
        rows = conn.execute(query + " ORDER BY id", (number,)).fetchall()
    assert [row[:2] for row in rows] == [(owner.id, f"acl.{deed}") for deed in ("create", "update", "delete")]
    assert rows[1][2]["to"][str(PUBLIC)] == ["READ"]
    assert str(PUBLIC) not in rows[1][2]["from"]


def test_permission_to_download_open_data_follows_from_reading(
    owner: Person, stranger: Person, nobody: Person, administrator: Person
) -> None:
    project = owner.project()
    file = owner.file(project["id"])
    acl = owner.ok("GET", path(project))
    owner.ok("PUT", path(project), {**acl, "resourceAccess": [*acl["resourceAccess"], entry(PUBLIC, "READ")]})
    mark = f"/repo/v1/entity/{file['id']}/datatype"
    assert owner.call("PUT", mark, type="OPEN_DATA").status_code == 403
    assert administrator.call("PUT", mark, type="CLOSED").status_code == 400
    assert stranger.call("PUT", mark, type="SENSITIVE_DATA").status_code == 403
    for person in (stranger, nobody):
        assert person.call("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false").status_code == 403
    answer = administrator.ok("PUT", mark, type="OPEN_DATA")
    assert answer.keys() == {"objectId", "objectType", "dataType", "updatedBy", "updatedOn"}
    assert (answer["objectId"], answer["objectType"], answer["dataType"]) == (file["id"], "ENTITY", "OPEN_DATA")
    for person in (stranger, nobody):
        assert person.call("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false").status_code == 200
        permissions = person.ok("GET", f"/repo/v1/entity/{file['id']}/permissions")
        assert (permissions["canDownload"], permissions["isEntityOpenData"]) == (True, True)
    owner.ok("PUT", mark, type="SENSITIVE_DATA")
    assert nobody.call("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false").status_code == 403


def test_one_right_can_be_asked_for(owner: Person, stranger: Person) -> None:
    project = owner.project()
    door = f"/repo/v1/entity/{project['id']}/access"
    assert owner.ok("GET", door, accessType="CHANGE_PERMISSIONS") == {"result": True}
    assert stranger.ok("GET", door, accessType="READ") == {"result": False}
    assert owner.call("GET", door, accessType="FLY").status_code == 400
    assert owner.call("GET", door).status_code == 400
    assert owner.call("GET", "/repo/v1/entity/syn999999999/access", accessType="READ").status_code == 404


def test_nothing_is_restricted_and_a_missing_right_is_said(owner: Person, stranger: Person) -> None:
    project = owner.project()
    file = owner.file(project["id"])
    part(owner, file, entry(stranger, "READ"))
    none = owner.ok("GET", f"/repo/v1/entity/{file['id']}/accessRequirement", offset=0, limit=1)
    assert none == {"results": [], "totalNumberOfResults": 0}
    door = "/repo/v1/restrictionInformation"
    asked = {"objectId": file["id"], "restrictableObjectType": "ENTITY"}
    told = stranger.ok("POST", door, asked)
    assert told["objectId"] == int(file["id"].removeprefix("syn"))
    assert (told["restrictionLevel"], told["hasUnmetAccessRequirement"]) == ("OPEN", False)
    assert told["userEntityPermissions"]["canDownload"] is False
    many = {"objectIds": [project["id"], file["id"]], "restrictableObjectType": "ENTITY"}
    batch = owner.ok("POST", f"{door}/batch", many)["restrictionInformation"]
    assert [f"syn{one['objectId']}" for one in batch] == many["objectIds"]
    for wrong in ({**many, "objectIds": []}, {**many, "objectIds": [file["id"]] * 51}, {**many, "objectIds": ["x"]},
                  {**many, "restrictableObjectType": "FILE"}):  # fmt: skip
        assert owner.call("POST", f"{door}/batch", wrong).status_code == 400
    assert owner.ok("POST", door, {"objectId": "2", "restrictableObjectType": "TEAM"})["restrictionLevel"] == "OPEN"
    actions = f"/repo/v1/entity/{file['id']}/actions/download"
    assert owner.ok("GET", actions) == {"actions": []}
    (action,) = stranger.ok("GET", actions)["actions"]
    assert action["concreteType"] == "org.sagebionetworks.repo.model.download.RequestDownload"
    assert f"syn{action['benefactorId']}" == file["id"]


def test_letting_everybody_download_takes_certification(server: Server, owner: Person) -> None:
    from vesicle.access import MayChangePermissions, require
    from vesicle.access.actors import EVERY_SCOPE, signed_in
    from vesicle.entities import granting
    from vesicle.entities.model.sharing import AccessControlList, access_of
    from vesicle.errors import Forbidden

    project = owner.project()
    newcomer = signed_in(owner.id, [], EVERY_SCOPE, everyone_certified=False, token_id=None)
    with server.database() as conn:
        grant = require(conn, newcomer, MayChangePermissions, int(project["id"].removeprefix("syn")))
    mine = access_of(owner.id, 255)
    assert granting.checked(grant, AccessControlList(resource_access=[mine, access_of(AUTHENTICATED, 1)]))
    with pytest.raises(Forbidden) as refusal:
        granting.checked(grant, AccessControlList(resource_access=[mine, access_of(AUTHENTICATED, 3)]))
    assert refusal.value.code == "USER_CERTIFICATION_REQUIRED"
