"""Links of our mail: what they carry, and whether they are still good. Looking uses nothing up."""

from __future__ import annotations

from typing import Any

from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.mail import links
from vesicle.pages.model import Carried
from vesicle.pages.rendering import again
from vesicle.wire import decode


def secret_of(token: str) -> str:
    """The secret in what a link carries: a JSON object in hexadecimal digits. An odd token has none that is good."""
    try:
        return decode(bytes.fromhex(token), Carried).hmac
    except (ValueError, BadRequest):
        return ""


def facts(conn: Connection, purpose: str, secret: str, more: str) -> dict[str, Any]:
    """What the link is about. A browser with one that is good no more is led to ``more``, where there are new ones."""
    with again("stale.html", more=more):
        return links.look(conn, purpose, secret)
