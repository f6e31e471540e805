"""Rows of the record: only ever added."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from vesicle.access import Actor
from vesicle.audit.model import Question
from vesicle.db import Connection


def insert(
    conn: Connection, actor_id: int | None, deed: str, object_type: str, object_id: str | None, detail: dict[str, Any]
) -> None:
    """One line of the record."""
    conn.execute(
        "INSERT INTO audit_record (actor_id, deed, object_type, object_id, detail) VALUES (%s, %s, %s, %s, %s)",
        (actor_id, deed, object_type, object_id, Jsonb(detail)),
    )


def records(
    conn: Connection, actor: Actor | None, question: Question, before: int | None, limit: int
) -> list[tuple[Any, ...]]:
    """Lines before an id, the newest first. The actor is an administrator, or None for the operator."""
    _ = actor
    asked = {
        "id < %s": before, "actor_id = %s": question.actor_id, "deed = %s": question.deed,
        "object_type = %s": question.object_type, "object_id = %s": question.object_id,
        "done_on >= %s": question.since, "done_on < %s": question.until,
    }  # fmt: skip
    given = {condition: value for condition, value in asked.items() if value is not None}
    where = " WHERE " + " AND ".join(given) if given else ""
    return conn.execute(
        "SELECT id, done_on, actor_id, deed, object_type, object_id, detail FROM audit_record"
        + where + " ORDER BY id DESC LIMIT %s",
        (*given.values(), limit),
    ).fetchall()  # fmt: skip
