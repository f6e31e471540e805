"""A team is a member: what it may do its people may do, each of them takes a seat, and who leaves the team is out."""

from __future__ import annotations

import secrets

import pytest
from tests import sending
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, join, managed, organization_of, project_body, refused
from tests.organizations.test_operating import org

pytestmark = pytest.mark.xdist_group("plans")


def team_of(person: Person) -> str:
    """A team that anybody may join."""
    body = {"name": f"team {secrets.token_hex(5)}", "canPublicJoin": True}
    made: str = person.ok("POST", "/repo/v1/team", body)["id"]
    return made


@pytest.mark.parametrize("how", ["by API", "by command"])
def test_the_people_of_a_team_are_members_while_they_are_in_it(
    planned: Server, chief: Person, ann: Person, bob: Person, how: str
) -> None:
    made = managed(chief, ann, certifiedUserLimit=3)
    team, guest, late = team_of(bob), planned.person("guest"), planned.person("late")
    if how == "by API":
        ann.ok("PUT", f"{ORG}/{made['id']}/member/{team}", {})
    else:
        org(planned, "put-member", made["id"], team)
    assert f"{team}\tcontributor" in org(planned, "members", made["id"])
    assert refused(guest, "GET", f"{ORG}/{made['id']}")[0] == 403
    guest.ok("PUT", f"/repo/v1/team/{team}/member/{guest.id}")
    assert guest.ok("GET", f"{ORG}/{made['id']}")["id"] == made["id"]
    assert [one["id"] for one in guest.ok("GET", ORG)["results"]] == [made["id"]]
    guest.ok("PUT", f"{ORG}/preferred", {"organizationId": made["id"]})
    for person in (bob, guest):
        project = person.ok("POST", "/repo/v1/entity", project_body(), organizationId=made["id"])
        assert organization_of(planned, project) == int(made["id"])
    project = guest.project()["id"]
    assert ann.call("GET", f"/repo/v1/entity/{project}").status_code == 403, "membership gives no access"

    status, reason = refused(ann, "POST", f"{ORG}/{made['id']}/invitation", {"userName": late.name})
    assert (status, "allows 3 certified users" in reason) == (403, True), "the owner, and two people of the team"
    late.ok("PUT", f"/repo/v1/team/{team}/member/{late.id}")
    status, reason = refused(guest, "POST", "/repo/v1/entity", project_body(), organizationId=made["id"])
    assert (status, "its teams counted" in reason) == (403, True)
    status, reason = refused(guest, "POST", "/file/v1/file/multipart", sending.request(b"x", "x.txt"))
    assert (status, "its teams counted" in reason) == (403, True)
    bob.ok("DELETE", f"/repo/v1/team/{team}/member/{late.id}")
    guest.ok("POST", "/repo/v1/entity", project_body(), organizationId=made["id"])

    guest.ok("DELETE", f"/repo/v1/team/{team}/member/{guest.id}")
    assert refused(guest, "GET", f"{ORG}/{made['id']}")[0] == 403
    assert refused(guest, "POST", "/repo/v1/entity", project_body(), organizationId=made["id"])[0] == 403
    assert organization_of(planned, guest.project()) != int(made["id"]), "what they preferred is closed to them"
    join(ann, guest, made["id"])
    ann.ok("PUT", f"/repo/v1/team/{team}/member/{ann.id}")
    bob.ok("POST", "/repo/v1/entity", project_body(), organizationId=made["id"])
    if how == "by API":
        ann.ok("DELETE", f"{ORG}/{made['id']}/member/{team}")
    else:
        org(planned, "remove-member", made["id"], team)
    assert refused(bob, "POST", "/repo/v1/entity", project_body(), organizationId=made["id"])[0] == 403


def test_who_has_a_seat_in_a_team_is_invited_when_all_are_taken(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, late = managed(chief, ann, certifiedUserLimit=2), planned.person("late")
    ann.ok("PUT", f"{ORG}/{made['id']}/member/{team_of(bob)}", {})
    join(ann, bob, made["id"])
    assert refused(ann, "POST", f"{ORG}/{made['id']}/invitation", {"userName": late.name})[0] == 403


def test_roles_change_while_there_are_more_people_than_seats(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann, certifiedUserLimit=2)
    join(ann, bob, made["id"])
    path = f"{ORG}/{made['id']}/member/{bob.id}"
    ann.ok("PUT", path, {"isManager": True, "isContributor": True})
    org(planned, "limit", made["id"], "--users", "1")
    assert not ann.ok("PUT", path, {"isManager": False, "isContributor": True})["isManager"]
    ann.ok("PUT", path, {"isManager": False, "isContributor": False})
    assert refused(ann, "PUT", path, {"isManager": False, "isContributor": True})[0] == 403


def test_a_team_that_manages_is_told_and_decides_as_its_people(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    team = team_of(bob)
    assert refused(bob, "PUT", f"{ORG}/{made['id']}", {**made, "outsidersMayUpload": False})[0] == 403
    ann.ok("PUT", f"{ORG}/{made['id']}/member/{team}", {"isManager": True, "isContributor": False})
    assert not bob.ok("PUT", f"{ORG}/{made['id']}", {**made, "outsidersMayUpload": False})["outsidersMayUpload"]
    assert refused(bob, "POST", "/repo/v1/entity", project_body(), organizationId=made["id"])[0] == 403


def test_the_last_manager_is_who_has_people_behind_them(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    path = f"{ORG}/{made['id']}/member"
    chief.ok("PUT", f"{ORG}/{made['id']}/owner/{bob.id}")
    with planned.database() as conn:
        (empty,) = conn.execute("INSERT INTO principal (kind) VALUES ('team') RETURNING id").fetchone() or (0,)
    ann.ok("PUT", f"{path}/{empty}", {"isManager": True, "isContributor": False})
    for method, body in (("PUT", {"isManager": False}), ("DELETE", None)):
        status, reason = refused(ann, method, f"{path}/{ann.id}", body)
        assert (status, "is the last manager" in reason) == (400, True), "a team without people manages nothing"
    team = team_of(planned.person("head"))
    ann.ok("PUT", f"{path}/{team}", {"isManager": True, "isContributor": False})
    ann.ok("DELETE", f"{path}/{ann.id}")
    status, reason = refused(chief, "DELETE", f"{path}/{team}")
    assert (status, f"{team} is the last manager" in reason) == (400, True)


def test_a_team_that_alone_manages_is_not_dissolved(chief: Person, ann: Person, bob: Person) -> None:
    made, other = managed(chief, ann), managed(chief, ann)
    team = team_of(bob)
    for one in (made, other):
        ann.ok("PUT", f"{ORG}/{one['id']}/member/{team}", {"isManager": True, "isContributor": False})
    ann.ok("PUT", f"{ORG}/{made['id']}/member/{ann.id}", {"isManager": False})
    status, reason = refused(bob, "DELETE", f"/repo/v1/team/{team}")
    assert (status, f"last manager of the organization {made['name']} ({made['id']})" in reason) == (400, True)
    assert bob.ok("GET", f"/repo/v1/team/{team}")["id"] == team
    bob.ok("PUT", f"{ORG}/{made['id']}/member/{ann.id}", {"isManager": True})
    bob.ok("DELETE", f"/repo/v1/team/{team}")
    assert [one["memberId"] for one in ann.ok("GET", f"{ORG}/{made['id']}/member")["results"]] == [str(ann.id)]


def test_the_account_of_the_last_manager_is_not_removed(chief: Person, ann: Person, bob: Person) -> None:
    plan = chief.ok("POST", "/vesicle/v1/plan", {"offer": "SELF_MANAGED"})["id"]
    body = {"name": f"Managed by {bob.name}", "planId": plan, "ownerId": str(ann.id), "managerIds": [str(bob.id)]}
    made = chief.ok("POST", ORG, body)
    status, reason = refused(chief, "DELETE", f"/repo/v1/admin/user/{bob.id}")
    assert (status, f"User {bob.id} is the last manager of the organization {made['name']}" in reason) == (400, True)
    chief.ok("PUT", f"{ORG}/{made['id']}/member/{ann.id}", {"isManager": True})
    chief.ok("DELETE", f"/repo/v1/admin/user/{bob.id}")
    assert [one["memberId"] for one in ann.ok("GET", f"{ORG}/{made['id']}/member")["results"]] == [str(ann.id)]
