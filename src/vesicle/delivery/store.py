"""Rows of download lists, whose proof is the actor, for a list is its owner's; and what credentials would open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, LiteralString

from psycopg import sql
from psycopg.rows import args_row

from vesicle.access import Actor, MayDownload, MayRead, downloadable_by, visible_to
from vesicle.db import Connection
from vesicle.delivery.list_model import ListedFile

_ADD = sql.SQL(
    "INSERT INTO download_list_item (principal_id, node_id, number) SELECT DISTINCT %(me)s::bigint, n.id, asked.number"
    " FROM unnest(%(ids)s::bigint[], %(numbers)s::int[]) AS asked (id, number)"
    " JOIN node n ON n.id = asked.id AND n.kind = 'file' WHERE (asked.number = 0 OR EXISTS"
    " (SELECT 1 FROM entity_version v WHERE v.node_id = n.id AND v.number = asked.number)) AND "
)
_UNLESS_THERE = sql.SQL(" ON CONFLICT DO NOTHING")


def add(conn: Connection, actor: Actor, items: Sequence[tuple[int, int]]) -> int:
    """Put these (file, version) on the actor's list; how many were not on it. What is no file to them is left out."""
    seen, values = visible_to(actor, "n")
    values |= {"me": actor.id, "ids": [one for one, _ in items], "numbers": [number for _, number in items]}
    return conn.execute(_ADD + seen + _UNLESS_THERE, values).rowcount


_BELOW = sql.SQL(
    "WITH RECURSIVE container AS (SELECT %(parent)s::bigint AS id UNION ALL"
    " SELECT n.id FROM node n JOIN container c ON n.parent_id = c.id WHERE %(deep)s AND n.kind <> 'file')"
    " INSERT INTO download_list_item (principal_id, node_id, number)"
    " SELECT %(me)s::bigint, n.id, CASE WHEN %(versions)s THEN n.version ELSE 0 END"
    " FROM container c JOIN node n ON n.parent_id = c.id AND n.kind = 'file' WHERE "
)


def add_below(conn: Connection, actor: Actor, parent: MayRead, *, deep: bool, versions: bool) -> int:
    """Put the files of a container that the actor can see on their list; how many were not on it."""
    seen, values = visible_to(actor, "n")
    values |= {"me": actor.id, "parent": parent.id, "deep": deep, "versions": versions}
    return conn.execute(_BELOW + seen + _UNLESS_THERE, values).rowcount


def remove(conn: Connection, actor: Actor, items: Sequence[tuple[int, int]]) -> int:
    """Take exactly these (file, version) off the actor's list; how many were on it."""
    return conn.execute(
        "DELETE FROM download_list_item i USING unnest(%s::bigint[], %s::int[]) AS asked (id, number)"
        " WHERE i.principal_id = %s AND i.node_id = asked.id AND i.number = asked.number",
        ([one for one, _ in items], [number for _, number in items], actor.id),
    ).rowcount


def clear(conn: Connection, actor: Actor) -> None:
    """Empty the actor's list."""
    conn.execute("DELETE FROM download_list_item WHERE principal_id = %s", (actor.id,))


_ON_LIST = sql.SQL(
    " FROM download_list_item i JOIN node n ON n.id = i.node_id JOIN entity_version v ON v.node_id = n.id"
    " AND v.number = coalesce(nullif(i.number, 0), n.version) JOIN file_handle h ON h.id = v.file_handle_id"
    " JOIN node p ON p.id = n.project_id WHERE i.principal_id = %(me)s AND n.benefactor_id <> 1681355"
)
_FITS = sql.SQL("(h.kind = 's3' AND h.content_size <= %(largest)s)")
SORTS: dict[str, LiteralString] = {
    "fileName": "n.name", "projectName": "p.name", "synId": "n.id", "versionNumber": "i.number",
    "addedOn": "i.added_on", "createdBy": "n.created_by", "createdOn": "n.created_on", "fileSize": "h.content_size",
    "isEligibleForPackaging": "(h.kind = 's3' AND h.content_size <= %(largest)s)",
}  # fmt: skip


def _available(actor: Actor, largest: int, fits: bool | None) -> tuple[sql.Composed, dict[str, Any]]:
    may, values = downloadable_by(actor, "n")
    query = (
        sql.SQL(
            "SELECT n.id, i.number, v.number, n.name, i.added_on, p.id, p.name, n.created_by, n.created_on,"
            " v.modified_by, v.modified_on, n.parent_id, h.id, h.content_size, h.content_type, h.content_md5,"
            " v.annotations, "
        )
        + _FITS
        + _ON_LIST
        + sql.SQL(" AND ")
        + may
    )
    if fits is not None:
        query += sql.SQL(" AND {}" if fits else " AND NOT {}").format(_FITS)
    return query, values | {"me": actor.id, "largest": largest}


def available(
    conn: Connection, actor: Actor, largest: int, fits: bool | None, sorts: Sequence[tuple[str, bool]], limit: int,
    offset: int,
) -> list[ListedFile]:  # fmt: skip
    """A page of what the actor may download of their list, in the order of (field, descending)."""
    query, values = _available(actor, largest, fits)
    order = [sql.SQL(f"{SORTS[field]} DESC" if down else SORTS[field]) for field, down in sorts]
    order += [sql.SQL("i.node_id"), sql.SQL("i.number")]
    query += sql.SQL(" ORDER BY {} LIMIT %(limit)s OFFSET %(offset)s").format(sql.SQL(", ").join(order))
    with conn.cursor(row_factory=args_row(ListedFile)) as cursor:
        return cursor.execute(query, values | {"limit": limit, "offset": offset}).fetchall()


def each_available(conn: Connection, actor: Actor, largest: int) -> Iterator[ListedFile]:
    """All of what the actor may download of their list, a few rows in memory at a time. Inside a transaction."""
    query, values = _available(actor, largest, None)
    with conn.cursor("download_list", row_factory=args_row(ListedFile)) as cursor:
        cursor.itersize = 500
        yield from cursor.execute(query + sql.SQL(" ORDER BY i.node_id, i.number"), values)


def annotation_keys(conn: Connection, actor: Actor) -> list[str]:
    """Every key of the annotations of what the actor may download of their list."""
    may, values = downloadable_by(actor, "n")
    query = sql.SQL("SELECT DISTINCT jsonb_object_keys(v.annotations) AS key") + _ON_LIST + sql.SQL(" AND ") + may
    return [row[0] for row in conn.execute(query + sql.SQL(" ORDER BY key"), values | {"me": actor.id})]


def in_the_way(conn: Connection, actor: Actor, limit: int, offset: int) -> list[tuple[int | None, int, int]]:
    """(requirement, benefactor, files) of what the actor may not download, what keeps most files back first.

    Where there is a requirement, it is what is in the way, and the benefactor is 0.
    """
    may, values = downloadable_by(actor, "n")
    requirement = sql.SQL("NULL::bigint" if actor.reviews_data else "n.requirement_id")
    query = (
        sql.SQL("SELECT {0}, CASE WHEN {0} IS NULL THEN n.benefactor_id ELSE 0 END, count(*)").format(requirement)
        + _ON_LIST
        + sql.SQL(" AND NOT {} GROUP BY 1, 2 ORDER BY 3 DESC, 2, 1 LIMIT %(limit)s OFFSET %(offset)s").format(may)
    )
    return conn.execute(query, values | {"me": actor.id, "limit": limit, "offset": offset}).fetchall()


def statistics(conn: Connection, actor: Actor, largest: int) -> tuple[int, int, int, int]:
    """Files on the list; of these, those that may be downloaded, those that fit a zip too; bytes of the former."""
    may, values = downloadable_by(actor, "n")
    query = (
        sql.SQL(
            "SELECT count(*), count(*) FILTER (WHERE {may}), count(*) FILTER (WHERE {may} AND {fits}),"
            " coalesce(sum(h.content_size) FILTER (WHERE {may}), 0)::bigint"
        ).format(may=may, fits=_FITS)
        + _ON_LIST
    )
    row = conn.execute(query, values | {"me": actor.id, "largest": largest}).fetchone()
    return row if row else (0, 0, 0, 0)


def restricted_in(conn: Connection, grant: MayDownload, location_id: int) -> int | None:
    """Something that is under a requirement and has bytes in a storage location, in the trash can or not."""
    _ = grant
    row = conn.execute(
        "SELECT n.id FROM node n JOIN entity_version v ON v.node_id = n.id JOIN file_handle h ON"
        " h.id = v.file_handle_id WHERE n.requirement_id IS NOT NULL AND h.storage_location_id = %s LIMIT 1",
        (location_id,),
    ).fetchone()
    return row[0] if row else None
