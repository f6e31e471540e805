"""Rows of passwords and sign-ins."""

from __future__ import annotations

from datetime import datetime

from vesicle.access import Actor
from vesicle.db import Connection


def password_row(conn: Connection, principal_id: int) -> tuple[str | None, datetime | None, int] | None:
    """Digest, until when the account is closed, and failures so far; locks the row, so that guesses come one by one."""
    return conn.execute(
        "SELECT password_digest, closed_until, failed_sign_ins FROM person WHERE principal_id = %s FOR UPDATE",
        (principal_id,),
    ).fetchone()


def changed_password_lately(conn: Connection, principal_id: int, within_s: int) -> bool:
    """True when the person chose the password themself, a short while ago."""
    row = conn.execute(
        "SELECT password_changed_on > now() - make_interval(secs => %s::int) FROM person WHERE principal_id = %s",
        (within_s, principal_id),
    ).fetchone()
    return bool(row and row[0])


def note_password_change(conn: Connection, principal_id: int) -> None:
    """The person chose the password just now."""
    conn.execute("UPDATE person SET password_changed_on = now() WHERE principal_id = %s", (principal_id,))


def set_password_digest(conn: Connection, principal_id: int, digest: str) -> None:
    """Replace the password; opens a closed account."""
    conn.execute(
        "UPDATE person SET password_digest = %s, failed_sign_ins = 0, closed_until = NULL WHERE principal_id = %s",
        (digest, principal_id),
    )


def note_failed_sign_in(conn: Connection, principal_id: int, most: int, closed_s: int) -> None:
    """One more failure; the ``most``-th closes the account for a while."""
    conn.execute(
        "UPDATE person SET failed_sign_ins = CASE WHEN failed_sign_ins + 1 >= %(most)s THEN 0 ELSE "
        "failed_sign_ins + 1 END,"
        " closed_until = CASE WHEN failed_sign_ins + 1 >= %(most)s THEN now() + make_interval(secs => %(s)s) END"
        " WHERE principal_id = %(id)s",
        {"most": most, "s": closed_s, "id": principal_id},
    )


def note_sign_in(conn: Connection, principal_id: int) -> None:
    """A sign-in that worked."""
    conn.execute(
        "UPDATE person SET failed_sign_ins = 0, closed_until = NULL, authenticated_on = now() WHERE principal_id = %s",
        (principal_id,),
    )


def authenticated_on(conn: Connection, actor: Actor) -> datetime | None:
    """When the actor last signed in with a password."""
    row = conn.execute("SELECT authenticated_on FROM person WHERE principal_id = %s", (actor.id,)).fetchone()
    return row[0] if row else None
