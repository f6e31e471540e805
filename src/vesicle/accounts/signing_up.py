"""Signing up: a link to an address, and then an account. The setting ``sign_up`` says who may."""

from __future__ import annotations

from vesicle.accounts import addresses, people, sign_in
from vesicle.accounts.model import LoginResponse, check_password
from vesicle.accounts.requests import AccountSetupInfo, EmailValidationSignedToken, NewUser
from vesicle.audit.recording import note
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden
from vesicle.mail import links
from vesicle.mail.sending import send
from vesicle.settings import Settings

SIGN_UP = "account.sign_up"
INVITED, INVITED_TO_TEAM = "account.invitation", "account.invitation.team"
INVITED_TO_ORGANIZATION = "account.invitation.organization"
INVITATIONS = (INVITED, INVITED_TO_TEAM, INVITED_TO_ORGANIZATION)
LIFE_S = 24 * 3600


def invite(conn: Connection, address: str, life_s: int, purpose: str = INVITED) -> None:
    """Let an address sign up where that takes an invitation, for ``life_s`` seconds from now. Sends no mail.

    For stories that invite an address to something (a team, an organization) and write to it themselves. What allowed
    it for longer stays good.
    """
    links.issue(conn, purpose, address.lower(), life_s, {})


def invite_by_mail(conn: Connection, settings: Settings, address: str) -> None:
    """The operator invites an address: it may sign up for a week, and is sent the link with which to begin."""
    invite(conn, address, 7 * LIFE_S)
    begin(conn, settings, NewUser(email=address), None)
    note(conn, None, "account.invite", "address", address[:256])


def withdraw(conn: Connection, address: str, purpose: str) -> None:
    """The address may no longer sign up for this purpose; other invitations of it stay."""
    links.revoke(conn, purpose, address.lower())


def begin(conn: Connection, settings: Settings, request: NewUser, endpoint: str | None) -> None:
    """Send a link to the address. Raises Forbidden where it may not sign up, and Conflict when it has an account."""
    landing = links.landing(settings, endpoint, "/sign-up?token=")
    token = begin_proved(conn, settings, request.email)
    send(
        conn, request.email, "Finish your account",
        f"Somebody asked for an account at {settings.api_url} with this address. If that was you, follow this link"
        f" within a day:\n\n{landing}{token}\n\nIf not, there is nothing to do.\n",
    )  # fmt: skip


def begin_proved(conn: Connection, settings: Settings, address: str) -> str:
    """What a link to an account carries, for who has shown otherwise that they read the mail of the address.

    Raises Forbidden where it may not sign up, and Conflict when it has an account.
    """
    _check_may(conn, settings, address)
    addresses.check_free(conn, address)
    secret = links.issue(conn, SIGN_UP, address.lower(), LIFE_S, {"address": address})
    return addresses.hexed(EmailValidationSignedToken(email=address), secret, LIFE_S)


def finish(conn: Connection, settings: Settings, request: AccountSetupInfo) -> LoginResponse:
    """Make the account of a link, and sign it in. Call inside a transaction: what is refused leaves the link good."""
    address = links.redeem(conn, SIGN_UP, request.email_validation_signed_token.hmac or "")["address"]
    _check_may(conn, settings, address)
    check_password(request.password)
    first, last = request.first_name or "", request.last_name or ""
    if max(len(first), len(last)) > 256 or not (first + last).isprintable():
        raise BadRequest("firstName and lastName take at most 256 characters, and no control characters.")
    person_id = people.create(conn, request.username, address, first_name=first, last_name=last)
    sign_in.choose_password(conn, person_id, request.password)
    for purpose in INVITATIONS:
        links.revoke(conn, purpose, address.lower())
    links.revoke(conn, SIGN_UP, address.lower())
    note(conn, person_id, "account.create", "person", person_id, {"address": address})
    addresses.tell_proved(conn, person_id, address)
    return sign_in.welcome(conn, settings, person_id)


def _check_may(conn: Connection, settings: Settings, address: str) -> None:
    if settings.sign_up == "off":
        raise Forbidden("Accounts of this server are made by its administrator; ask there for one.")
    invited = (links.is_open(conn, purpose, address.lower()) for purpose in INVITATIONS)
    if settings.sign_up == "invitation" and not any(invited):
        raise Forbidden(
            f"Signing up takes an invitation of the address {address[:100]}; ask whoever works here for one."
        )
