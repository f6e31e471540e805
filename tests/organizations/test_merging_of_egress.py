"""Merging organizations: what they have sent, what they were told, and what they asked for."""

from __future__ import annotations

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, managed, refused
from tests.organizations.test_notices import look
from tests.usage.counting import check
from tests.usage.test_charging import preferring, project_in
from tests.usage.test_counted import months_ago
from tests.usage.test_egress import ask, sent_before

pytestmark = pytest.mark.xdist_group("plans")


def test_what_both_have_sent_is_told_and_refused_where_it_passes_the_limit(
    planned: Server, chief: Person, ann: Person
) -> None:
    source, target = managed(chief, ann), managed(chief, ann, egressLimitBytes=100, egressPeriod="MONTH")
    for made, size in ((source, 60), (target, 50)):
        assert ask(ann, ann.file(project_in(ann, made["id"]), b"x" * size)["id"]) == 200
    path = f"{ORG}/{target['id']}/merge"
    outcome = ann.ok("POST", path, {"organizationId": source["id"], "dryRun": True})
    assert (outcome["sentBytes"], outcome["egressLimitBytes"]) == (110, 100)
    (why,) = outcome["reasons"]
    assert why == "110 bytes would have been sent in the present month; the plan allows 100 bytes."
    status, reason = refused(ann, "POST", path, {"organizationId": source["id"]})
    assert (status, why in reason) == (400, True)
    plan = f"/vesicle/v1/plan/{target['planId']}"
    chief.ok("PUT", plan, {**chief.ok("GET", plan), "egressLimitBytes": 110})
    assert ann.ok("POST", path, {"organizationId": source["id"]})["reasons"] == []
    assert ann.ok("GET", f"/vesicle/v1/usage/organization/{target['id']}")["sentBytes"] == 110
    check(planned)


def test_only_what_was_sent_in_the_period_of_the_one_that_stays_counts(
    planned: Server, chief: Person, ann: Person
) -> None:
    source, target = months_ago(chief, ann), managed(chief, ann, egressLimitBytes=100)
    with planned.database() as conn:
        sent_before(conn, source["id"], 5000, days=2)
        sent_before(conn, source["id"], 70)
    body = {"organizationId": source["id"]}
    outcome = ann.ok("POST", f"{ORG}/{target['id']}/merge", {**body, "dryRun": True})
    assert (outcome["sentBytes"], outcome["reasons"]) == (70, [])
    ann.ok("POST", f"{ORG}/{target['id']}/merge", body)
    assert ann.ok("GET", f"/vesicle/v1/usage/organization/{target['id']}")["sentBytes"] == 70
    check(planned)


def test_what_an_organization_was_told_goes_along_and_holds_no_more(
    planned: Server, chief: Person, ann: Person
) -> None:
    source, target = preferring(chief, ann, 100), managed(chief, ann, storageLimitBytes=1000)
    project = project_in(ann, target["id"])
    ann.upload(b"x" * 85)
    assert look(planned, ann, source) == [("STORAGE", 80)]
    ann.ok("PUT", f"{ORG}/preferred", {"organizationId": target["id"]})
    ann.file(project, b"y" * 750)
    assert look(planned, ann, target) == []
    ann.ok("POST", f"{ORG}/{target['id']}/merge", {"organizationId": source["id"]})
    assert look(planned, ann, target) == [("STORAGE", 80), ("STORAGE", 80)]
    (standing,) = ann.ok("GET", f"/vesicle/v1/usage/project/{project}")["notices"]
    assert standing.startswith(f"{target['name']} has used 835 bytes")
    ann.upload(b"z" * 100)
    assert look(planned, ann, target)[2:] == [("STORAGE", 90)]


def test_requests_for_plans_go_along_unless_both_wait_for_a_decision(
    planned: Server, chief: Person, ann: Person
) -> None:
    source, target = managed(chief, ann), managed(chief, ann)
    asked = [
        ann.ok("POST", "/vesicle/v1/planRequest", {"organizationId": one["id"], "offer": "SELF_MANAGED"})
        for one in (source, target)
    ]
    path = f"{ORG}/{target['id']}/merge"
    status, reason = refused(ann, "POST", path, {"organizationId": source["id"]})
    assert (status, "Both have asked for a plan" in reason) == (400, True)
    decided = f"/vesicle/v1/planRequest/{asked[0]['id']}/decision"
    chief.ok("POST", decided, {"granted": False, "answer": "not now"})
    again = ann.ok("POST", "/vesicle/v1/planRequest", {"organizationId": source["id"], "offer": "BASIC"})
    chief.ok("POST", f"/vesicle/v1/planRequest/{asked[1]['id']}/decision", {"granted": False})
    ann.ok("POST", path, {"organizationId": source["id"]})
    kept = {one["id"]: (one["organizationId"], one["state"]) for one in requests_of(ann)}
    assert kept == {
        asked[0]["id"]: (target["id"], "REFUSED"), asked[1]["id"]: (target["id"], "REFUSED"),
        again["id"]: (target["id"], "OPEN"),
    }  # fmt: skip
    granted = chief.ok("POST", f"/vesicle/v1/planRequest/{again['id']}/decision", {"granted": True})
    assert granted["state"] == "GRANTED"
    assert ann.ok("GET", f"{ORG}/{target['id']}")["planType"] == "BASIC"


def requests_of(person: Person) -> list[dict[str, str]]:
    found: list[dict[str, str]] = person.ok("GET", "/vesicle/v1/planRequest")["results"]
    return found
