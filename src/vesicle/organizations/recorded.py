"""What the record of deeds tells of members: enough to see what a deed changed."""

from __future__ import annotations

from typing import Any

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.organizations.store import members as rows

MOST = 100_000


def roles(row: rows.MemberRow | None) -> dict[str, bool] | None:
    """What a member may do; nothing for who is none."""
    return None if row is None else {"manager": row[1], "contributor": row[2]}


def memberships(conn: Connection, actor: Actor, organization_id: int) -> dict[str, Any]:
    """The same of every member, by their number."""
    return {str(row[0]): roles(row) for row in rows.members(conn, actor, organization_id, -1, MOST)}
