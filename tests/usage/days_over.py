"""Days that are over: what the ledger knows goes a day back; what is told of each day is what was there at its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from tests.live import Server
from tests.usage.counting import Place, places

from vesicle.organizations.roles import OPERATOR
from vesicle.usage import drilling, reports
from vesicle.usage.model import Behind

DAY = timedelta(days=1)
FAR = 40_000
# By way of a time long ago, because each row has to go to where no other is yet.
_KEYS = {"usage_day": ("day",), "past_charge": ("first_day", "last_day"), "past_stay": ("last_day",)}
PAGE = 7


def let_a_day_pass(conn: psycopg.Connection[Any]) -> None:
    """What happened today happened yesterday, and so on."""
    with conn.transaction():
        for table, columns in _KEYS.items():
            for by in (-FAR, FAR - 1):
                conn.execute(f"UPDATE {table} SET " + ", ".join(f"{one} = {one} + {by}" for one in columns))
        conn.execute("UPDATE charge SET first_day = first_day - 1")


def today() -> date:
    return datetime.now(UTC).date()


@dataclass
class Closings:
    """What was in each organization at the end of days, counted when it was so, independently of the ledger."""

    server: Server
    kept: dict[date, list[Place]] = field(default_factory=dict)

    def close_today(self) -> None:
        """A day ends."""
        with self.server.database() as conn:
            self.kept[today()] = list(places(conn))
            let_a_day_pass(conn)
        self.kept = {day - DAY: there for day, there in self.kept.items()}

    def check(self, organizations: list[int]) -> None:
        """What is told of every day that has ended is what was there, to the handle."""
        with self.server.database() as conn:
            merged = dict(conn.execute("SELECT id, into_id FROM merged_organization").fetchall())
            for day, there in [*self.kept.items(), (None, list(places(conn)))]:
                by_owner: dict[int, list[Place]] = defaultdict(list)
                for one in there:
                    owner = merged.get(one.owner, one.owner)
                    by_owner[owner].append(one._replace(owner=owner))
                for organization in organizations:
                    check_day(conn, organization, day, by_owner[organization])


def check_day(conn: psycopg.Connection[Any], organization: int, day: date | None, there: list[Place]) -> None:
    """The report of the day, and the handles behind it: all, and those of each project, location and contributor."""
    told = sorted(behind(conn, organization, day))
    assert told == sorted(there), f"organization {organization} at the end of {day}"
    last = str(day or today())
    (row,) = reports.report(conn, OPERATOR, organization, "day", last, last).results
    assert (row.stored_bytes, row.custom_stored_bytes, row.in_trash_bytes, row.files) == (
        sum(one.size for one in there if not one.is_custom), sum(one.size for one in there if one.is_custom),
        sum(one.size for one in there if one.in_trash), len(there),
    ), f"organization {organization} on {day}"  # fmt: skip
    for name, member in (("project_id", "project"), ("location_id", "location"), ("contributor_id", "maker")):
        for key in {getattr(one, member) for one in there}:
            some = sorted(behind(conn, organization, day, **{name: key}))
            assert some == [one for one in told if getattr(one, member) == key], (organization, day, name, key)


def behind(conn: psycopg.Connection[Any], organization: int, day: date | None, **only: int) -> Iterator[Place]:
    """Every page of the handles behind a number."""
    of, token = Behind(**only, day=str(day) if day else None), None
    while True:
        page = drilling.files(conn, OPERATOR, organization, of, token, PAGE)
        for one in page.results:
            yield Place(
                organization, int(one.project_id or 0), int(one.file_handle_id), one.bytes, one.storage_location_id,
                int(one.contributor_id), one.is_custom, one.in_trash,
            )  # fmt: skip
        if not page.next_page_token:
            return
        token = page.next_page_token
