"""Rows of the record: only ever added."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from vesicle.db import Connection


def insert(
    conn: Connection, actor_id: int | None, deed: str, object_type: str, object_id: str | None, detail: dict[str, Any]
) -> None:
    """One line of the record."""
    conn.execute(
        "INSERT INTO audit_record (actor_id, deed, object_type, object_id, detail) VALUES (%s, %s, %s, %s, %s)",
        (actor_id, deed, object_type, object_id, Jsonb(detail)),
    )
