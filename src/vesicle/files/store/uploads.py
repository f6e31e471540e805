"""Rows of uploads and of their parts."""

from __future__ import annotations

from psycopg.rows import args_row

from vesicle.access import Actor, OwnsUpload
from vesicle.db import Connection
from vesicle.files.model import Upload

_UPLOAD = (
    "id, started_by, started_on, updated_on, file_name, content_type, content_md5, file_size, part_size, parts,"
    " generate_preview, storage_location_id, bucket, key, store_upload_id, result_handle_id, state,"
    " (SELECT l.endpoint FROM storage_location l WHERE l.id = storage_location_id),"
    " (SELECT l.readable FROM storage_location l WHERE l.id = storage_location_id),"
    " source_handle_id, source_bucket, source_key, source_etag, source_version_id, request_digest IS NOT NULL"
)


def insert_upload(conn: Connection, actor: Actor, digest: bytes, upload: Upload) -> Upload | None:
    """A new upload; None when the same request of the same person began one a moment ago."""
    query = (
        "INSERT INTO multipart_upload (started_by, request_digest, file_name, content_type, content_md5, file_size,"
        " part_size, parts, generate_preview, storage_location_id, bucket, key, store_upload_id, source_handle_id,"
        " source_bucket, source_key, source_etag, source_version_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        f" ON CONFLICT (started_by, request_digest) DO NOTHING RETURNING {_UPLOAD}"
    )
    values = (
        actor.id, digest, upload.file_name, upload.content_type, upload.content_md5, upload.file_size, upload.part_size,
        upload.parts, upload.generate_preview, upload.storage_location_id, upload.bucket, upload.key,
        upload.store_upload_id, upload.source_handle_id, upload.source_bucket, upload.source_key, upload.source_etag,
        upload.source_version_id,
    )  # fmt: skip
    with conn.cursor(row_factory=args_row(Upload)) as cursor:
        return cursor.execute(query, values).fetchone()


def upload_of_request(conn: Connection, actor: Actor, digest: bytes, *, lock: bool = False) -> Upload | None:
    """The actor's upload of this very request; held until the end of the transaction when ``lock``."""
    query = f"SELECT {_UPLOAD} FROM multipart_upload WHERE started_by = %s AND request_digest = %s"
    query += " FOR UPDATE" if lock else ""
    with conn.cursor(row_factory=args_row(Upload)) as cursor:
        return cursor.execute(query, (actor.id, digest)).fetchone()


def upload(conn: Connection, proof: OwnsUpload, *, lock: bool = False) -> Upload | None:
    """The upload of the proof; held until the end of the transaction when ``lock``."""
    query = f"SELECT {_UPLOAD} FROM multipart_upload WHERE id = %s" + (" FOR UPDATE" if lock else "")
    with conn.cursor(row_factory=args_row(Upload)) as cursor:
        return cursor.execute(query, (proof.id,)).fetchone()


def upload_to_end(conn: Connection, actor: Actor, upload_id: int) -> Upload | None:
    """An upload that the actor wants to end, held until the end of the transaction. The story asks whether they may."""
    _ = actor
    query = f"SELECT {_UPLOAD} FROM multipart_upload WHERE id = %s FOR UPDATE"
    with conn.cursor(row_factory=args_row(Upload)) as cursor:
        return cursor.execute(query, (upload_id,)).fetchone()


def forget_request(conn: Connection, upload_id: int) -> None:
    """The same request begins a new upload next time; the reaper takes what is left of this one an hour from now."""
    conn.execute(
        "UPDATE multipart_upload SET request_digest = NULL, updated_on = now()"
        " WHERE id = %s AND request_digest IS NOT NULL",
        (upload_id,),
    )


def parts(conn: Connection, upload_id: int) -> list[tuple[int, str]]:
    """(number, ETag) of every part that was added, in order."""
    return conn.execute(
        "SELECT number, etag FROM multipart_part WHERE upload_id = %s ORDER BY number", (upload_id,)
    ).fetchall()


def put_part(conn: Connection, proof: OwnsUpload, number: int, etag: str) -> None:
    """Record a part, in place of an earlier one of that number."""
    conn.execute(
        # Many parts arrive at once; one note a minute is enough to show that the upload is alive.
        "WITH alive AS (UPDATE multipart_upload SET updated_on = now()"
        " WHERE id = %(upload)s AND updated_on < now() - interval '1 minute')"
        " INSERT INTO multipart_part (upload_id, number, etag) VALUES (%(upload)s, %(number)s, %(etag)s)"
        " ON CONFLICT (upload_id, number) DO UPDATE SET etag = EXCLUDED.etag",
        {"upload": proof.id, "number": number, "etag": etag},
    )


def clear_part(conn: Connection, proof: OwnsUpload, number: int) -> None:
    """The part has to be sent again."""
    conn.execute("DELETE FROM multipart_part WHERE upload_id = %s AND number = %s", (proof.id, number))


def clear_parts(conn: Connection, proof: OwnsUpload) -> None:
    """Every part has to be sent again."""
    conn.execute("DELETE FROM multipart_part WHERE upload_id = %s", (proof.id,))


def finish_upload(conn: Connection, proof: OwnsUpload, handle_id: int) -> Upload | None:
    """Completed: the parts are history, the handle is the result. The upload as it is then."""
    query = (
        "WITH gone AS (DELETE FROM multipart_part WHERE upload_id = %(id)s)"
        " UPDATE multipart_upload SET state = 'COMPLETED', result_handle_id = %(handle)s, updated_on = now()"
        f" WHERE id = %(id)s RETURNING {_UPLOAD}"
    )
    with conn.cursor(row_factory=args_row(Upload)) as cursor:
        return cursor.execute(query, {"id": proof.id, "handle": handle_id}).fetchone()


# Functions without a grant: they serve the reaper, which acts for nobody.


def stale_uploads(conn: Connection, days: int, after: int, limit: int) -> list[Upload]:
    """Uploads behind an id that nobody went on with for so many days, and those that ended an hour ago."""
    query = (
        f"SELECT {_UPLOAD} FROM multipart_upload WHERE state = 'UPLOADING' AND updated_on < now() -"
        " CASE WHEN request_digest IS NULL THEN interval '1 hour' ELSE make_interval(days => %s) END"
        " AND id > %s ORDER BY id LIMIT %s"
    )
    with conn.cursor(row_factory=args_row(Upload)) as cursor:
        return cursor.execute(query, (days, after, limit)).fetchall()


def delete_upload(conn: Connection, upload_id: int) -> None:
    """Forget an abandoned upload and its parts."""
    conn.execute("DELETE FROM multipart_upload WHERE id = %s AND state = 'UPLOADING'", (upload_id,))


def is_known_upload(conn: Connection, bucket: str, key: str) -> bool:
    """True when an upload of this key is on record."""
    query = "SELECT 1 FROM multipart_upload WHERE bucket = %s AND key = %s"
    return conn.execute(query, (bucket, key)).fetchone() is not None


def buckets_written_to(conn: Connection) -> list[tuple[str | None, str, str | None]]:
    """(endpoint, bucket, base key) of all that people brought and that vesicle writes to."""
    return conn.execute(
        "SELECT DISTINCT endpoint, bucket, base_key FROM storage_location WHERE kind = 'external-s3' AND writable"
    ).fetchall()
