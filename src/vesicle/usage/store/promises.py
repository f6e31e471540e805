"""Rows of what is promised to uploads. Everything here acts on what a story above has allowed already."""

from __future__ import annotations

from vesicle.db import Connection
from vesicle.usage.model import Payer


def insert_reservation(conn: Connection, upload_id: int, payer: Payer, size: int, *, is_custom: bool) -> bool:
    """Remember what an upload may bring; False when it has a reservation already."""
    made = conn.execute(
        "INSERT INTO reservation (upload_id, organization_id, project_id, bytes, is_custom) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (upload_id) DO NOTHING",
        (upload_id, *payer, size, is_custom),
    )
    return made.rowcount == 1


def reservation(conn: Connection, upload_id: int) -> tuple[int, int, bool] | None:
    """(organization, bytes, custom) of what is promised to an upload."""
    return conn.execute(
        "SELECT organization_id, bytes, is_custom FROM reservation WHERE upload_id = %s", (upload_id,)
    ).fetchone()


def move_reservation(conn: Connection, from_id: int, upload_id: int) -> bool:
    """What one upload has is another's; False when it has nothing."""
    moved = conn.execute("UPDATE reservation SET upload_id = %s WHERE upload_id = %s", (upload_id, from_id))
    return moved.rowcount == 1


def give_reservation(conn: Connection, upload_id: int, payer: Payer) -> tuple[int, int] | None:
    """Another organization or project promises it: (organization, bytes) before."""
    return conn.execute(
        "UPDATE reservation r SET organization_id = %s, project_id = %s"
        " FROM (SELECT upload_id, organization_id FROM reservation WHERE upload_id = %s FOR UPDATE) before"
        " WHERE r.upload_id = before.upload_id RETURNING before.organization_id, r.bytes",
        (*payer, upload_id),
    ).fetchone()


def delete_reservation(conn: Connection, upload_id: int) -> tuple[int, int, bool] | None:
    """(organization, bytes, custom) of a reservation that is no more."""
    return conn.execute(
        "DELETE FROM reservation WHERE upload_id = %s RETURNING organization_id, bytes, is_custom", (upload_id,)
    ).fetchone()
