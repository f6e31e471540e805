"""Choosing a new password: with the old one, or with a link that was mailed."""

from __future__ import annotations

from typing import assert_never

from vesicle.accounts import addresses, sign_in, store
from vesicle.accounts.model import LoginRequest, check_password, squeezed
from vesicle.accounts.requests import (
    AnyChangePassword,
    ChangePasswordWithCurrentPassword,
    ChangePasswordWithToken,
    PasswordResetSignedToken,
    Username,
)
from vesicle.accounts.store import signing_in as rows
from vesicle.audit.recording import note
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.jobs.queue import PROMPT, task
from vesicle.mail import links
from vesicle.mail.sending import send
from vesicle.settings import Settings
from vesicle.web import House

RESET = "password.reset"
LIFE_S = 24 * 3600
CHANGE_AGAIN_AFTER_S = 24 * 3600


def ask_reset(conn: Connection, settings: Settings, request: Username, endpoint: str | None) -> None:
    """Send a link to whoever has this address or name, if anybody. The answer and its time are the same if nobody."""
    landing = links.landing(settings, endpoint, "/reset-password?token=")
    mail_reset.defer(conn, name=request.email[:320], landing=landing)


@task("accounts.mail_reset", on=PROMPT)
def mail_reset(work: House, name: str, landing: str) -> None:
    """Mail a link to a person, if there is one of that name or address."""
    with work.pool.connection() as conn, conn.transaction():
        person_id = store.principal_of(conn, squeezed(name), ["USER_NAME", "USER_EMAIL"])
        address = addresses.of_person(conn, person_id) if person_id is not None else None
        if person_id is None or address is None:
            return
        # Never to what the caller wrote: that is found by its letters and digits alone, so it may be another address.
        secret = links.issue(conn, RESET, str(person_id), LIFE_S, {"person": person_id})
        token = addresses.hexed(PasswordResetSignedToken(user_id=str(person_id)), secret, LIFE_S)
        note(conn, None, "password.reset_asked", "person", person_id)
        send(
            conn, address, "Choose a new password",
            f"Somebody asked for a new password for your account at {work.settings.api_url}. If that was you, follow"
            f" this link within a day:\n\n{landing}{token}\n\nIf not, there is nothing to do.\n",
        )  # fmt: skip


def change(conn: Connection, request: AnyChangePassword, address: str) -> None:
    """Set a new password and end every session. Failures with the old one count as failed sign-ins.

    Commits by itself, because such failures are kept although the answer is a refusal. Raises NotSignedIn, Locked,
    and BadRequest for a weak password, a link that is not good, and a second change within a day.
    """
    check_password(request.new_password)
    match request:
        case ChangePasswordWithCurrentPassword():
            login = LoginRequest(
                username=request.username, password=request.current_password,
                authentication_receipt=request.authentication_receipt,
            )  # fmt: skip
            person_id = sign_in.verified(conn, login, address)
            with conn.transaction():
                if rows.changed_password_lately(conn, person_id, CHANGE_AGAIN_AFTER_S):
                    raise BadRequest(
                        "You changed this password within the last day; a link by mail changes it at once."
                    )
                _set(conn, person_id, request.new_password)
        case ChangePasswordWithToken():
            with conn.transaction():
                facts = links.redeem(conn, RESET, request.password_change_token.hmac or "")
                _set(conn, int(facts["person"]), request.new_password)
        case _:
            assert_never(request)


def _set(conn: Connection, person_id: int, password: str) -> None:
    sign_in.choose_password(conn, person_id, password)
    rows.note_password_change(conn, person_id)
    store.delete_sessions(conn, person_id)
    links.revoke(conn, RESET, str(person_id))
    links.revoke(conn, sign_in.RECEIPT, str(person_id))
    note(conn, person_id, "password.change", "person", person_id)
