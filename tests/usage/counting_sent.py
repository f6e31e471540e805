"""What the counters of bytes sent should say, counted independently of them: from the record of downloads."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date
from typing import Any

import psycopg

PAYER = "coalesce((SELECT m.into_id FROM merged_organization m WHERE m.id = r.organization_id), r.organization_id, 1)"
_PERIODS = """
SELECT a.organization_id, a.opens_on, a.egress_period, coalesce(sum(e.bytes), 0)::bigint,
       (now() AT TIME ZONE 'UTC')::date, period_begin(a.opens_on, a.egress_period)
FROM ledger_account a LEFT JOIN egress_counter e ON e.organization_id = a.organization_id
AND e.begins_on = period_begin(a.opens_on, a.egress_period) GROUP BY a.organization_id
"""
_COUNTED = f"""
SELECT p.id, sum(r.counted)::bigint FROM download_record r
JOIN unnest(%s::bigint[], %s::date[]) p (id, begin) ON p.id = {PAYER}
WHERE r.counted > 0 AND (r.issued_on AT TIME ZONE 'UTC')::date >= p.begin GROUP BY 1
"""
# What a day that is over says of what was charged and counted, against the record.
_DAYS = f"""
SELECT organization_id, day, {{key}}, d.charged, d.counted, s.charged, s.counted
FROM (SELECT * FROM {{table}} WHERE charged > 0) d FULL JOIN (
    SELECT {PAYER}, (r.issued_on AT TIME ZONE 'UTC')::date, {{recorded}}, sum(r.charged), sum(r.counted)
    FROM download_record r WHERE r.charged > 0
    AND (r.issued_on AT TIME ZONE 'UTC')::date <= (SELECT max(day) FROM egress_rollup) GROUP BY {{places}}
) s (organization_id, day, {{key}}, charged, counted) USING (organization_id, day, {{key}})
WHERE (d.charged, d.counted) IS DISTINCT FROM (s.charged, s.counted)
"""
_TABLES = (
    ("egress_day", "project_id, location_id", "coalesce(r.project_id, 0), coalesce(r.storage_location_id, 0)",
     "1, 2, 3, 4"),
    ("egress_person_day", "principal_id", "r.principal_id", "1, 2, 3"),
)  # fmt: skip


def begin_of(agreed: date, period: str, today: date) -> date:
    """The first day of the period that contains today."""
    step, months = 1 if period == "MONTH" else 12, 0
    while later(agreed, months + step) <= today:
        months += step
    while later(agreed, months) > today:
        months -= step
    return later(agreed, months)


def later(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def check(conn: psycopg.Connection[Any]) -> None:
    """Each limit's counter is the sum of what was counted in its period, and each day that is over that of its record.

    Call in a transaction that sees one moment.
    """
    periods = conn.execute(_PERIODS).fetchall()
    begins = {id: begin_of(opens.astimezone(UTC).date(), period, today) for id, opens, period, _, today, _ in periods}
    assert {row[0]: row[5] for row in periods} == begins, "periods begin on another day"
    counted = dict(conn.execute(_COUNTED, (list(begins), list(begins.values()))).fetchall())
    assert {row[0]: row[3] for row in periods if row[3]} == counted, "sent"
    for table, key, recorded, places in _TABLES:
        wrong = conn.execute(_DAYS.format(table=table, key=key, recorded=recorded, places=places)).fetchall()
        assert wrong == [], table
    (strange,) = conn.execute(
        "SELECT count(*) FROM egress_counter WHERE organization_id NOT IN (SELECT organization_id FROM ledger_account)"
    ).fetchone() or (0,)
    assert strange == 0, "counters of nobody"
