"""File handles of bytes that vesicle did not write: in somebody's bucket, in a store of theirs, at a URL.

What the server can reach it looks at, and refuses what contradicts the claim (ruling 5).
"""

from __future__ import annotations

from vesicle.access import Actor, OwnsLocation, require
from vesicle.db import Connection
from vesicle.errors import BadRequest, NotFound
from vesicle.files import store
from vesicle.files.model import (
    NOT_SET,
    AnyFileHandle,
    ExternalFileHandle,
    ExternalObjectStoreFileHandle,
    ProxyFileHandle,
    Registered,
    S3FileHandle,
    shape_of,
)
from vesicle.files.rules import check_content_type, check_external_url, check_file_name, check_key, checked_md5
from vesicle.locations import resolving
from vesicle.locations.model import Location
from vesicle.objectstore.contract import NoSuchObject, ObjectStat, Refused
from vesicle.objectstore.stores import Stores
from vesicle.organizations import membership
from vesicle.settings import Settings
from vesicle.usage import charging
from vesicle.wire import Maybe

MOST_BYTES = 50 * 10**12
"""As large as an object is at the store that keeps the largest; the view `stored_file` counts no more of one."""
AnyExternalFileHandle = ExternalFileHandle | ExternalObjectStoreFileHandle | ProxyFileHandle


def external(conn: Connection, actor: Actor, settings: Settings, given: AnyExternalFileHandle) -> AnyFileHandle:
    """A handle of a plain URL, or of bytes in a store or behind a proxy that vesicle does not reach.

    Nothing of it is verified. Raises BadRequest, NotFound (the location), and Forbidden (a proxy's location).
    """
    match given:
        case ExternalObjectStoreFileHandle():
            new = _in_object_store(conn, given)
        case ProxyFileHandle():
            new = _behind_proxy(conn, actor, given)
        case _:
            new = _at_url(conn, given)
    return _kept(conn, actor, settings, new)


def _at_url(conn: Connection, given: ExternalFileHandle) -> Registered:
    """Its size and MD5 are what the caller says; nothing is fetched."""
    url = given.external_url or ""
    check_external_url(url)
    location_id = given.storage_location_id or None
    if location_id is not None and resolving.location(conn, location_id).sts_enabled:
        raise BadRequest(f"Storage location {location_id} has STS enabled, and holds objects of its bucket, not URLs.")
    md5 = checked_md5(given.content_md5) if given.content_md5 else None
    return Registered("external", *_told(given), md5, _size(given.content_size), location_id, external_url=url)


def _in_object_store(conn: Connection, given: ExternalObjectStoreFileHandle) -> Registered:
    """In the bucket of its location, whatever the request says; clients have the credentials, the server has none."""
    location = _location(conn, given.storage_location_id, "object-store", "ExternalObjectStorageLocationSetting")
    key, size = given.file_key or "", _size(given.content_size)
    check_key(key, "fileKey")
    if size is None or not given.content_md5:
        raise BadRequest("contentSize and contentMd5 are required: this server cannot look at the object itself.")
    md5 = checked_md5(given.content_md5)
    return Registered("object-store", *_told(given), md5, size, location.id, bucket=location.bucket, key=key)


def _behind_proxy(conn: Connection, actor: Actor, given: ProxyFileHandle) -> Registered:
    location = _location(conn, given.storage_location_id, "proxy", "ProxyStorageLocationSettings")
    path, size = given.file_path or "", _size(given.content_size)
    if not (path and given.content_md5 and given.content_type and given.file_name) or size is None:
        raise BadRequest("filePath, fileName, contentType, contentMd5 and contentSize are required.")
    check_key(path, "filePath")
    resolving.check_proxy_user(conn, actor, location)
    md5 = checked_md5(given.content_md5)
    return Registered("proxy", *_told(given), md5, size, location.id, external_url=path)


def in_bucket(conn: Connection, actor: Actor, settings: Settings, stores: Stores, given: S3FileHandle) -> AnyFileHandle:
    """A handle of an object that is in somebody's bucket already, after a look at it.

    Raises BadRequest (not there, not readable, not what is claimed, outside the base key), Forbidden (not the caller's
    location), NotFound (no such location), and Unavailable.
    """
    if not (given.bucket_name and given.key and given.content_md5):
        raise BadRequest("storageLocationId, bucketName, key and contentMd5 are required.")
    md5 = checked_md5(given.content_md5)
    location = _location(conn, given.storage_location_id, "external-s3", "ExternalS3StorageLocationSetting")
    require(conn, actor, OwnsLocation, location.id)
    _check_inside(location, given.bucket_name, given.key)
    told, size = _told(given), _size(given.content_size)
    seen = _look(stores, location, given.key)
    if seen is None:
        if size is None:
            raise BadRequest("contentSize is required: this server may not read the object, and cannot see its size.")
        verification = "unverifiable"
    else:
        verification = _compared(location, given.key, seen, size, md5)
        size = seen.size
    new = Registered(
        "s3", *told, md5, size, location.id, bucket=location.bucket, key=given.key, seen=seen, verification=verification
    )
    return _kept(conn, actor, settings, new)


def _kept(conn: Connection, actor: Actor, settings: Settings, new: Registered) -> AnyFileHandle:
    """Custom storage is counted too, in the organization that the caller prefers until a project has the handle."""
    row = store.insert_registered(conn, actor, new)
    if row.bucket is not None:
        charging.charge_new(conn, membership.of_upload(conn, actor, settings), [row.id])
    return shape_of(row)


def _look(stores: Stores, location: Location, key: str) -> ObjectStat | None:
    """What the store says of the object; None in a bucket that can only be written. Raises BadRequest, Unavailable."""
    bucket = location.bucket or ""
    try:
        return stores.at(location.endpoint, bucket).stat(bucket, key)
    except NoSuchObject:
        raise BadRequest(f"There is no object {key} in the bucket {bucket}; put it there first.") from None
    except Refused as refused:
        if not location.readable:
            return None
        raise BadRequest(f"This server cannot look at {key} in the bucket {bucket}: {refused.reason}") from None


def _compared(location: Location, key: str, seen: ObjectStat, size: int | None, md5: str) -> str:
    """How far the MD5 is known. Raises BadRequest for a claim that the object contradicts."""
    what = f"The object {key} in the bucket {location.bucket}"
    if size is not None and size != seen.size:
        raise BadRequest(f"{what} has {seen.size} bytes, not {size} as contentSize says.")
    if not seen.etag_is_md5:
        return "claimed"
    if seen.etag != md5:
        raise BadRequest(f"{what} has the MD5 {seen.etag}, not {md5} as contentMd5 says.")
    return "verified"


def _check_inside(location: Location, bucket: str, key: str) -> None:
    """Its owner proved that the base key is theirs, and nothing beside it. Raises BadRequest."""
    if bucket != location.bucket:
        raise BadRequest(f"Storage location {location.id} is the bucket {location.bucket}, not {bucket}.")
    check_key(key, "key")
    base = location.base_key
    if base is not None and key != base and not key.startswith(f"{base}/"):
        raise BadRequest(f"The key {key} is outside the baseKey {base} of storage location {location.id}.")


def _location(conn: Connection, location_id: Maybe[int], kind: str, named: str) -> Location:
    if not location_id:
        raise BadRequest("storageLocationId is required.")
    try:
        location = resolving.location(conn, location_id)
    except NotFound as missing:
        raise BadRequest(missing.reason) from None
    if location.kind != kind:
        raise BadRequest(f"Storage location {location.id} is no {named}.")
    return location


def _told(given: AnyFileHandle) -> tuple[str, str]:
    """File name and content type."""
    name, content_type = given.file_name or NOT_SET, given.content_type or NOT_SET
    check_file_name(name)
    check_content_type(content_type)
    return name, content_type


def _size(size: Maybe[int]) -> int | None:
    """Raises BadRequest for more than any store keeps in one object."""
    if isinstance(size, int) and size > MOST_BYTES:
        raise BadRequest(f"contentSize is at most {MOST_BYTES}, because no object is larger.")
    return size if isinstance(size, int) and size >= 0 else None
