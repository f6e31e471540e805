"""Rows of entity versions, and the look-ups over the tree that show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

from psycopg import errors, sql
from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from vesicle.access import (
    Actor,
    Exists,
    MayChangeSettings,
    MayCreate,
    MayDelete,
    MayDownload,
    MayRead,
    MayUpdate,
    visible_to,
)
from vesicle.db import Connection
from vesicle.entities.model import EntityRow, HeaderRow

_ENTITY: LiteralString = """
SELECT n.id, n.kind, n.name, n.parent_id, n.etag, n.created_by, n.created_on,
       CASE WHEN v.number = n.version THEN n.modified_by ELSE v.modified_by END,
       CASE WHEN v.number = n.version THEN n.modified_on ELSE v.modified_on END,
       n.version, v.number, v.label, v.comment, v.description, v.file_handle_id, a.alias
FROM node n JOIN entity_version v ON v.node_id = n.id AND v.number = coalesce(%s::int, n.version)
LEFT JOIN project_alias a ON a.node_id = n.id
WHERE n.id = %s
"""


def entity(conn: Connection, grant: MayRead | MayUpdate, version: int | None = None) -> EntityRow | None:
    """One version of an entity, the current one unless told otherwise; None for a version that there is not."""
    with conn.cursor(row_factory=args_row(EntityRow)) as cursor:
        return cursor.execute(_ENTITY, (version, grant.id)).fetchone()


def planted(conn: Connection, parent: MayCreate, node_id: int) -> EntityRow | None:
    """What was made below ``parent``: who may create may see what came of it."""
    with conn.cursor(row_factory=args_row(EntityRow)) as cursor:
        return cursor.execute(_ENTITY + " AND n.parent_id = %s", (None, node_id, parent.id)).fetchone()


def insert_version(
    conn: Connection, proof: MayCreate | MayUpdate, node_id: int, number: int, *, label: str, comment: str | None,
    description: str | None, handle_id: int | None, annotations_from: int | None = None,
) -> bool:  # fmt: skip
    """A new version, with the annotations of another if told so; False when the label is taken."""
    made = conn.execute(
        "INSERT INTO entity_version (node_id, number, label, comment, description, modified_by, "
        "file_handle_id, annotations)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, coalesce((SELECT annotations FROM entity_version WHERE node_id = %s"
        " AND number = %s), '{}'::jsonb)) ON CONFLICT (node_id, label) DO NOTHING",
        (node_id, number, label, comment, description, proof.actor.id, handle_id, node_id, annotations_from),
    )
    return made.rowcount == 1


def update_version(
    conn: Connection, grant: MayUpdate, number: int, *, label: str, comment: str | None, description: str | None,
    handle_id: int | None,
) -> bool:  # fmt: skip
    """Replace what a version says; False when another version has the label."""
    try:
        with conn.transaction():
            conn.execute(
                "UPDATE entity_version SET label = %s, comment = %s, description = %s, file_handle_id = %s,"
                " modified_by = %s, modified_on = now() WHERE node_id = %s AND number = %s",
                (label, comment, description, handle_id, grant.actor.id, grant.id, number),
            )
    except errors.UniqueViolation:
        return False
    return True


def versions(conn: Connection, grant: MayRead, limit: int, offset: int) -> list[tuple[Any, ...]]:
    """Versions, the newest first, with what is known of their bytes."""
    return conn.execute(
        "SELECT v.number, v.label, v.comment, v.modified_by, v.modified_on, v.number = n.version, "
        "h.content_md5, h.content_size"
        " FROM entity_version v JOIN node n ON n.id = v.node_id LEFT JOIN file_handle h ON h.id = v.file_handle_id"
        " WHERE v.node_id = %s ORDER BY v.number DESC LIMIT %s OFFSET %s",
        (grant.id, limit, offset),
    ).fetchall()


def version_count(conn: Connection, grant: MayDelete | MayUpdate) -> int:
    """How many versions there are."""
    row = conn.execute("SELECT count(*) FROM entity_version WHERE node_id = %s", (grant.id,)).fetchone()
    return int(row[0]) if row else 0


def delete_version(conn: Connection, grant: MayDelete, number: int) -> bool:
    """Remove a version; False when there was none."""
    gone = conn.execute("DELETE FROM entity_version WHERE node_id = %s AND number = %s", (grant.id, number))
    return gone.rowcount == 1


def highest_version(conn: Connection, grant: MayDelete) -> int | None:
    """The highest version that there is; None when there is none left."""
    row = conn.execute("SELECT max(number) FROM entity_version WHERE node_id = %s", (grant.id,)).fetchone()
    return row[0] if row else None


def set_alias(conn: Connection, grant: MayCreate | MayChangeSettings, node_id: int, alias: str | None) -> bool:
    """Give a project its alias, or take it away; False when it is another's (whatever the case of its letters)."""
    _ = grant
    conn.execute("DELETE FROM project_alias WHERE node_id = %s", (node_id,))
    if alias is None:
        return True
    made = conn.execute(
        "INSERT INTO project_alias (alias, node_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (alias, node_id)
    )
    return made.rowcount == 1


def annotations_of(conn: Connection, grant: MayRead | MayUpdate, version: int | None) -> tuple[Any, Any, bool] | None:
    """Etag, annotations, and whether the version is the current one."""
    return conn.execute(
        "SELECT n.etag, v.annotations, v.number = n.version FROM node n"
        " JOIN entity_version v ON v.node_id = n.id AND v.number = coalesce(%s::int, n.version) WHERE n.id = %s",
        (version, grant.id),
    ).fetchone()


def set_annotations(conn: Connection, grant: MayUpdate, number: int, values: dict[str, Any]) -> None:
    """Replace all annotations of a version."""
    conn.execute(
        "UPDATE entity_version SET annotations = %s, modified_by = %s, modified_on = now() WHERE node_id "
        "= %s AND number = %s",
        (Jsonb(values), grant.actor.id, grant.id, number),
    )


_HEADER = sql.SQL(
    "SELECT n.id, n.kind, n.name, n.benefactor_id, n.created_by, n.created_on, n.modified_by, n.modified_on, n.version,"
    " v.number, v.label FROM node n JOIN entity_version v ON v.node_id = n.id"
)


def header(conn: Connection, grant: MayRead | Exists, node_id: int) -> HeaderRow | None:
    """The header of what the grant is for, or of its benefactor."""
    query = _HEADER + sql.SQL(" AND v.number = n.version WHERE n.id = %s")
    _ = grant
    with conn.cursor(row_factory=args_row(HeaderRow)) as cursor:
        return cursor.execute(query, (node_id,)).fetchone()


def headers(conn: Connection, wanted: Sequence[tuple[MayRead, int | None]]) -> list[HeaderRow]:
    """Headers in the order asked for, of the version asked for where one is; an unknown version is left out."""
    query = (
        _HEADER
        + sql.SQL(" JOIN unnest(%s::bigint[], %s::int[]) WITH ORDINALITY AS wanted (id, number, place)")
        + sql.SQL(" ON wanted.id = n.id AND v.number = coalesce(wanted.number, n.version) ORDER BY wanted.place")
    )
    with conn.cursor(row_factory=args_row(HeaderRow)) as cursor:
        return cursor.execute(query, ([grant.id for grant, _ in wanted], [number for _, number in wanted])).fetchall()


_SORTS = {"NAME": "name", "CREATED_ON": "created_on", "MODIFIED_ON": "modified_on"}


def children(
    conn: Connection, actor: Actor, parent: MayRead | Exists, kinds: list[str], sort: str, descending: bool,
    after: tuple[Any, int] | None, limit: int,
) -> list[HeaderRow]:  # fmt: skip
    """Those children of a container that the actor can read, from after a key on."""
    seen, values = visible_to(actor, "n")
    column, way = sql.Identifier("n", _SORTS[sort]), sql.SQL("<" if descending else ">")
    cast = sql.SQL("text" if sort == "NAME" else "timestamptz")
    query = (
        _HEADER
        + sql.SQL(" AND v.number = n.version WHERE n.parent_id = %(parent)s AND n.kind = ANY(%(kinds)s) AND ")
        + seen
    )
    if after is not None:
        query += sql.SQL(" AND ({}, n.id) {} (%(key)s::{}, %(id)s)").format(column, way, cast)
        values |= {"key": after[0], "id": after[1]}
    direction = sql.SQL("DESC" if descending else "ASC")
    query += sql.SQL(" ORDER BY {} {}, n.id {} LIMIT %(limit)s").format(column, direction, direction)
    with conn.cursor(row_factory=args_row(HeaderRow)) as cursor:
        return cursor.execute(query, values | {"parent": parent.id, "kinds": kinds, "limit": limit}).fetchall()


def children_totals(conn: Connection, actor: Actor, parent: MayRead | Exists, kinds: list[str]) -> tuple[int, int]:
    """How many children the actor can read, and the bytes of their files. Depends on who looks, so it is computed."""
    seen, values = visible_to(actor, "n")
    query = (
        sql.SQL(
            "SELECT count(*), coalesce(sum(h.content_size), 0)::bigint FROM node n JOIN entity_version v"
            " ON v.node_id = n.id AND v.number = n.version LEFT JOIN file_handle h ON h.id = v.file_handle_id"
            " WHERE n.parent_id = %(parent)s AND n.kind = ANY(%(kinds)s) AND "
        )
        + seen
    )
    row = conn.execute(query, values | {"parent": parent.id, "kinds": kinds}).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def handle_of(conn: Connection, grant: MayDownload | MayRead, version: int | None) -> tuple[int | None] | None:
    """The file handle of a version, in a row of one; None when there is no such version."""
    return conn.execute(
        "SELECT v.file_handle_id FROM node n JOIN entity_version v ON v.node_id = n.id"
        " AND v.number = coalesce(%s::int, n.version) WHERE n.id = %s",
        (version, grant.id),
    ).fetchone()


def contents(conn: Connection, grant: MayUpdate, ids: Sequence[int]) -> dict[int, str | None]:
    """MD5 by handle, of the handle that an entity has and of the one that it gets."""
    _ = grant
    return dict(
        conn.execute(
            "SELECT id, content_md5 FROM file_handle WHERE id = ANY(%s::bigint[])", ([int(one) for one in ids],)
        )
    )
