"""Doors of personal access tokens."""

from __future__ import annotations

from vesicle.access import OwnsToken, Scope
from vesicle.accounts import model, tokens
from vesicle.accounts.http.declaring import door
from vesicle.web import Bare, Call, Needs, SignedIn


@door("POST", "/auth/v1/personalAccessToken", access=SignedIn(), scopes=Scope.authorize, status=201)
def create_token(call: Call, body: model.AccessTokenRequest) -> model.NewAccessToken:
    """Make a personal access token; it is shown this once."""
    return model.NewAccessToken(token=tokens.create(call.conn, call.actor, body))


@door("GET", "/auth/v1/personalAccessToken", access=SignedIn())
def list_tokens(call: Call, next_page_token: str | None = None) -> model.AccessTokenRecordList:
    """The caller's personal access tokens."""
    return tokens.list_own(call.conn, call.actor, call.settings, next_page_token)


@door("GET", "/auth/v1/personalAccessToken/{id}", access=Needs(OwnsToken))
def show_token(call: Call, grant: OwnsToken) -> model.AccessTokenRecord:
    """One of the caller's personal access tokens, without its secret."""
    return tokens.record(call.conn, grant, call.settings)


@door("DELETE", "/auth/v1/personalAccessToken/{id}", access=Needs(OwnsToken), scopes=Scope.modify | Scope.authorize)
def delete_token(call: Call, grant: OwnsToken) -> Bare:
    """Revoke a personal access token."""
    tokens.revoke(call.conn, grant)
    return Bare()
