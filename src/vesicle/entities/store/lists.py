"""Rows of what a person sees of the tree: their projects and favourites."""

from __future__ import annotations

from typing import Any

from psycopg import sql
from psycopg.rows import args_row

from vesicle.access import Actor, MayRead, Right, visible_to
from vesicle.db import Connection
from vesicle.entities.model.headers import HeaderRow
from vesicle.entities.model.lists import ProjectRow
from vesicle.entities.store.lookups import HEADER

# The newest change of anything in a project is the first entry of an index, so each project costs one look-up.
_PROJECTS = """
SELECT id, name, active_on, modified_on, modified_by FROM (
    SELECT n.id, n.name, n.modified_on, n.modified_by, n.benefactor_id,
           (SELECT max(m.modified_on) FROM node m WHERE m.project_id = n.id) AS active_on
    FROM node n WHERE n.kind = 'project' AND n.parent_id = 4489 AND n.id IN (
        SELECT e.acl_id FROM acl_entry e WHERE e.principal_id = ANY(%(principals)s) AND e.rights & {read} <> 0)
    AND (%(created)s::boolean IS NULL OR (n.created_by = %(of)s) = %(created)s)
) n WHERE
"""


def projects(
    conn: Connection, actor: Actor, of: int, principals: list[int], *, created: bool | None, sort: str,
    descending: bool, after: tuple[Any, int] | None, limit: int,
) -> list[ProjectRow]:  # fmt: skip
    """Projects that these principals were given to read, as far as the actor can read them too, from after a key on."""
    seen, values = visible_to(actor, "n")
    query = sql.SQL(_PROJECTS).format(read=sql.Literal(int(Right.READ))) + seen
    by_name = sort == "PROJECT_NAME"
    column, way = sql.Identifier("n", "name" if by_name else "active_on"), sql.SQL("<" if descending else ">")
    if after is not None:
        cast = sql.SQL("text" if by_name else "timestamptz")
        query += sql.SQL(" AND ({}, n.id) {} (%(key)s::{}, %(id)s)").format(column, way, cast)
        values |= {"key": after[0], "id": after[1]}
    direction = sql.SQL("DESC" if descending else "ASC")
    query += sql.SQL(" ORDER BY {} {}, n.id {} LIMIT %(limit)s").format(column, direction, direction)
    values |= {"principals": principals, "of": of, "created": created, "limit": limit}
    with conn.cursor(row_factory=args_row(ProjectRow)) as cursor:
        return cursor.execute(query, values).fetchall()


def add_favorite(conn: Connection, grant: MayRead) -> None:
    """The actor of the grant marks its entity."""
    conn.execute(
        "INSERT INTO favorite (principal_id, node_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (grant.actor.id, grant.id),
    )


def remove_favorite(conn: Connection, actor: Actor, node_id: int) -> None:
    """The actor unmarks an entity."""
    conn.execute("DELETE FROM favorite WHERE principal_id = %s AND node_id = %s", (actor.id, node_id))


def favorites(
    conn: Connection, actor: Actor, limit: int, offset: int, *, by_name: bool, descending: bool
) -> list[HeaderRow]:
    """What the actor marked and can read."""
    seen, values = visible_to(actor, "n")
    direction = sql.SQL("DESC" if descending else "ASC")
    query = (
        HEADER
        + sql.SQL(" AND v.number = n.version JOIN favorite f ON f.node_id = n.id WHERE f.principal_id = %(actor)s AND ")
        + seen
        + sql.SQL(" ORDER BY {} {}, n.id {} LIMIT %(limit)s OFFSET %(offset)s").format(
            sql.Identifier("n", "name") if by_name else sql.Identifier("f", "favorited_on"), direction, direction
        )
    )
    values |= {"actor": actor.id, "limit": limit, "offset": offset}
    with conn.cursor(row_factory=args_row(HeaderRow)) as cursor:
        return cursor.execute(query, values).fetchall()
