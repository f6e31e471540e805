"""The page that makes an access token: with it, programs do what its owner may."""

from __future__ import annotations

from vesicle.accounts import tokens
from vesicle.accounts.model import AccessTokenRequest
from vesicle.pages.model import NewToken
from vesicle.pages.rendering import Page, again
from vesicle.pages.showing_oneself import person
from vesicle.pages.signing_up import agree
from vesicle.web import Call


def show(call: Call) -> Page:
    """The form of a new token."""
    return Page("access_token.html", given=NewToken("", ""), terms=call.settings.terms_url)


def make(call: Call, given: NewToken) -> Page:
    """Make the token, and show it this once. Commits by itself."""
    with again("access_token.html", given=given, terms=call.settings.terms_url):
        actor = person(call, given.user_name, given.password)
        with call.conn.transaction():
            token = tokens.create(call.conn, actor, AccessTokenRequest(name=given.name.strip()))
            agree(call.conn, call.settings, token, given.agreed)
    return Page("access_token_made.html", token=token, api=call.settings.api_url)
