"""Rows of activities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import errors, sql
from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from vesicle.access import Actor, MayRead, OwnsActivity, visible_to
from vesicle.db import Connection
from vesicle.entities.model.activities import ActivityRow

_COLUMNS = sql.SQL(
    "a.id, a.name, a.description, a.etag, a.created_by, a.created_on, a.modified_by, a.modified_on, a.used"
)


def insert(conn: Connection, actor: Actor, name: str | None, description: str | None, used: list[Any]) -> ActivityRow:
    """A new activity of the actor's."""
    query = sql.SQL(
        "INSERT INTO activity AS a (name, description, created_by, modified_by, used) VALUES (%s, %s, %s, %s, %s)"
        " RETURNING "
    )
    with conn.cursor(row_factory=args_row(ActivityRow)) as cursor:
        values = (name, description, actor.id, actor.id, Jsonb(used))
        row = cursor.execute(query + _COLUMNS, values).fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no row")
    return row


def update(
    conn: Connection, proof: OwnsActivity, etag: str, name: str | None, description: str | None, used: list[Any]
) -> ActivityRow | None:
    """Replace what an activity says; None when it has another etag."""
    query = sql.SQL(
        "UPDATE activity a SET name = %s, description = %s, used = %s, modified_by = %s, modified_on = now(),"
        " etag = gen_random_uuid() WHERE id = %s AND etag::text = %s RETURNING "
    )
    with conn.cursor(row_factory=args_row(ActivityRow)) as cursor:
        values = (name, description, Jsonb(used), proof.actor.id, proof.id, etag)
        return cursor.execute(query + _COLUMNS, values).fetchone()


def remove(conn: Connection, proof: OwnsActivity) -> bool:
    """Remove an activity; False while a version says that it made it."""
    try:
        with conn.transaction():
            conn.execute("DELETE FROM activity WHERE id = %s", (proof.id,))
    except (errors.ForeignKeyViolation, errors.RestrictViolation):
        return False
    return True


def visible(conn: Connection, actor: Actor, activity_id: int) -> ActivityRow | None:
    """An activity that the actor made, or that made something that the actor can read; administrators see all."""
    seen, values = visible_to(actor, "n")
    query = (
        sql.SQL("SELECT ")
        + _COLUMNS
        + sql.SQL(
            " FROM activity a WHERE a.id = %(activity)s AND (%(admin)s OR a.created_by = %(actor)s OR EXISTS ("
            "SELECT 1 FROM entity_version v JOIN node n ON n.id = v.node_id WHERE v.activity_id = a.id AND "
        )
        + seen
        + sql.SQL("))")
    )
    with conn.cursor(row_factory=args_row(ActivityRow)) as cursor:
        values |= {"activity": activity_id, "actor": actor.id, "admin": actor.is_admin}
        return cursor.execute(query, values).fetchone()


def generated(conn: Connection, actor: Actor, activity_id: int, limit: int, offset: int) -> list[tuple[int, int]]:
    """(entity, version) of what an activity made, as far as the actor can read it."""
    seen, values = visible_to(actor, "n")
    query = (
        sql.SQL(
            "SELECT v.node_id, v.number FROM entity_version v JOIN node n ON n.id = v.node_id"
            " WHERE v.activity_id = %(activity)s AND "
        )
        + seen
        + sql.SQL(" ORDER BY v.node_id, v.number LIMIT %(limit)s OFFSET %(offset)s")
    )
    return conn.execute(query, values | {"activity": activity_id, "limit": limit, "offset": offset}).fetchall()


def of_version(conn: Connection, grant: MayRead, version: int | None) -> ActivityRow | None:
    """What made a version, the current one unless told otherwise."""
    query = (
        sql.SQL("SELECT ")
        + _COLUMNS
        + sql.SQL(
            " FROM node n JOIN entity_version v ON v.node_id = n.id AND v.number = coalesce(%s::int, n.version)"
            " JOIN activity a ON a.id = v.activity_id WHERE n.id = %s"
        )
    )
    with conn.cursor(row_factory=args_row(ActivityRow)) as cursor:
        return cursor.execute(query, (version, grant.id)).fetchone()


def current_versions(conn: Connection, grants: Sequence[MayRead]) -> dict[int, int]:
    """The current version of each."""
    query = "SELECT id, version FROM node WHERE id = ANY(%s::bigint[])"
    return dict(conn.execute(query, ([grant.id for grant in grants],)))
