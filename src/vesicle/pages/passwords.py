"""The pages of a forgotten password: asking for the link, and choosing a new one."""

from __future__ import annotations

from vesicle.accounts import passwords, people
from vesicle.accounts.requests import ChangePasswordWithToken, PasswordResetSignedToken, Username
from vesicle.db import Connection
from vesicle.pages.following import facts, secret_of
from vesicle.pages.model import Asked, NewPassword
from vesicle.pages.rendering import Page, again
from vesicle.settings import Settings

PATH = "/reset-password"


def show(conn: Connection, token: str) -> Page:
    """The form of a new password; without a link, that which asks for one."""
    if not token:
        return Page("reset_ask.html", email="")
    return Page("reset.html", token=token, name=_name(conn, token))


def ask(conn: Connection, settings: Settings, asked: Asked) -> Page:
    """Mail a link to whoever has this name or address. The page is the same if nobody has."""
    with again("reset_ask.html", email=asked.email):
        passwords.ask_reset(conn, settings, Username(email=asked.email.strip()), None)
    return Page("reset_mailed.html")


def choose(conn: Connection, given: NewPassword, address: str) -> Page:
    """Set the password. Commits by itself."""
    name = _name(conn, given.token)
    with again("reset.html", token=given.token, name=name):
        proof = PasswordResetSignedToken(hmac=secret_of(given.token))
        passwords.change(
            conn, ChangePasswordWithToken(new_password=given.password, password_change_token=proof), address
        )
    return Page("reset_done.html", name=name)


def _name(conn: Connection, token: str) -> str:
    person_id = facts(conn, passwords.RESET, secret_of(token), PATH)["person"]
    return people.headers(conn, str(person_id)).children[0].user_name
