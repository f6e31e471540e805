"""Doors for operators and for the client's first look: is anybody there, and in what state."""

from __future__ import annotations

import functools

from vesicle import __version__
from vesicle.access import Scope
from vesicle.db.migrate import current, newest
from vesicle.errors import Refusal, Unavailable
from vesicle.web import metrics
from vesicle.web.calls import Call
from vesicle.web.doors import Anyone, Doors, Transaction
from vesicle.web.replies import Text
from vesicle.wire import Shape

door = Doors("web")
NONE = Scope(0)
OPEN = Anyone("tells nothing but whether the server works")
_newest = functools.cache(newest)


class Root(Shape):
    """What the root of the API says of itself."""

    name: str
    version: str


class SynapseVersionInfo(Shape):
    """Which release answers."""

    version: str
    stack_instance: str


def _root() -> Root:
    """The root of an endpoint."""
    return Root(name="vesicle", version=__version__)


for _path in ("/", "/repo/v1", "/auth/v1", "/file/v1"):
    door("GET", _path, access=OPEN, scopes=NONE, transaction=Transaction.NONE)(_root)


@door("GET", "/repo/v1/version", access=OPEN, scopes=NONE, transaction=Transaction.NONE)
def version() -> SynapseVersionInfo:
    """Which release answers."""
    return SynapseVersionInfo(version=__version__, stack_instance="vesicle")


@door("GET", "/healthz", access=OPEN, scopes=NONE, transaction=Transaction.NONE)
def alive() -> Text:
    """The process answers."""
    return Text("ok\n")


@door("GET", "/readyz", access=OPEN, scopes=NONE)
def ready(call: Call) -> Text:
    """Database and object store answer, and the schema is the one that this release needs; 503 with the reason if
    not.
    """
    found = current(call.conn)
    if found != _newest():
        raise Unavailable(f"The database is at revision {found}, this release needs {_newest()}: run `vesicle serve`.")
    try:
        call.managed.store.check(call.managed.bucket)
    except Refusal as refusal:
        raise Unavailable(f"The object store is not ready: {refusal.reason}") from None
    return Text("ready\n")


@door(
    "GET",
    "/metrics",
    access=Anyone("counters without names; keep the port private where that is too much"),
    scopes=NONE,
    transaction=Transaction.NONE,
)
def counters() -> Text:
    """Counters in the text form that Prometheus reads."""
    return Text(metrics.text(), "text/plain; version=0.0.4; charset=utf-8")
