"""Rows of storage locations, as far as who may put something there depends on them."""

from __future__ import annotations

from typing import Any

from psycopg.rows import args_row, dict_row

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.usage.model import Terms


def terms(conn: Connection, actor: Actor, location_id: int) -> Terms | None:
    """What holds for a location."""
    _ = actor
    with conn.cursor(row_factory=args_row(Terms)) as cursor:
        return cursor.execute(
            "SELECT l.id, l.kind, l.sts_enabled, l.writable, t.private_to FROM storage_location l"
            " LEFT JOIN storage_terms t ON t.location_id = l.id WHERE l.id = %s",
            (location_id,),
        ).fetchone()


def default_of_others(conn: Connection, actor: Actor, location_id: int, organization_id: int) -> list[int]:
    """Which other organizations have their new files put there."""
    _ = actor
    rows = conn.execute(
        "SELECT id FROM organization WHERE default_location_id = %s AND id <> %s ORDER BY 1",
        (location_id, organization_id),
    )
    return [row[0] for row in rows]


def said(conn: Connection, actor: Actor, location_id: int) -> dict[str, Any]:
    """All that the operator said of a location, or what holds while nothing is said."""
    _ = actor
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            "SELECT private_to, egress, region::text[] FROM storage_terms WHERE location_id = %s FOR NO KEY UPDATE",
            (location_id,),
        ).fetchone()
    return found or {"private_to": None, "egress": "limited", "region": []}
