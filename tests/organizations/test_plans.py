"""Plans: the catalogue, limits, requests, decisions, and the record of who changed what."""

from __future__ import annotations

from typing import Any

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, managed, organization_of, own, project_body, refused

PLAN = "/vesicle/v1/plan"
pytestmark = pytest.mark.xdist_group("plans")


def deeds(server: Server, kind: str, number: str) -> list[tuple[str, Any]]:
    query = "SELECT deed, detail FROM audit_record WHERE object_type = %s AND object_id = %s ORDER BY id"
    with server.database() as conn:
        return conn.execute(query, (kind, number)).fetchall()


def test_everybody_sees_what_the_operator_offers(server: Server) -> None:
    offers = {one["name"]: one for one in server.person().ok("GET", f"{PLAN}/catalogue")["results"]}
    assert offers["SELF_MANAGED"] == {
        "name": "SELF_MANAGED", "type": "SELF_MANAGED", "storageLimitBytes": 500 * 10**9,
        "egressLimitBytes": 5000 * 10**9, "egressPeriod": "YEAR",
    }  # fmt: skip
    assert (offers["BASIC"]["egressPeriod"], offers["BASIC"]["certifiedUserLimit"]) == ("YEAR", 1)


def test_until_plans_are_switched_on_everything_is_in_one_unlimited_organization(server: Server) -> None:
    person = server.person()
    assert organization_of(server, person.project()) == 1
    assert person.ok("GET", ORG)["results"] == []
    admin = server.person(is_admin=True)
    installation = admin.ok("GET", f"{ORG}/1")
    assert not {"storageLimitBytes", "egressLimitBytes", "certifiedUserLimit"} & installation.keys()


@pytest.mark.parametrize(
    "limits",
    [{"storageLimitBytes": -1}, {"storageLimitBytes": 10**18 + 1}, {"egressLimitBytes": -5}, {"projectLimit": -1},
     {"certifiedUserLimit": 10**10}, {"egressPeriod": "DECADE"}, {"type": "FREE"}, {"endsOn": "soon"},
     {"endsOn": "2001-01-01T00:00:00.000Z", "startsOn": "2002-01-01T00:00:00.000Z"},
     {"endsOn": "2020-01-01T00:00:00Z"}],
)  # fmt: skip
def test_negative_and_absurd_limits_are_refused(chief: Person, limits: dict[str, Any]) -> None:
    assert refused(chief, "POST", PLAN, {"offer": "BASIC", **limits})[0] == 400


def test_a_plan_belongs_to_one_organization(chief: Person, ann: Person) -> None:
    made = managed(chief, ann)
    body = {"name": f"second of {ann.name}", "planId": made["planId"]}
    assert refused(chief, "POST", ORG, body)[0] == 409
    assert refused(chief, "POST", ORG, {**body, "planId": "999999999"})[0] == 404
    assert refused(ann, "POST", ORG, {**body})[0] == 403
    assert refused(ann, "POST", PLAN, {"offer": "BASIC"})[0] == 403


def test_limits_change_at_once_and_the_record_says_from_what_to_what(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = managed(chief, ann, projectLimit=1)
    ann.ok("POST", "/repo/v1/entity", project_body(), organizationId=made["id"])
    status, reason = refused(ann, "POST", "/repo/v1/entity", project_body(), organizationId=made["id"])
    assert (status, "allows 1 projects" in reason) == (403, True)
    plan = ann.ok("GET", f"{PLAN}/{made['planId']}")
    assert refused(ann, "PUT", f"{PLAN}/{made['planId']}", {**plan, "projectLimit": 9})[0] == 403
    changed = chief.ok("PUT", f"{PLAN}/{made['planId']}", {**plan, "projectLimit": 2})
    ann.ok("POST", "/repo/v1/entity", project_body(), organizationId=made["id"])
    assert refused(chief, "PUT", f"{PLAN}/{made['planId']}", {**plan, "projectLimit": 3})[0] == 412
    assert changed["projectLimit"] == 2
    (deed, detail) = deeds(planned, "plan", made["planId"])[-1]
    assert (deed, detail["from"]["project_limit"], detail["to"]["project_limit"]) == ("plan.change", 1, 2)


def test_managers_set_limits_below_those_of_the_plan(chief: Person, ann: Person) -> None:
    made = managed(chief, ann)
    path = f"{ORG}/{made['id']}"
    lower = ann.ok("PUT", path, {**made, "managerStorageLimitBytes": 10, "notificationThresholds": [50, 100, 50]})
    assert (lower["storageLimitBytes"], lower["notificationThresholds"]) == (10, [50, 100])
    higher = ann.ok("PUT", path, {**lower, "managerStorageLimitBytes": 10**13})
    assert higher["storageLimitBytes"] == made["storageLimitBytes"], "the plan's limit holds"
    for wrong in ({"managerStorageLimitBytes": -2}, {"notificationThresholds": [0]}):
        assert refused(ann, "PUT", path, {**higher, **wrong})[0] == 400


def test_a_request_is_decided_and_upgrades_in_place(planned: Server, chief: Person, ann: Person) -> None:
    made = own(ann)
    project = ann.project()
    asked = {"organizationId": made["id"], "offer": "SELF_MANAGED", "message": "we grow"}
    assert refused(ann, "POST", "/vesicle/v1/planRequest", {**asked, "offer": "GOLD"})[0] == 404
    request = ann.ok("POST", "/vesicle/v1/planRequest", asked)
    assert refused(ann, "POST", "/vesicle/v1/planRequest", asked)[0] == 409
    assert [one["id"] for one in ann.ok("GET", "/vesicle/v1/planRequest")["results"]] == [request["id"]]
    assert refused(ann, "GET", "/vesicle/v1/planRequest", everyone="true")[0] == 403
    assert request["id"] in [
        one["id"] for one in chief.ok("GET", "/vesicle/v1/planRequest", everyone="true")["results"]
    ]
    path = f"/vesicle/v1/planRequest/{request['id']}/decision"
    assert refused(ann, "POST", path, {"granted": True})[0] == 403
    assert chief.ok("POST", path, {"granted": True, "answer": "welcome"})["state"] == "GRANTED"
    assert refused(chief, "POST", path, {"granted": False})[0] == 409
    upgraded = ann.ok("GET", f"{ORG}/{made['id']}")
    assert (upgraded["planType"], upgraded["isDefault"], upgraded["storageLimitBytes"]) == (
        "SELF_MANAGED", False, 500 * 10**9,
    )  # fmt: skip
    (member,) = ann.ok("GET", f"{ORG}/{made['id']}/member")["results"]
    assert member["isManager"]
    assert organization_of(planned, project) == int(made["id"])
    assert organization_of(planned, ann.project()) != int(made["id"]), "a new default organization is made"
    assert own(ann)["name"] == f"{ann.name}Organization2"
    with planned.database() as conn:
        told = conn.execute("SELECT text FROM email WHERE recipient = %s", (f"{ann.name}@example.org",)).fetchall()
    assert any("welcome" in text for (text,) in told)


def test_the_catalogue_is_the_operators(chief: Person, ann: Person) -> None:
    name = "TEST_OFFER"
    offer = {"name": name, "type": "DATA_COORDINATION", "storageLimitBytes": 5, "egressPeriod": "MONTH"}
    assert refused(ann, "PUT", f"{PLAN}/catalogue", offer)[0] == 403
    chief.ok("PUT", f"{PLAN}/catalogue", offer)
    plan = chief.ok("POST", PLAN, {"offer": name, "storageLimitBytes": 7})
    assert (plan["type"], plan["storageLimitBytes"], plan["egressPeriod"]) == ("DATA_COORDINATION", 7, "MONTH")
    chief.ok("DELETE", f"{PLAN}/catalogue/{name}")
    assert refused(chief, "DELETE", f"{PLAN}/catalogue/{name}")[0] == 404
    assert refused(chief, "DELETE", f"{PLAN}/catalogue/BASIC")[0] == 400
    assert refused(chief, "PUT", f"{PLAN}/catalogue", {**offer, "name": "not good"})[0] == 400
