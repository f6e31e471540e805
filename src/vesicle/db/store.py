"""The only SQL that belongs to no room."""

from __future__ import annotations

from vesicle.db.pool import Connection


def revision(conn: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    row = conn.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    if not row or not row[0]:
        return None
    found = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else None
