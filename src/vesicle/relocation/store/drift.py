"""Rows of what a bucket's objects have become since they were put on record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.rows import args_row

from vesicle.access import OwnsLocation
from vesicle.db import Connection
from vesicle.relocation.model import Difference

Rows = list[tuple[Any, ...]]


class Round(NamedTuple):
    """One comparison of a location with its bucket: when it began, and where its listing goes on."""

    began_on: datetime
    cursor: str | None
    finished: bool


class Recorded(NamedTuple):
    """A handle, as it is compared with a listing."""

    id: int
    key: str
    size: int
    etag: str | None
    version_id: str | None
    md5: str | None
    verification: str


_RECORDED = (
    "SELECT h.id, h.key, h.content_size, h.object_etag, h.version_id, h.content_md5, h.verification FROM file_handle h"
)


def begin_round(conn: Connection, location_id: int) -> Round:
    """The round that was cut off, or a new one. Serves a worker that acts for the house."""
    conn.execute(
        "INSERT INTO drift_check (location_id) VALUES (%s) ON CONFLICT (location_id) DO UPDATE SET began_on = now(),"
        " finished_on = NULL, cursor = NULL, objects = 0, trouble = NULL WHERE drift_check.finished_on IS NOT NULL",
        (location_id,),
    )
    return current(conn, location_id) or Round(datetime.now().astimezone(), None, False)


def current(conn: Connection, location_id: int) -> Round | None:
    """How far the newest round is."""
    row = conn.execute(
        "SELECT began_on, cursor, finished_on IS NOT NULL FROM drift_check WHERE location_id = %s", (location_id,)
    ).fetchone()
    if row is None:
        return None
    return Round(row[0], None if row[1] is None else bytes(row[1]).decode(errors="surrogatepass"), row[2])


def checked(conn: Connection, location: OwnsLocation) -> tuple[datetime, datetime | None, str | None] | None:
    """When the newest round began and ended, and what its trouble is."""
    query = "SELECT began_on, finished_on, trouble FROM drift_check WHERE location_id = %s"
    return conn.execute(query, (location.id,)).fetchone()


def advance(conn: Connection, location_id: int, cursor: str, objects: int) -> None:
    """So many objects more were looked at."""
    conn.execute(
        "UPDATE drift_check SET cursor = %s, objects = objects + %s, trouble = NULL WHERE location_id = %s",
        (cursor.encode(errors="surrogatepass"), objects, location_id),
    )


def note_trouble(conn: Connection, location_id: int, trouble: str) -> None:
    """Why the round does not go on."""
    conn.execute("UPDATE drift_check SET trouble = %s WHERE location_id = %s", (trouble, location_id))


def recorded(conn: Connection, location_id: int, keys: Sequence[str]) -> list[Recorded]:
    """The handles of the location that say these keys. Serves a worker that acts for the house."""
    query = (
        f"{_RECORDED} JOIN storage_location l ON l.id = h.storage_location_id WHERE h.kind = 's3'"
        " AND h.bucket = l.bucket AND h.key = ANY(%s) AND l.id = %s"
    )
    with conn.cursor(row_factory=args_row(Recorded)) as cursor:
        return cursor.execute(query, (list(keys), location_id)).fetchall()


def keep(conn: Connection, location_id: int, differences: Sequence[Difference]) -> None:
    """These handles differ, in the way that was seen last."""
    conn.execute(
        "INSERT INTO drift (location_id, file_handle_id, kind, size, etag, version_id)"
        " SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[])"
        " ON CONFLICT (location_id, file_handle_id) DO UPDATE SET kind = excluded.kind, size = excluded.size,"
        " etag = excluded.etag, version_id = excluded.version_id, noticed_on = now()",
        (
            location_id, [one.handle for one in differences], [one.kind for one in differences],
            [one.size for one in differences], [one.etag for one in differences],
            [one.version_id for one in differences],
        ),
    )  # fmt: skip


def forget(conn: Connection, location_id: int, handles: Collection[int]) -> None:
    """These handles are as they were. What reading contradicted stays contradicted."""
    conn.execute(
        "DELETE FROM drift WHERE location_id = %s AND file_handle_id = ANY(%s::bigint[]) AND kind <> 'contradicted'",
        (location_id, list(handles)),
    )


def not_met(conn: Connection, location_id: int, began_on: datetime, limit: int) -> list[Recorded]:
    """Some of the handles that a round which began then did neither meet nor find different.

    Serves a worker that acts for the house.
    """
    query = (
        f"{_RECORDED} WHERE h.storage_location_id = %(location)s AND h.storage_location_id <> 1 AND h.kind = 's3'"
        " AND h.created_on < %(began)s AND (h.checked_on IS NULL OR h.checked_on < %(began)s)"
        " AND NOT EXISTS (SELECT 1 FROM drift d WHERE d.location_id = %(location)s AND d.file_handle_id = h.id"
        " AND d.noticed_on >= %(began)s) ORDER BY h.id LIMIT %(limit)s"
    )
    with conn.cursor(row_factory=args_row(Recorded)) as cursor:
        return cursor.execute(query, {"location": location_id, "began": began_on, "limit": limit}).fetchall()


def finish(conn: Connection, location_id: int) -> None:
    """The whole bucket was seen, and what was not met in it was asked for."""
    conn.execute("UPDATE drift_check SET finished_on = now(), cursor = NULL WHERE location_id = %s", (location_id,))


def due(conn: Connection, hours: int) -> list[int]:
    """Locations that have handles, and were not compared for so long. Serves a worker that acts for the house."""
    rows = conn.execute(
        "SELECT l.id FROM storage_location l LEFT JOIN drift_check c ON c.location_id = l.id"
        " WHERE l.kind = 'external-s3' AND l.readable"
        " AND (c.began_on IS NULL OR c.began_on < now() - make_interval(hours => %s))"
        " AND EXISTS (SELECT 1 FROM file_handle h WHERE h.storage_location_id = l.id AND h.storage_location_id <> 1)"
        " ORDER BY l.id",
        (hours,),
    )
    return [row[0] for row in rows]


_PAGE = """
SELECT d.file_handle_id, d.kind, h.key, h.content_size, h.object_etag, h.version_id, d.size, d.etag, d.version_id,
    d.noticed_on, a.object_id, a.object_version
FROM drift d JOIN file_handle h ON h.id = d.file_handle_id
LEFT JOIN LATERAL (SELECT object_id, object_version FROM file_association WHERE file_handle_id = h.id
                   ORDER BY object_id, object_version LIMIT 1) a ON true
WHERE d.location_id = %s AND d.file_handle_id > %s ORDER BY d.file_handle_id LIMIT %s
"""


def page(conn: Connection, location: OwnsLocation, after: int, limit: int) -> Rows:
    """What differs, in the order of the handles."""
    return conn.execute(_PAGE, (location.id, after, limit)).fetchall()


def lost_like(
    conn: Connection, location: OwnsLocation, wanted: Sequence[tuple[str, int]]
) -> list[Recorded]:  # fmt: skip
    """Missing handles of one of these (ETag, size)."""
    query = (
        f"{_RECORDED} JOIN drift d ON d.file_handle_id = h.id"
        " JOIN unnest(%s::text[], %s::bigint[]) AS seen (etag, size) ON seen.etag = h.object_etag"
        " AND seen.size = h.content_size WHERE d.location_id = %s AND d.kind = 'missing'"
    )
    values = ([etag for etag, _ in wanted], [size for _, size in wanted], location.id)
    with conn.cursor(row_factory=args_row(Recorded)) as cursor:
        return cursor.execute(query, values).fetchall()


def offer(conn: Connection, location: OwnsLocation, offers: Sequence[tuple[int, str, str | None]]) -> None:
    """(handle, key, version id) of objects that may be what is missing."""
    conn.execute(
        "INSERT INTO drift_offer (location_id, file_handle_id, key, version_id)"
        " SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING",
        (location.id, [one[0] for one in offers], [one[1] for one in offers], [one[2] for one in offers]),
    )


# One object for the handle, and no handle of another lost object that it could be as well.
_UNIQUE = """
SELECT o.file_handle_id, o.key, o.version_id FROM drift_offer o JOIN file_handle h ON h.id = o.file_handle_id
WHERE o.location_id = %(location)s AND o.file_handle_id > %(after)s
    AND NOT EXISTS (SELECT 1 FROM drift_offer x WHERE x.location_id = o.location_id
                    AND x.file_handle_id = o.file_handle_id AND x.key <> o.key)
    AND NOT EXISTS (SELECT 1 FROM drift_offer x JOIN file_handle y ON y.id = x.file_handle_id
                    WHERE x.location_id = o.location_id AND x.key = o.key AND y.key <> h.key)
ORDER BY o.file_handle_id LIMIT 1000
"""


def unique_offers(conn: Connection, location: OwnsLocation, after: int) -> list[tuple[int, str, str | None]]:
    """(handle, key, version id) where there is no doubt which object a missing one has become."""
    return conn.execute(_UNIQUE, {"location": location.id, "after": after}).fetchall()


def forget_offers(conn: Connection, location: OwnsLocation) -> None:
    """Begin anew."""
    conn.execute("DELETE FROM drift_offer WHERE location_id = %s", (location.id,))


def unverified(conn: Connection, location: OwnsLocation, after: int, limit: int) -> list[Recorded]:
    """Handles behind an id whose MD5 is nobody's but the claim of who made them."""
    query = (
        f"{_RECORDED} WHERE h.storage_location_id = %s AND h.storage_location_id <> 1 AND h.kind = 's3'"
        " AND h.verification = 'claimed' AND h.id > %s ORDER BY h.id LIMIT %s"
    )
    with conn.cursor(row_factory=args_row(Recorded)) as cursor:
        return cursor.execute(query, (location.id, after, limit)).fetchall()
