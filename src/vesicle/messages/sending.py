"""Sending messages: to people, to teams, and to those who own an entity."""

from __future__ import annotations

from collections.abc import Sequence

from vesicle.access import (
    ANONYMOUS,
    Actor,
    Exists,
    MaySendToTeam,
    OwnsFileHandle,
    Right,
    lists,
    require,
    require_each_team,
)
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden, NotSignedIn, Refusal
from vesicle.mail import links
from vesicle.messages import mailing, reading, store
from vesicle.messages.model import LONGEST_SUBJECT, MOST_A_MINUTE, WINDOW_S, MessageRow, MessageToUser, TooManyMessages
from vesicle.settings import Settings

MOST_RECIPIENTS = 50
TRUSTED_SENDERS = 4


def send(conn: Connection, actor: Actor, settings: Settings, given: MessageToUser) -> MessageToUser:
    """Send a message whose text is a file of the actor's. Call inside a transaction.

    Raises BadRequest for recipients who are nobody or too many, Forbidden for somebody else's file, for a team that
    the actor may not write to and for a reply to what they cannot read, and TooManyMessages.
    """
    body, recipients = _own_body(conn, actor, given), given.recipients or []
    _check_recipients(conn, actor, recipients)
    return _deliver(conn, actor, settings, given, body, recipients)


def send_to_owners(
    conn: Connection, actor: Actor, settings: Settings, entity_id: int, given: MessageToUser
) -> MessageToUser:
    """Send a message to whoever may change the permissions of an entity, which the actor need not be able to read."""
    entity = require(conn, actor, Exists, entity_id)
    body = _own_body(conn, actor, given)
    owners = [id for id, rights in lists.entries(conn, entity) if rights & Right.CHANGE_PERMISSIONS]
    return _deliver(conn, actor, settings, given, body, owners)


def forward(
    conn: Connection, actor: Actor, settings: Settings, message_id: int, recipients: Sequence[int]
) -> MessageToUser:
    """Send a message that the actor can read on to others."""
    original = reading.row(conn, actor, message_id)
    _check_recipients(conn, actor, recipients)
    given = MessageToUser(subject=original.subject or "")
    return _deliver(conn, actor, settings, given, original, recipients)


def _own_body(conn: Connection, actor: Actor, given: MessageToUser) -> OwnsFileHandle:
    if actor.is_anonymous:
        raise NotSignedIn("Sign in first: this call needs an access token.")
    if not given.file_handle_id:
        raise BadRequest("fileHandleId is required: a message's text is a file that you uploaded before.")
    try:
        return require(conn, actor, OwnsFileHandle, given.file_handle_id)
    except Forbidden:
        raise Forbidden("Invalid file handle given") from None


def _check_recipients(conn: Connection, actor: Actor, recipients: Sequence[int]) -> None:
    if not recipients:
        raise BadRequest("recipients is required: the ids of the people and teams to write to.")
    if len(recipients) > MOST_RECIPIENTS and not _is_trusted(actor):
        raise BadRequest(f"A message has at most {MOST_RECIPIENTS} recipients; write to a team instead.")
    kinds = store.kinds(conn, recipients)
    for one in recipients:
        if kinds.get(one) not in ("user", "team") or one == ANONYMOUS:
            raise BadRequest(f"{one} is the id of nobody who can get messages.")
    teams = [one for one in recipients if kinds[one] == "team"]
    for answer in require_each_team(conn, actor, MaySendToTeam, teams).values():
        if isinstance(answer, Refusal):
            raise answer


def _deliver(
    conn: Connection, actor: Actor, settings: Settings, given: MessageToUser, body: OwnsFileHandle | MessageRow,
    recipients: Sequence[int],
) -> MessageToUser:  # fmt: skip
    subject, endpoint = given.subject or None, given.notification_unsubscribe_endpoint or None
    if subject and (len(subject) > LONGEST_SUBJECT or not subject.isprintable()):
        raise BadRequest(f"subject takes at most {LONGEST_SUBJECT} characters, and no control characters.")
    if endpoint:
        links.landing(settings, endpoint, "")
    reply_to = reading.row(conn, actor, given.in_reply_to) if given.in_reply_to else None
    if not _is_trusted(actor):
        store.hold_sender(conn, actor)
        if store.sent_lately(conn, actor, MOST_A_MINUTE, WINDOW_S) >= MOST_A_MINUTE:
            raise TooManyMessages
    message = store.insert(conn, actor, body, subject, recipients, reply_to, endpoint)
    store.deliver(conn, actor, message, recipients)
    mailing.mail_message.defer(conn, message_id=message.id)
    return reading.shape(message)


def _is_trusted(actor: Actor) -> bool:
    return actor.is_admin or TRUSTED_SENDERS in actor.principals
