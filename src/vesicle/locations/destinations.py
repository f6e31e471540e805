"""Shapes of upload destinations: where a client shall send the bytes of a new file."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from vesicle.wire import UNSET, Int64, Maybe, Shape


class UploadDestination(Shape, tag_field="concreteType", kw_only=True):
    """Where a client shall send the bytes of a new file."""

    storage_location_id: Int64
    upload_type: str
    banner: Maybe[str] = UNSET


class S3UploadDestination(
    UploadDestination, tag="org.sagebionetworks.repo.model.file.S3UploadDestination", kw_only=True
):
    """A bucket of this server."""

    base_key: Maybe[str] = UNSET
    sts_enabled: Maybe[bool] = UNSET


class ExternalS3UploadDestination(
    UploadDestination, tag="org.sagebionetworks.repo.model.file.ExternalS3UploadDestination", kw_only=True
):
    """A bucket of somebody else. ``endpoint_url`` is the address at which clients reach its store."""

    bucket: str
    endpoint_url: str
    base_key: Maybe[str] = UNSET
    sts_enabled: Maybe[bool] = UNSET


class ExternalGoogleCloudUploadDestination(
    UploadDestination, tag="org.sagebionetworks.repo.model.file.ExternalGoogleCloudUploadDestination", kw_only=True
):
    """A bucket of Google's."""

    bucket: str
    base_key: Maybe[str] = UNSET


class ExternalUploadDestination(
    UploadDestination, tag="org.sagebionetworks.repo.model.file.ExternalUploadDestination", kw_only=True
):
    """A URL that the client sends the file to by itself; another one for each file."""

    url: str


class ExternalObjectStoreUploadDestination(
    UploadDestination, tag="org.sagebionetworks.repo.model.file.ExternalObjectStoreUploadDestination", kw_only=True
):
    """An object store that the client has credentials for, and a prefix that is good for one file."""

    endpoint_url: str
    bucket: str
    key_prefix_uuid: str = msgspec.field(name="keyPrefixUUID")


AnyUploadDestination: TypeAlias = (
    S3UploadDestination
    | ExternalS3UploadDestination
    | ExternalGoogleCloudUploadDestination
    | ExternalUploadDestination
    | ExternalObjectStoreUploadDestination
)


class UploadDestinations(Shape):
    """The destinations of a container, whole."""

    destinations: list[AnyUploadDestination] = msgspec.field(name="list")


class UploadDestinationLocation(Shape):
    """A destination in one line."""

    storage_location_id: Int64
    upload_type: str
    description: Maybe[str] = UNSET


class UploadDestinationLocations(Shape):
    """The destinations of a container."""

    locations: list[UploadDestinationLocation] = msgspec.field(name="list")
