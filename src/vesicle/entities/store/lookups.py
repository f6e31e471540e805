"""Look-ups over the tree: headers, children, and entities by what they are known by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql
from psycopg.rows import args_row

from vesicle.access import Actor, Exists, MayRead, visible_to
from vesicle.db import Connection
from vesicle.entities.model.headers import HeaderRow

HEADER = sql.SQL(
    "SELECT n.id, n.kind, n.name, n.benefactor_id, n.created_by, n.created_on, n.modified_by, n.modified_on, n.version,"
    " v.number, v.label FROM node n JOIN entity_version v ON v.node_id = n.id"
)


def header(conn: Connection, grant: MayRead | Exists, node_id: int) -> HeaderRow | None:
    """The header of what the grant is for, or of its benefactor."""
    query = HEADER + sql.SQL(" AND v.number = n.version WHERE n.id = %s")
    _ = grant
    with conn.cursor(row_factory=args_row(HeaderRow)) as cursor:
        return cursor.execute(query, (node_id,)).fetchone()


def headers(conn: Connection, wanted: Sequence[tuple[MayRead, int | None]]) -> list[HeaderRow]:
    """Headers in the order asked for, of the version asked for where one is; an unknown version is left out."""
    query = (
        HEADER
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
        HEADER
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


def of_alias(conn: Connection, alias: str) -> int | None:
    """The project of an alias, whatever the case of its letters; none that lies in the trash can."""
    query = (
        "SELECT n.id FROM project_alias a JOIN node n ON n.id = a.node_id"
        " WHERE lower(a.alias) = lower(%s) AND n.benefactor_id <> 1681355"
    )
    row = conn.execute(query, (alias,)).fetchone()
    return int(row[0]) if row else None


def of_md5(conn: Connection, actor: Actor, md5: str, most: int) -> list[HeaderRow]:
    """The versions with these bytes, of entities that the actor can read, in the order of their ids."""
    seen, values = visible_to(actor, "n")
    query = (
        HEADER
        + sql.SQL(" JOIN file_handle h ON h.id = v.file_handle_id WHERE h.content_md5 = %(md5)s AND ")
        + seen
        + sql.SQL(" ORDER BY n.id, v.number LIMIT %(most)s")
    )
    with conn.cursor(row_factory=args_row(HeaderRow)) as cursor:
        return cursor.execute(query, values | {"md5": md5, "most": most}).fetchall()


def of_repository(conn: Connection, actor: Actor, name: str) -> int | None:
    """The repository of images that has this name, if the actor can read it."""
    seen, values = visible_to(actor, "n")
    query = (
        sql.SQL(
            "SELECT n.id FROM entity_version v JOIN node n ON n.id = v.node_id AND n.version = v.number"
            " WHERE v.content ->> 'repositoryName' = %(name)s AND v.content ? 'repositoryName' AND "
        )
        + seen
        + sql.SQL(" ORDER BY n.id LIMIT 1")
    )
    row = conn.execute(query, values | {"name": name}).fetchone()
    return int(row[0]) if row else None
