"""A team is a member: what it may do its people may do, each of them takes a seat, and who leaves the team is out."""

from __future__ import annotations

import secrets

import pytest
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
    assert (status, "its teams have more" in reason) == (403, True)
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


def test_a_team_that_manages_is_told_and_decides_as_its_people(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    team = team_of(bob)
    assert refused(bob, "PUT", f"{ORG}/{made['id']}", {**made, "outsidersMayUpload": False})[0] == 403
    ann.ok("PUT", f"{ORG}/{made['id']}/member/{team}", {"isManager": True, "isContributor": False})
    assert not bob.ok("PUT", f"{ORG}/{made['id']}", {**made, "outsidersMayUpload": False})["outsidersMayUpload"]
    assert refused(bob, "POST", "/repo/v1/entity", project_body(), organizationId=made["id"])[0] == 403
