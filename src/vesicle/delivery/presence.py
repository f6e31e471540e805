"""Is an object still what its file handle says? Asked of buckets of others before a URL is handed out, and of every one
before it is copied.

A missing or changed object is an answer, and not a mystery that the client finds at the store (ruling 6).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vesicle.db import Connection
from vesicle.delivery.associations import Proof
from vesicle.errors import BadRequest, Conflict, Gone, Refusal, Unavailable
from vesicle.files import handles
from vesicle.files.model import Handle
from vesicle.locations import resolving
from vesicle.objectstore.contract import NoSuchObject, ObjectStat, Refused
from vesicle.objectstore.stores import Stores
from vesicle.settings import Settings

WHY_NO_URL = {
    "proxy": "lies behind a proxy, and this server cannot sign URLs for proxies",
    "google-cloud": "lies in a bucket of Google's, which this server cannot use",
}


def check(conn: Connection, stores: Stores, settings: Settings, proof: Proof, handle: Handle) -> None:
    """Return when a URL of these bytes works, as far as can be known.

    Raises BadRequest (no URL can be had), Gone (the object is not there), Conflict (it is another one, or its owner
    shut this server out), and Unavailable (its store does not answer).
    """
    if handle.kind in WHY_NO_URL:
        raise BadRequest(f"File handle {handle.id} {WHY_NO_URL[handle.kind]}.")
    if handle.kind != "s3" or handle.location_kind != "external-s3" or not handle.bucket or not handle.key:
        return
    if handle.checked_on and datetime.now(UTC) - handle.checked_on < timedelta(seconds=settings.object_check_seconds):
        return
    look(conn, stores, handle, handle.bucket, handle.key)
    handles.note_seen(conn, proof, handle.id)


def why_not(conn: Connection, stores: Stores, settings: Settings, proof: Proof, handle: Handle) -> Refusal | None:
    """The same as a value. Raises Unavailable alone: a store that is away says nothing about an object."""
    try:
        check(conn, stores, settings, proof, handle)
    except (BadRequest, Gone, Conflict) as refusal:
        return refusal
    return None


def look(conn: Connection, stores: Stores, handle: Handle, bucket: str, key: str) -> ObjectStat:
    """The object as its store has it now, in the handle's version; it is what the handle says. Raises as ``check``."""
    what = f"The object {key} in the bucket {bucket}"
    try:
        seen = stores.at(handle.endpoint, bucket).stat(bucket, key, handle.version_id)
    except NoSuchObject:
        version = f" in version {handle.version_id}" if handle.version_id else ""
        raise Gone(f"{what} is not there any more{version}; it was removed or renamed.") from None
    except Refused as refused:
        if handle.storage_location_id and not resolving.location(conn, handle.storage_location_id).readable:
            raise BadRequest(
                f"{what} is in storage location {handle.storage_location_id}, which can be written and not read by this"
                " server."
            ) from None
        raise Conflict(f"{what} cannot be read by this server: {refused.reason}") from None
    except Unavailable as away:
        raise Unavailable(f"{what} cannot be looked at just now: {away.reason}") from None
    if handle.content_size is not None and seen.size != handle.content_size:
        raise Conflict(f"{what} was changed: it has {seen.size} bytes now, not {handle.content_size}.")
    if handle.object_etag and seen.etag != handle.object_etag:
        raise Conflict(f"{what} was changed: its ETag is {seen.etag} now, not {handle.object_etag}.")
    return seen
