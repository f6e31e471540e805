"""Doors of signing in and out, of passwords, and of the terms of use."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.accounts import by_administrators, model, passwords, requests, sign_in, store, terms
from vesicle.accounts.http.declaring import door
from vesicle.web import Anyone, Bare, Call, InStory, Sensitive, SignedIn, Transaction
from vesicle.wire import Id, stamp, tag_of


@door(
    "POST", "/auth/v1/login2", access=Anyone("the way in"), scopes=Scope(0), status=201, transaction=Transaction.STORY,
    limit=Sensitive.SIGN_IN,
)  # fmt: skip
def login(call: Call, body: model.LoginRequest) -> model.LoginResponse:
    """Sign in with user name (or mail address) and password; the token is good for a day."""
    return sign_in.sign_in(call.conn, call.settings, body, call.address)


@door("GET", "/auth/v1/authenticatedOn", access=SignedIn())
def authenticated_on(call: Call) -> model.AuthenticatedOn:
    """When the caller last signed in with a password."""
    return model.AuthenticatedOn(authenticated_on=stamp(sign_in.authenticated_on(call.conn, call.actor)))


@door("DELETE", "/auth/v1/sessionAccessToken", access=SignedIn(), scopes=Scope.modify | Scope.authorize)
def sign_out(call: Call) -> Bare:
    """End the session of the token that this request carries."""
    if call.actor.token_id is not None:
        store.delete_session(call.conn, call.actor.token_id)
    return Bare()


@door(
    "DELETE", "/auth/v1/user/{targetUserId}/sessionAccessToken/all", scopes=Scope.modify | Scope.authorize,
    access=InStory("the person themself, and administrators"),
)  # fmt: skip
def sign_out_everywhere(call: Call, target_user_id: Id) -> Bare:
    """End every session of a person."""
    by_administrators.end_sessions(call.conn, call.actor, target_user_id)
    return Bare()


@door(
    "POST", "/auth/v1/user/password/reset", scopes=Scope.modify, status=204,
    access=Anyone("who forgot the password cannot sign in; the answer is the same for everybody"),
    limit=Sensitive.MAIL,
)  # fmt: skip
def ask_password_reset(call: Call, body: requests.Username, password_reset_endpoint: str | None = None) -> Bare:
    """Mail a link for a new password to whoever has this address or name."""
    passwords.ask_reset(call.conn, call.settings, body, password_reset_endpoint)
    return Bare(204)


@door(
    "POST", "/auth/v1/user/changePassword", scopes=Scope.modify, status=204, transaction=Transaction.STORY,
    access=Anyone("the old password, or the link, is the proof"),
    default_tag=tag_of(requests.ChangePasswordWithCurrentPassword),
    limit=Sensitive.SIGN_IN,
)  # fmt: skip
def change_password(call: Call, body: requests.AnyChangePassword) -> Bare:
    """Choose a new password; every session ends."""
    passwords.change(call.conn, body, call.address)
    return Bare(204)


@door("GET", "/auth/v1/termsOfUse2/info", access=Anyone("the terms are public"))
def terms_info(call: Call) -> requests.TermsOfServiceInfo:
    """Which terms of use there are."""
    return terms.info(call.settings)


@door("GET", "/auth/v1/termsOfUse2/status", access=SignedIn())
def terms_status(call: Call) -> requests.TermsOfServiceStatus:
    """Whether the caller has agreed to them."""
    return terms.status(call.conn, call.actor)


@door(
    "POST", "/auth/v1/termsOfUse2", scopes=Scope.modify, status=204, access=Anyone("the token is in the body"),
    limit=Sensitive.SIGN_IN,
)  # fmt: skip
def sign_terms(call: Call, body: requests.TermsOfServiceSignRequest) -> Bare:
    """The owner of the token agrees to the terms."""
    terms.sign(call.conn, call.settings, body)
    return Bare(204)
