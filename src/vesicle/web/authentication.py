"""Who calls, and whether this door is open to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vesicle.access import Actor, Grant, OnTeam, Owns, Scope, anonymous, require
from vesicle.db import Connection
from vesicle.errors import Forbidden, InsufficientScope, NotSignedIn
from vesicle.web.calls import Call, SignIn
from vesicle.web.doors import Administrators, Anyone, Door, Needs, SignedIn, snake


def actor_of(headers: Mapping[str, str], conn: Connection, sign_in: SignIn) -> Actor:
    """The person of the bearer token (or of the older sessionToken header); without either, the anonymous one.

    Raises NotSignedIn for credentials that are there and wrong.
    """
    given = headers.get("authorization")
    if given is not None:
        scheme, _, token = given.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotSignedIn("Authorization takes the form: Bearer <access token>.")
    else:
        token = headers.get("sessiontoken", "")
    return sign_in(conn, token.strip()) if token else anonymous()


def is_way_in(door: Door) -> bool:
    """For who signs in, or forgot how, it does not matter that their browser still sends a token of yesterday."""
    return isinstance(door.access, Anyone) and door.path.startswith("/auth/v1/")


def check_scopes(actor: Actor, needed: Scope) -> None:
    """A token opens only what its scopes name. Raises InsufficientScope."""
    missing = needed & ~actor.scopes
    if missing and not actor.is_anonymous:
        names = ", ".join(str(scope.name) for scope in missing)
        raise InsufficientScope(f"insufficient_scope. This access token lacks the scope: {names}.")


def check_terms(actor: Actor, door: Door) -> None:
    """Where there are terms of use, who has not agreed to them can do nothing but sign in, out, and agree."""
    if not actor.agreed and not door.path.startswith("/auth/v1/"):
        raise Forbidden("Terms of use have not been signed.")


def check_access(actor: Actor, door: Door) -> None:
    """For doors without a grant: anyone, any person, or administrators."""
    if isinstance(door.access, SignedIn | Administrators) and actor.is_anonymous:
        raise NotSignedIn("Sign in first: this call needs an access token.")
    if isinstance(door.access, Administrators) and not actor.is_admin:
        raise Forbidden("Only administrators may do this.")


def grant(call: Call, access: Needs, arguments: Mapping[str, Any]) -> Grant | Owns | OnTeam:
    """The proof that the door asks for. What belongs to one person is nothing for a caller without a name."""
    from_path = arguments[snake(access.parameter)]
    if issubclass(access.kind, Owns) and call.actor.is_anonymous:
        raise NotSignedIn("Sign in first: this call needs an access token.")
    return require(call.conn, call.actor, access.kind, from_path)
