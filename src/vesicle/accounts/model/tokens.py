"""Shapes of signing in and of access tokens."""

from __future__ import annotations

from dataclasses import dataclass

from vesicle.access import Scope
from vesicle.errors import BadRequest
from vesicle.wire import UNSET, Maybe, Shape


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
