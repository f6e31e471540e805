"""Rows of many accounts at once, with what each has sent."""

from __future__ import annotations

from typing import Any

from psycopg.rows import dict_row

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.usage.model import Account
from vesicle.usage.store.downloads import PERIODS, STATE, EgressState
from vesicle.usage.store.ledger import ACCOUNT

_PAGE = f"SELECT {ACCOUNT}, {STATE} {PERIODS} WHERE a.organization_id > %s ORDER BY a.organization_id LIMIT %s"
_MEMBERS = len(Account.__struct_fields__)
# A sum of limits tells something only when all are limited.
_TOTAL = f"""
SELECT count(*) AS organizations, sum(a.stored)::bigint AS stored_bytes, sum(a.reserved)::bigint AS reserved_bytes,
       sum(a.in_trash)::bigint AS in_trash_bytes, sum(a.files)::bigint AS files,
       sum(a.custom_stored)::bigint AS custom_stored_bytes, sum(a.custom_reserved)::bigint AS custom_reserved_bytes,
       coalesce(sum(e.sent), 0)::bigint AS sent_bytes,
       CASE WHEN bool_and(a.storage_limit IS NOT NULL) THEN sum(a.storage_limit) END::bigint AS storage_limit_bytes,
       CASE WHEN bool_and(a.custom_limit IS NOT NULL) THEN sum(a.custom_limit) END::bigint
           AS custom_storage_limit_bytes,
       CASE WHEN bool_and(a.egress_limit IS NOT NULL) THEN sum(a.egress_limit) END::bigint AS egress_limit_bytes
{PERIODS} LEFT JOIN LATERAL (
    SELECT sum(c.bytes) AS sent FROM egress_counter c
    WHERE c.organization_id = a.organization_id AND c.begins_on = b.begins_on
) e ON true
"""


def page(conn: Connection, actor: Actor, after: int, limit: int) -> list[tuple[Account, EgressState]]:
    """Accounts after an organization, in the order of their numbers."""
    _ = actor
    rows = conn.execute(_PAGE, (after, limit))
    return [(Account(*row[:_MEMBERS]), EgressState(*row[_MEMBERS:])) for row in rows]


def total(conn: Connection, actor: Actor) -> dict[str, Any]:
    """The sums over all accounts, by the names of the shape that tells them."""
    _ = actor
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_TOTAL).fetchone() or {}
