"""Databases of a test's own beside that of a server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from tests.live import Server


@contextmanager
def fresh_database(server: Server) -> Iterator[str]:
    """The address of an empty database; it goes afterwards."""
    name = f"fresh_{secrets.token_hex(4)}"
    with server.database() as conn:
        conn.execute(f"CREATE DATABASE {name}")
        url = psycopg.conninfo.make_conninfo(server.database_url, dbname=name)
        info = psycopg.conninfo.conninfo_to_dict(url)
        try:
            yield f"postgresql://{info.pop('user')}@/{name}?" + "&".join(
                f"{key}={value}" for key, value in info.items() if key != "dbname"
            )
        finally:
            conn.execute(f"DROP DATABASE {name} WITH (FORCE)")
