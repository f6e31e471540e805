"""Rows of entity versions, and of what belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from psycopg import errors
from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from vesicle.access import (
    MayChangeSettings,
    MayCreate,
    MayDelete,
    MayDownload,
    MayRead,
    MayUpdate,
)
from vesicle.db import Connection
from vesicle.entities.model.rows import EntityRow, Said

_ENTITY: LiteralString = """
SELECT n.id, n.kind, n.name, n.parent_id, n.etag, n.created_by, n.created_on,
       CASE WHEN v.number = n.version THEN n.modified_by ELSE v.modified_by END,
       CASE WHEN v.number = n.version THEN n.modified_on ELSE v.modified_on END,
       n.version, v.number, v.label, v.comment, v.description, v.file_handle_id, a.alias,
       v.content
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
    conn: Connection, proof: MayCreate | MayUpdate, node_id: int, number: int, said: Said, *,
    activity_id: int | None = None, annotations_from: int | None = None,
) -> bool:  # fmt: skip
    """A new version, with the annotations of another if told so; False when the label is taken."""
    made = conn.execute(
        "INSERT INTO entity_version (node_id, number, label, comment, description, modified_by, file_handle_id,"
        " content, activity_id, annotations)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, coalesce((SELECT annotations FROM entity_version"
        " WHERE node_id = %s AND number = %s), '{}'::jsonb)) ON CONFLICT (node_id, label) DO NOTHING",
        (
            node_id, number, said.label, said.comment, said.description, proof.actor.id, said.handle_id,
            Jsonb(said.content), activity_id, node_id, annotations_from,
        ),
    )  # fmt: skip
    return made.rowcount == 1


def update_version(conn: Connection, grant: MayUpdate, number: int, said: Said) -> bool:
    """Replace what a version says; False when another version has the label."""
    try:
        with conn.transaction():
            conn.execute(
                "UPDATE entity_version SET label = %s, comment = %s, description = %s, file_handle_id = %s,"
                " content = %s, modified_by = %s, modified_on = now() WHERE node_id = %s AND number = %s",
                (
                    said.label, said.comment, said.description, said.handle_id, Jsonb(said.content), grant.actor.id,
                    grant.id, number,
                ),
            )  # fmt: skip
    except errors.UniqueViolation:
        return False
    return True


def set_handle(conn: Connection, grant: MayUpdate, number: int, handle_id: int) -> None:
    """Another file handle for one version."""
    conn.execute(
        "UPDATE entity_version SET file_handle_id = %s WHERE node_id = %s AND number = %s",
        (handle_id, grant.id, number),
    )


def set_activity(conn: Connection, grant: MayUpdate, number: int, activity_id: int | None) -> None:
    """What made a version; None: nobody says."""
    conn.execute(
        "UPDATE entity_version SET activity_id = %s, modified_by = %s, modified_on = now()"
        " WHERE node_id = %s AND number = %s",
        (activity_id, grant.actor.id, grant.id, number),
    )


def activity_of(conn: Connection, grant: MayUpdate, number: int) -> int | None:
    """What made a version, if anybody said."""
    query = "SELECT activity_id FROM entity_version WHERE node_id = %s AND number = %s"
    row = conn.execute(query, (grant.id, number)).fetchone()
    return row[0] if row else None


def versions(conn: Connection, grant: MayRead, limit: int, offset: int, *, with_current: bool) -> list[tuple[Any, ...]]:
    """Versions, the newest first, with what is known of their bytes."""
    return conn.execute(
        "SELECT v.number, v.label, v.comment, v.modified_by, v.modified_on, v.number = n.version, "
        "h.content_md5, h.content_size"
        " FROM entity_version v JOIN node n ON n.id = v.node_id LEFT JOIN file_handle h ON h.id = v.file_handle_id"
        " WHERE v.node_id = %s AND (%s OR v.number <> n.version) ORDER BY v.number DESC LIMIT %s OFFSET %s",
        (grant.id, with_current, limit, offset),
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


def set_data_type(conn: Connection, grant: MayRead, *, is_open: bool) -> datetime:
    """Whether everybody who may read an entity may download it; when that was said."""
    row = conn.execute(
        "INSERT INTO data_type (node_id, is_open, updated_by) VALUES (%s, %s, %s) ON CONFLICT (node_id) DO UPDATE"
        " SET is_open = excluded.is_open, updated_by = excluded.updated_by, updated_on = now() RETURNING updated_on",
        (grant.id, is_open, grant.actor.id),
    ).fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no row")
    return row[0]  # type: ignore[no-any-return]
