"""Doors by which administrators make, certify and remove accounts."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.accounts import by_administrators, certification, model, requests
from vesicle.accounts.http.declaring import door
from vesicle.web import Administrators, Bare, Call, Transaction
from vesicle.wire import Id


@door("POST", "/repo/v1/admin/user", access=Administrators(), scopes=Scope.view | Scope.modify)
def create_user(call: Call, body: requests.NewIntegrationTestUser) -> model.LoginResponse:
    """Make an account without a mail."""
    return by_administrators.create(call.conn, call.actor, call.settings, body)


@door("DELETE", "/repo/v1/admin/user/{id}", access=Administrators(), scopes=Scope.modify)
def delete_user(call: Call, id: Id) -> Bare:
    """Remove an account that has left nothing behind."""
    by_administrators.delete(call.conn, call.actor, id)
    return Bare(204)


@door(
    "GET", "/repo/v1/admin/user/{id}/token", access=Administrators(), scopes=Scope.view | Scope.modify,
    transaction=Transaction.WRITE,
)  # fmt: skip
def token_of_user(call: Call, id: Id) -> model.LoginResponse:
    """A session of a person, that can do no more than the caller's token."""
    return by_administrators.token_of(call.conn, call.actor, id)


@door("PUT", "/repo/v1/admin/user/{id}/certificationStatus", access=Administrators(), scopes=Scope.modify)
def certify(call: Call, id: Id, is_certified: bool) -> Bare:
    """Certify a person, or take that back."""
    certification.certify(call.conn, call.actor, id, certified=is_certified)
    return Bare(204)
