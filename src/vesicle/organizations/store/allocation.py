"""Rows of projects that are still in the installation's organization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vesicle.access import Actor
from vesicle.db import Connection

_UNALLOCATED = """
SELECT n.id, n.name, a.alias, coalesce(u.stored, 0)::bigint, o.id FROM node n
LEFT JOIN alias a ON a.principal_id = n.created_by AND a.kind = 'USER_NAME'
LEFT JOIN organization o ON o.owner_id = n.created_by AND o.is_default
LEFT JOIN (SELECT project_id, sum(stored) AS stored FROM usage_total WHERE organization_id = 1 GROUP BY 1) u
    ON u.project_id = n.id
WHERE n.organization_id = 1 ORDER BY a.alias, n.id
"""


def unallocated(conn: Connection, actor: Actor) -> Iterator[tuple[Any, ...]]:
    """(project, name, creator, bytes, the creator's default organization), by creator; as they come, in one query."""
    _ = actor
    with conn.transaction(), conn.cursor("unallocated") as cursor:
        cursor.itersize = 2_000
        yield from cursor.execute(_UNALLOCATED)


def maker_of(conn: Connection, actor: Actor, project_id: int) -> int | None:
    """Who made a project."""
    _ = actor
    row = conn.execute("SELECT created_by FROM node WHERE id = %s AND kind = 'project'", (project_id,)).fetchone()
    return row[0] if row else None


def named(conn: Connection, actor: Actor, name: str) -> int | None:
    """The organization of a name."""
    _ = actor
    row = conn.execute("SELECT id FROM organization WHERE lower(name) = lower(%s)", (name,)).fetchone()
    return row[0] if row else None
