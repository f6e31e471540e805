"""Rows of mail addresses."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.db import Connection


def notification_address(conn: Connection, person_id: int) -> str | None:
    """Where mail to a person goes; None for those who have no address."""
    row = conn.execute("SELECT alias FROM alias WHERE principal_id = %s AND notified", (person_id,)).fetchone()
    return str(row[0]) if row else None


def notify_at(conn: Connection, actor: Actor, squeezed: str) -> bool:
    """From now on mail to the actor goes to this address of theirs; False when it is not theirs."""
    mine = "principal_id = %s AND kind = 'USER_EMAIL' AND squeezed = %s"
    if conn.execute(f"SELECT 1 FROM alias WHERE {mine} FOR UPDATE", (actor.id, squeezed)).fetchone() is None:
        return False
    conn.execute("UPDATE alias SET notified = false WHERE principal_id = %s AND notified", (actor.id,))
    conn.execute(f"UPDATE alias SET notified = true WHERE {mine}", (actor.id, squeezed))
    return True


def delete_address(conn: Connection, actor: Actor, squeezed: str) -> bool | None:
    """Forget an address of the actor. None when it is not theirs, False when mail goes there."""
    row = conn.execute(
        "SELECT notified FROM alias WHERE principal_id = %s AND kind = 'USER_EMAIL' AND squeezed = %s FOR UPDATE",
        (actor.id, squeezed),
    ).fetchone()
    if row is None or row[0]:
        return False if row else None
    conn.execute("DELETE FROM alias WHERE squeezed = %s", (squeezed,))
    return True


def is_of(conn: Connection, actor: Actor, address: str) -> bool:
    """True when the address is one of the actor's. Punctuation counts: the squeezed form is no proof."""
    query = "SELECT 1 FROM alias WHERE principal_id = %s AND kind = 'USER_EMAIL' AND lower(alias) = lower(%s)"
    return conn.execute(query, (actor.id, address)).fetchone() is not None


def people_to_mail(conn: Connection, person_ids: list[int]) -> list[tuple[int, str, bool]]:
    """(person, address, whether a mailed message counts as read) of those who want messages as mail."""
    return conn.execute(
        "SELECT p.principal_id, a.alias, p.mark_mailed_read FROM person p"
        " JOIN alias a ON a.principal_id = p.principal_id AND a.notified"
        " WHERE p.principal_id = ANY(%s::bigint[]) AND p.send_mail ORDER BY p.principal_id",
        ([int(one) for one in person_ids],),
    ).fetchall()
