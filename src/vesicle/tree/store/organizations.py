"""The organization of a project."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.db import Connection


def transfer(conn: Connection, actor: Actor, project_id: int, organization_id: int) -> None:
    """Give a project to an organization."""
    _ = actor
    conn.execute(
        "UPDATE node SET organization_id = %s WHERE id = %s AND kind = 'project'", (organization_id, project_id)
    )


def transfer_all(conn: Connection, actor: Actor, source_id: int, target_id: int) -> None:
    """Give every project of one organization to another."""
    _ = actor
    conn.execute("UPDATE node SET organization_id = %s WHERE organization_id = %s", (target_id, source_id))


def holds_anything(conn: Connection, actor: Actor, project_id: int) -> bool:
    """True when any other node has this project."""
    _ = actor
    query = "SELECT 1 FROM node WHERE project_id = %s AND id <> %s LIMIT 1"
    return conn.execute(query, (project_id, project_id)).fetchone() is not None
