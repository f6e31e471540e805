"""Who works on a storage location just now: locks that end with their holder, and jobs that are on record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vesicle.access import OwnsLocation
from vesicle.db import Connection

Work = Literal["compare", "relink", "register"]
# Two-part keys are a name space of their own, beside that of the projects' locks.
_STARTS, _WALK, _POINT = 7_346_204, 7_346_205, 7_346_206
_HELD: dict[Work, str] = {
    "compare": f"pg_try_advisory_lock({_WALK}, place)",
    "relink": f"pg_try_advisory_lock({_WALK}, place) AND pg_try_advisory_lock({_POINT}, place)",
    "register": f"pg_try_advisory_lock_shared({_POINT}, place)",
}


def hold_starts(conn: Connection, location: OwnsLocation) -> None:
    """Until the end of the transaction nobody else puts work on this location on the queue."""
    conn.execute("SELECT pg_advisory_xact_lock(%s, (%s %% 2147483647)::int)", (_STARTS, location.id))


def running(conn: Connection, location: OwnsLocation, kinds: Sequence[str]) -> tuple[int, str] | None:
    """(number, kind) of a job of one of these kinds that works on the location, or waits to."""
    return conn.execute(
        "SELECT id, kind FROM async_job WHERE state = 'PROCESSING' AND kind = ANY(%s)"
        " AND request ->> 'storageLocationId' = %s ORDER BY id LIMIT 1",
        (list(kinds), str(location.id)),
    ).fetchone()


def take(conn: Connection, location_id: int, work: Work) -> bool:
    """Hold the location for this work until the end of the connection; False, and nothing held, when others hold it.

    Serves a worker that acts for the house.
    """
    query = f"SELECT {_HELD[work]} FROM (SELECT (%s %% 2147483647)::int AS place) AS asked"
    row = conn.execute(query, (location_id,)).fetchone()
    if row is None or not row[0]:
        conn.execute("SELECT pg_advisory_unlock_all()")
        return False
    return True
