"""Operators see what every organization uses, and the sums over all of them."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import managed, refused
from tests.usage.test_charging import preferring, project_in

pytestmark = pytest.mark.xdist_group("plans")
ALL = "/vesicle/v1/usage"
SUMMED = (
    "storedBytes",
    "reservedBytes",
    "inTrashBytes",
    "files",
    "customStoredBytes",
    "customReservedBytes",
    "sentBytes",
)


def everything(person: Person) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """All organizations by number, and the sums."""
    found: dict[str, dict[str, Any]] = {}
    first = page = person.ok("GET", ALL)
    while True:
        found |= {one["organizationId"]: one for one in page["results"]}
        if "nextPageToken" not in page:
            return found, first["total"]
        page = person.ok("GET", ALL, nextPageToken=page["nextPageToken"])
        assert "total" not in page


def test_every_organization_is_told_of_with_its_limits_and_all_are_summed(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = preferring(chief, ann, 1000)
    file = ann.file(project_in(ann, made["id"]), b"x" * 333)
    assert ann.call("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false").status_code == 200
    found, total = everything(chief)
    one = found[made["id"]]
    assert (one["name"], one["planType"], one["storedBytes"], one["storagePercent"]) == (
        made["name"], "SELF_MANAGED", 333, 33.3,
    )  # fmt: skip
    assert one["sentBytes"] == 333
    assert "customStoragePercent" not in one, "where there is no limit"
    own = ann.ok("GET", f"{ALL}/organization/{made['id']}")
    assert own.items() <= one.items()
    for name in SUMMED:
        assert total[name] == sum(each[name] for each in found.values()), name
    assert total["organizations"] == len(found)
    assert "storageLimitBytes" not in total, "the installation's own organization has no limit"


def test_the_same_comes_as_lines_and_in_pages(planned: Server, chief: Person, ann: Person) -> None:
    from vesicle.organizations import overview
    from vesicle.organizations.roles import OPERATOR

    made = managed(chief, ann, egressLimitBytes=10)
    answer = chief.call("GET", f"{ALL}/csv")
    rows = {row["organizationId"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    found, _ = everything(chief)
    assert rows.keys() == found.keys()
    assert (rows[made["id"]]["name"], rows[made["id"]]["planType"]) == (made["name"], "SELF_MANAGED")
    assert (rows[made["id"]]["egressPercent"], rows[made["id"]]["customStorageLimitBytes"]) == ("0.0", "")
    with planned.database() as conn:
        seen, token = [], None
        for _ in range(len(found) + 1):
            page = overview.page(conn, OPERATOR, token, 2)
            seen += [str(int(one.organization_id)) for one in page.results]
            if not page.next_page_token:
                break
            token = page.next_page_token
    assert seen == list(found)


def test_organization_administrators_see_it_and_nobody_else(planned: Server, chief: Person, ann: Person) -> None:
    managed(chief, ann)
    for path in (ALL, f"{ALL}/csv"):
        status, reason = refused(ann, "GET", path)
        assert (status, "Only organization administrators" in reason) == (403, True)
    with planned.database() as conn:
        conn.execute("INSERT INTO membership (member_id, group_id) VALUES (%s, 7)", (ann.id,))
    assert ann.ok("GET", ALL)["results"]
