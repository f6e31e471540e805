"""Rows of file handles and associations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from psycopg import errors
from psycopg.rows import args_row

from vesicle.access import Actor, MayDownload, MayRead, MaySeeAttachment, MayUpdate, OwnsFileHandle, OwnsUpload
from vesicle.access.grants import MayCreate, MayDelete
from vesicle.db import Connection
from vesicle.files.model import ENTITY, Handle, Registered, Upload
from vesicle.objectstore.contract import ObjectStat

_HANDLE = (
    "h.id, h.kind, h.etag, h.created_by, h.created_on, h.modified_on, h.file_name, h.content_type, h.content_md5,"
    " h.content_size, h.storage_location_id, h.preview_id, h.bucket, h.key, h.external_url, h.object_etag,"
    " h.version_id, h.ours, h.checked_on, (SELECT l.kind FROM storage_location l WHERE l.id = h.storage_location_id),"
    " (SELECT l.endpoint FROM storage_location l WHERE l.id = h.storage_location_id),"
    " (SELECT l.endpoint_url FROM storage_location l WHERE l.id = h.storage_location_id)"
)

# ---------------------------------------------------------------- file handles


def insert_s3_handle(
    conn: Connection, proof: OwnsUpload, upload: Upload, seen: ObjectStat | None, verification: str
) -> int:
    """The handle of a completed upload, and its id. ``preview_id`` of its own means that no preview is wanted.

    ``seen`` is the object; None where it cannot be read back.
    """
    _ = proof
    row = conn.execute(
        "INSERT INTO file_handle (kind, created_by, file_name, content_type, content_md5, content_size,"
        " storage_location_id, bucket, key, object_etag, version_id, checked_on, verification, preview_id)"
        " VALUES ('s3', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, CASE WHEN %s THEN now() END,"
        # Of a copy as much is known as of its source, whose object it was made of.
        " coalesce((SELECT s.verification FROM file_handle s WHERE s.id = %s AND s.object_etag = %s), %s),"
        " CASE WHEN %s THEN NULL ELSE currval('file_handle_id_seq') END) RETURNING id",
        (
            upload.started_by, upload.file_name, upload.content_type, upload.content_md5, upload.file_size,
            upload.storage_location_id, upload.bucket, upload.key, seen.etag if seen else None, _version_of(seen),
            seen is not None, upload.source_handle_id, upload.source_etag, verification,
            upload.generate_preview,
        ),
    ).fetchone()  # fmt: skip
    if row is None:
        raise RuntimeError("INSERT gave no id")
    return int(row[0])


def _version_of(seen: ObjectStat | None) -> str | None:
    """The version to read later; None in a bucket without versions, and for an object from before it had them."""
    return seen.version_id if seen and seen.version_id not in (None, "", "null") else None


class Made(Protocol):
    """What is known of an object that the server made."""

    name: str
    content_type: str
    size: int
    bucket: str
    key: str
    etag: str

    @property
    def md5(self) -> str: ...


def insert_made_handle(conn: Connection, actor: Actor, made: Made, location_id: int) -> int:
    """The handle of an object that the server made for the actor, and its id. It wants no preview."""
    row = conn.execute(
        "INSERT INTO file_handle (kind, created_by, file_name, content_type, content_md5, content_size,"
        " storage_location_id, bucket, key, object_etag, verification, preview_id)"
        " VALUES ('s3', %s, %s, %s, %s, %s, %s, %s, %s, %s, 'verified', currval('file_handle_id_seq')) RETURNING id",
        (
            actor.id, made.name, made.content_type, made.md5, made.size, location_id, made.bucket, made.key, made.etag,
        ),
    ).fetchone()  # fmt: skip
    if row is None:
        raise RuntimeError("INSERT gave no id")
    return int(row[0])


def insert_registered(conn: Connection, actor: Actor, new: Registered) -> Handle:
    """A handle of bytes that somebody else keeps; vesicle never removes them."""
    seen = new.seen
    query = (
        "INSERT INTO file_handle AS h (kind, created_by, file_name, content_type, content_md5, content_size,"
        " storage_location_id, bucket, key, external_url, verification, object_etag, version_id, ours, checked_on)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false,"
        f" CASE WHEN %s THEN now() END) RETURNING {_HANDLE}"
    )
    values = (
        new.kind, actor.id, new.file_name, new.content_type, new.content_md5, new.content_size, new.storage_location_id,
        new.bucket, new.key, new.external_url, new.verification, seen.etag if seen else None,
        _version_of(seen), seen is not None,
    )  # fmt: skip
    with conn.cursor(row_factory=args_row(Handle)) as cursor:
        row = cursor.execute(query, values).fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no row")
    return row


def note_seen(conn: Connection, proof: MayDownload | MaySeeAttachment | OwnsFileHandle, handle_id: int) -> None:
    """The object is as the handle says, as of now."""
    _ = proof
    conn.execute("UPDATE file_handle SET checked_on = now() WHERE id = %s", (handle_id,))


def owned_handle(conn: Connection, proof: OwnsFileHandle) -> Handle | None:
    """The handle of the proof."""
    with conn.cursor(row_factory=args_row(Handle)) as cursor:
        return cursor.execute(f"SELECT {_HANDLE} FROM file_handle h WHERE h.id = %s", (proof.id,)).fetchone()


_ASSOCIATED = f"""
SELECT DISTINCT a.object_id, {_HANDLE} FROM file_association a JOIN file_handle h ON h.id = a.file_handle_id
WHERE a.object_type = '{ENTITY}' AND a.file_handle_id = ANY(%s::bigint[]) AND a.object_id = ANY(%s::bigint[])
"""


def associated_handles(
    conn: Connection, grants: Sequence[MayDownload | MayRead], handle_ids: Sequence[int]
) -> dict[tuple[int, int], Handle]:
    """By (entity, handle): those of the handles that really are the data of a version of these entities."""
    rows = conn.execute(_ASSOCIATED, ([int(one) for one in handle_ids], [grant.id for grant in grants]))
    return {(row[0], row[1]): Handle(*row[1:]) for row in rows}


def location_of(conn: Connection, handle_id: int) -> tuple[int | None, bool]:
    """The storage location of a handle, and whether it has STS enabled. The caller has the proof for the handle."""
    row = conn.execute(
        "SELECT l.id, l.sts_enabled FROM file_handle h JOIN storage_location l ON l.id = h.storage_location_id"
        " WHERE h.id = %s",
        (handle_id,),
    ).fetchone()
    return (row[0], row[1]) if row else (None, False)


def handles_by_proof(conn: Connection, proofs: Sequence[OwnsFileHandle | MaySeeAttachment]) -> dict[int, Handle]:
    """The handles that the proofs are for, by their ids."""
    ids = [one.handle_id if isinstance(one, MaySeeAttachment) else one.id for one in proofs]
    with conn.cursor(row_factory=args_row(Handle)) as cursor:
        rows = cursor.execute(f"SELECT {_HANDLE} FROM file_handle h WHERE h.id = ANY(%s::bigint[])", (ids,))
        return {row.id: row for row in rows}


def hold_handles(conn: Connection, handle_ids: Sequence[int]) -> set[int]:
    """Which of these there are; none of them is deleted before the end of the transaction."""
    query = "SELECT id FROM file_handle WHERE id = ANY(%s::bigint[]) ORDER BY id FOR KEY SHARE"
    return {row[0] for row in conn.execute(query, (list(handle_ids),))}


# A copy has every column of its original but these. The JSON object is made once for each row.
_COPY = f"""
INSERT INTO file_handle AS h SELECT made.*
FROM unnest(%s::bigint[], %s::text[], %s::text[]) WITH ORDINALITY AS asked (id, name, type, place)
JOIN file_handle old ON old.id = asked.id
CROSS JOIN LATERAL jsonb_populate_record(old, jsonb_build_object(
    'id', nextval('file_handle_id_seq'), 'etag', gen_random_uuid(), 'created_by', %s::bigint, 'created_on', now(),
    'modified_on', now(), 'file_name', coalesce(asked.name, old.file_name),
    'content_type', coalesce(asked.type, old.content_type), 'preview_id', NULL)) AS made
ORDER BY asked.place RETURNING {_HANDLE}
"""


def copy_handles(
    conn: Connection, actor: Actor, proofs: Sequence[MayDownload | MaySeeAttachment | OwnsFileHandle],
    changes: Sequence[tuple[int, str | None, str | None]],
) -> list[Handle]:  # fmt: skip
    """Handles of the actor's for the same bytes, in order: of (handle, new name, new content type), one a proof."""
    _ = proofs
    columns = [list(column) for column in zip(*changes, strict=True)] or [[], [], []]
    with conn.cursor(row_factory=args_row(Handle)) as cursor:
        return cursor.execute(_COPY, (*columns, actor.id)).fetchall()


def delete_handle(conn: Connection, proof: OwnsFileHandle) -> bool:
    """Remove a handle; False when something still refers to it."""
    try:
        with conn.transaction():
            conn.execute("DELETE FROM file_handle WHERE id = %s", (proof.id,))
    except (errors.ForeignKeyViolation, errors.RestrictViolation):
        return False
    return True


def object_is_referred_to(conn: Connection, endpoint: str | None, bucket: str, key: str) -> bool:
    """True while any handle says that its bytes are this object, with whosever keys it is reached."""
    query = (
        "SELECT 1 FROM file_handle h JOIN storage_location l ON l.id = h.storage_location_id WHERE h.kind = 's3'"
        " AND h.bucket = %s AND h.key = %s AND split_part(coalesce(l.endpoint, ''), '#', 1) = %s LIMIT 1"
    )
    return conn.execute(query, (bucket, key, endpoint or "")).fetchone() is not None


# ---------------------------------------------------------------- associations


def associate(conn: Connection, proof: MayCreate | MayUpdate, handle_id: int, object_id: int, version: int) -> None:
    """From now on the handle is the data of this version of the entity."""
    _ = proof
    conn.execute(
        "INSERT INTO file_association (file_handle_id, object_type, object_id, object_version) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (handle_id, ENTITY, object_id, version),
    )


def dissociate(conn: Connection, proof: MayUpdate | MayDelete, object_id: int, version: int) -> list[int]:
    """This version of the entity refers to its handle no more; which one that was."""
    _ = proof
    rows = conn.execute(
        "DELETE FROM file_association WHERE object_type = %s AND object_id = %s AND object_version = %s"
        " RETURNING file_handle_id",
        (ENTITY, object_id, version),
    )
    return [row[0] for row in rows]


def dissociate_purged(conn: Connection, object_ids: Sequence[int]) -> list[int]:
    """No version of these entities refers to a handle any more; which ones those were."""
    rows = conn.execute(
        "DELETE FROM file_association WHERE object_type = %s AND object_id = ANY(%s::bigint[])"
        " RETURNING file_handle_id",
        (ENTITY, [int(one) for one in object_ids]),
    )
    return sorted({row[0] for row in rows})
