"""The team of organization administrators, none of whom need be an administrator of the installation."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, own, refused

from vesicle.organizations.roles import ORGANIZATION_ADMINISTRATORS

pytestmark = pytest.mark.xdist_group("plans")
TEAM = f"/repo/v1/team/{ORGANIZATION_ADMINISTRATORS}/member"


@pytest.fixture
def planner(planned: Server, chief: Person) -> Iterator[Person]:
    """A plain user in the team."""
    person = planned.person("planner")
    assert refused(person, "POST", "/vesicle/v1/plan", {"offer": "SELF_MANAGED"})[0] == 403
    chief.ok("PUT", f"{TEAM}/{person.id}")
    yield person
    chief.ok("DELETE", f"{TEAM}/{person.id}")
    assert refused(person, "POST", "/vesicle/v1/plan", {"offer": "SELF_MANAGED"})[0] == 403


def test_they_make_plans_and_organizations_change_limits_and_decide(ann: Person, bob: Person, planner: Person) -> None:
    plan = planner.ok("POST", "/vesicle/v1/plan", {"offer": "SELF_MANAGED", "projectLimit": 7})
    name = f"organization {secrets.token_hex(5)}"
    made = planner.ok("POST", ORG, {"name": name, "planId": plan["id"], "ownerId": str(ann.id)})
    assert (made["createdBy"], made["ownerId"], made["projectLimit"]) == (str(planner.id), str(ann.id), 7)
    plan = planner.ok("GET", f"/vesicle/v1/plan/{plan['id']}")
    assert planner.ok("PUT", f"/vesicle/v1/plan/{plan['id']}", {**plan, "storageLimitBytes": 50})
    assert ann.ok("GET", f"{ORG}/{made['id']}")["storageLimitBytes"] == 50
    planner.ok("PUT", f"{ORG}/{made['id']}/member/{bob.id}", {"isManager": True})
    planner.ok("PUT", f"{ORG}/{made['id']}/owner/{bob.id}")
    asked = bob.ok("POST", "/vesicle/v1/planRequest", {"organizationId": own(bob)["id"], "offer": "SELF_MANAGED"})
    open_ones = planner.ok("GET", "/vesicle/v1/planRequest", everyone="true")["results"]
    assert asked["id"] in [one["id"] for one in open_ones]
    planner.ok("POST", f"/vesicle/v1/planRequest/{asked['id']}/decision", {"granted": True})
    assert planner.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}")["storageLimitBytes"] == 50


def test_they_see_no_content_and_administer_nothing_else(ann: Person, planner: Person) -> None:
    project = ann.project()
    assert planner.call("GET", f"/repo/v1/entity/{project['id']}").status_code == 403
    assert planner.call("GET", "/vesicle/v1/audit").status_code == 403
