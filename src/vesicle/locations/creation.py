"""A new storage location: what it says is checked, the bucket's owner agreed, and what can be done there is tried."""

from __future__ import annotations

import hashlib
from typing import Any, assert_never
from uuid import uuid4

from vesicle.access import Actor, MayCreate, OwnsLocation, require
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.locations import ownership, powers, secrets, store
from vesicle.locations.model import (
    UPLOAD_TYPES,
    AnyStorageLocation,
    ExternalGoogleCloudStorageLocationSetting,
    ExternalObjectStorageLocationSetting,
    ExternalS3StorageLocationSetting,
    ExternalStorageLocationSetting,
    Location,
    ProxyStorageLocationSettings,
    S3StorageLocationSetting,
    StoreKeys,
    clean_base_key,
    clean_bucket,
    clean_keys,
    clean_url,
    shape_of,
)
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.stores import AMAZON, OwnKeys, Stores, endpoint_in
from vesicle.settings import Settings
from vesicle.wire import encode

SHORTEST_SECRET = 36
LONGEST_DESCRIPTION = 512
LONGEST_BANNER = 10_000


def create(
    conn: Connection, actor: Actor, stores: Stores, settings: Settings, asked: AnyStorageLocation
) -> AnyStorageLocation:
    """The location that this request makes, or made before when the same person sent the same; keys in it are tried
    and kept each time.

    Raises BadRequest, Forbidden (a proxy's benefactor), and Unavailable when the bucket's store does not answer.
    """
    new = _checked(conn, actor, stores, asked)
    keys = keys_in(asked) if isinstance(asked, ExternalS3StorageLocationSetting) else None
    digest = _digest(new, asked)
    before = None if digest is None else store.same(conn, actor, digest)
    if before is not None:
        if keys is not None:
            renew(conn, require(conn, actor, OwnsLocation, before.id), stores, before, keys)
        return shape_of(before)
    teams: list[int] = []
    if new.kind == "external-s3":
        there = store_with(stores, new, keys)
        teams = _teams_if_readable(there, new) if actor.is_admin else ownership.proved(conn, actor, there, new).numbers
        new.readable, new.writable = powers.tried(there, new)
        new.endpoint = stores.reference(new.endpoint, keys)
    secret = secrets.sealed(settings, asked.secret_key) if isinstance(asked, ProxyStorageLocationSettings) else None
    with conn.transaction():
        made = store.insert_location(conn, actor, new, digest, secret)
        if made is not None:
            store.insert_teams(conn, actor, made.id, teams, ownership.NOBODY_IN_PARTICULAR)
            detail = {"kind": made.kind, "bucket": made.bucket, "baseKey": made.base_key, "sts": made.sts_enabled}
            detail |= {"accessKeyId": keys.access_key} if keys else {}
            recording.note(conn, actor.id, "storage_location.create", "storageLocation", made.id, detail)
    if made is None and digest is not None:
        made = store.same(conn, actor, digest)
    if made is None:
        raise RuntimeError("a storage location was neither made nor there")
    return shape_of(made)


def renew(conn: Connection, grant: OwnsLocation, stores: Stores, location: Location, keys: OwnKeys) -> None:
    """From now on this server comes to the bucket with these keys, after they were tried: owner.txt, read with them,
    names the actor. Until then it goes on with what it had. The caller has seen that the actor made the location.

    Raises BadRequest, and Unavailable when the bucket's store does not answer.
    """
    check_lends_nothing(location.sts_enabled)
    endpoint = endpoint_in(location.endpoint)
    there = stores.with_keys(endpoint, keys)
    ownership.proved(conn, grant.actor, there, location)
    location.readable, location.writable = powers.tried(there, location)
    with conn.transaction():
        store.keep_reference(conn, grant, stores.reference(endpoint, keys))
        store.keep_powers(conn, grant, readable=location.readable, writable=location.writable)
        detail = {"accessKeyId": keys.access_key}
        recording.note(conn, grant.actor.id, "storage_location.keys.keep", "storageLocation", location.id, detail)


def opens_whole_bucket(made: AnyStorageLocation) -> bool:
    """True for a location whose temporary credentials reach everything in somebody's bucket."""
    return isinstance(made, ExternalS3StorageLocationSetting) and made.sts_enabled is True and not made.base_key


def _checked(conn: Connection, actor: Actor, stores: Stores, asked: AnyStorageLocation) -> Location:
    """The location as it is to be stored. Raises BadRequest and Forbidden."""
    common = _of_any_kind(asked)
    match asked:
        case S3StorageLocationSetting():
            if clean_base_key(asked.base_key):
                raise BadRequest(
                    "The storage of this server takes no baseKey; it gives one itself where STS is enabled."
                )
            sts = asked.sts_enabled is True
            base_key = f"{actor.id}/{uuid4()}" if sts else None
            return Location(kind="managed-s3", sts_enabled=sts, base_key=base_key, **common | {"upload_type": "S3"})
        case ExternalS3StorageLocationSetting():
            return _external_s3(stores, asked, common)
        case ExternalGoogleCloudStorageLocationSetting():
            return Location(
                kind="google-cloud", bucket=clean_bucket(asked.bucket), base_key=clean_base_key(asked.base_key),
                **common | {"upload_type": "GOOGLECLOUDSTORAGE"},
            )  # fmt: skip
        case ExternalStorageLocationSetting():
            url = clean_url(asked.url, "url")
            return Location(
                kind="external-url", url=url, supports_subfolders=asked.supports_subfolders is True, **common
            )
        case ExternalObjectStorageLocationSetting():
            endpoint_url = clean_url(asked.endpoint_url, "endpointUrl", ("http", "https"))
            return Location(kind="object-store", bucket=clean_bucket(asked.bucket), endpoint_url=endpoint_url, **common)
        case ProxyStorageLocationSettings():
            return _proxy(conn, actor, asked, common)
        case _:
            assert_never(asked)


def _of_any_kind(asked: AnyStorageLocation) -> dict[str, Any]:
    upload_type = asked.upload_type or "NONE"
    if upload_type not in UPLOAD_TYPES:
        raise BadRequest(f"uploadType is one of {', '.join(UPLOAD_TYPES)}, not {upload_type[:50]!r}.")
    if len(asked.description or "") > LONGEST_DESCRIPTION or len(asked.banner or "") > LONGEST_BANNER:
        raise BadRequest(f"description has at most {LONGEST_DESCRIPTION} characters, and banner {LONGEST_BANNER}.")
    return {"upload_type": upload_type, "banner": asked.banner or None, "description": asked.description or None}


def keys_in(asked: ExternalS3StorageLocationSetting | StoreKeys) -> OwnKeys | None:
    """The keys that a request brings. Raises BadRequest."""
    return clean_keys(asked.access_key_id, asked.secret_access_key)


def store_with(stores: Stores, location: Location, keys: OwnKeys | None) -> S3Store:
    """The store of a location that is not kept yet, with its owner's keys if there are any. Raises BadRequest."""
    if keys:
        return stores.with_keys(location.endpoint, keys)
    return stores.at(location.endpoint, location.bucket or "")


def check_lends_nothing(sts: bool) -> None:
    """Keys of an owner are for a location without STS. Raises BadRequest."""
    if sts:
        raise BadRequest(
            "A storage location with keys of yours lends no temporary credentials: they are sessions of a role of this"
            " server's operator, whom the bucket's policy lets in. Leave out the keys, or stsEnabled."
        )


def bucket_of(stores: Stores, asked: ExternalS3StorageLocationSetting) -> Location:
    """The bucket of somebody else that a request names. Raises BadRequest; no address of the caller's is asked."""
    bucket, keys = clean_bucket(asked.bucket), keys_in(asked)
    endpoint = stores.meant_by(asked.endpoint_url or None, own_keys=keys is not None)
    if endpoint is None and bucket == stores.managed.bucket:
        raise BadRequest(
            f"The bucket {bucket} is this server's own; use a location of the type S3StorageLocationSetting."
        )
    if keys is None:
        stores.at(endpoint, bucket)
    else:
        check_lends_nothing(asked.sts_enabled is True)
    return Location(
        kind="external-s3", bucket=bucket, base_key=clean_base_key(asked.base_key), endpoint=endpoint,
        sts_enabled=asked.sts_enabled is True, endpoint_url=asked.endpoint_url or AMAZON,
    )  # fmt: skip


def _external_s3(stores: Stores, asked: ExternalS3StorageLocationSetting, common: dict[str, Any]) -> Location:
    location = bucket_of(stores, asked)
    location.upload_type, location.banner, location.description = "S3", common["banner"], common["description"]
    return location


def _proxy(conn: Connection, actor: Actor, asked: ProxyStorageLocationSettings, common: dict[str, Any]) -> Location:
    url = clean_url(asked.proxy_url, "proxyUrl", ("https",))
    if len(asked.secret_key or "") < SHORTEST_SECRET:
        raise BadRequest(f"secretKey has at least {SHORTEST_SECRET} characters.")
    benefactor_id = int(asked.benefactor_id) if asked.benefactor_id else None
    if benefactor_id is not None:
        require(conn, actor, MayCreate, benefactor_id)
    return Location(kind="proxy", url=url, benefactor_id=benefactor_id, **common)


def _digest(new: Location, asked: AnyStorageLocation) -> bytes | None:
    """What makes two requests the same. None where each is to be a place of its own."""
    if new.kind == "managed-s3" and new.sts_enabled:
        return None
    secret: object = asked.secret_key if isinstance(asked, ProxyStorageLocationSettings) else None
    if isinstance(asked, ExternalS3StorageLocationSetting):
        # Other keys for the same bucket make no other location, and a digest of them would be a way to guess them.
        secret = None if keys_in(asked) is None else "keys of the owner"
    told = [new.kind, new.upload_type, new.banner, new.description, new.sts_enabled, new.bucket, new.base_key,
            new.endpoint_url, new.endpoint, new.url, new.supports_subfolders, new.benefactor_id]  # fmt: skip
    return hashlib.sha256(encode([*told, secret or None])).digest()


def _teams_if_readable(there: S3Store, new: Location) -> list[int]:
    """An administrator needs no proof, but where there is one its teams count."""
    try:
        return ownership.read(there, new).numbers
    except BadRequest:
        return []
