"""Rows of the ledger."""

from __future__ import annotations

from typing import Any

from vesicle.access import MayDownload, MaySeeAttachment, OwnsFileHandle
from vesicle.access.actors import Actor
from vesicle.db import Connection
from vesicle.usage.model import DownloadQuestion

# A client that fetches one large file asks for new URLs as the old ones expire. The first issue is charged; those that
# follow within the time that a download at 10 MB/s takes (at least 15 minutes) are recorded with nothing charged.
_RECORD = """
INSERT INTO download_record (principal_id, file_handle_id, object_type, object_id, storage_location_id, size, charged)
SELECT %(who)s, %(handle)s, %(type)s, %(object)s, %(location)s, %(size)s,
       CASE WHEN EXISTS (
           SELECT 1 FROM download_record r
           WHERE r.principal_id = %(who)s AND r.file_handle_id = %(handle)s AND r.charged > 0
             AND r.issued_on > now() - make_interval(secs => greatest(900, %(size)s::bigint / 10000000))
       ) THEN 0 ELSE %(size)s::bigint END
"""


def insert_download(
    conn: Connection,
    actor: Actor,
    proof: MayDownload | MaySeeAttachment | OwnsFileHandle,
    *,
    handle_id: int,
    object_type: str | None,
    object_id: int | None,
    location_id: int | None,
    size: int,
) -> None:
    """One row for one URL that is handed out. The proof is that it may be."""
    _ = proof
    conn.execute(
        _RECORD,
        {
            "who": actor.id, "handle": handle_id, "type": object_type, "object": object_id,
            "location": location_id, "size": size,
        },
    )  # fmt: skip


def downloads(
    conn: Connection, actor: Actor, question: DownloadQuestion, before: int | None, limit: int
) -> list[tuple[Any, ...]]:
    """Downloads before an id, the newest first. The actor is an administrator."""
    _ = actor
    asked = {
        "id < %s": before, "principal_id = %s": question.principal_id, "object_id = %s": question.object_id,
        "file_handle_id = %s": question.file_handle_id, "issued_on >= %s": question.since,
        "issued_on < %s": question.until,
    }  # fmt: skip
    given = {condition: value for condition, value in asked.items() if value is not None}
    where = " WHERE " + " AND ".join(given) if given else ""
    return conn.execute(
        "SELECT id, issued_on, principal_id, file_handle_id, object_type, object_id, storage_location_id, size,"
        " charged, credentials FROM download_record" + where + " ORDER BY id DESC LIMIT %s",
        (*given.values(), limit),
    ).fetchall()  # fmt: skip


def insert_credentials(conn: Connection, actor: Actor, proof: MayDownload, location_id: int, permission: str) -> None:
    """One row for credentials that are lent through an entity."""
    conn.execute(
        "INSERT INTO download_record (principal_id, credentials, object_id, storage_location_id, size, charged)"
        " VALUES (%s, %s, %s, %s, 0, 0)",
        (actor.id, permission, proof.id, location_id),
    )
