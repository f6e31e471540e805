"""Durable work of this room: objects whose handle is gone, and uploads that nobody went on with."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import structlog

from vesicle.db import Connection, Contention
from vesicle.errors import Refusal
from vesicle.files import ending, store
from vesicle.files.model import Handle, Upload
from vesicle.files.store import reaping
from vesicle.files.store import uploads as rows
from vesicle.jobs.queue import periodic, task
from vesicle.locations import resolving
from vesicle.locations.model import DEFAULT
from vesicle.objectstore.contract import NoSuchObject, Refused
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.stores import endpoint_in
from vesicle.usage import charging
from vesicle.web import House

log = structlog.get_logger(__name__)
BATCH = 200
_KEY_OF_OURS = re.compile(r"\d+/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[^/]+")
"""What an upload gets below a base key: who sends it, a number that nobody else is given, the name of the file."""


def remove_later(conn: Connection, handle: Handle) -> None:
    """Remove the object of a deleted handle when this transaction is done, and the store answers.

    What somebody else put into a bucket stays: only objects that vesicle wrote are removed.
    """
    if handle.ours and handle.bucket and handle.key:
        etag = None if handle.location_kind == "managed-s3" else handle.object_etag
        where = handle.storage_location_id or DEFAULT
        remove_object.defer(conn, location_id=where, bucket=handle.bucket, key=handle.key, etag=etag)


@task("files.remove_object")
def remove_object(work: House, location_id: int, bucket: str, key: str, etag: str | None = None) -> None:
    """Remove an object that no handle refers to, with the keys that its location has by now. Safe to repeat.

    With an ETag only while the object has it: its owner may have put another one in its place.
    """
    with work.pool.connection() as conn:
        reference = resolving.location(conn, location_id).endpoint
        if store.object_is_referred_to(conn, endpoint_in(reference), bucket, key):
            return
    objects = work.stores.at(reference, bucket)
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
    while stale := rows.stale_uploads(conn, work.settings.abandoned_upload_days, last, BATCH):
        for upload in stale:
            last = upload.id
            try:
                reaped += _reap_abandoned_one(conn, work, upload)
            except (Refusal, *Contention) as trouble:
                # One store that is away or says no keeps nobody else's uploads; this one is left for the next time.
                log.warning("an abandoned upload could not be aborted", upload=upload.id, reason=str(trouble))
    if reaped:
        log.info("abandoned uploads were aborted", uploads=reaped)
    return reaped


def _reap_abandoned_one(conn: Connection, work: House, upload: Upload) -> bool:
    """False when somebody goes on with it after all: nobody can while it is aborted here. With the record of it goes
    the last who pays for what it brought.
    """
    with conn.transaction():
        if not reaping.hold_stale_upload(conn, upload.id, work.settings.abandoned_upload_days):
            return False
        ending.drop(work.stores, upload)
        charging.release(conn, upload.id)
        rows.delete_upload(conn, upload.id)
        return True


def reap_unknown(conn: Connection, work: House) -> int:
    """Uploads that a store has and no record tells of: a process died between the two. How many were reaped.

    In the bucket of somebody else only keys as vesicle makes them count; the uploads of others are theirs.
    """
    reaped = _reap_unknown(conn, work, work.managed.store, work.managed.bucket, "", re.compile(".*", re.DOTALL))
    for endpoint, bucket, base_key in rows.buckets_written_to(conn):
        try:
            objects = work.stores.at(endpoint, bucket)
            reaped += _reap_unknown(conn, work, objects, bucket, f"{base_key}/" if base_key else "", _KEY_OF_OURS)
        except Refusal as refusal:
            log.warning("a bucket could not be looked through", bucket=bucket, reason=refusal.reason)
    return reaped


def _reap_unknown(
    conn: Connection, work: House, objects: S3Store, bucket: str, prefix: str, ours: re.Pattern[str]
) -> int:  # fmt: skip
    long_ago = datetime.now(UTC) - timedelta(days=work.settings.abandoned_upload_days)
    reaped = 0
    try:
        for upload in objects.open_uploads(bucket, prefix):
            old = upload.started_on < long_ago and ours.fullmatch(upload.key.removeprefix(prefix))
            if old and not rows.is_known_upload(conn, bucket, upload.key):
                objects.abort_upload(bucket, upload.key, upload.upload_id)
                reaped += 1
    except Refused as refused:
        log.warning("the store does not list its open uploads", bucket=bucket, reason=refused.reason)
    return reaped
