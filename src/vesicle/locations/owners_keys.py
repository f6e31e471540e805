"""Keys of a bucket's owner that are kept with a storage location: given anew, and taken back."""

from __future__ import annotations

from vesicle.access import OwnsLocation
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden
from vesicle.locations import creation, resolving, store
from vesicle.locations.model import AnyStorageLocation, Location, StoreKeys, shape_of
from vesicle.objectstore.stores import Stores, closed


def keep(conn: Connection, grant: OwnsLocation, stores: Stores, asked: StoreKeys) -> AnyStorageLocation:
    """This server comes to the bucket with these keys from now on, after they were tried.

    Raises NotFound, Forbidden, BadRequest, and Unavailable when the bucket's store does not answer.
    """
    location, keys = _external(conn, grant), creation.keys_in(asked)
    if keys is None:
        raise BadRequest("accessKeyId and secretAccessKey are required. DELETE takes back those that are kept.")
    creation.renew(conn, grant, stores, location, keys)
    return shape_of(location)


def forget(conn: Connection, grant: OwnsLocation) -> None:
    """The keys are gone, and nobody comes to the bucket through this location until there are new ones. Raises
    NotFound, Forbidden, and BadRequest.
    """
    location = _external(conn, grant)
    if "#" not in (location.endpoint or ""):
        raise BadRequest(f"No keys are kept with storage location {location.id}.")
    store.keep_reference(conn, grant, closed(location.endpoint))
    recording.note(conn, grant.actor.id, "storage_location.keys.forget", "storageLocation", grant.id)


def _external(conn: Connection, grant: OwnsLocation) -> Location:
    """The bucket of who made the location, and nobody else's: with keys of another account the same name may be another
    bucket, where what others send to the location would go.
    """
    found = resolving.location(conn, grant.id)
    if found.kind != "external-s3":
        raise BadRequest(f"Storage location {found.id} is no bucket of yours in S3; there is nothing to keep keys for.")
    if found.created_by != grant.actor.id:
        raise Forbidden(f"Only who made storage location {found.id} leaves keys with it, or takes them back.")
    return found
