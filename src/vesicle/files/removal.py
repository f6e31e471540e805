"""Durable work of this room: objects whose handle is gone, and uploads that nobody went on with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from vesicle.db import Connection
from vesicle.errors import Refusal
from vesicle.files import store
from vesicle.files.model import Handle
from vesicle.jobs.queue import periodic, task
from vesicle.objectstore.contract import NoSuchObject, Refused
from vesicle.usage import charging
from vesicle.web import House

log = structlog.get_logger(__name__)
BATCH = 200


def remove_later(conn: Connection, handle: Handle) -> None:
    """Remove the object of a deleted handle when this transaction is done, and the store answers.

    What somebody else put into a bucket stays: only objects that vesicle wrote are removed.
    """
    if handle.ours and handle.bucket and handle.key:
        etag = None if handle.location_kind == "managed-s3" else handle.object_etag
        remove_object.defer(conn, endpoint=handle.endpoint, bucket=handle.bucket, key=handle.key, etag=etag)


@task("files.remove_object")
def remove_object(work: House, bucket: str, key: str, endpoint: str | None = None, etag: str | None = None) -> None:
    """Remove an object that no handle refers to. Safe to repeat.

    With an ETag only while the object has it: its owner may have put another one in its place.
    """
    with work.pool.connection() as conn:
        if store.object_is_referred_to(conn, endpoint, bucket, key):
            return
    objects = work.stores.at(endpoint, bucket)
    try:
        if etag is not None and objects.stat(bucket, key).etag != etag:
            log.info("an object is not the one that vesicle wrote, and stays", bucket=bucket, key=key)
            return
    except NoSuchObject:
        return
    objects.delete(bucket, key)


@task("files.tidy")
def tidy(work: House, bucket: str, folder: str) -> None:
    """Remove what no handle refers to below the folder of one job. Safe to repeat."""
    with work.pool.connection() as conn:
        for found in work.managed.store.list(bucket, folder):
            if not store.object_is_referred_to(conn, None, bucket, found.key):
                work.managed.store.delete(bucket, found.key)


@periodic("files.reap_uploads", "17 * * * *")
def reap_uploads(work: House) -> None:
    """Abort what was abandoned: in the store first, then on record, so that a crash in between leaves nothing
    behind.
    """
    with work.pool.connection() as conn:
        reap_abandoned(conn, work)
        reap_unknown(conn, work)


def reap_abandoned(conn: Connection, work: House) -> int:
    """Uploads on record that nobody went on with; how many were reaped."""
    reaped, last = 0, 0
    while stale := store.stale_uploads(conn, work.settings.abandoned_upload_days, last, BATCH):
        for upload in stale:
            last = upload.id
            try:
                objects = work.stores.at(upload.endpoint, upload.bucket)
                objects.abort_upload(upload.bucket, upload.key, upload.store_upload_id)
            except Refusal as refusal:
                # One store that is away or says no keeps nobody else's uploads; this one is left for the next time.
                log.warning("an abandoned upload could not be aborted", upload=upload.id, reason=refusal.reason)
                continue
            with conn.transaction():
                charging.release(conn, upload.id)
                store.delete_upload(conn, upload.id)
            reaped += 1
    if reaped:
        log.info("abandoned uploads were aborted", uploads=reaped)
    return reaped


def reap_unknown(conn: Connection, work: House) -> int:
    """Uploads that the store has and no record tells of: a process died between the two. How many were reaped."""
    long_ago = datetime.now(UTC) - timedelta(days=work.settings.abandoned_upload_days)
    bucket, reaped = work.managed.bucket, 0
    try:
        for upload in work.managed.store.open_uploads(bucket):
            if upload.started_on < long_ago and not store.is_known_upload(conn, bucket, upload.key):
                work.managed.store.abort_upload(bucket, upload.key, upload.upload_id)
                reaped += 1
    except Refused as refused:
        log.warning("the store does not list its open uploads", reason=refused.reason)
    return reaped
