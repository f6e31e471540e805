"""Shapes of people and tokens, and the small rules of names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import field

from vesicle.access import Scope
from vesicle.errors import BadRequest
from vesicle.mail.model import check_address
from vesicle.wire import UNSET, Id, Maybe, Shape

_USER_NAME = re.compile(r"[A-Za-z0-9._-]{3,256}", re.ASCII)
_SPECIAL = re.compile(r"[^A-Za-z0-9]")
# What satisfies the other rules, and is tried first by whoever guesses.
_COMMON = frozenset(
    [
        "p@ssw0rd",
        "p@ssword1",
        "p@ssw0rd1",
        "p@$$w0rd",
        "pa$$w0rd",
        "passw0rd!",
        "password1!",
        "password1.",
        "password12!",
        "password123!",
        "password@1",
        "password@123",
        "welcome1!",
        "welcome@1",
        "welcome123!",
        "welcome@123",
        "qwerty1!",
        "qwerty123!",
        "qwerty@123",
        "admin123!",
        "admin@123",
        "changeme1!",
        "changeme123!",
        "letmein1!",
        "letmein123!",
        "iloveyou1!",
        "1qaz@wsx",
        "1qaz!qaz",
        "zaq1@wsx",
        "zaq12wsx!",
        "abc@1234",
        "abcd@123",
        "abc123!@#",
        "a1b2c3d4!",
        "test@123",
        "test1234!",
        "hello123!",
        "monkey123!",
        "dragon123!",
        "football1!",
    ]
)


class NotificationSettings(Shape):
    """Whether messages also go out as e-mail."""

    send_email_notifications: bool = True
    mark_emailed_messages_as_read: bool = False


class UserPreferenceBoolean(
    Shape, tag_field="concreteType", tag="org.sagebionetworks.repo.model.UserPreferenceBoolean"
):
    """A switch of the web pages that a person keeps with their profile."""

    name: str
    value: bool = False


class UserProfile(Shape):
    """A person. Addresses and settings are given to the person and to administrators only."""

    owner_id: Maybe[Id] = UNSET
    etag: Maybe[str] = UNSET
    user_name: Maybe[str] = UNSET
    first_name: Maybe[str] = UNSET
    last_name: Maybe[str] = UNSET
    created_on: Maybe[str] = UNSET
    display_name: Maybe[str] = UNSET
    summary: Maybe[str] = UNSET
    position: Maybe[str] = UNSET
    location: Maybe[str] = UNSET
    industry: Maybe[str] = UNSET
    company: Maybe[str] = UNSET
    url: Maybe[str] = UNSET
    team_name: Maybe[str] = UNSET
    r_studio_url: Maybe[str] = UNSET
    # The contract spells it so.
    profile_picure_file_handle_id: Maybe[Id] = UNSET
    emails: Maybe[list[str]] = UNSET
    open_ids: Maybe[list[str]] = UNSET
    notification_settings: Maybe[NotificationSettings] = UNSET
    preferences: Maybe[list[UserPreferenceBoolean]] = UNSET
    two_factor_auth_enabled: Maybe[bool] = UNSET


class IdList(Shape):
    """Principal ids."""

    ids: list[Id] = field(name="list")


class ProfileList(Shape):
    """Profiles, in the order in which they were asked for."""

    profiles: list[UserProfile] = field(name="list")


class UserBundle(Shape):
    """What a mask asked for of a person."""

    user_id: Id
    user_profile: Maybe[UserProfile] = UNSET
    is_certified: Maybe[bool] = UNSET
    is_verified: Maybe[bool] = UNSET
    is_act_member: Maybe[bool] = field(default=UNSET, name="isACTMember")
    is_ar_reviewer: Maybe[bool] = field(default=UNSET, name="isARReviewer")


class AliasList(Shape):
    """Names of people and teams."""

    names: list[str] = field(name="list")


class UserGroupHeaderResponse(Shape):
    """Headers for names."""

    headers: list[UserGroupHeader] = field(name="list")


class AliasCheckRequest(Shape):
    """A name that somebody would like."""

    alias: str
    type: str


class AliasCheckResponse(Shape):
    """Whether a name is well-formed, and free."""

    valid: bool
    available: bool


class PrincipalAliasRequest(Shape):
    """A name whose owner is asked for."""

    alias: str
    type: str


class PrincipalAliasResponse(Shape):
    """Whose name it is."""

    principal_id: int


class PassingRecord(Shape):
    """Since when a person is certified."""

    user_id: Id
    passed: bool
    certified: bool
    revoked: bool
    passed_on: str


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
    authentication_receipt: Maybe[str] = UNSET


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
    first_today: bool
    expired: bool
    groups: list[int]
    terms_version: str | None


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
    details: dict[str, str]
    preferences: list[dict[str, Any]]
    picture_handle_id: int | None
    send_mail: bool
    mark_mailed_read: bool


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
    """Raises BadRequest unless mail can be sent there."""
    check_address(address)


def check_password(password: str) -> None:
    """The contract's rule. Raises BadRequest that says what is missing."""
    strong = len(password) >= 8 and re.search("[A-Za-z]", password) and re.search("[0-9]", password)
    guessed = "synapse" in password.lower() or password.lower() in _COMMON
    if not strong or not _SPECIAL.search(password) or guessed or len(password) > 1000:
        raise BadRequest(
            "A password has at least 8 characters, among them a letter, a digit and a special character, "
            "does not contain 'synapse', and is none of those that everybody tries first."
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
