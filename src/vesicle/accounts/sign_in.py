"""Signing in with a password."""

from __future__ import annotations

from datetime import UTC, datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vesicle.access import Actor
from vesicle.accounts import store, tokens
from vesicle.accounts.model import LoginRequest, LoginResponse, check_password, squeezed
from vesicle.accounts.store import profiles
from vesicle.accounts.store import signing_in as rows
from vesicle.audit.recording import note
from vesicle.db import Connection
from vesicle.errors import BadRequest, Locked, NotFound, NotSignedIn, Refusal
from vesicle.mail import links
from vesicle.settings import Settings

MOST_FAILURES = 10
CLOSED_S = 15 * 60
RECEIPT = "sign_in.receipt"
RECEIPT_LIFE_S = 30 * 24 * 3600
_hasher = PasswordHasher()
# Checked against when there is no such person, so that the time of an answer does not tell who has an account.
_NOBODY = _hasher.hash("nobody's password")


def sign_in(conn: Connection, settings: Settings, request: LoginRequest, address: str) -> LoginResponse:
    """A session token for a user name (or address) and password.

    Raises NotSignedIn, with one text for every wrong pair and another for a right one that is too weak by now, and
    Locked after MOST_FAILURES failures in a row, unless a receipt of an earlier sign-in comes along: who guesses
    passwords has none, so the person themself gets in.
    Failures are kept even though the answer is a refusal, so this story commits by itself.
    """
    person_id = verified(conn, request, address)
    with conn.transaction():
        rows.note_sign_in(conn, person_id)
        note(conn, person_id, "sign_in", "person", person_id, {"address": address})
        return welcome(conn, settings, person_id, used_receipt=request.authentication_receipt or "")


def welcome(conn: Connection, settings: Settings, person_id: int, *, used_receipt: str = "") -> LoginResponse:
    """A session, and a receipt in the place of the one that was used."""
    if used_receipt:
        _receipt_is_of(conn, used_receipt, person_id, use_up=True)
    version = profiles.agreed_version(conn, person_id)
    return LoginResponse(
        access_token=tokens.open_session(conn, person_id),
        accepts_terms_of_use=not settings.terms_version or version == settings.terms_version,
        authentication_receipt=links.issue(conn, RECEIPT, str(person_id), RECEIPT_LIFE_S, {"person": person_id}),
    )


def verified(conn: Connection, request: LoginRequest, address: str) -> int:
    """The person whose name and password were given, at an address. Commits by itself; raises NotSignedIn, Locked."""
    person_id = store.principal_of(conn, squeezed(request.username), ["USER_NAME", "USER_EMAIL"])
    with conn.transaction():
        refusal = _check(conn, person_id, request)
        if refusal is not None:
            note(conn, None, "sign_in.refused", "person", person_id, {"status": refusal.status, "address": address})
    if refusal is not None or person_id is None:
        raise refusal or _wrong()
    return person_id


def _wrong() -> NotSignedIn:
    return NotSignedIn("The provided username/password combination is incorrect")


def _check(conn: Connection, person_id: int | None, request: LoginRequest) -> Refusal | None:
    row = rows.password_row(conn, person_id) if person_id is not None else None
    digest, closed_until, _ = row if row else (None, None, 0)
    matches = _matches(digest or _NOBODY, request.password)
    if closed_until is not None and closed_until > datetime.now(UTC):
        receipt = request.authentication_receipt or ""
        if not (receipt and person_id is not None and _receipt_is_of(conn, receipt, person_id)):
            return Locked(f"Too many failed sign-ins: this account is closed for up to {CLOSED_S // 60} minutes.")
    if matches and digest is not None:
        return _too_weak(request.password)
    if person_id is not None and digest is not None:
        rows.note_failed_sign_in(conn, person_id, MOST_FAILURES, CLOSED_S)
    return _wrong()


def _too_weak(password: str) -> NotSignedIn | None:
    """A password that was allowed once and is not any more opens nothing: whoever guesses tries it first."""
    try:
        check_password(password)
    except BadRequest:
        return NotSignedIn(
            "This password is too easy to guess by the rules of now: ask for a link to choose another one, on the page"
            " /reset-password or by POST /auth/v1/user/password/reset.",
            "PASSWORD_RESET_VIA_EMAIL_REQUIRED",
        )
    return None


def _receipt_is_of(conn: Connection, receipt: str, person_id: int, *, use_up: bool = False) -> bool:
    take = links.redeem if use_up else links.look
    try:
        return bool(take(conn, RECEIPT, receipt)["person"] == person_id)
    except BadRequest:
        return False


def _matches(digest: str, password: str) -> bool:
    try:
        return _hasher.verify(digest, password[:1000])
    except (VerificationError, InvalidHashError):
        return False


def set_password(conn: Connection, person_id: int, password: str, by: int | None = None) -> None:
    """An administrator, or by command the operator, sets somebody's password. Raises BadRequest for a weak one."""
    choose_password(conn, person_id, password)
    note(conn, by, "password.set", "person", person_id)


def choose_password(conn: Connection, person_id: int, password: str) -> None:
    """From now on this is the password. Raises BadRequest for a weak one."""
    check_password(password)
    rows.set_password_digest(conn, person_id, _hasher.hash(password))


def authenticated_on(conn: Connection, actor: Actor) -> datetime:
    """When the actor last signed in with a password. Raises NotFound when that was never."""
    moment = rows.authenticated_on(conn, actor)
    if moment is None:
        raise NotFound("You have not signed in with a password yet.")
    return moment
