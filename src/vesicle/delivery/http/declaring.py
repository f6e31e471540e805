"""What the doors of this room have in common."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.web import Doors, Redirect, Reply, Text

door = Doors("delivery")
WRITE = Scope.view | Scope.modify
COPY = WRITE | Scope.download


def url_reply(url: str, redirect: bool) -> Reply:
    """The URL as the client asked for it: to go there, or to read it."""
    return Redirect(url) if redirect else Text(url)
