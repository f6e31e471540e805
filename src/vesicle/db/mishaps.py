"""What can go wrong with a database, named for those who answer for it."""

from __future__ import annotations

from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout

Contention = (errors.DeadlockDetected, errors.SerializationFailure)
"""Two writers crossed; the transaction was undone and can be repeated as it was."""

Unreachable = (errors.OperationalError, PoolTimeout, PoolClosed)
"""No connection, no answer in time, or the server is shutting down. Includes Contention."""

Clash = (errors.IntegrityError,)
"""A constraint refused what a story had thought possible."""

Unfit = (errors.DataError,)
"""A value that PostgreSQL cannot hold."""
