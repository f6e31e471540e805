"""Uploads that end without a file: another of the same request takes their place, or somebody aborts them.

The store is told while the upload is held, and the record follows: while the store is away nothing changes. What was
promised is given back when the parts are gone, and not before. The row stays for an hour, and is told to the store once
more then, because a part that was on its way, or a call that put the parts together, may have come in behind.
"""

from __future__ import annotations

import structlog

from vesicle.access import Actor
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, Forbidden, NotFound
from vesicle.files.model import Upload
from vesicle.files.store import uploads as rows
from vesicle.objectstore.contract import Refused
from vesicle.objectstore.stores import KeysTakenBack, Stores
from vesicle.organizations.roles import require_overseer
from vesicle.usage import charging

log = structlog.get_logger(__name__)


def drop(stores: Stores, upload: Upload) -> None:
    """The store keeps nothing of an upload that is not completed. Raises Refused, Unavailable. A bucket whose owner
    took back the keys keeps what it has: that is theirs to remove.

    The object may be whole already, if whoever completed it never came to put it on record. Its key was given to this
    upload alone.
    """
    try:
        objects = stores.at(upload.endpoint, upload.bucket)
    except KeysTakenBack:
        log.info("an ended upload stays in a bucket whose keys were taken back", upload=upload.id, bucket=upload.bucket)
        return
    objects.abort_upload(upload.bucket, upload.key, upload.store_upload_id)
    drop_object(stores, upload)


def drop_object(stores: Stores, upload: Upload) -> None:
    """The object of an upload that has come to no file goes, where that is allowed. Raises Unavailable."""
    try:
        stores.at(upload.endpoint, upload.bucket).delete(upload.bucket, upload.key)
    except Refused as refused:
        # In the bucket of somebody else vesicle may be allowed to write and no more.
        log.info("what an ended upload left could not be removed", upload=upload.id, reason=refused.reason)


def make_way(conn: Connection, actor: Actor, stores: Stores, digest: bytes, upload_id: int) -> int | None:
    """The caller's upload of this request ends, and its promise waits for the one that takes its place.

    Its number, or None where there is nothing to take over: it was completed, or is another one by now, or the store
    does not let go of its parts, which stay promised until the store does. Raises Unavailable, and nothing changes.
    """
    with conn.transaction():
        upload = rows.upload_of_request(conn, actor, digest, lock=True)
        if upload is None or upload.id != upload_id:
            return None
        rows.forget_request(conn, upload.id)
        if upload.state == "COMPLETED":
            return None
        try:
            drop(stores, upload)
        except Refused as refused:
            log.warning("an upload that was replaced could not be aborted", upload=upload.id, reason=refused.reason)
            return None
        return upload.id


def abort(conn: Connection, actor: Actor, stores: Stores, upload_id: int) -> None:
    """End an upload, so that its bytes are promised to nobody: for who started it, for the owner and the managers of
    the organization that promised them, and for administrators. Once it has ended, saying so again changes nothing.

    Raises NotFound, Forbidden, BadRequest for one that is completed, Conflict where the store keeps what it has, and
    Unavailable; then nothing changes.
    """
    with conn.transaction():
        upload = rows.upload_to_end(conn, actor, upload_id)
        if upload is None:
            raise NotFound(f"There is no upload {upload_id}.")
        payer_id = charging.promised_by(conn, upload_id)
        if upload.started_by != actor.id and not actor.is_admin:
            if payer_id is None:
                raise Forbidden(f"Only who started upload {upload_id} may do this.")
            require_overseer(conn, actor, payer_id)
        if upload.state == "COMPLETED":
            raise BadRequest(f"Upload {upload_id} is completed; delete its file handle instead.")
        if payer_id is None:
            return
        try:
            drop(stores, upload)
        except Refused as refused:
            raise Conflict(
                f"The bucket {upload.bucket} does not let this server remove the parts of upload {upload_id}:"
                f" {refused.reason} Its owner can abort it there."
            ) from None
        forget(conn, upload)
        if upload.started_by != actor.id:
            detail = {"startedBy": upload.started_by, "bytes": upload.file_size, "organization": payer_id}
            recording.note(conn, actor.id, "upload.abort", "upload", upload_id, detail)


def forget(conn: Connection, upload: Upload) -> None:
    """The store has nothing of an upload: the same request begins a new one, and nothing is promised to this one."""
    with conn.transaction():
        rows.forget_request(conn, upload.id)
        charging.release(conn, upload.id)
