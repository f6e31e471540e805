"""What vesicle can do in a bucket of somebody else, tried out once.

Nothing is left behind, but for a few bytes in a bucket that lets vesicle write and neither list nor delete.
"""

from __future__ import annotations

from contextlib import suppress
from uuid import uuid4

from vesicle.locations.model import Location
from vesicle.objectstore.contract import NoSuchObject, Refused
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.session_policies import OWNER_FILE


def tried(store: S3Store, location: Location) -> tuple[bool, bool]:
    """Whether objects below the base key can be read, and whether they can be written. Raises Unavailable."""
    bucket = location.bucket or ""
    probe = "/".join(filter(None, [location.base_key, f".vesicle-{uuid4()}"]))
    writable = _writable(store, bucket, probe)
    return _readable(store, bucket, location.base_key, probe, writable=writable), writable


def _writable(store: S3Store, bucket: str, key: str) -> bool:
    """An upload that is begun takes the right to write, and leaves no object when it is given up."""
    try:
        upload_id = store.begin_upload(bucket, key, None)
    except Refused:
        return False
    try:
        store.abort_upload(bucket, key, upload_id)
    except Refused:
        return True  # It may begin and not give up; such an upload without parts holds nothing.
    return True


def _readable(store: S3Store, bucket: str, base_key: str | None, probe: str, *, writable: bool) -> bool:
    """Who may read is told that there is nothing under a new key; who may not is refused.

    A reader who may not list is refused as well, so for a refusal something that is there has to be read.
    """
    try:
        store.stat(bucket, probe)
    except NoSuchObject:
        return True
    except Refused:
        pass
    key = _any_key(store, bucket, base_key)
    if key is not None:
        return _can_stat(store, bucket, key)
    if not writable:
        return True  # owner.txt could be read, and nothing else is there to tell otherwise.
    try:
        store.put(bucket, probe, b"vesicle tries whether it can read what it writes; this can be deleted")
    except Refused:
        return True
    try:
        return _can_stat(store, bucket, probe)
    finally:
        with suppress(Refused):
            store.delete(bucket, probe)


def _any_key(store: S3Store, bucket: str, base_key: str | None) -> str | None:
    try:
        listed = store.list(bucket, f"{base_key}/" if base_key else "", limit=2)
    except Refused:
        return None
    return next((one.key for one in listed if not one.key.endswith(OWNER_FILE)), None)


def _can_stat(store: S3Store, bucket: str, key: str) -> bool:
    try:
        store.stat(bucket, key)
    except Refused as refused:
        return isinstance(refused, NoSuchObject)
    return True
