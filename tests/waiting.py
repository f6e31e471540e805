"""Seeing that others wait for a lock, so that a test holds it just as long."""

from __future__ import annotations

import time

from tests.live import Server

WITHIN_S = 8


def until_waiting(server: Server, how_many: int) -> None:
    """Returns when so many connections of a database wait for locks; well before they give up."""
    until = time.monotonic() + WITHIN_S
    with server.database() as conn:
        while time.monotonic() < until:
            row = conn.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            if row and row[0] >= how_many:
                return
            conn.execute("SELECT pg_sleep(0.02)")
    raise AssertionError(f"{how_many} do not wait within {WITHIN_S} s")
