"""The pages of signing up: asking for the link, and making the account of it."""

from __future__ import annotations

from vesicle.accounts import signing_up, terms
from vesicle.accounts.requests import AccountSetupInfo, EmailValidationSignedToken, NewUser, TermsOfServiceSignRequest
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.pages.following import facts, secret_of
from vesicle.pages.model import Asked, NewAccount
from vesicle.pages.rendering import Page, again
from vesicle.settings import Settings

PATH = "/sign-up"


def show(conn: Connection, settings: Settings, token: str) -> Page:
    """The form of the account that the link makes; without a link, that which asks for one."""
    if not token:
        return Page("sign_up_ask.html", off=settings.sign_up == "off", email="")
    address = facts(conn, signing_up.SIGN_UP, secret_of(token), PATH)["address"]
    return Page("sign_up.html", given=NewAccount(token, "", ""), address=address, terms=settings.terms_url)


def ask(conn: Connection, settings: Settings, asked: Asked) -> Page:
    """Mail a link."""
    with again("sign_up_ask.html", off=False, email=asked.email):
        signing_up.begin(conn, settings, NewUser(email=asked.email.strip()), None)
    return Page("mailed.html", address=asked.email.strip())


def finish(conn: Connection, settings: Settings, given: NewAccount) -> Page:
    """Make the account."""
    secret = secret_of(given.token)
    address = facts(conn, signing_up.SIGN_UP, secret, PATH)["address"]
    with again("sign_up.html", given=given, address=address, terms=settings.terms_url):
        made = signing_up.finish(
            conn, settings,
            AccountSetupInfo(
                username=given.user_name.strip(), password=given.password, first_name=given.first_name.strip(),
                last_name=given.last_name.strip(),
                email_validation_signed_token=EmailValidationSignedToken(hmac=secret),
            ),
        )  # fmt: skip
        agree(conn, settings, made.access_token, given.agreed)
    return Page("signed_up.html", name=given.user_name.strip(), api=settings.api_url)


def agree(conn: Connection, settings: Settings, access_token: str, agreed: str) -> None:
    """Where there are terms of use, the owner of the token agrees. Raises BadRequest unless they said so."""
    if not settings.terms_version:
        return
    if not agreed:
        raise BadRequest("This takes your agreement to the terms of use: set the mark beside them.")
    terms.sign(conn, settings, TermsOfServiceSignRequest(access_token=access_token))
