"""Rows of registrations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from vesicle.access import TRASH, MayCreate, OwnsLocation
from vesicle.db import Connection
from vesicle.locations.model import Location
from vesicle.objectstore.stores import endpoint_in
from vesicle.relocation.model import Counts, Registration

_COLUMNS = "id, location_id, target_id, cursor, listed, pages, counts"


def begin(conn: Connection, location: OwnsLocation, target: MayCreate, job_id: int) -> None:
    """A registration of this job, unless it has one: the job may be run again after a crash."""
    conn.execute(
        "INSERT INTO registration (job_id, started_by, location_id, target_id, counts) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (job_id) DO NOTHING",
        (job_id, location.actor.id, location.id, target.id, Jsonb(msgspec.to_builtins(Counts()))),
    )


def take_over(conn: Connection, location: OwnsLocation, target: MayCreate, job_id: int, before: int) -> bool:
    """The registration of an earlier job becomes this one's; False when there is none of the same things."""
    taken = conn.execute(
        "UPDATE registration SET job_id = %s WHERE job_id = %s AND started_by = %s AND location_id = %s"
        " AND target_id = %s",
        (job_id, before, location.actor.id, location.id, target.id),
    )
    return taken.rowcount == 1 or of_job(conn, job_id) is not None


def is_of(conn: Connection, location: OwnsLocation, target_id: int, job_id: int) -> bool:
    """Whether a job left a registration of the same things."""
    query = "SELECT 1 FROM registration WHERE job_id = %s AND started_by = %s AND location_id = %s AND target_id = %s"
    return conn.execute(query, (job_id, location.actor.id, location.id, target_id)).fetchone() is not None


def of_job(conn: Connection, job_id: int) -> Registration | None:
    """The registration that a job works on."""
    row = conn.execute(f"SELECT {_COLUMNS} FROM registration WHERE job_id = %s", (job_id,)).fetchone()
    if row is None:
        return None
    cursor = None if row[3] is None else bytes(row[3]).decode(errors="surrogatepass")
    return Registration(row[0], row[1], row[2], cursor, row[4], row[5], msgspec.convert(row[6], Counts))


def hold_location(conn: Connection, location: OwnsLocation) -> None:
    """Until the end of the transaction nobody else registers objects of the location.

    Every statement on a page enters its tables by some thousand keys at most; so long they are planned for that, and a
    page costs the same beside a million rows as beside none.
    """
    conn.execute(
        "SELECT pg_advisory_xact_lock(%s, (%s %% 2147483647)::int),"
        " set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)",
        (_LOCK, location.id),
    )


# Two-part keys are a name space of their own, beside that of the projects' locks.
_LOCK = 7_346_202


def keep_page(conn: Connection, location: OwnsLocation, state: Registration, number: int, lines: str) -> bool:
    """The lines of a page, and what the registration has come to with it; False when another worker was faster."""
    _ = location
    moved = conn.execute(
        "UPDATE registration SET cursor = %s, listed = %s, pages = %s, counts = %s WHERE id = %s AND pages = %s",
        (
            None if state.cursor is None else state.cursor.encode(errors="surrogatepass"), state.listed, number,
            Jsonb(msgspec.to_builtins(state.counts)), state.id, number - 1,
        ),
    )  # fmt: skip
    if moved.rowcount == 1:
        conn.execute(
            "INSERT INTO registration_page (registration_id, number, lines) VALUES (%s, %s, %s)",
            (state.id, number, lines.encode(errors="backslashreplace")),
        )
    return moved.rowcount == 1


_GROWN = "node, entity_version, file_handle, file_association, charged_handle, charge"


def refresh_statistics(conn: Connection, made: int) -> None:
    """Let the database look at the tables of which it knows fewer rows than so many that were made just now.

    Its plans, those of the checks of foreign keys among them, are kept by each connection; made while a table was small
    they read the whole of it for every row, and its own look, once a minute, comes too late for bulk work. Since what
    it knows then is at least as many, it looks again when they have doubled.
    """
    row = conn.execute(
        "SELECT min(reltuples) FROM pg_class WHERE oid = ANY(string_to_array(%s, ', ')::regclass[])", (_GROWN,)
    ).fetchone()
    if row is not None and row[0] < made:
        conn.execute(f"ANALYZE (SKIP_LOCKED) {_GROWN}")


def lines(conn: Connection, location: OwnsLocation, state: Registration, number: int) -> bytes:
    """The lines of one page."""
    _ = location
    row = conn.execute(
        "SELECT lines FROM registration_page WHERE registration_id = %s AND number = %s", (state.id, number)
    ).fetchone()
    return bytes(row[0]) if row else b""


def forget_lines(conn: Connection, location: OwnsLocation, registration_id: int) -> None:
    """The manifest has them."""
    _ = location
    conn.execute("DELETE FROM registration_page WHERE registration_id = %s", (registration_id,))


class OnRecord(NamedTuple):
    """A file handle of an object, and a version of an entity that has it as its data, if any."""

    key: str
    ours: bool
    handle: int
    etag: str
    size: int
    content_type: str | None
    md5: str | None
    entity: int | None
    number: int
    current: int


# What is on record of these objects: every handle, and where it is the data of a version in this project.
_KNOWN = f"""
SELECT h.key, h.ours, h.id, h.object_etag, h.content_size, h.content_type, h.content_md5, n.id, v.number, n.version
FROM file_handle h JOIN storage_location l ON l.id = h.storage_location_id
LEFT JOIN (entity_version v JOIN node n ON n.id = v.node_id AND n.project_id = %s AND n.benefactor_id <> {TRASH})
    ON v.file_handle_id = h.id
WHERE h.kind = 's3' AND h.bucket = %s AND h.key = ANY(%s) AND split_part(coalesce(l.endpoint, ''), '#', 1) = %s
ORDER BY n.id, v.number
"""


def known(
    conn: Connection, target: MayCreate, location: Location, keys: Sequence[str]
) -> list[OnRecord]:  # fmt: skip
    """What is on record of the objects, with whosever keys they are reached. Entities of the target's project alone;
    others are nobody's concern here.
    """
    values = (target.project_id, location.bucket, list(keys), endpoint_in(location.endpoint) or "")
    with conn.cursor(row_factory=args_row(OnRecord)) as cursor:
        return cursor.execute(_KNOWN, values).fetchall()


def uploads(conn: Connection, location: OwnsLocation, bucket: str, keys: Sequence[str]) -> set[str]:
    """Those of the keys under which vesicle wrote an upload, or is about to."""
    _ = location
    query = "SELECT key FROM multipart_upload WHERE bucket = %s AND key = ANY(%s)"
    return {row[0] for row in conn.execute(query, (bucket, list(keys)))}
