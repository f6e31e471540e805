"""The end of an upload: the store puts the parts together, and the object gets its file handle."""

from __future__ import annotations

import msgspec

from vesicle.access import OwnsUpload
from vesicle.db import Connection
from vesicle.errors import BadRequest, NotFound
from vesicle.files import ending, part_copying, store, uploads
from vesicle.files.model import MultipartUploadStatus, Upload
from vesicle.files.store import uploads as rows
from vesicle.objectstore.contract import NoSuchObject, NoSuchUpload, ObjectStat, Refused
from vesicle.objectstore.stores import Stores
from vesicle.usage import charging

NAMED_MISSING = 20


def complete(conn: Connection, grant: OwnsUpload, stores: Stores) -> MultipartUploadStatus:
    """Make the object of the recorded parts, check it, and make its file handle; once, however often it is asked for.

    Raises NotFound when that was deleted since, BadRequest when parts are missing, when the store refuses them, and
    when what came is not what was declared.
    """
    upload = uploads.existing(conn, grant)
    if upload.state == "COMPLETED":
        return _completed(upload)
    uploads.check_goes_on(upload)
    recorded = rows.parts(conn, upload.id)
    _check_nothing_missing(upload, recorded)
    # What some stores call the ETag of a copied part is not the MD5 of its bytes.
    if upload.parts == 1 and not upload.is_copy and recorded[0][1] != upload.content_md5:
        raise BadRequest(f"The file in the store has the MD5 {recorded[0][1]}, not {upload.content_md5} as declared.")
    seen = _assemble(conn, grant, upload, stores, recorded)
    if seen is not None and seen.size != upload.file_size:
        uploads.store_of(upload, stores).delete(upload.bucket, upload.key)
        ending.forget(conn, upload)
        raise BadRequest(f"{seen.size} bytes were sent, {upload.file_size} were declared; begin the upload anew.")
    _check_source(conn, upload, stores)
    # The ETag of a single part is the MD5 of the whole file; of several parts it proves nothing about the whole.
    known = "verified" if upload.parts == 1 and not upload.is_copy else "claimed"
    verification = "unverifiable" if seen is None else known
    with conn.transaction():
        now = rows.upload(conn, grant, lock=True)
        if now is not None and now.state == "UPLOADING" and now.is_current:
            handle_id = store.insert_s3_handle(conn, grant, now, seen, verification)
            charging.charge(conn, upload.id, handle_id)
            now = rows.finish_upload(conn, grant, handle_id)
    if now is None or now.state == "UPLOADING":
        # It ended while the store put it together: nobody pays for the object, and nobody else knows of it.
        ending.drop_object(stores, upload)
        uploads.check_goes_on(now or msgspec.structs.replace(upload, is_current=False))
    return _completed(now or upload)


def _completed(upload: Upload) -> MultipartUploadStatus:
    """Raises NotFound when what it became was deleted since: clients count on a file handle."""
    if upload.result_handle_id is None:
        raise NotFound(f"The file handle that upload {upload.id} became was deleted; begin the upload anew.")
    return uploads.status(upload)


def _assemble(
    conn: Connection, grant: OwnsUpload, upload: Upload, stores: Stores, parts: list[tuple[int, str]]
) -> ObjectStat | None:
    """What the store says of the object; None in a bucket that can only be written.

    An upload that the store has closed already was completed by a call whose end we missed.
    """
    try:
        uploads.store_of(upload, stores).complete_upload(upload.bucket, upload.key, upload.store_upload_id, parts)
    except NoSuchUpload:
        pass
    except Refused as refused:
        if upload.is_copy and refused.store_code == "InvalidPart":  # Nobody looked at the parts of a copy before.
            rows.clear_parts(conn, grant)
        raise BadRequest(f"The store cannot put the parts together: {refused.reason}") from None
    try:
        return uploads.store_of(upload, stores).stat(upload.bucket, upload.key)
    except NoSuchObject:
        ending.forget(conn, upload)
        raise BadRequest("The store does not know this upload any more; begin it anew.") from None
    except Refused:
        if upload.readable:
            raise
        return None


def _check_source(conn: Connection, upload: Upload, stores: Stores) -> None:
    """What was copied is still what was to be copied, where the store did not look at that for each part.

    Raises BadRequest, and removes the copy.
    """
    if upload.source_bucket is None or upload.source_key is None:
        return
    if part_copying.is_pinned(upload, uploads.store_of(upload, stores).name):
        return
    try:
        source = upload.source_bucket, upload.source_key, upload.source_version_id
        now = uploads.store_of(upload, stores).stat(*source).etag
    except NoSuchObject:
        now = None
    if now != upload.source_etag:
        uploads.store_of(upload, stores).delete(upload.bucket, upload.key)
        ending.forget(conn, upload)
        raise BadRequest(
            f"The object {upload.source_key} in the bucket {upload.source_bucket} changed while it was copied; begin "
            "the copy anew."
        )


def _check_nothing_missing(upload: Upload, recorded: list[tuple[int, str]]) -> None:
    if len(recorded) == upload.parts:
        return
    have = {number for number, _ in recorded}
    missing = [number for number in range(1, upload.parts + 1) if number not in have]
    named = ", ".join(map(str, missing[:NAMED_MISSING])) + (", ..." if len(missing) > NAMED_MISSING else "")
    raise BadRequest(f"{len(missing)} of {upload.parts} parts are missing: {named}. Send and add them, then complete.")
