"""Signing in with a password."""

from __future__ import annotations

from datetime import UTC, datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vesicle.access import Actor
from vesicle.accounts import store, tokens
from vesicle.accounts.model import LoginRequest, LoginResponse, check_password, squeezed
from vesicle.db import Connection
from vesicle.errors import Locked, NotFound, NotSignedIn, Refusal

MOST_FAILURES = 10
CLOSED_S = 15 * 60
_hasher = PasswordHasher()
# Checked against when there is no such person, so that the time of an answer does not tell who has an account.
_NOBODY = _hasher.hash("nobody's password")


def sign_in(conn: Connection, request: LoginRequest) -> LoginResponse:
    """A session token for a user name (or address) and password.

    Raises NotSignedIn, with one text for every wrong pair, and Locked after MOST_FAILURES failures in a row. Failures
    are
    kept even though the answer is a refusal, so this story commits by itself.
    """
    person_id = store.principal_of(conn, squeezed(request.username), ["USER_NAME", "USER_EMAIL"])
    with conn.transaction():
        refusal = _check(conn, person_id, request.password)
        if refusal is None and person_id is not None:
            store.note_sign_in(conn, person_id)
            token = tokens.open_session(conn, person_id)
            return LoginResponse(access_token=token, accepts_terms_of_use=True, authentication_receipt="")
    raise refusal or _wrong()


def _wrong() -> NotSignedIn:
    return NotSignedIn("The provided username/password combination is incorrect")


def _check(conn: Connection, person_id: int | None, password: str) -> Refusal | None:
    row = store.password_row(conn, person_id) if person_id is not None else None
    digest, closed_until, _ = row if row else (None, None, 0)
    if closed_until is not None and closed_until > datetime.now(UTC):
        return Locked(f"Too many failed sign-ins: this account is closed for up to {CLOSED_S // 60} minutes.")
    if _matches(digest or _NOBODY, password) and digest is not None:
        return None
    if person_id is not None and digest is not None:
        store.note_failed_sign_in(conn, person_id, MOST_FAILURES, CLOSED_S)
    return _wrong()


def _matches(digest: str, password: str) -> bool:
    try:
        return _hasher.verify(digest, password[:1000])
    except (VerificationError, InvalidHashError):
        return False


def set_password(conn: Connection, person_id: int, password: str) -> None:
    """Raises BadRequest for a weak one."""
    check_password(password)
    store.set_password_digest(conn, person_id, _hasher.hash(password))


def authenticated_on(conn: Connection, actor: Actor) -> datetime:
    """When the actor last signed in with a password. Raises NotFound when that was never."""
    moment = store.authenticated_on(conn, actor)
    if moment is None:
        raise NotFound("You have not signed in with a password yet.")
    return moment
