"""Pages know nobody from before: whoever does something as a person gives their name and password with it."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.accounts import sign_in, tokens
from vesicle.accounts.model import LoginRequest
from vesicle.web import Call


def person(call: Call, user_name: str, password: str) -> Actor:
    """Who this is. Commits by itself, because failures are kept; raises NotSignedIn and Locked."""
    login = LoginRequest(username=user_name.strip(), password=password)
    return tokens.actor_of_person(call.conn, sign_in.verified(call.conn, login, call.address), call.settings)
