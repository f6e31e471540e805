"""Shapes of messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vesicle.errors import TooManyRequests
from vesicle.wire import UNSET, Id, Maybe, Shape

MOST_A_MINUTE = 10
WINDOW_S = 60
STATES = ("READ", "UNREAD", "ARCHIVED")
SORTS = ("SEND_DATE", "SUBJECT")
LONGEST_SUBJECT = 1000


class TooManyMessages(TooManyRequests):
    """A sender who writes too fast. The published client knows this text, and waits."""

    def __init__(self) -> None:
        text = f"Please slow down.  You may send a maximum of {MOST_A_MINUTE} message(s) every {WINDOW_S} second(s)"
        super().__init__(text, retry_after_s=WINDOW_S)


class MessageToUser(Shape):
    """A message; its text is a file."""

    recipients: Maybe[list[Id]] = UNSET
    file_handle_id: Maybe[Id] = UNSET
    subject: Maybe[str] = UNSET
    in_reply_to: Maybe[Id] = UNSET
    in_reply_to_root: Maybe[Id] = UNSET
    id: Maybe[Id] = UNSET
    created_by: Maybe[Id] = UNSET
    created_on: Maybe[str] = UNSET
    notification_unsubscribe_endpoint: Maybe[str] = UNSET


class MessageRecipientSet(Shape):
    """To whom a message is forwarded."""

    recipients: Maybe[list[Id]] = UNSET


class MessageStatus(Shape):
    """What a recipient did with a message."""

    message_id: Id
    status: str
    recipient_id: Maybe[Id] = UNSET


class MessageBundle(Shape):
    """A message in an inbox."""

    message: MessageToUser
    status: MessageStatus


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message, as stored."""

    id: int
    created_by: int
    created_on: datetime
    subject: str | None
    file_handle_id: int
    in_reply_to: int | None
    root_id: int
    recipients: list[int]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a worker needs to mail a message."""

    created_by: int
    sender: str
    subject: str | None
    unsubscribe_endpoint: str | None
    endpoint: str | None
    bucket: str | None
    key: str | None
    size: int | None
    content_type: str | None
