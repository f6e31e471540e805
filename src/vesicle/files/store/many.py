"""Rows of many file handles at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vesicle.access import Actor, MayCreate, MayUpdate, OwnsLocation
from vesicle.db import Connection
from vesicle.files.model import ENTITY, Bytes
from vesicle.locations.model import Location

_INSERT = """
INSERT INTO file_handle (kind, created_by, file_name, content_type, content_md5, content_size, storage_location_id,
    bucket, key, object_etag, version_id, verification, ours, checked_on)
SELECT 's3', %s, new.name, new.type, new.md5, new.size, %s, %s, new.key, new.etag, new.version,
    CASE WHEN new.verified THEN 'verified' ELSE 'claimed' END, false, now()
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[])
    AS new (key, name, size, etag, version, type, md5, verified)
RETURNING id, key
"""


def insert(conn: Connection, actor: Actor, location: Location, objects: Sequence[Bytes]) -> dict[str, int]:
    """A handle of the actor's for each object of the location's bucket; the ids, by key."""
    columns = [
        [one.key for one in objects], [one.name for one in objects], [one.size for one in objects],
        [one.etag for one in objects], [one.version_id for one in objects], [one.content_type for one in objects],
        [one.md5 for one in objects], [one.verified for one in objects],
    ]  # fmt: skip
    rows = conn.execute(_INSERT, (actor.id, location.id, location.bucket, *columns))
    return {key: number for number, key in rows}


def associate(
    conn: Connection, proofs: Sequence[MayCreate | MayUpdate], tied: Collection[tuple[int, int, int]]
) -> None:  # fmt: skip
    """From now on each handle is the data of that version of the entity."""
    _ = proofs
    handles, entities, versions = zip(*tied, strict=True)
    conn.execute(
        "INSERT INTO file_association (file_handle_id, object_type, object_id, object_version)"
        f" SELECT handle, '{ENTITY}', entity, version"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS new (handle, entity, version)"
        " ON CONFLICT DO NOTHING",
        (list(handles), list(entities), list(versions)),
    )


def forget_checked(conn: Connection, location_id: int, handle_ids: Sequence[int]) -> None:
    """Nothing is known of these objects of a location any more, until they are looked at again."""
    conn.execute(
        "UPDATE file_handle SET checked_on = NULL WHERE id = ANY(%s::bigint[]) AND storage_location_id = %s",
        (list(handle_ids), location_id),
    )


def note_checked(conn: Connection, location_id: int, handle_ids: Sequence[int]) -> None:
    """These handles of the location are as they were."""
    conn.execute(
        "UPDATE file_handle SET checked_on = now() WHERE id = ANY(%s::bigint[]) AND storage_location_id = %s",
        (list(handle_ids), location_id),
    )


def repoint(
    conn: Connection, location: OwnsLocation, handle_id: int, key: str, etag: str, version_id: str | None
) -> None:  # fmt: skip
    """Another key for a handle of the location. What its owner put there is never removed by us."""
    conn.execute(
        "UPDATE file_handle SET key = %s, object_etag = %s, version_id = %s, ours = false, checked_on = now(),"
        " modified_on = now(), etag = gen_random_uuid() WHERE id = %s AND storage_location_id = %s",
        (key, etag, version_id, handle_id, location.id),
    )


def note_verified(conn: Connection, location: OwnsLocation, handle_id: int, md5: str) -> None:
    """The MD5 of a handle of the location is known."""
    conn.execute(
        "UPDATE file_handle SET content_md5 = %s, verification = 'verified', checked_on = now(), modified_on = now(),"
        " etag = gen_random_uuid() WHERE id = %s AND storage_location_id = %s",
        (md5, handle_id, location.id),
    )
