"""Whether the server takes requests: an administrator can close it for maintenance."""

from __future__ import annotations

import threading
from time import monotonic

from vesicle.access import Actor, Scope
from vesicle.db import Connection
from vesicle.errors import BadRequest, Unavailable
from vesicle.web import store
from vesicle.web.calls import Call
from vesicle.web.doors import Administrators, Anyone, Door, Doors
from vesicle.wire import UNSET, Maybe, Shape

door = Doors("web")
OPEN, STATES = "READ_WRITE", ("READ_WRITE", "READ_ONLY", "DOWN")
READY = "Ready."
CLOSED = "Synapse is down for maintenance."
LONGEST_MESSAGE = 2000
# Each API process looks anew this often, so all of them have closed this long after an administrator said so.
LOOK_EVERY_S = 1.0
_CLOSABLE = ("/repo/v1/", "/auth/v1/", "/file/v1/", "/ga4gh/", "/vesicle/v1/")
_TELLS, _ADMINISTRATION = "/repo/v1/status", "/repo/v1/admin/"


class StackStatus(Shape):
    """Whether the server takes requests."""

    status: Maybe[str] = UNSET
    current_message: Maybe[str] = UNSET
    pending_maintenance_message: Maybe[str] = UNSET


class Watch:
    """What one API process knows of the status; asks the database once a second at most.

    READ_ONLY closes what DOWN closes, as the contract says: reading keeps rows too, of each URL that is handed out, and
    whoever closes the server wants none of them while the database is moved or put back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known, self._until = (OPEN, ""), 0.0

    def check(self, conn: Connection, door: Door) -> None:
        """Raises Unavailable while the server is closed, for doors that close with it."""
        closable = door.form or door.path.startswith(_CLOSABLE)
        if not closable or door.path == _TELLS or door.path.startswith(_ADMINISTRATION):
            return
        if monotonic() >= self._until and self._lock.acquire(blocking=False):
            try:
                status, message, _ = store.stack_status(conn)
                self._known, self._until = (status, message or CLOSED), monotonic() + LOOK_EVERY_S
            finally:
                self._lock.release()
        if self._known[0] != OPEN:
            raise Unavailable(self._known[1])


@door("GET", "/repo/v1/status", access=Anyone("tells nothing but whether the server works"), scopes=Scope(0))
def status(call: Call) -> StackStatus:
    """Whether the server takes requests."""
    return _shown(call.conn)


@door("GET", "/repo/v1/admin/synapse/status", access=Anyone("the same, where it is open while the server is closed"))
def status_for_administrators(call: Call) -> StackStatus:
    """Whether the server takes requests."""
    return _shown(call.conn)


@door("PUT", "/repo/v1/admin/synapse/status", access=Administrators(), scopes=Scope.view | Scope.modify)
def set_status(call: Call, body: StackStatus) -> StackStatus:
    """Close the server for maintenance, or open it."""
    _set(call.conn, call.actor, body)
    return _shown(call.conn)


def _shown(conn: Connection) -> StackStatus:
    status, current, pending = store.stack_status(conn)
    usual = READY if status == OPEN else CLOSED
    return StackStatus(status=status, current_message=current or usual, pending_maintenance_message=pending or "")


def _set(conn: Connection, actor: Actor, given: StackStatus) -> None:
    if given.status not in STATES:
        raise BadRequest(f"status is required, and one of {', '.join(STATES)}.")
    current, pending = given.current_message or None, given.pending_maintenance_message or None
    if max(len(current or ""), len(pending or "")) > LONGEST_MESSAGE:
        raise BadRequest(f"A message of the status has at most {LONGEST_MESSAGE} characters.")
    store.set_stack_status(conn, actor, str(given.status), current, pending)
