"""Which organization projects belong to."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.tree.store import organizations as rows


def transfer(conn: Connection, actor: Actor, project_id: int, organization_id: int) -> None:
    """The project belongs to another organization from now on. It must be held alone."""
    rows.transfer(conn, actor, project_id, organization_id)


def transfer_all(conn: Connection, actor: Actor, source_id: int, target_id: int) -> None:
    """Every project of the source belongs to the target from now on."""
    rows.transfer_all(conn, actor, source_id, target_id)


def holds_anything(conn: Connection, actor: Actor, project_id: int) -> bool:
    """Whether anything lies in a project, or in the trash can and came from it."""
    return rows.holds_anything(conn, actor, project_id)
