"""One after the other: a location is compared or relinked by one at a time, and not relinked while it is registered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from vesicle.access import OwnsLocation
from vesicle.db import Connection, connect
from vesicle.errors import Conflict, Unavailable
from vesicle.jobs import frame
from vesicle.relocation.model import CheckDriftRequest, RegisterObjectsRequest, RelinkRequest
from vesicle.relocation.store import turns
from vesicle.relocation.store.turns import Work
from vesicle.web import House
from vesicle.wire import tag_of

LOOK_EVERY_S = 0.5
WAIT_S = 600.0
_COMPARE, _RELINK, _REGISTER = tag_of(CheckDriftRequest), tag_of(RelinkRequest), tag_of(RegisterObjectsRequest)
_NOT_BESIDE: dict[Work, tuple[str, ...]] = {
    "compare": (_COMPARE, _RELINK), "relink": (_COMPARE, _RELINK, _REGISTER), "register": (_RELINK,)
}  # fmt: skip
_DEEDS = {
    _COMPARE: "compares the bucket of storage location {} with what is on record",
    _RELINK: "points file handles of storage location {} at where their objects were moved",
    _REGISTER: "registers objects of storage location {}",
}


def require_free(conn: Connection, location: OwnsLocation, work: Work) -> None:
    """Raises Conflict that names the job in the way. Call inside the transaction that starts the work."""
    turns.hold_starts(conn, location)
    found = turns.running(conn, location, _NOT_BESIDE[work])
    if found is not None:
        number, kind = found
        raise Conflict(f"Job {number} {_DEEDS[kind].format(location.id)}; wait for its end, then ask anew.")


@contextmanager
def held(house: House, location_id: int, work: Work, job: frame.Running | None = None) -> Iterator[bool]:
    """The location, for this work. A job waits for it; the house itself does not, and gets False.

    Whoever dies gives it back with its connection. Raises Unavailable when it does not become free.
    """
    # A connection of its own: one of the pool that is held for hours is missed by the other jobs.
    with connect(house.settings.database_url) as conn:
        until = time.monotonic() + WAIT_S
        while not turns.take(conn, location_id, work):
            if job is None:
                yield False
                return
            if time.monotonic() > until:
                raise Unavailable(f"Other work on storage location {location_id} does not come to its end.")
            job.progress(0, 0, f"waits for other work on storage location {location_id}")
            time.sleep(LOOK_EVERY_S)
        yield True
