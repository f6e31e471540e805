"""Secrets that are sent in links: following one proves that somebody reads the mail of an address.

A secret holds 256 random bits and is kept as a digest, so neither the database nor its backups can open anything.
Each is good for one purpose, until it is used up, revoked or expired. The contract signs such links instead; a
signature needs a key that can leak, and can neither be taken back nor know that it was used. ::

    secret = links.issue(conn, "password.reset", str(person_id), 24 * 3600, {"person": person_id})
    facts = links.redeem(conn, "password.reset", secret)   # once; later (and for any other purpose) it is refused

``purpose`` is a word of the caller's room with dots; ``subject`` names the thing that the link is about, so that all
links about it can be revoked at once; ``facts`` is small JSON that comes back as it was, and holds no secrets.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.mail import store
from vesicle.settings import Settings

LONGEST_SECRET = 200
LONGEST_LANDING = 1000


def issue(conn: Connection, purpose: str, subject: str, life_s: int, facts: Mapping[str, Any]) -> str:
    """A new secret, made of letters, digits, dashes and underscores only; good for ``life_s`` seconds."""
    secret = secrets.token_urlsafe(32)
    store.insert_link(conn, _digest(secret), purpose, subject, dict(facts), life_s)
    return secret


def redeem(conn: Connection, purpose: str, secret: str) -> dict[str, Any]:
    """The facts of a secret, which is used up by this (when the caller's transaction is kept).

    Raises BadRequest for one that is unknown, used, expired, revoked, or made for another purpose.
    """
    found = store.use_up_link(conn, _digest(secret), purpose)
    if found is None:
        raise _not_good()
    return found[1]


def look(conn: Connection, purpose: str, secret: str) -> dict[str, Any]:
    """The facts of a secret, which stays good. Raises as :func:`redeem` does."""
    found = store.link(conn, _digest(secret), purpose)
    if found is None:
        raise _not_good()
    return found[1]


def revoke(conn: Connection, purpose: str, subject: str) -> None:
    """Every link of this purpose about this subject is good no more."""
    store.delete_links(conn, purpose, subject)


def is_open(conn: Connection, purpose: str, subject: str) -> bool:
    """True while some link of this purpose about this subject is good."""
    return store.has_link(conn, purpose, subject)


def landing(settings: Settings, asked: str | None, own: str) -> str:
    """The beginning of a link, to which the secret is appended: what the caller asked for, or our own page.

    Raises BadRequest for a page elsewhere: whoever may choose where a secret goes, gets the secret. Allowed are this
    server itself and ``portal_origins``; a bare origin is not, for the secret would be the end of the host's name, or
    its port. ``own`` is a path of this server, such as ``/sign-up?token=``.
    """
    if not asked:
        return settings.api_url + own
    try:
        parts = urlsplit(asked)
    except ValueError:
        parts = urlsplit("")
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    plain = asked.isascii() and asked.isprintable() and not set(asked) & set(' "<>\\^`{|}')
    if not plain or len(asked) > LONGEST_LANDING or origin not in {settings.api_url.lower(), *settings.portals}:
        raise BadRequest(
            "Links in mail lead to this server only, or to an origin that the setting portal_origins names;"
            f" {asked[:100]!r} is neither."
        )
    if not (parts.path or parts.query or parts.fragment):
        raise BadRequest(f"{asked!r} names no page for a link to lead to; write more, such as {asked}/page?token=.")
    return asked


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret[:LONGEST_SECRET].encode()).digest()


def _not_good() -> BadRequest:
    return BadRequest("This link was used already, is too old, or was never sent; ask for a new one.")
