"""From the number of a location to the bucket that it means."""

from __future__ import annotations

from vesicle.db import Connection
from vesicle.errors import NotFound
from vesicle.locations import store
from vesicle.locations.model import Location, S3UploadDestination, UploadDestination
from vesicle.objectstore.managed import Managed


def location(conn: Connection, managed: Managed, location_id: int) -> Location:
    """Raises NotFound."""
    row = store.base_key(conn, location_id)
    if row is None:
        raise NotFound(f"There is no storage location {location_id}.")
    return Location(int(location_id), managed.bucket, row[0])


def destination(conn: Connection, managed: Managed, location_id: int) -> UploadDestination:
    """What a client needs to know to upload there. Raises NotFound."""
    found = location(conn, managed, location_id)
    return S3UploadDestination(storage_location_id=found.id, upload_type="S3")
