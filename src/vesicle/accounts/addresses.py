"""Mail addresses: proving that one is yours, adding and removing them, and which of them gets the mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from vesicle.access import Actor
from vesicle.accounts import store
from vesicle.accounts.model import check_email, squeezed
from vesicle.accounts.requests import (
    EmailValidationSignedToken,
    NotificationEmail,
    NotificationSettingsSignedToken,
    ResponseMessage,
    SignedToken,
    Username,
)
from vesicle.accounts.store import addresses as rows
from vesicle.accounts.store import profiles
from vesicle.audit.recording import note
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, Forbidden, NotFound
from vesicle.mail import links
from vesicle.mail.sending import send
from vesicle.settings import Settings
from vesicle.wire import encode, stamp

ADD = "address.add"
UNSUBSCRIBE = "mail.unsubscribe"
LIFE_S = 24 * 3600
UNSUBSCRIBE_LIFE_S = 90 * 24 * 3600
MOST_ADDRESSES = 10
T = TypeVar("T", bound=SignedToken)
Proved = Callable[[Connection, int, str], None]
_when_proved: list[Proved] = []


def when_proved(story: Proved) -> Proved:
    """Have a story of a room above told, in the same transaction, of each address that is proved to be a person's.

    It gets the connection, the person's id and the address as they wrote it: at sign-up, and when an address is added.
    That is how an invitation of an address becomes membership. Use it as a decorator.
    """
    _when_proved.append(story)
    return story


def tell_proved(conn: Connection, person_id: int, address: str) -> None:
    """The person reads the mail of this address."""
    for story in _when_proved:
        story(conn, person_id, address)


def signed(token: T, secret: str, life_s: int) -> T:
    """The token with its secret."""
    now = datetime.now(UTC)
    token.hmac, token.created_on, token.expires_on = secret, stamp(now), stamp(now + timedelta(seconds=life_s))
    return token


def hexed(token: SignedToken, secret: str, life_s: int) -> str:
    """A secret as the contract's links carry it: a JSON object in hexadecimal digits."""
    return encode(signed(token, secret, life_s)).hex()


def check_free(conn: Connection, address: str) -> None:
    """Raises BadRequest for what is no address, and Conflict for one that is somebody's."""
    check_email(address)
    if store.principal_of(conn, squeezed(address), ["USER_EMAIL"]) is not None:
        raise Conflict(f"The address {address} belongs to an account already.")


def begin_adding(
    conn: Connection, actor: Actor, settings: Settings, person_id: int, request: Username, endpoint: str | None
) -> None:
    """Send a link to a further address of the actor."""
    if actor.is_anonymous or person_id != actor.id:
        raise Forbidden("Only the person may add an address.")
    landing = links.landing(settings, endpoint, "/add-address?token=")
    check_free(conn, request.email)
    facts = {"person": actor.id, "address": request.email}
    secret = links.issue(conn, ADD, request.email.lower(), LIFE_S, facts)
    token = EmailValidationSignedToken(email=request.email, user_id=str(actor.id))
    send(
        conn, request.email, "Is this your address?",
        "Somebody asked to add this address to their account. If that was you, follow this link within a day:\n\n"
        f"{landing}{hexed(token, secret, LIFE_S)}\n\nIf not, there is nothing to do.\n",
    )  # fmt: skip


def add(conn: Connection, actor: Actor, token: EmailValidationSignedToken, *, notify: bool) -> None:
    """Bind the address of a link to the actor, who asked for it. Raises Forbidden, and Conflict when it is taken."""
    facts = links.redeem(conn, ADD, token.hmac or "")
    if facts["person"] != actor.id:
        raise Forbidden("This link was made for another account; sign in as that one.")
    address = facts["address"]
    held = profiles.locked_profile(conn, actor, actor.id)
    if held is None or len(held.emails) >= MOST_ADDRESSES:
        raise BadRequest(f"An account has at most {MOST_ADDRESSES} addresses; remove one first.")
    if not store.insert_alias(conn, actor.id, "USER_EMAIL", address, squeezed(address)):
        raise Conflict(f"The address {address} belongs to an account already.")
    if notify:
        rows.notify_at(conn, actor, squeezed(address))
    note(conn, actor.id, "address.add", "person", actor.id, {"address": address})
    tell_proved(conn, actor.id, address)


def remove(conn: Connection, actor: Actor, address: str) -> None:
    """Forget an address of the actor. Raises NotFound, and BadRequest for the one that gets the mail."""
    removed = rows.delete_address(conn, actor, squeezed(address))
    if removed is None:
        raise NotFound(f"{address[:100]!r} is not an address of yours.")
    if not removed:
        raise BadRequest(f"Mail goes to {address}; choose another notification address first.")
    note(conn, actor.id, "address.remove", "person", actor.id, {"address": address})


def notification(conn: Connection, actor: Actor) -> NotificationEmail:
    """Where mail to the actor goes. Raises NotFound."""
    address = rows.notification_address(conn, actor.id)
    if address is None:
        raise NotFound("Your account has no mail address.")
    return NotificationEmail(email=address)


def notify_at(conn: Connection, actor: Actor, address: str) -> None:
    """From now on mail to the actor goes there. Raises NotFound unless the address is theirs."""
    if not rows.notify_at(conn, actor, squeezed(address)):
        raise NotFound(f"{address[:100]!r} is not an address of yours; add it first.")
    note(conn, actor.id, "address.notify", "person", actor.id, {"address": address})


def of_person(conn: Connection, person_id: int) -> str | None:
    """Where mail to a person goes; None for those without an address. For stories that write to them."""
    return rows.notification_address(conn, person_id)


def is_of(conn: Connection, actor: Actor, address: str) -> bool:
    """True when the address, letter for letter but for its case, is one of the actor's."""
    return rows.is_of(conn, actor, address)


def wanting_mail(conn: Connection, person_ids: list[int]) -> list[tuple[int, str, bool]]:
    """(person, address, whether what was mailed counts as read) of those who want their messages as mail."""
    return rows.people_to_mail(conn, person_ids)


def unsubscribe_link(conn: Connection, settings: Settings, person_id: int, endpoint: str | None) -> str:
    """A link by which the person ends the mailing of messages, without signing in."""
    landing = links.landing(settings, endpoint, "/unsubscribe?token=")
    secret = links.issue(conn, UNSUBSCRIBE, str(person_id), UNSUBSCRIBE_LIFE_S, {"person": person_id})
    return landing + hexed(NotificationSettingsSignedToken(user_id=str(person_id)), secret, UNSUBSCRIBE_LIFE_S)


def unsubscribe(conn: Connection, token: NotificationSettingsSignedToken) -> ResponseMessage:
    """No more mail about messages to the person of the link. The link stays good: following it twice is no mistake."""
    person_id = int(links.look(conn, UNSUBSCRIBE, token.hmac or "")["person"])
    profiles.set_notification(conn, person_id, send_mail=False, mark_mailed_read=False)
    note(conn, person_id, "mail.unsubscribe", "person", person_id)
    return ResponseMessage(message="You will get no more mail about messages.")
