"""Doors of the web pages. Looking at a page changes nothing; its form does."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.pages import (
    addresses,
    front,
    invitations,
    model,
    passwords,
    rendering,
    signing_up,
    team_invitations,
    tokens,
)
from vesicle.pages.rendering import Page
from vesicle.web import Anyone, Call, Doors, Sensitive, Transaction

door = Doors("pages", rendering.refused)
LINK = Anyone("the link in the mail is the proof")
PERSON = Anyone("the name and the password are in the form")
SIGN_UP = Anyone("who signs up has no account yet; the setting sign_up decides")
FORGOT = Anyone("who forgot the password cannot sign in; the answer is the same for everybody")
STORY = Transaction.STORY


@door("GET", front.WELCOME, access=Anyone("says what this server is, and no more"))
def welcome(call: Call) -> Page:
    """What this server is, and how to reach it."""
    return Page("welcome.html", api=call.settings.api_url)


@door("GET", signing_up.PATH, access=SIGN_UP)
def show_sign_up(call: Call, token: str = "") -> Page:
    """The page of a link that makes an account; without one, the page that asks for it."""
    return signing_up.show(call.conn, call.settings, token)


@door("POST", signing_up.PATH + "/link", access=SIGN_UP, scopes=Scope.modify, form=True, limit=Sensitive.MAIL)
def ask_sign_up(call: Call, body: model.Asked) -> Page:
    """Mail a link that makes an account."""
    return signing_up.ask(call.conn, call.settings, body)


@door("POST", signing_up.PATH, access=SIGN_UP, scopes=Scope.modify, form=True, limit=Sensitive.SIGN_IN)
def sign_up(call: Call, body: model.NewAccount) -> Page:
    """Make the account of a link."""
    return signing_up.finish(call.conn, call.settings, body)


@door("GET", passwords.PATH, access=FORGOT)
def show_reset(call: Call, token: str = "") -> Page:
    """The page of a link that changes the password; without one, the page that asks for it."""
    return passwords.show(call.conn, token)


@door("POST", passwords.PATH + "/link", access=FORGOT, scopes=Scope.modify, form=True, limit=Sensitive.MAIL)
def ask_reset(call: Call, body: model.Asked) -> Page:
    """Mail a link that changes the password."""
    return passwords.ask(call.conn, call.settings, body)


@door(
    "POST", passwords.PATH, access=LINK, scopes=Scope.modify, form=True, transaction=STORY, limit=Sensitive.SIGN_IN
)  # fmt: skip
def reset(call: Call, body: model.NewPassword) -> Page:
    """Set the password of whoever was sent the link."""
    return passwords.choose(call.conn, body, call.address)


@door("GET", "/add-address", access=LINK)
def show_add_address(call: Call, token: str = "") -> Page:
    """The page of a link that adds an address."""
    return addresses.show_adding(call.conn, token)


@door(
    "POST", "/add-address", access=PERSON, scopes=Scope.modify, form=True, transaction=STORY, limit=Sensitive.SIGN_IN
)  # fmt: skip
def add_address(call: Call, body: model.SignedLink) -> Page:
    """Add the address of a link."""
    return addresses.add(call, body)


@door("GET", "/unsubscribe", access=LINK)
def show_unsubscribe(call: Call, token: str = "") -> Page:
    """The page of a link that ends the mailing of messages."""
    return addresses.show_unsubscribing(call.conn, token)


@door("POST", "/unsubscribe", access=LINK, scopes=Scope.modify, form=True, limit=Sensitive.SIGN_IN)
def unsubscribe(call: Call, body: model.Confirmed) -> Page:
    """No more mail about messages to the person of the link."""
    return addresses.unsubscribe(call.conn, body)


@door("GET", "/invitation", access=LINK)
def show_invitation(call: Call, secret: str = "") -> Page:
    """The page of an invitation into an organization."""
    return invitations.show(call.conn, secret)


@door(
    "POST", "/invitation", access=PERSON, scopes=Scope.modify, form=True, transaction=STORY, limit=Sensitive.SIGN_IN
)  # fmt: skip
def accept_invitation(call: Call, body: model.SignedLink) -> Page:
    """Become a member of the organization."""
    return invitations.accept(call, body)


@door("GET", team_invitations.PATH, access=LINK)
def show_team_invitation(call: Call, token: str = "") -> Page:
    """The page of an invitation of a mail address into a team."""
    return team_invitations.show(call.conn, call.settings, token)


@door(
    "POST", team_invitations.PATH, access=PERSON, scopes=Scope.modify, form=True, transaction=STORY,
    limit=Sensitive.SIGN_IN,
)  # fmt: skip
def accept_team_invitation(call: Call, body: model.SignedLink) -> Page:
    """Join the team with an account."""
    return team_invitations.accept(call, body)


@door(
    "POST", team_invitations.PATH + "/sign-up", access=LINK, scopes=Scope.modify, form=True, limit=Sensitive.SIGN_IN
)  # fmt: skip
def sign_up_for_team(call: Call, body: model.Confirmed) -> Page:
    """The form of an account with which to join the team."""
    return team_invitations.sign_up(call.conn, call.settings, body)


@door("GET", "/access-token", access=PERSON)
def show_access_token(call: Call) -> Page:
    """The page that makes an access token."""
    return tokens.show(call)


@door(
    "POST", "/access-token", access=PERSON, scopes=Scope.modify, form=True, transaction=STORY, limit=Sensitive.SIGN_IN
)  # fmt: skip
def make_access_token(call: Call, body: model.NewToken) -> Page:
    """Make an access token, and show it this once."""
    return tokens.make(call, body)
