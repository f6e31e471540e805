"""The pages that are about mail: taking a further address, and getting less of it."""

from __future__ import annotations

from vesicle.accounts import addresses
from vesicle.accounts.requests import EmailValidationSignedToken, NotificationSettingsSignedToken
from vesicle.db import Connection
from vesicle.pages.following import facts, secret_of
from vesicle.pages.model import Confirmed, SignedLink
from vesicle.pages.rendering import Page, again
from vesicle.pages.showing_oneself import person
from vesicle.web import Call


def show_adding(conn: Connection, token: str) -> Page:
    """The form that adds the address of the link."""
    address = facts(conn, addresses.ADD, secret_of(token), "")["address"]
    return Page("add_address.html", given=SignedLink(token, "", ""), address=address)


def add(call: Call, given: SignedLink) -> Page:
    """Add the address to the account of whoever asked for that. Commits by itself."""
    secret = secret_of(given.token)
    address = facts(call.conn, addresses.ADD, secret, "")["address"]
    with again("add_address.html", given=given, address=address):
        actor = person(call, given.user_name, given.password)
        with call.conn.transaction():
            addresses.add(call.conn, actor, EmailValidationSignedToken(hmac=secret), notify=False)
    return Page("address_added.html", address=address)


def show_unsubscribing(conn: Connection, token: str) -> Page:
    """The button that ends the mail."""
    facts(conn, addresses.UNSUBSCRIBE, secret_of(token), "")
    return Page("unsubscribe.html", token=token)


def unsubscribe(conn: Connection, given: Confirmed) -> Page:
    """No more mail about messages."""
    secret = secret_of(given.token)
    facts(conn, addresses.UNSUBSCRIBE, secret, "")
    addresses.unsubscribe(conn, NotificationSettingsSignedToken(hmac=secret))
    return Page("unsubscribed.html")
