"""Connections: one pool a process, sized to its worker threads."""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg
from psycopg_pool import ConnectionPool

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
Pool: TypeAlias = ConnectionPool[Connection]

# Who waits for a lock, or holds one and does nothing, gives up.
COMMAND = "-c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
# A request is a few indexed queries; one that runs this long is a mistake, and must not hold a worker thread for ever.
SESSION = f"-c statement_timeout=30000 {COMMAND}"
WAIT_S = 5.0


def open_pool(url: str, size: int) -> Pool:
    """A pool of ``size`` connections in autocommit: a read is one round trip, a write opens its own transaction."""
    pool: Pool = ConnectionPool(
        url,
        min_size=min(size, 2),
        max_size=size,
        timeout=WAIT_S,
        kwargs={"autocommit": True, "prepare_threshold": 2, "options": SESSION, "application_name": "vesicle"},
        open=False,
        name="vesicle",
    )
    pool.open(wait=False)
    return pool


def connect(url: str) -> Connection:
    """One connection of its own, for a command or a worker. What somebody waits for at a terminal takes its time."""
    return psycopg.connect(url, autocommit=True, options=COMMAND, application_name="vesicle")
