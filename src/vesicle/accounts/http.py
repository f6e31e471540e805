"""Doors of people, sign-in and access tokens."""

from __future__ import annotations

from vesicle.access import OwnsToken, Scope
from vesicle.accounts import people, sign_in, store, tokens
from vesicle.accounts.model import (
    AccessTokenRecord,
    AccessTokenRecordList,
    AccessTokenRequest,
    AuthenticatedOn,
    LoginRequest,
    LoginResponse,
    NewAccessToken,
    UserGroupHeaderPage,
    UserProfile,
)
from vesicle.web import Anyone, Bare, Call, Doors, Needs, SignedIn, Transaction
from vesicle.wire import Id, stamp

door = Doors("accounts")
NONE = Scope(0)
PROFILES = "profiles are public; what is private in them is shown to the person and to administrators only"


@door("GET", "/repo/v1/userProfile", access=Anyone("tells a caller who the server takes them for, also when nobody"))
def own_profile(call: Call) -> UserProfile:
    """The caller's own profile; the anonymous one without a token."""
    return people.profile(call.conn, call.actor, call.actor.id)


@door("GET", "/repo/v1/userProfile/{profileId}", access=Anyone(PROFILES))
def profile(call: Call, profile_id: Id) -> UserProfile:
    """A person's profile."""
    return people.profile(call.conn, call.actor, profile_id)


@door("GET", "/repo/v1/userGroupHeaders/batch", access=Anyone(PROFILES))
def headers(call: Call, ids: str) -> UserGroupHeaderPage:
    """Names of people and teams by id; unknown ids are skipped."""
    return people.headers(call.conn, ids)


@door("GET", "/repo/v1/userGroupHeaders", access=Anyone(PROFILES))
def headers_by_prefix(
    call: Call, prefix: str = "", type_filter: str = "ALL", limit: int = 10, offset: int = 0
) -> UserGroupHeaderPage:
    """People and teams whose name begins with a prefix."""
    return people.headers_by_prefix(call.conn, prefix, type_filter, limit, offset)


@door("POST", "/auth/v1/login2", access=Anyone("the way in"), scopes=NONE, status=201, transaction=Transaction.STORY)
def login(call: Call, body: LoginRequest) -> LoginResponse:
    """Sign in with user name (or mail address) and password; the token is good for a day."""
    return sign_in.sign_in(call.conn, body)


@door("GET", "/auth/v1/authenticatedOn", access=SignedIn())
def authenticated_on(call: Call) -> AuthenticatedOn:
    """When the caller last signed in with a password."""
    return AuthenticatedOn(authenticated_on=stamp(sign_in.authenticated_on(call.conn, call.actor)))


@door("DELETE", "/auth/v1/sessionAccessToken", access=SignedIn(), scopes=Scope.modify | Scope.authorize)
def sign_out(call: Call) -> Bare:
    """End the session of the token that this request carries."""
    if call.actor.token_id is not None:
        store.delete_session(call.conn, call.actor.token_id)
    return Bare()


@door("POST", "/auth/v1/personalAccessToken", access=SignedIn(), scopes=Scope.authorize, status=201)
def create_token(call: Call, body: AccessTokenRequest) -> NewAccessToken:
    """Make a personal access token; it is shown this once."""
    return NewAccessToken(token=tokens.create(call.conn, call.actor, body))


@door("GET", "/auth/v1/personalAccessToken", access=SignedIn())
def list_tokens(call: Call, next_page_token: str | None = None) -> AccessTokenRecordList:
    """The caller's personal access tokens."""
    return tokens.list_own(call.conn, call.actor, call.settings, next_page_token)


@door("GET", "/auth/v1/personalAccessToken/{id}", access=Needs(OwnsToken))
def show_token(call: Call, grant: OwnsToken) -> AccessTokenRecord:
    """One of the caller's personal access tokens, without its secret."""
    return tokens.record(call.conn, grant, call.settings)


@door("DELETE", "/auth/v1/personalAccessToken/{id}", access=Needs(OwnsToken), scopes=Scope.modify | Scope.authorize)
def delete_token(call: Call, grant: OwnsToken) -> Bare:
    """Revoke a personal access token."""
    store.delete_token(call.conn, grant)
    return Bare()
