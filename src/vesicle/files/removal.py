"""Durable work of this room: objects whose handle is gone, and uploads that nobody went on with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from vesicle.db import Connection
from vesicle.files import store
from vesicle.jobs.queue import periodic, task
from vesicle.objectstore.contract import Refused
from vesicle.web import House

log = structlog.get_logger(__name__)
BATCH = 200


def remove_later(conn: Connection, bucket: str, key: str) -> None:
    """Remove an object when this transaction is done, and the store answers."""
    remove_object.defer(conn, bucket=bucket, key=key)


@task("files.remove_object")
def remove_object(work: House, bucket: str, key: str) -> None:
    """Remove an object that no handle refers to. Safe to repeat."""
    with work.pool.connection() as conn:
        if store.object_is_referred_to(conn, bucket, key):
            return
    work.managed.store.delete(bucket, key)


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
    reaped = 0
    while stale := store.stale_uploads(conn, work.settings.abandoned_upload_days, BATCH):
        for upload in stale:
            work.managed.store.abort_upload(upload.bucket, upload.key, upload.store_upload_id)
            store.delete_upload(conn, upload.id)
        reaped += len(stale)
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
