"""Rows of messages, and of whose inbox they are in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.rows import args_row

from vesicle.access import Actor, OwnsFileHandle
from vesicle.db import Connection
from vesicle.messages.model import Letter, MessageRow

_MESSAGE = "m.id, m.created_by, m.created_on, m.subject, m.file_handle_id, m.in_reply_to, m.root_id, m.recipients"
# The first half of a two-part advisory lock: senders of messages.
_SENDERS = 27


def hold_sender(conn: Connection, actor: Actor) -> None:
    """Until the end of the transaction the actor sends nothing else, so that counting is exact."""
    conn.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_SENDERS, actor.id % 2**31))


def sent_lately(conn: Connection, actor: Actor, most: int, within_s: int) -> int:
    """How many of the actor's last ``most`` messages were sent in the last seconds."""
    row = conn.execute(
        "SELECT count(*) FROM (SELECT created_on FROM message WHERE created_by = %s ORDER BY id DESC LIMIT %s) m"
        " WHERE created_on > now() - make_interval(secs => %s)",
        (actor.id, most, within_s),
    ).fetchone()
    return int(row[0]) if row else 0


def insert(
    conn: Connection, actor: Actor, body: OwnsFileHandle | MessageRow, subject: str | None, recipients: Sequence[int],
    reply_to: MessageRow | None, unsubscribe_endpoint: str | None,
) -> MessageRow:  # fmt: skip
    """A new message, with a body that is the actor's own, or that of a message which they forward."""
    handle_id = body.file_handle_id if isinstance(body, MessageRow) else body.id
    with conn.cursor(row_factory=args_row(MessageRow)) as cursor:
        made = cursor.execute(
            "INSERT INTO message AS m (created_by, subject, file_handle_id, in_reply_to, root_id, recipients,"
            " unsubscribe_endpoint) VALUES (%s, %s, %s, %s, coalesce(%s, currval('message_id_seq')), %s, %s)"
            f" RETURNING {_MESSAGE}",
            (
                actor.id, subject, handle_id, reply_to.id if reply_to else None, reply_to.root_id if reply_to else None,
                [int(one) for one in recipients], unsubscribe_endpoint,
            ),
        ).fetchone()  # fmt: skip
    if made is None:
        raise RuntimeError("INSERT gave no row")
    return made


def deliver(conn: Connection, actor: Actor, message: MessageRow, recipients: Sequence[int]) -> None:
    """Put a message into the inboxes of people, and of everybody who is in the teams among them now."""
    _ = actor
    conn.execute(
        "INSERT INTO message_copy (message_id, recipient_id)"
        " SELECT %(message)s, p.principal_id FROM person p WHERE p.principal_id = ANY(%(ids)s::bigint[])"
        " UNION SELECT %(message)s, p.principal_id FROM membership g JOIN person p ON p.principal_id = g.member_id"
        " WHERE g.group_id = ANY(%(ids)s::bigint[])",
        {"message": message.id, "ids": [int(one) for one in recipients]},
    )


def kinds(conn: Connection, ids: Sequence[int]) -> dict[int, str]:
    """What each of these principals is: user, team or group."""
    return dict(
        conn.execute("SELECT id, kind FROM principal WHERE id = ANY(%s::bigint[])", ([int(one) for one in ids],))
    )


def message(conn: Connection, message_id: int) -> MessageRow | None:
    """One message; who may read it is asked with the row."""
    with conn.cursor(row_factory=args_row(MessageRow)) as cursor:
        return cursor.execute(f"SELECT {_MESSAGE} FROM message m WHERE m.id = %s", (message_id,)).fetchone()


def is_recipient(conn: Connection, actor: Actor, message_id: int) -> bool:
    """True when the message is in the actor's inbox."""
    query = "SELECT 1 FROM message_copy WHERE message_id = %s AND recipient_id = %s"
    return conn.execute(query, (message_id, actor.id)).fetchone() is not None


def _order(sort: str, descending: bool) -> str:
    """Ids grow with time, so they are the order of sending."""
    direction = "DESC" if descending else "ASC"
    return f" ORDER BY {f'm.subject {direction},' if sort == 'SUBJECT' else ''} m.id {direction} LIMIT %s OFFSET %s"


def inbox(
    conn: Connection, actor: Actor, states: list[str], sort: str, descending: bool, limit: int, offset: int
) -> list[tuple[MessageRow, str]]:
    """(message, state) of the actor's inbox."""
    found = conn.execute(
        f"SELECT c.status, {_MESSAGE} FROM message_copy c JOIN message m ON m.id = c.message_id"
        " WHERE c.recipient_id = %s AND c.status = ANY(%s)" + _order(sort, descending),
        (actor.id, states, limit, offset),
    )
    return [(MessageRow(*row[1:]), row[0]) for row in found]


def outbox(conn: Connection, actor: Actor, sort: str, descending: bool, limit: int, offset: int) -> list[MessageRow]:
    """What the actor sent."""
    query = f"SELECT {_MESSAGE} FROM message m WHERE m.created_by = %s" + _order(sort, descending)
    with conn.cursor(row_factory=args_row(MessageRow)) as cursor:
        return cursor.execute(query, (actor.id, limit, offset)).fetchall()


def conversation(
    conn: Connection, actor: Actor, root_id: int, sort: str, descending: bool, limit: int, offset: int
) -> list[MessageRow]:
    """What the actor sent or got of a conversation."""
    query = (
        f"SELECT {_MESSAGE} FROM message m WHERE m.root_id = %s AND (m.created_by = %s OR EXISTS"
        " (SELECT 1 FROM message_copy c WHERE c.message_id = m.id AND c.recipient_id = %s))"
    )
    with conn.cursor(row_factory=args_row(MessageRow)) as cursor:
        values = (root_id, actor.id, actor.id, limit, offset)
        return cursor.execute(query + _order(sort, descending), values).fetchall()


def set_status(conn: Connection, actor: Actor, message_id: int, status: str) -> bool:
    """What the actor did with a message; False when it is not in their inbox."""
    done = conn.execute(
        "UPDATE message_copy SET status = %s WHERE message_id = %s AND recipient_id = %s",
        (status, message_id, actor.id),
    )
    return done.rowcount == 1


def delete(conn: Connection, actor: Actor, message_id: int) -> bool:
    """Remove a message from everywhere; False when there is none."""
    _ = actor
    return conn.execute("DELETE FROM message WHERE id = %s", (message_id,)).rowcount == 1


# ------------------------------------------------------------------ by workers

# Bytes that vesicle has by right lie in its own storage, or in a bucket whose owner proved that they are. What else a
# handle says is the word of who made it, and reading that would let them read with the keys of the server.
_LETTER = """
SELECT m.created_by, coalesce(nullif(trim(p.first_name || ' ' || p.last_name), ''), a.alias), m.subject,
       m.unsubscribe_endpoint, l.endpoint, h.bucket, h.key, h.content_size, h.content_type
FROM message m LEFT JOIN (file_handle h JOIN storage_location l ON l.id = h.storage_location_id
                          AND l.kind IN ('managed-s3', 'external-s3')) ON h.id = m.file_handle_id AND h.kind = 's3'
JOIN person p ON p.principal_id = m.created_by JOIN alias a ON a.principal_id = p.principal_id AND a.kind = 'USER_NAME'
WHERE m.id = %s AND m.mailed_on IS NULL
"""


def letter(conn: Connection, message_id: int) -> Letter | None:
    """What is to be mailed; None when it was, or when the message is gone."""
    with conn.cursor(row_factory=args_row(Letter)) as cursor:
        return cursor.execute(_LETTER, (message_id,)).fetchone()


def begin_mailing(conn: Connection, message_id: int) -> list[int] | None:
    """Who has the message in their inbox, to the one worker that mails it; None to every other."""
    done = conn.execute(
        "UPDATE message SET mailed_on = now() WHERE id = %s AND mailed_on IS NULL", (message_id,)
    ).rowcount
    if not done:
        return None
    found: list[Any] = conn.execute(
        "SELECT recipient_id FROM message_copy WHERE message_id = %s", (message_id,)
    ).fetchall()
    return [row[0] for row in found]


def mark_read(conn: Connection, message_id: int, person_ids: list[int]) -> None:
    """What was mailed to these people counts as read."""
    conn.execute(
        "UPDATE message_copy SET status = 'READ' WHERE message_id = %s AND recipient_id = ANY(%s::bigint[])",
        (message_id, person_ids),
    )
