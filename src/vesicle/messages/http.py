"""Doors of messages."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.errors import Gone
from vesicle.messages import reading, sending
from vesicle.messages.model import MessageRecipientSet, MessageStatus, MessageToUser
from vesicle.web import Administrators, Bare, Call, Doors, InStory, SignedIn
from vesicle.wire import EntityId, Id, Page

door = Doors("messages")
OURS = InStory("a message is shown to its sender and its recipients")


@door("POST", "/repo/v1/message", access=SignedIn(), scopes=Scope.view | Scope.modify, status=201)
def send(call: Call, body: MessageToUser) -> MessageToUser:
    """Send a message whose text is a file of the caller's."""
    return sending.send(call.conn, call.actor, call.settings, body)


@door(
    "POST", "/repo/v1/entity/{id}/message", scopes=Scope.view | Scope.modify, status=201,
    access=InStory("anybody who signed in may write to the owners of an entity, also to ask for access"),
)  # fmt: skip
def send_to_owners(call: Call, id: EntityId, body: MessageToUser) -> MessageToUser:
    """Send a message to whoever may change the permissions of an entity."""
    return sending.send_to_owners(call.conn, call.actor, call.settings, id, body)


@door("POST", "/repo/v1/message/{messageId}/forward", access=OURS, scopes=Scope.view | Scope.modify, status=201)
def forward(call: Call, message_id: Id, body: MessageRecipientSet) -> MessageToUser:
    """Send a message on to others."""
    return sending.forward(call.conn, call.actor, call.settings, message_id, body.recipients or [])


@door("GET", "/repo/v1/message/inbox", access=SignedIn())
def inbox(
    call: Call, inbox_filter: str = "UNREAD", order_by: str = "SEND_DATE", descending: bool = True, limit: int = 10,
    offset: int = 0,
) -> Page:  # fmt: skip
    """Messages that the caller got."""
    return reading.inbox(call.conn, call.actor, inbox_filter, order_by, descending, limit, offset)


@door("GET", "/repo/v1/message/outbox", access=SignedIn())
def outbox(call: Call, order_by: str = "SEND_DATE", descending: bool = True, limit: int = 10, offset: int = 0) -> Page:
    """Messages that the caller sent."""
    return reading.outbox(call.conn, call.actor, order_by, descending, limit, offset)


@door("GET", "/repo/v1/message/{messageId}", access=OURS)
def message(call: Call, message_id: Id) -> MessageToUser:
    """One message."""
    return reading.message(call.conn, call.actor, message_id)


@door("GET", "/repo/v1/message/{messageId}/conversation", access=OURS)
def conversation(
    call: Call, message_id: Id, order_by: str = "SEND_DATE", descending: bool = True, limit: int = 10, offset: int = 0
) -> Page:
    """The thread of a message, as far as the caller sent or got it."""
    return reading.conversation(call.conn, call.actor, message_id, order_by, descending, limit, offset)


@door("PUT", "/repo/v1/message/status", access=OURS, scopes=Scope.modify)
def set_status(call: Call, body: MessageStatus) -> Bare:
    """Mark a message that the caller got as read, unread or archived."""
    reading.set_status(call.conn, call.actor, body)
    return Bare()


@door(
    "DELETE", "/repo/v1/message/{messageId}", scopes=Scope.modify, status=410,
    access=SignedIn("it does nothing for anybody"),
)  # fmt: skip
def refuse_delete(message_id: Id) -> None:
    """Always refused: a message that was sent stays with those who got it."""
    raise Gone(f"Message {message_id} cannot be deleted; put it into the state ARCHIVED instead.")


@door("DELETE", "/repo/v1/admin/message/{messageId}", access=Administrators(), scopes=Scope.modify)
def delete(call: Call, message_id: Id) -> Bare:
    """Remove a message from every inbox."""
    reading.delete(call.conn, call.actor, message_id)
    return Bare()
