"""From the number of a location to the bucket that it means, and to what a client needs to know to upload there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote
from uuid import uuid4

from vesicle.access import Actor, MayCreate, MayDownload, MayRead, MayUpdate, OwnsLocation, require
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, Forbidden, NotFound
from vesicle.locations import store
from vesicle.locations.destinations import (
    AnyUploadDestination,
    ExternalGoogleCloudUploadDestination,
    ExternalObjectStoreUploadDestination,
    ExternalS3UploadDestination,
    ExternalUploadDestination,
    S3UploadDestination,
    UploadDestinationLocation,
)
from vesicle.locations.model import DEFAULT, AnyStorageLocation, Location, shape_of
from vesicle.objectstore.contract import Refused
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.stores import Stores
from vesicle.organizations import default_storage
from vesicle.tree import looking
from vesicle.wire import UNSET, or_unset

MOST_LISTED = 100
WHY_NO_BUCKET = default_storage.WHY_UNUSABLE | {
    "external-url": "is no bucket; clients send files there by themselves",
    "object-store": "is a store that this server has no credentials for; clients send files there by themselves",
}


@dataclass(frozen=True, slots=True)
class Place:
    """The bucket of a location, and the store that it is in."""

    store: S3Store
    bucket: str
    base_key: str | None
    location: Location


class Governing(NamedTuple):
    """The location that holds for a place in the tree, and the container whose setting says so.

    Without a container it is the default storage of the project's organization, or else the one of this server.
    """

    location_id: int = DEFAULT
    sts: bool = False
    container_id: int | None = None


def check_private(conn: Connection, grant: MayCreate | MayUpdate | MayDownload, location_ids: Sequence[int]) -> None:
    """None of these locations is private to another organization than the one of the grant's project. Raises
    Forbidden.
    """
    strange = store.private_to_others(conn, grant, location_ids)
    if strange is not None:
        raise Forbidden(
            f"Storage location {strange} is private to another organization than that of syn{grant.id}; choose another,"
            " or move the project there first."
        )


def location(conn: Connection, location_id: int) -> Location:
    """One storage location. Raises NotFound."""
    found = store.location(conn, int(location_id))
    if found is None:
        raise NotFound(f"There is no storage location {int(location_id)}.")
    return found


def owned(conn: Connection, grant: OwnsLocation) -> AnyStorageLocation:
    """A location of the caller's, as the wire says it. Raises NotFound."""
    found = store.owned_location(conn, grant)
    if found is None:
        raise NotFound(f"There is no storage location {grant.id}.")
    return shape_of(found)


def own_locations(conn: Connection, actor: Actor) -> list[AnyStorageLocation]:
    """The caller's newest locations."""
    return [shape_of(row) for row in store.made_by(conn, actor, MOST_LISTED)]


def place(conn: Connection, stores: Stores, location_id: int, *, write: bool = True) -> Place:
    """The bucket of a location, to put something there unless ``write`` is false.

    Raises NotFound, and BadRequest for a location that has none, or one that vesicle cannot write to.
    """
    found = location(conn, location_id)
    if found.kind in WHY_NO_BUCKET:
        raise BadRequest(f"Storage location {found.id} {WHY_NO_BUCKET[found.kind]}.")
    if write and not found.writable:
        raise BadRequest(
            f"Storage location {found.id} can be read and not written by this server; its owner puts objects there, and"
            " registers them."
        )
    bucket = found.bucket or stores.managed.bucket
    return Place(stores.at(found.endpoint, bucket), bucket, found.base_key, found)


def bucket_to_read(conn: Connection, stores: Stores, location_id: int) -> Place:
    """The bucket that somebody brought, to look at what its owner put there.

    Raises NotFound, and BadRequest for a location that is no such bucket, or one that vesicle cannot read.
    """
    found = location(conn, location_id)
    if found.kind != "external-s3" or found.bucket is None:
        why_not = WHY_NO_BUCKET.get(found.kind, "is this server's own; what lies there is registered already")
        raise BadRequest(f"Storage location {found.id} {why_not}.")
    if not found.readable:
        raise BadRequest(f"Storage location {found.id} can be written and not read by this server.")
    return Place(stores.at(found.endpoint, found.bucket), found.bucket, found.base_key, found)


def with_sts(conn: Connection, container_ids: Sequence[int]) -> set[int]:
    """Those of the containers whose own setting is a location with STS."""
    return store.containers_with_sts(conn, container_ids)


def begun(place: Place, key: str, content_type: str) -> str:
    """The store's number of a new upload. Raises Conflict when the owner of a bucket lets this server in no more."""
    theirs = place.location.kind == "external-s3"
    try:
        return place.store.begin_upload(place.bucket, key, content_type, for_bucket_owner=theirs)
    except Refused as refused:
        if not theirs:
            raise
        raise Conflict(
            f"The bucket {place.bucket} does not take files from this server: {refused.reason}. The owner of storage"
            f" location {place.location.id} is told what to change by `POST"
            f" /vesicle/v1/storageLocation/{place.location.id}/check`."
        ) from None


def check_proxy_user(conn: Connection, actor: Actor, of: Location) -> None:
    """Who may register what lies behind a proxy: its creator, and who may create in its benefactor.

    Raises Forbidden and NotFound.
    """
    if of.created_by == actor.id or actor.is_admin:
        return
    if of.benefactor_id is None:
        raise Forbidden(f"Only the creator of storage location {of.id} may do this.")
    require(conn, actor, MayCreate, of.benefactor_id)


def governing(conn: Connection, node_id: int) -> Governing:
    """What holds for new files in this container: its own setting, the nearest above it, or its organization's default
    storage.
    """
    above = store.settings_above(conn, node_id)
    return Governing(above[0][1], above[0][2], above[0][0]) if above else Governing()


def governing_ids(conn: Connection, node_id: int) -> list[int]:
    """Every location of the nearest setting, the default one first."""
    above = store.settings_above(conn, node_id)
    return [one for container, one, _ in above if container == above[0][0]] or [DEFAULT]


def destinations(conn: Connection, grant: MayRead, stores: Stores) -> list[AnyUploadDestination]:
    """Every destination of new files of this container, the default one first."""
    return [_destination(conn, grant, stores, found) for found in store.locations(conn, governing_ids(conn, grant.id))]


def destination(
    conn: Connection, grant: MayRead, stores: Stores, location_id: int | None = None
) -> AnyUploadDestination:
    """How to upload to a location, or to the container's default one. Raises NotFound, BadRequest (a proxy)."""
    wanted = governing(conn, grant.id).location_id if location_id is None else location_id
    return _destination(conn, grant, stores, location(conn, wanted))


def lines(conn: Connection, grant: MayRead) -> list[UploadDestinationLocation]:
    """The destinations in one line each, in the order of their ids."""
    found = store.locations(conn, sorted(governing_ids(conn, grant.id)))
    return [
        UploadDestinationLocation(
            storage_location_id=one.id, upload_type=one.upload_type, description=or_unset(one.description)
        )
        for one in found
    ]


def _destination(conn: Connection, grant: MayRead, stores: Stores, of: Location) -> AnyUploadDestination:
    banner, base_key, bucket = or_unset(of.banner), or_unset(of.base_key), of.bucket or ""
    sts = True if of.sts_enabled else UNSET
    match of.kind:
        case "managed-s3":
            return S3UploadDestination(
                storage_location_id=of.id, upload_type="S3", banner=banner, base_key=base_key, sts_enabled=sts
            )
        case "external-s3":
            return ExternalS3UploadDestination(
                storage_location_id=of.id, upload_type="S3", banner=banner, base_key=base_key, sts_enabled=sts,
                bucket=bucket, endpoint_url=stores.address(of.endpoint, bucket),
            )  # fmt: skip
        case "google-cloud":
            return ExternalGoogleCloudUploadDestination(
                storage_location_id=of.id, upload_type=of.upload_type, banner=banner, base_key=base_key, bucket=bucket
            )
        case "object-store":
            return ExternalObjectStoreUploadDestination(
                storage_location_id=of.id, upload_type=of.upload_type, banner=banner, bucket=bucket,
                endpoint_url=of.endpoint_url or "", key_prefix_uuid=str(uuid4()),
            )  # fmt: skip
        case "external-url":
            return ExternalUploadDestination(
                storage_location_id=of.id, upload_type=of.upload_type, banner=banner, url=_fresh_url(conn, grant, of)
            )
    raise BadRequest(f"Storage location {of.id} {WHY_NO_BUCKET[of.kind]}.")


def _fresh_url(conn: Connection, grant: MayRead, of: Location) -> str:
    """A URL below the location's that nobody else is given, in the folders of the container if it has such."""
    names: list[str] = []
    if of.supports_subfolders:
        names = [name for _, name, kind in looking.line(conn, grant)[1:] if kind != "file"]
    return "/".join([of.url or "", *(quote(name, safe="") for name in names), str(uuid4())])
