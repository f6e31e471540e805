"""Rows of what is left behind, and locks on what is about to go. Whoever removes something holds it first: the row of
the upload or handle itself, then what the ledger knows of it, as those do who complete an upload or tie a handle.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from psycopg.rows import class_row

from vesicle.access import OwnsFileHandle
from vesicle.db import Connection


class Untied(NamedTuple):
    """A handle that nothing refers to, since when, and the object that it says."""

    id: int
    since: datetime
    owner_id: int
    size: int
    location_id: int
    bucket: str
    key: str


# Only what vesicle wrote into storage of its own. What a key of another table names is refused by that table anyway;
# asked for here are those too that name a handle without a key: previews, and copies that are being made.
_UNTIED = """
SELECT h.id, c.since, h.created_by AS owner_id, h.content_size AS size, l.id AS location_id, h.bucket, h.key
FROM charge c JOIN file_handle h ON h.id = c.handle_id JOIN storage_location l ON l.id = h.storage_location_id
WHERE c.project_id = 0
AND (c.purged OR c.kept_until < now() OR %(days)s > 0 AND c.since < now() - make_interval(days => %(days)s))
AND h.kind = 's3' AND h.ours AND l.kind = 'managed-s3'
AND NOT EXISTS (SELECT 1 FROM file_association a WHERE a.file_handle_id = h.id)
AND NOT EXISTS (SELECT 1 FROM entity_version v WHERE v.file_handle_id = h.id)
AND NOT EXISTS (SELECT 1 FROM attached_file a WHERE a.file_handle_id = h.id)
AND NOT EXISTS (SELECT 1 FROM file_handle p WHERE p.preview_id = h.id AND p.preview_id <> p.id)
AND NOT EXISTS (SELECT 1 FROM multipart_upload u WHERE u.source_handle_id = h.id AND u.state = 'UPLOADING')
"""


def hold_stale_upload(conn: Connection, upload_id: int, days: int) -> bool:
    """Nobody goes on with an upload before the end of the transaction; False when somebody did, or does just now."""
    query = (
        "SELECT 1 FROM multipart_upload WHERE id = %s AND state = 'UPLOADING' AND updated_on < now() -"
        " CASE WHEN request_digest IS NULL THEN interval '1 hour' ELSE make_interval(days => %s) END"
        " FOR UPDATE SKIP LOCKED"
    )
    return conn.execute(query, (upload_id, days)).fetchone() is not None


def hold_handle(conn: Connection, proof: OwnsFileHandle) -> bool:
    """Nothing begins to refer to the handle before the end of the transaction; False when it is gone."""
    query = "SELECT 1 FROM file_handle WHERE id = %s FOR UPDATE"
    return conn.execute(query, (proof.id,)).fetchone() is not None


def untied(conn: Connection, days: int, after: tuple[datetime, int] | None, limit: int) -> list[Untied]:
    """Handles that nothing has referred to for so many days (0: none), those of what was purged, whenever, and those
    that were to be kept for hours; behind one of them, those of the longest time first.
    """
    behind = "AND (c.since, c.handle_id) > (%(since)s, %(id)s)" if after else ""
    values = {"days": days, "limit": limit} | ({"since": after[0], "id": after[1]} if after else {})
    query = f"{_UNTIED} {behind} ORDER BY c.since, c.handle_id LIMIT %(limit)s"
    with conn.cursor(row_factory=class_row(Untied)) as cursor:
        return cursor.execute(query, values).fetchall()


def hold_untied(conn: Connection, handle_id: int, days: int) -> Untied | None:
    """The handle, if it still is one that nothing refers to; nothing begins to before the end of the transaction.

    None also for one that is being tied or copied at this moment.
    """
    held = "SELECT 1 FROM file_handle WHERE id = %s FOR UPDATE SKIP LOCKED"
    if conn.execute(held, (handle_id,)).fetchone() is None:
        return None
    # Asked by a statement of its own: one that waited or looked before the lock would not see who came in between.
    with conn.cursor(row_factory=class_row(Untied)) as cursor:
        return cursor.execute(f"{_UNTIED} AND h.id = %(id)s", {"days": days, "id": handle_id}).fetchone()


def delete_untied(conn: Connection, handle_id: int) -> None:
    """Remove a handle that is held. A table that names it by a key of its own refuses that."""
    conn.execute("DELETE FROM file_handle WHERE id = %s", (handle_id,))
