"""Reading messages: who may, inbox, outbox and conversations."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden, NotFound
from vesicle.messages import store
from vesicle.messages.model import (
    SORTS,
    STATES,
    MessageBundle,
    MessageRow,
    MessageStatus,
    MessageToUser,
)
from vesicle.wire import UNSET, Id, Page, check_window, offset_page, or_unset, stamp


def row(conn: Connection, actor: Actor, message_id: int) -> MessageRow:
    """A message that the actor sent or got. Raises NotFound, and Forbidden for what is between others."""
    found = store.message(conn, message_id)
    if found is None:
        raise NotFound(f"There is no message {message_id}.")
    if not (actor.is_admin or found.created_by == actor.id or store.is_recipient(conn, actor, message_id)):
        raise Forbidden(f"Message {message_id} is shown to its sender and its recipients, and to nobody else.")
    return found


def message(conn: Connection, actor: Actor, message_id: int) -> MessageToUser:
    """One message."""
    return shape(row(conn, actor, message_id))


def inbox(conn: Connection, actor: Actor, states: str, sort: str, descending: bool, limit: int, offset: int) -> Page:
    """The actor's messages in these states (with commas between)."""
    wanted = [one.strip() for one in states.split(",")]
    if not set(wanted) <= set(STATES):
        raise BadRequest(f"inboxFilter takes {', '.join(STATES)} with commas between, not {states[:100]!r}.")
    _check(sort, limit, offset)
    found = store.inbox(conn, actor, wanted, sort, descending, limit, offset)
    bundles = [
        MessageBundle(
            message=shape(one), status=MessageStatus(message_id=Id(one.id), status=state, recipient_id=Id(actor.id))
        )
        for one, state in found
    ]
    return offset_page(bundles, limit, offset)


def outbox(conn: Connection, actor: Actor, sort: str, descending: bool, limit: int, offset: int) -> Page:
    """What the actor sent."""
    _check(sort, limit, offset)
    found = store.outbox(conn, actor, sort, descending, limit, offset)
    return offset_page([shape(one) for one in found], limit, offset)


def conversation(
    conn: Connection, actor: Actor, message_id: int, sort: str, descending: bool, limit: int, offset: int
) -> Page:
    """The thread of a message, as far as the actor sent or got it."""
    _check(sort, limit, offset)
    root_id = row(conn, actor, message_id).root_id
    found = store.conversation(conn, actor, root_id, sort, descending, limit, offset)
    return offset_page([shape(one) for one in found], limit, offset)


def set_status(conn: Connection, actor: Actor, given: MessageStatus) -> None:
    """What the actor did with a message that they got. Raises NotFound, Forbidden, BadRequest."""
    if given.status not in STATES:
        raise BadRequest(f"status is one of {', '.join(STATES)}, not {given.status[:50]!r}.")
    if not store.set_status(conn, actor, given.message_id, given.status):
        row(conn, actor, given.message_id)
        raise Forbidden(f"Message {given.message_id} did not go to you; only its recipients keep a status.")


def delete(conn: Connection, actor: Actor, message_id: int) -> None:
    """Remove a message from every inbox. For administrators; raises NotFound."""
    if not store.delete(conn, actor, message_id):
        raise NotFound(f"There is no message {message_id}.")


def shape(row: MessageRow) -> MessageToUser:
    """As the wire says it."""
    return MessageToUser(
        id=Id(row.id), created_by=Id(row.created_by), created_on=stamp(row.created_on), subject=or_unset(row.subject),
        file_handle_id=Id(row.file_handle_id), recipients=[Id(one) for one in row.recipients],
        in_reply_to=UNSET if row.in_reply_to is None else Id(row.in_reply_to), in_reply_to_root=Id(row.root_id),
    )  # fmt: skip


def _check(sort: str, limit: int, offset: int) -> None:
    check_window(limit, offset)
    if sort not in SORTS:
        raise BadRequest(f"orderBy is one of {', '.join(SORTS)}, not {sort[:50]!r}.")
