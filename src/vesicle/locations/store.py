"""Rows of storage locations."""

from __future__ import annotations

from vesicle.db import Connection


def base_key(conn: Connection, location_id: int) -> tuple[str | None] | None:
    """The base key of a location, in a row of one; None when there is no such location.

    Anybody may upload into any location (contract, 8.4), so this takes no grant; who may place the result is asked
    later.
    """
    return conn.execute("SELECT base_key FROM storage_location WHERE id = %s", (location_id,)).fetchone()
