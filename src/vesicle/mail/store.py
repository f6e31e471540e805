"""Rows of e-mails, and of the links that were sent in them."""

from __future__ import annotations

from typing import Any

from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from vesicle.db import Connection
from vesicle.mail.model import Mail

_MAIL = "id, recipient, subject, text, unsubscribe_url, queued_on, state, trouble"

# --------------------------------------------------------------------- e-mails


def insert(conn: Connection, recipient: str, subject: str, text: str, unsubscribe_url: str | None) -> int:
    """A new e-mail on its way, and its id."""
    row = conn.execute(
        "INSERT INTO email (recipient, subject, text, unsubscribe_url) VALUES (%s, %s, %s, %s) RETURNING id",
        (recipient, subject, text, unsubscribe_url),
    ).fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no id")
    return int(row[0])


def one(conn: Connection, email_id: int) -> Mail | None:
    """One e-mail."""
    with conn.cursor(row_factory=args_row(Mail)) as cursor:
        return cursor.execute(f"SELECT {_MAIL} FROM email WHERE id = %s", (email_id,)).fetchone()


def newest(conn: Connection, most: int) -> list[Mail]:
    """The last e-mails, the newest first."""
    with conn.cursor(row_factory=args_row(Mail)) as cursor:
        return cursor.execute(f"SELECT {_MAIL} FROM email ORDER BY id DESC LIMIT %s", (most,)).fetchall()


def note_state(conn: Connection, email_id: int, state: str, trouble: str | None) -> None:
    """What became of an e-mail. One that left the house keeps no text: it may hold links that open something."""
    conn.execute(
        "UPDATE email SET state = %(state)s, trouble = %(trouble)s, settled_on = now(),"
        " text = CASE WHEN %(state)s = 'sent' THEN '' ELSE text END,"
        " unsubscribe_url = CASE WHEN %(state)s = 'sent' THEN NULL ELSE unsubscribe_url END WHERE id = %(id)s",
        {"state": state, "trouble": trouble, "id": email_id},
    )


def sweep_emails(conn: Connection, days: int) -> None:
    """Forget e-mails that were settled long ago."""
    conn.execute("DELETE FROM email WHERE settled_on < now() - make_interval(days => %s)", (days,))


# ----------------------------------------------------------------------- links


def insert_link(
    conn: Connection, digest: bytes, purpose: str, subject: str, facts: dict[str, Any], life_s: int
) -> None:
    """Remember what a link will prove, and for how long."""
    conn.execute(
        "INSERT INTO mail_link (digest, purpose, subject, facts, expires_on)"
        " VALUES (%s, %s, %s, %s, now() + make_interval(secs => %s::int))",
        (digest, purpose, subject, Jsonb(facts), life_s),
    )


def link(conn: Connection, digest: bytes, purpose: str) -> tuple[str, dict[str, Any]] | None:
    """Subject and facts of a link that is still good."""
    return conn.execute(
        "SELECT subject, facts FROM mail_link WHERE digest = %s AND purpose = %s AND expires_on > now()",
        (digest, purpose),
    ).fetchone()


def use_up_link(conn: Connection, digest: bytes, purpose: str) -> tuple[str, dict[str, Any]] | None:
    """Subject and facts of a link that was good until now. Of two at one time, one gets them."""
    return conn.execute(
        "DELETE FROM mail_link WHERE digest = %s AND purpose = %s AND expires_on > now() RETURNING subject, facts",
        (digest, purpose),
    ).fetchone()


def has_link(conn: Connection, purpose: str, subject: str) -> bool:
    """True while a link of this purpose for this subject is good."""
    query = "SELECT 1 FROM mail_link WHERE purpose = %s AND subject = %s AND expires_on > now() LIMIT 1"
    return conn.execute(query, (purpose, subject)).fetchone() is not None


def delete_links(conn: Connection, purpose: str, subject: str) -> None:
    """The links of this purpose for this subject are good no more."""
    conn.execute("DELETE FROM mail_link WHERE purpose = %s AND subject = %s", (purpose, subject))


def sweep_links(conn: Connection) -> None:
    """Forget links that have expired."""
    conn.execute("DELETE FROM mail_link WHERE expires_on < now()")
