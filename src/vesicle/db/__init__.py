"""Connections, transactions and the schema."""

from vesicle.db.locks import lock_projects, lock_projects_shared
from vesicle.db.mishaps import Clash, Contention, Unfit, Unreachable
from vesicle.db.pool import Connection, Pool, connect, open_pool

__all__ = [
    "Clash",
    "Connection",
    "Contention",
    "Pool",
    "Unfit",
    "Unreachable",
    "connect",
    "lock_projects",
    "lock_projects_shared",
    "open_pool",
]
