"""Shapes of storage locations and of the upload destinations made of them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from vesicle.wire import UNSET, Int64, Maybe, Shape

DEFAULT = 1
"""The storage location that a project has until its owner chooses another."""


@dataclass(frozen=True, slots=True)
class Location:
    """One storage location, resolved to the bucket that it means."""

    id: int
    bucket: str
    base_key: str | None


class UploadDestination(Shape, tag_field="concreteType"):
    """Where a client shall send the bytes of a new file."""

    storage_location_id: Int64
    upload_type: str
    banner: Maybe[str] = UNSET


class S3UploadDestination(UploadDestination, tag="org.sagebionetworks.repo.model.file.S3UploadDestination"):
    """A bucket of this server."""

    base_key: Maybe[str] = UNSET


class UploadDestinationLocation(Shape):
    """A destination in one line."""

    storage_location_id: Int64
    upload_type: str
    description: Maybe[str] = UNSET


class UploadDestinationLocations(Shape):
    """The destinations of a container."""

    locations: list[UploadDestinationLocation] = msgspec.field(name="list")
