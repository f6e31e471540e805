"""Who is told when storage or egress comes near its limit, of which percentages, how often, and with which words."""

from __future__ import annotations

from typing import Any

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, join, managed, refused
from tests.usage.test_charging import preferring, project_in
from tests.usage.test_egress import ask

from vesicle.organizations import notifying

pytestmark = pytest.mark.xdist_group("plans")


def look(server: Server, person: Person, made: dict[str, Any]) -> list[tuple[str, int]]:
    """What the entries say after the work that comes every minute, the oldest first."""
    with server.database() as conn:
        notifying.tell_crossings(conn)
    found = person.ok("GET", f"{ORG}/{made['id']}/notice")["results"]
    return [(one["type"], one["percent"]) for one in reversed(found)]


def letters_to(server: Server, person: Person, made: dict[str, Any]) -> list[tuple[str, str]]:
    with server.database() as conn:
        return conn.execute(
            "SELECT subject, text FROM email WHERE recipient = %s AND starts_with(subject, %s) ORDER BY id",
            (f"{person.name}@example.org", f"{made['name']}: "),
        ).fetchall()


def limited(chief: Person, made: dict[str, Any], **limits: int) -> None:
    path = f"/vesicle/v1/plan/{made['planId']}"
    chief.ok("PUT", path, {**chief.ok("GET", path), **limits})


def test_managers_are_told_of_egress_once_for_each_crossing(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann, egressLimitBytes=1000, egressPeriod="MONTH")
    join(ann, bob, made["id"], isManager=True)
    member = planned.person("member")
    join(ann, member, made["id"])
    project = project_in(ann, made["id"])
    sizes = (790, 20, 95, 95)
    files = [ann.file(project, bytes([65 + number]) * size) for number, size in enumerate(sizes)]
    seen = []
    for file in files:
        assert ask(ann, file["id"]) == 200
        seen.append(look(planned, ann, made))
    assert seen == [[], [("EGRESS", 80)], [("EGRESS", 80), ("EGRESS", 90)],
                    [("EGRESS", 80), ("EGRESS", 90), ("EGRESS", 100)]]  # fmt: skip
    assert look(planned, ann, made) == seen[-1]
    for person in (ann, bob):
        told = letters_to(planned, person, made)
        assert [subject for subject, _ in told] == [
            f"{made['name']}: {one} % of the egress limit" for one in (80, 90, 100)
        ]
        assert all("1.0 kB" in text and "larger plan" in text for _, text in told)
    assert letters_to(planned, member, made) == []
    assert refused(member, "GET", f"{ORG}/{made['id']}/notice")[0] == 403
    standing = ann.ok("GET", f"/vesicle/v1/usage/project/{project}")["notices"]
    assert len(standing) == 1
    assert "egress" in standing[0]
    limited(chief, made, egressLimitBytes=2000)
    assert look(planned, ann, made) == seen[-1], "a higher limit is no news"
    assert ann.ok("GET", f"/vesicle/v1/usage/project/{project}")["notices"] == []
    limited(chief, made, egressLimitBytes=1000)
    assert look(planned, ann, made) == [*seen[-1], ("EGRESS", 100)], "it fell below, and passed the limit again"


def test_the_owner_of_a_default_organization_is_told_what_to_do(planned: Server, chief: Person, ann: Person) -> None:
    made = ann.ok("POST", ORG, {})
    limited(chief, made, storageLimitBytes=100)
    ann.upload(b"x" * 81)
    assert look(planned, ann, made) == [("STORAGE", 80)]
    ((subject, text),) = letters_to(planned, ann, made)
    assert subject == f"{made['name']}: 80 % of the storage limit"
    assert "81 bytes of 100 bytes" in text
    assert "purge" in text
    assert "planRequest" in text


def test_thresholds_are_each_organizations_own(planned: Server, chief: Person, ann: Person) -> None:
    made = preferring(chief, ann, 100)
    assert made["notificationThresholds"] == [80, 90, 100]
    ann.ok("PUT", f"{ORG}/{made['id']}", {**made, "notificationThresholds": [25]})
    ann.upload(b"x" * 24)
    assert look(planned, ann, made) == []
    one = ann.upload(b"y")
    assert look(planned, ann, made) == [("STORAGE", 25)]
    ann.upload(b"z" * 70)
    assert look(planned, ann, made) == [("STORAGE", 25)]
    ann.ok("DELETE", f"/file/v1/fileHandle/{one}")
    none = ann.ok("GET", f"{ORG}/{made['id']}")
    ann.ok("PUT", f"{ORG}/{made['id']}", {**none, "notificationThresholds": []})
    assert look(planned, ann, made) == [("STORAGE", 25)]
