"""What was sent, against the record of downloads: the days that were added up, and the counters of limits.

These functions serve the operator alone.
"""

from __future__ import annotations

from typing import Any

from vesicle.db import Connection

# What the days of a table are of, how the record says it, and at which places of the query below.
TABLES = {
    "egress_day": ("project_id, location_id", "coalesce(r.project_id, 0), coalesce(r.storage_location_id, 0)", "3, 4"),
    "egress_person_day": ("principal_id", "r.principal_id", "3"),
}
_SUMS = ("downloads", "sent", "charged", "counted")
_THERE, _SHOULD = (", ".join(f"coalesce({side}.{name}, 0)::bigint" for name in _SUMS) for side in ("d", "s"))
_RECORD = "download_record r LEFT JOIN merged_organization m ON m.id = r.organization_id"
_PAYER = "coalesce(m.into_id, r.organization_id, 1)"
_DAYS = f"""
SELECT organization_id, day, {{key}}, {_THERE}, {_SHOULD} FROM {{table}} d FULL JOIN (
    SELECT {_PAYER}, (r.issued_on AT TIME ZONE 'UTC')::date, {{recorded}}, count(*), sum(r.size), sum(r.charged),
           sum(r.counted)
    FROM {_RECORD} WHERE r.issued_on < ((SELECT max(day) FROM egress_rollup) + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1, 2, {{places}}
) s (organization_id, day, {{key}}, downloads, sent, charged, counted) USING (organization_id, day, {{key}})
WHERE ({_THERE}) <> ({_SHOULD}) ORDER BY organization_id, day, {{key}}
"""
_COUNTERS = f"""
WITH period AS MATERIALIZED (
    SELECT organization_id, period_begin(opens_on, egress_period) AS begins_on FROM ledger_account
), counted AS MATERIALIZED (
    SELECT p.organization_id, sum(r.counted)::bigint AS bytes FROM {_RECORD}
    JOIN period p ON p.organization_id = {_PAYER}
    AND r.issued_on >= p.begins_on::timestamp AT TIME ZONE 'UTC' WHERE r.counted > 0 GROUP BY 1
), kept AS MATERIALIZED (
    SELECT organization_id, sum(e.bytes)::bigint AS bytes FROM egress_counter e JOIN period p
    USING (organization_id, begins_on) GROUP BY 1
)
SELECT organization_id, p.begins_on, coalesce(k.bytes, 0), coalesce(c.bytes, 0)
FROM period p LEFT JOIN kept k USING (organization_id) LEFT JOIN counted c USING (organization_id)
WHERE coalesce(k.bytes, 0) <> coalesce(c.bytes, 0) ORDER BY 1
"""


def hold_merges(conn: Connection) -> None:
    """No organization is merged before the end of the transaction, however long it takes."""
    conn.execute("SET LOCAL statement_timeout = 0")
    conn.execute("LOCK TABLE merged_organization IN SHARE MODE")


def wrong_sent_days(conn: Connection, table: str) -> list[tuple[Any, ...]]:
    """(organization, day, what the table tells by, the four sums as they are, and as they should be)."""
    key, recorded, places = TABLES[table]
    return conn.execute(_DAYS.format(table=table, key=key, recorded=recorded, places=places)).fetchall()


def put_sent_day(conn: Connection, table: str, row: tuple[Any, ...]) -> None:
    """A day becomes what it should be."""
    key = TABLES[table][0]
    sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in _SUMS)
    values = (*row[:-8], *row[-4:])
    conn.execute(
        f"INSERT INTO {table} (organization_id, day, {key}, {', '.join(_SUMS)})"
        f" VALUES ({', '.join(['%s'] * len(values))}) ON CONFLICT (organization_id, day, {key}) DO UPDATE SET {sets}",
        values,
    )


def wrong_counters(conn: Connection) -> list[tuple[Any, ...]]:
    """(organization, first day of its period, what its counter says, what the record says)."""
    return conn.execute(_COUNTERS).fetchall()
