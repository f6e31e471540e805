"""Keys of a bucket's owner that are kept with a storage location: given, given anew, and taken back."""

from __future__ import annotations

from vesicle.access import OwnsLocation
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.locations import creation, ownership, powers, resolving, store
from vesicle.locations.model import AnyStorageLocation, Location, StoreKeys, shape_of
from vesicle.objectstore.stores import Stores, endpoint_in


def keep(conn: Connection, grant: OwnsLocation, stores: Stores, asked: StoreKeys) -> AnyStorageLocation:
    """This server comes to the bucket with these keys from now on, after they were tried: owner.txt, read with them,
    names the caller. Until then it goes on with what it had.

    Raises NotFound, BadRequest, and Unavailable when the bucket's store does not answer.
    """
    location, keys = _external(conn, grant), creation.keys_in(asked)
    if keys is None:
        raise BadRequest("accessKeyId and secretAccessKey are required. DELETE takes back those that are kept.")
    creation.check_lends_nothing(location.sts_enabled)
    endpoint = endpoint_in(location.endpoint)
    there = stores.with_keys(endpoint, keys)
    ownership.proved(conn, grant.actor, there, location)
    location.readable, location.writable = powers.tried(there, location)
    _note(conn, grant, location, stores.reference(endpoint, keys), "keep")
    return shape_of(location)


def forget(conn: Connection, grant: OwnsLocation) -> None:
    """The keys are gone; what the operator has for the bucket holds again. Raises NotFound and BadRequest."""
    location = _external(conn, grant)
    _note(conn, grant, location, endpoint_in(location.endpoint), "forget")


def _external(conn: Connection, grant: OwnsLocation) -> Location:
    found = resolving.location(conn, grant.id)
    if found.kind != "external-s3":
        raise BadRequest(f"Storage location {found.id} is no bucket of yours in S3; there is nothing to keep keys for.")
    return found


def _note(conn: Connection, grant: OwnsLocation, location: Location, reference: str | None, deed: str) -> None:
    with conn.transaction():
        store.keep_reference(conn, grant, reference)
        store.keep_powers(conn, grant, readable=location.readable, writable=location.writable)
        recording.note(conn, grant.actor.id, f"storage_location.keys.{deed}", "storageLocation", grant.id)
