"""Bringing the schema up to date: plain SQL, in order, one process at a time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, create_engine, pool, text
from sqlalchemy.exc import OperationalError

from vesicle.db.pool import Connection

# Any number will do, as long as every vesicle takes the same one.
MIGRATION_LOCK = -7_346_201
LOCK_TIMEOUT_S = 10


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def newest() -> str:
    """The revision that this code needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("the package lacks its migrations")
    return head


def current(conn: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    row = conn.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    if not row or not row[0]:
        return None
    found = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else None


def _connected(engine: Engine) -> SqlConnection:
    """Raises what the driver says, which everybody else waits for, too."""
    try:
        return engine.connect()
    except OperationalError as wrapped:
        raise (wrapped.orig or wrapped) from None


def migrate(url: str, revision: str = "head") -> None:
    """Run what is missing, up to the newest or to a revision. Waits for another process that migrates; gives up on a
    table lock after LOCK_TIMEOUT_S.
    """
    address = url.replace("postgresql://", "postgresql+psycopg://", 1).replace(
        "postgres://", "postgresql+psycopg://", 1
    )
    engine = create_engine(address, poolclass=pool.NullPool)
    with _connected(engine) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT_S}s'"))
        connection.commit()
        config = _config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()
    engine.dispose()
