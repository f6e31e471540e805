"""Shapes of people and tokens, and the small rules of names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vesicle.access import Scope
from vesicle.errors import BadRequest
from vesicle.wire import UNSET, Maybe, Shape

_USER_NAME = re.compile(r"[A-Za-z0-9._-]{3,256}", re.ASCII)
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,128}@[^@\s,;<>\"]{1,127}")
_SPECIAL = re.compile(r"[^A-Za-z0-9]")


class NotificationSettings(Shape):
    """Whether messages also go out as e-mail."""

    send_email_notifications: bool = True
    mark_emailed_messages_as_read: bool = False


class UserProfile(Shape):
    """A person. Addresses and settings are given to the person and to administrators only."""

    owner_id: str
    etag: str
    user_name: str
    first_name: str
    last_name: str
    created_on: str
    emails: Maybe[list[str]] = UNSET
    open_ids: Maybe[list[str]] = UNSET
    notification_settings: Maybe[NotificationSettings] = UNSET
    two_factor_auth_enabled: Maybe[bool] = UNSET


class UserGroupHeader(Shape):
    """A person or a team in one line."""

    owner_id: str
    user_name: str
    is_individual: bool
    first_name: Maybe[str] = UNSET
    last_name: Maybe[str] = UNSET


class UserGroupHeaderPage(Shape):
    """A page of headers; the contract calls the list ``children`` here."""

    children: list[UserGroupHeader]
    total_number_of_results: int
    prefix_filter: Maybe[str] = UNSET


class AccessTokenRequest(Shape):
    """What a new personal access token shall be able to do."""

    name: Maybe[str] = UNSET
    scope: Maybe[list[str]] = UNSET


class NewAccessToken(Shape):
    """The token itself: shown once, kept as a digest."""

    token: str


class AccessTokenRecord(Shape):
    """A personal access token, without its secret."""

    id: str
    user_id: str
    scopes: list[str]
    name: str
    created_on: str
    last_used: str
    state: str


class AccessTokenRecordList(Shape):
    """A page of personal access tokens."""

    results: list[AccessTokenRecord]
    next_page_token: Maybe[str] = UNSET


class LoginRequest(Shape):
    """User name or mail address, and password."""

    username: str
    password: str
    authentication_receipt: Maybe[str] = UNSET


class LoginResponse(Shape):
    """A token for a day."""

    access_token: str
    accepts_terms_of_use: bool
    authentication_receipt: str


class AuthenticatedOn(Shape):
    """When the caller last signed in with a password."""

    authenticated_on: str


@dataclass(frozen=True, slots=True)
class Token:
    """What a presented token says about its person: the row behind every request."""

    id: int
    principal_id: int
    scopes: Scope
    stale: bool
    expired: bool
    groups: list[int]


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A person, as stored."""

    principal_id: int
    etag: UUID
    user_name: str
    first_name: str
    last_name: str
    created_on: datetime
    emails: list[str]


def squeezed(name: str) -> str:
    """The form in which names must be unique: lower case, letters and digits only."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def check_user_name(name: str) -> None:
    """Raises BadRequest unless the name may be a user's."""
    if not _USER_NAME.fullmatch(name) or not squeezed(name):
        raise BadRequest(
            f"{name[:50]!r} cannot be a user name: it takes 3 to 256 letters, digits, dots, dashes or underscores."
        )


def check_email(address: str) -> None:
    """Raises BadRequest unless the text looks like a mail address."""
    if not _EMAIL.fullmatch(address):
        raise BadRequest(f"{address[:100]!r} is not a mail address.")


def check_password(password: str) -> None:
    """The contract's rule. Raises BadRequest that says what is missing."""
    strong = len(password) >= 8 and re.search("[A-Za-z]", password) and re.search("[0-9]", password)
    if not strong or not _SPECIAL.search(password) or "synapse" in password.lower() or len(password) > 1000:
        raise BadRequest(
            "A password has at least 8 characters, among them a letter, a digit and a special character, "
            "and does not contain 'synapse'."
        )


def scopes_of(names: list[str]) -> Scope:
    """Raises BadRequest for a scope that does not exist."""
    granted = Scope(0)
    for name in names:
        try:
            granted |= Scope[name]
        except KeyError:
            raise BadRequest(f"{name[:50]!r} is not a scope; there are {', '.join(Scope.__members__)}.") from None
    return granted


def names_of(scopes: Scope) -> list[str]:
    """The scopes as the wire lists them."""
    return [str(scope.name) for scope in scopes]
