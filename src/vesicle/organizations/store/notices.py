"""Rows of notices, and the organizations whose usage crossed a threshold."""

from __future__ import annotations

from typing import Any

from psycopg.rows import args_row

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.organizations.model.notices import Crossing

# The highest threshold that is reached now, against the one that was told of.
_CROSSINGS = """
WITH used AS (
    SELECT organization_id, 'STORAGE' AS kind, stored AS used, storage_limit AS most, told_of_storage AS told
    FROM ledger_account WHERE storage_limit > 0
    UNION ALL
    SELECT a.organization_id, 'EGRESS', coalesce((
        SELECT sum(bytes) FROM egress_counter e WHERE e.organization_id = a.organization_id
        AND e.begins_on = period_begin(a.opens_on, a.egress_period)), 0)::bigint, a.egress_limit, a.told_of_egress
    FROM ledger_account a WHERE a.egress_limit > 0
)
SELECT o.id, o.name, o.owner_id, u.kind, u.used, u.most, u.told, l.level
FROM used u JOIN organization o ON o.id = u.organization_id, LATERAL (
    SELECT coalesce(max(t), 0) AS level FROM unnest(o.thresholds) t WHERE u.used::numeric * 100 >= u.most::numeric * t
) l WHERE l.level <> u.told ORDER BY o.id, u.kind
"""


def crossings(conn: Connection, actor: Actor) -> list[Crossing]:
    """Organizations whose usage crossed a threshold since they were told, upwards or downwards."""
    _ = actor
    with conn.cursor(row_factory=args_row(Crossing)) as cursor:
        return cursor.execute(_CROSSINGS).fetchall()


def insert(conn: Connection, actor: Actor, organization_id: int, kind: str, percent: int, text: str) -> None:
    """An entry for those who look at the organization."""
    _ = actor
    conn.execute(
        "INSERT INTO organization_notice (organization_id, kind, percent, text) VALUES (%s, %s, %s, %s)",
        (organization_id, kind, percent, text),
    )


def notices(conn: Connection, actor: Actor, organization_id: int, limit: int) -> list[tuple[Any, ...]]:
    """(id, kind, percent, text, when), the newest first."""
    _ = actor
    return conn.execute(
        "SELECT id, kind, percent, text, noticed_on FROM organization_notice WHERE organization_id = %s"
        " ORDER BY id DESC LIMIT %s",
        (organization_id, limit),
    ).fetchall()


def standing(conn: Connection, actor: Actor, organization_id: int) -> list[str]:
    """What holds at present of all that was told: one text for storage and one for egress at most."""
    _ = actor
    rows = conn.execute(
        "SELECT DISTINCT ON (n.kind) n.text FROM organization_notice n JOIN ledger_account a"
        " ON a.organization_id = n.organization_id AND n.percent = CASE n.kind WHEN 'STORAGE' THEN a.told_of_storage"
        " ELSE a.told_of_egress END WHERE n.organization_id = %s AND n.merged_from IS NULL"
        " ORDER BY n.kind DESC, n.id DESC",
        (organization_id,),
    )
    return [row[0] for row in rows]


def move_all(conn: Connection, actor: Actor, source_id: int, target_id: int) -> None:
    """What one organization was told is kept with another; there it is of the past."""
    _ = actor
    conn.execute(
        "UPDATE organization_notice SET organization_id = %(target)s, merged_from = coalesce(merged_from, %(source)s)"
        " WHERE organization_id = %(source)s",
        {"source": source_id, "target": target_id},
    )
