"""Of what is charged, what counts against the limit of egress: in which storage, and in which period."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.delivery.test_lending import lent
from tests.live import Person, Server
from tests.locations.buckets import external, file_of, location, managed_sts, own_bucket, set_on, upload_to
from tests.organizations.test_membership import managed
from tests.organizations.test_operating import org
from tests.usage.counting import check
from tests.usage.counting_sent import begin_of, later
from tests.usage.test_charging import project_in
from tests.usage.test_egress import ask, sent_before
from tests.usage.test_following import follow_everything, lines, usage
from tests.world import allow

pytestmark = pytest.mark.xdist_group("plans")


def change(chief: Person, made: dict[str, Any], **limits: Any) -> None:
    path = f"/vesicle/v1/plan/{made['planId']}"
    chief.ok("PUT", path, {**chief.ok("GET", path), **limits})


def months_ago(chief: Person, owner: Person, **limits: Any) -> dict[str, Any]:
    """An organization whose plan was agreed 70 days ago."""
    begun = (datetime.now(UTC) - timedelta(days=70)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return managed(chief, owner, startsOn=begun, **limits)


def test_custom_storage_is_metered_and_never_limited(planned: Server, chief: Person, ann: Person, bob: Person) -> None:
    made = managed(chief, ann, egressLimitBytes=10, egressPeriod="MONTH")
    project = project_in(ann, made["id"])
    allow(planned, project, bob.id, 3)
    place = location(ann, external(own_bucket(planned, ann)))
    custom, ours = file_of(ann, project, upload_to(ann, place, b"c" * 700)), ann.file(project, b"o" * 100)
    assert [ask(ann, ours["id"]), ask(ann, custom["id"]), ask(ann, custom["id"]), ask(bob, custom["id"])] == [
        403, 200, 200, 200,
    ]  # fmt: skip
    (row,) = [
        one for one in ann.ok("GET", f"{usage(made['id'])}/report", by="location")["results"]
        if one["storageLocationId"] == place
    ]  # fmt: skip
    assert (row["downloads"], row["sentBytes"], row["chargedBytes"], row["countedBytes"]) == (3, 2100, 1400, 0)
    assert ann.ok("GET", usage(made["id"]))["sentBytes"] == 0
    check(planned)


def test_every_number_tells_what_counts_from_what_is_charged(planned: Server, chief: Person, ann: Person) -> None:
    made = managed(chief, ann, egressLimitBytes=1000, egressPeriod="MONTH")
    project = project_in(ann, made["id"])
    place = location(ann, external(own_bucket(planned, ann)))
    custom, ours = file_of(ann, project, upload_to(ann, place, b"c" * 700)), ann.file(project, b"o" * 100)
    opened = ann.file(project, b"p" * 30)
    assert [ask(ann, ours["id"]), ask(ann, custom["id"])] == [200, 200]
    org(planned, "storage", "1", "--egress", "open")
    try:
        assert ask(ann, opened["id"]) == 200
    finally:
        org(planned, "storage", "1")
    assert follow_everything(ann, made["id"])["sentBytes"] == 100
    seen = ann.ok("GET", f"/vesicle/v1/usage/project/{project}")
    assert (seen["sentBytes"], seen["chargedBytes"], seen["organizationSentBytes"]) == (100, 830, 100)
    told = lines(ann, f"{usage(made['id'])}/download/csv")
    assert sorted((one["charged"], one["counted"]) for one in told) == [("100", "100"), ("30", "0"), ("700", "0")]
    shown = org(planned, "usage", made["id"], "--by", "day").splitlines()
    assert shown[0].endswith("chargedBytes,countedBytes")
    assert shown[-1].endswith(",830,100")
    check(planned)


def test_a_period_that_is_changed_begins_with_what_was_sent_in_it(planned: Server, chief: Person, ann: Person) -> None:
    made = months_ago(chief, ann, egressLimitBytes=10**6, egressPeriod="YEAR")
    project = project_in(ann, made["id"])
    files = [ann.file(project, bytes([65 + number]) * size)["id"] for number, size in enumerate((300, 100, 40, 5))]
    with planned.database() as conn:
        sent_before(conn, made["id"], 500, days=69)
    assert ask(ann, files[0]) == 200
    assert ann.ok("GET", usage(made["id"]))["sentBytes"] == 800
    change(chief, made, egressLimitBytes=350, egressPeriod="MONTH")
    assert ann.ok("GET", usage(made["id"]))["sentBytes"] == 300
    check(planned)
    assert [ask(ann, files[1]), ask(ann, files[2])] == [403, 200]
    change(chief, made, egressLimitBytes=842, egressPeriod="YEAR")
    assert ask(ann, files[3]) == 403
    seen = ann.ok("GET", usage(made["id"]))
    assert (seen["sentBytes"], seen["egressPeriod"]) == (840, "YEAR")
    check(planned)


def test_after_an_upgrade_a_project_has_not_sent_more_than_its_organization(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = months_ago(chief, ann)
    project = project_in(ann, made["id"])
    with planned.database() as conn:
        sent_before(conn, made["id"], 500, days=69)
    files = [ann.file(project, b"x" * 100)["id"], ann.file(project, b"y" * 20)["id"]]
    assert ask(ann, files[0]) == 200
    org(planned, "upgrade", made["id"], "SELF_MANAGED")
    assert ask(ann, files[1]) == 200
    seen = ann.ok("GET", f"/vesicle/v1/usage/project/{project}")
    assert (seen["sentBytes"], seen["organizationSentBytes"]) == (120, 120)
    check(planned)


def test_a_period_that_nobody_names_stays_as_it_is(planned: Server, chief: Person, ann: Person) -> None:
    made = managed(chief, ann, egressPeriod="MONTH")
    org(planned, "limit", made["id"], "--storage", "200", "--egress", "1")
    plan = ann.ok("GET", f"/vesicle/v1/plan/{made['planId']}")
    assert (plan["egressPeriod"], plan["egressLimitBytes"]) == ("MONTH", 10**9)
    name = f"OFFER_{secrets.token_hex(4).upper()}"
    org(planned, "offer", name, "--type", "SELF_MANAGED", "--egress", "5", "--period", "MONTH")
    org(planned, "offer", name, "--type", "SELF_MANAGED", "--egress", "6")
    try:
        (offer,) = [one for one in ann.ok("GET", "/vesicle/v1/plan/catalogue")["results"] if one["name"] == name]
        assert (offer["egressPeriod"], offer["egressLimitBytes"]) == ("MONTH", 6 * 10**9)
    finally:
        org(planned, "remove-offer", name)


def test_periods_follow_the_calendar(planned: Server) -> None:
    with planned.database() as conn:
        found = conn.execute(
            "SELECT agreed::date, period, begins_on, ends_on, (now() AT TIME ZONE 'UTC')::date FROM"
            " generate_series(now() - interval '1500 days', now() + interval '900 days', interval '1 day') agreed,"
            " (VALUES ('MONTH'), ('YEAR')) p (period), period_of(agreed, period)"
        ).fetchall()
    for agreed, period, begins_on, ends_on, today in found:
        assert begins_on == begin_of(agreed, period, today), (agreed, period)
        assert begins_on <= today < ends_on, (agreed, period)
        assert ends_on == begin_of(agreed, period, ends_on), (agreed, period)
    assert later(date(2027, 1, 31), 1) == date(2027, 2, 28)


def test_managed_credentials_are_refused_at_the_limit_and_custom_ones_are_not(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = managed(chief, ann, egressLimitBytes=100, egressPeriod="MONTH")
    project = project_in(ann, made["id"])
    folders = [ann.folder(project)["id"] for _ in range(2)]
    ours, theirs = managed_sts(ann), location(ann, external(own_bucket(planned, ann), stsEnabled=True))
    for folder, place in zip(folders, (ours, theirs), strict=True):
        set_on(ann, folder, place)
    file = file_of(ann, folders[0], upload_to(ann, ours, b"x" * 100))
    lent(ann, folders[0], "read_only")
    assert ask(ann, file["id"]) == 200
    answer = ann.call("GET", f"/repo/v1/entity/{folders[0]}/sts", permission="read_only")
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "EGRESS_LIMIT_EXCEEDED")
    assert "may send 100 bytes a month" in answer.json()["reason"]
    other = ann.folder(project_in(ann, managed(chief, ann)["id"]))["id"]
    set_on(ann, other, ours)
    answer = ann.call("GET", f"/repo/v1/entity/{other}/sts", permission="read_only")
    assert answer.json()["reason"].startswith(f"{made['name']} may send 100 bytes"), "no way around by another one"
    lent(ann, folders[1], "read_write")
    behind = ann.ok("GET", f"{usage(made['id'])}/download")["results"]
    assert [one.get("credentials") for one in behind] == ["read_write", None, "read_only"]
    change(chief, made, egressLimitBytes=101)
    lent(ann, folders[0], "read_only")
