"""Rows of the ledger."""

from __future__ import annotations

from vesicle.access import MayDownload, OwnsFileHandle
from vesicle.access.actors import Actor
from vesicle.db import Connection

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
    proof: MayDownload | OwnsFileHandle,
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
