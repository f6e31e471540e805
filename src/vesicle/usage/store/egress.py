"""Rows of the counters of bytes sent: their periods, and that nobody sends while they are set."""

from __future__ import annotations

from datetime import date

from vesicle.db import Connection
from vesicle.usage.store.reports import WITH_MERGED

# The days that are over, and the record of what is newer: of this organization, and of those that are part of it now.
_COUNTED = f"""
coalesce((SELECT sum(counted) FROM egress_day WHERE organization_id = %(organization)s AND day >= %(first)s), 0)
+ coalesce((SELECT sum(counted) FROM download_record WHERE organization_id = ANY({WITH_MERGED})
            AND issued_on >= greatest(%(first)s, coalesce((SELECT max(day) + 1 FROM egress_rollup), '-infinity'))
                             ::timestamp AT TIME ZONE 'UTC'), 0)
"""


def hold(conn: Connection, organization_id: int) -> None:
    """Nobody sends at the expense of an organization until the end of the transaction; its account must be held."""
    conn.execute("SELECT hold_sending(%s)", (organization_id,))


def begins_on(conn: Connection, organization_id: int) -> date | None:
    """The first day of the present period; the account is held until the end of the transaction."""
    row = conn.execute(
        "SELECT period_begin(opens_on, egress_period) FROM ledger_account WHERE organization_id = %s FOR NO KEY UPDATE",
        (organization_id,),
    ).fetchone()
    return row[0] if row else None


def counted_since(conn: Connection, organization_id: int, first: date) -> int:
    """The bytes that an organization has sent since a day, as far as they count against limits."""
    values = {"organization": organization_id, "first": first}
    row = conn.execute(f"SELECT ({_COUNTED})::bigint", values).fetchone()
    return int(row[0]) if row else 0


def begin_anew(conn: Connection, organization_id: int, first: date) -> None:
    """The counter of the period since a day is the sum of what it counts. Nobody may send meanwhile."""
    conn.execute("DELETE FROM egress_counter WHERE organization_id = %s", (organization_id,))
    add(conn, organization_id, first, counted_since(conn, organization_id, first))


def add(conn: Connection, organization_id: int, first: date, counted: int) -> None:
    """More bytes in the period since a day, in a row of their own. The account must be held."""
    if counted:
        conn.execute(
            "INSERT INTO egress_counter (organization_id, begins_on, shard, bytes)"
            " SELECT %(id)s, %(first)s, least(min(shard), 0) - 1, %(counted)s FROM egress_counter"
            " WHERE organization_id = %(id)s AND begins_on = %(first)s",
            {"id": organization_id, "first": first, "counted": counted},
        )
