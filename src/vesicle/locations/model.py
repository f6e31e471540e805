"""Shapes of storage locations, project settings and upload destinations, and the rules of buckets and base keys."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from vesicle.errors import BadRequest
from vesicle.objectstore.session_policies import OWNER_FILE
from vesicle.objectstore.stores import OwnKeys
from vesicle.wire import UNSET, EntityId, Id, Int64, Maybe, Shape, or_unset, stamp

DEFAULT = 1
"""The storage location that a project has until its owner chooses another."""
LONGEST_BASE_KEY = 700
LONGEST_URL = 2000
_KEY = re.compile(r"[!-~]{1,256}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
UPLOAD_TYPES = ("S3", "GOOGLECLOUDSTORAGE", "SFTP", "HTTPS", "PROXYLOCAL", "NONE")


class StorageLocationSetting(Shape, tag_field="concreteType"):
    """Where files can be kept. It never changes."""

    storage_location_id: Maybe[Int64] = UNSET
    upload_type: Maybe[str] = UNSET
    banner: Maybe[str] = UNSET
    description: Maybe[str] = UNSET
    etag: Maybe[str] = UNSET
    created_on: Maybe[str] = UNSET
    created_by: Maybe[Int64] = UNSET


class S3StorageLocationSetting(
    StorageLocationSetting, tag="org.sagebionetworks.repo.model.project.S3StorageLocationSetting"
):
    """A place in the bucket of this server."""

    base_key: Maybe[str] = UNSET
    sts_enabled: Maybe[bool] = UNSET


class ExternalS3StorageLocationSetting(
    StorageLocationSetting, tag="org.sagebionetworks.repo.model.project.ExternalS3StorageLocationSetting"
):
    """A bucket of somebody else, who lets this server in, or gives it keys. The keys are in requests alone."""

    bucket: Maybe[str] = UNSET
    base_key: Maybe[str] = UNSET
    sts_enabled: Maybe[bool] = UNSET
    endpoint_url: Maybe[str] = UNSET
    access_key_id: Maybe[str] = UNSET
    secret_access_key: Maybe[str] = UNSET


class StoreKeys(Shape):
    """Keys of a bucket's owner, with which this server comes to the bucket from now on."""

    access_key_id: Maybe[str] = UNSET
    secret_access_key: Maybe[str] = UNSET


class ExternalGoogleCloudStorageLocationSetting(
    StorageLocationSetting, tag="org.sagebionetworks.repo.model.project.ExternalGoogleCloudStorageLocationSetting"
):
    """A bucket of Google's; kept, and not used by this server."""

    bucket: Maybe[str] = UNSET
    base_key: Maybe[str] = UNSET


class ExternalStorageLocationSetting(
    StorageLocationSetting, tag="org.sagebionetworks.repo.model.project.ExternalStorageLocationSetting"
):
    """A server, such as one for SFTP, that clients send files to by themselves."""

    url: Maybe[str] = UNSET
    supports_subfolders: Maybe[bool] = UNSET


class ExternalObjectStorageLocationSetting(
    StorageLocationSetting, tag="org.sagebionetworks.repo.model.project.ExternalObjectStorageLocationSetting"
):
    """An object store that clients have credentials for, and this server has none."""

    bucket: Maybe[str] = UNSET
    endpoint_url: Maybe[str] = UNSET


class ProxyStorageLocationSettings(
    StorageLocationSetting, tag="org.sagebionetworks.repo.model.project.ProxyStorageLocationSettings"
):
    """A server that hands out files for signed requests; kept, and not used by this server."""

    proxy_url: Maybe[str] = UNSET
    secret_key: Maybe[str] = UNSET
    benefactor_id: Maybe[EntityId] = UNSET


AnyStorageLocation: TypeAlias = (
    S3StorageLocationSetting
    | ExternalS3StorageLocationSetting
    | ExternalGoogleCloudStorageLocationSetting
    | ExternalStorageLocationSetting
    | ExternalObjectStorageLocationSetting
    | ProxyStorageLocationSettings
)


class StorageLocations(Shape):
    """The caller's storage locations, the newest first."""

    locations: list[AnyStorageLocation] = msgspec.field(name="list")


class Location(msgspec.Struct, array_like=True, kw_only=True):
    """One storage location, as stored. ``endpoint`` is the reference of its store, None for the default one."""

    id: int = 0
    kind: str
    created_by: int = 0
    created_on: datetime | None = None
    etag: UUID | None = None
    upload_type: str = "S3"
    banner: str | None = None
    description: str | None = None
    sts_enabled: bool = False
    bucket: str | None = None
    base_key: str | None = None
    endpoint_url: str | None = None
    endpoint: str | None = None
    url: str | None = None
    supports_subfolders: bool | None = None
    benefactor_id: int | None = None
    readable: bool = True
    writable: bool = True


def shape_of(row: Location) -> AnyStorageLocation:
    """A stored location as the wire says it. A proxy's secret is not told to anybody."""
    common: dict[str, Any] = {
        "storage_location_id": row.id, "upload_type": row.upload_type, "banner": or_unset(row.banner),
        "description": or_unset(row.description), "etag": str(row.etag), "created_by": row.created_by,
        "created_on": stamp(row.created_on) if row.created_on else UNSET,
    }  # fmt: skip
    bucket, base_key, url = or_unset(row.bucket), or_unset(row.base_key), or_unset(row.url)
    endpoint_url = or_unset(row.endpoint_url)
    match row.kind:
        case "managed-s3":
            return S3StorageLocationSetting(**common, base_key=base_key, sts_enabled=row.sts_enabled)
        case "external-s3":
            return ExternalS3StorageLocationSetting(
                **common, bucket=bucket, base_key=base_key, sts_enabled=row.sts_enabled, endpoint_url=endpoint_url
            )
        case "google-cloud":
            return ExternalGoogleCloudStorageLocationSetting(**common, bucket=bucket, base_key=base_key)
        case "external-url":
            subfolders = or_unset(row.supports_subfolders)
            return ExternalStorageLocationSetting(**common, url=url, supports_subfolders=subfolders)
        case "object-store":
            return ExternalObjectStorageLocationSetting(**common, bucket=bucket, endpoint_url=endpoint_url)
    benefactor = UNSET if row.benefactor_id is None else EntityId(row.benefactor_id)
    return ProxyStorageLocationSettings(**common, proxy_url=url, benefactor_id=benefactor)


def clean_bucket(bucket: object) -> str:
    """A bucket's name. Raises BadRequest."""
    if not isinstance(bucket, str) or not _BUCKET.fullmatch(bucket):
        raise BadRequest("bucket is required: 3 to 63 lower-case letters, digits, dots and hyphens.")
    return bucket


def clean_keys(access_key_id: object, secret_access_key: object) -> OwnKeys | None:
    """Keys of the bucket's owner, if there are any. Raises BadRequest."""
    given = [one if isinstance(one, str) and one else None for one in (access_key_id, secret_access_key)]
    if given == [None, None]:
        return None
    if not all(one and _KEY.fullmatch(one) for one in given):
        raise BadRequest(
            "accessKeyId and secretAccessKey belong together, and each has 1 to 256 letters, digits and signs without"
            " blanks."
        )
    return OwnKeys(*given)  # type: ignore[arg-type]


def clean_base_key(base_key: object) -> str | None:
    """A base key without slashes and blanks at its ends; None for nothing. Raises BadRequest.

    Refused is what stores disagree on (``a//b``, ``a/../b``), what their policies read as a pattern, and what leaves no
    room for the names of files, so that a base key means the same prefix everywhere and never another one.
    """
    key = base_key.strip("/ \t") if isinstance(base_key, str) else ""
    if not key:
        return None
    if any(piece.strip() in ("", ".", "..") for piece in key.split("/")):
        raise BadRequest("baseKey has an empty piece, or one of dots alone, between two slashes; write it without.")
    if OWNER_FILE in key.split("/"):
        raise BadRequest(
            f"baseKey has a piece {OWNER_FILE}, which is the name of the file that says whose a bucket is."
        )
    if any(letter in "*?\\" for letter in key) or "${" in key:
        raise BadRequest("baseKey has a character that policies of object stores read as a pattern: one of * ? \\ ${.")
    if any(unicodedata.category(letter)[0] == "C" for letter in key):
        raise BadRequest("baseKey contains a control character.")
    if len(key.encode()) > LONGEST_BASE_KEY:
        raise BadRequest(
            f"baseKey has at most {LONGEST_BASE_KEY} bytes, because keys end at 1024, not {len(key.encode())}."
        )
    return key


def clean_url(url: object, member: str, schemes: tuple[str, ...] = ()) -> str:
    """A URL with a host, of one of the schemes if any are given. Raises BadRequest."""
    text = url.strip("/ \t") if isinstance(url, str) else ""
    try:
        parts = urlsplit(text)
        fine = bool(parts.scheme and parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine or len(text) > LONGEST_URL or any(not letter.isprintable() or letter.isspace() for letter in text):
        raise BadRequest(f"{member} is required, and is a URL with a host such as sftp://data.example.org/folder.")
    if schemes and parts.scheme not in schemes:
        raise BadRequest(f"{member} is an address that begins with {' or '.join(schemes)}://.")
    return text


class ProjectSetting(Shape, tag_field="concreteType"):
    """A setting of a project or folder, which holds for all that lies below."""

    id: Maybe[Id] = UNSET
    project_id: Maybe[EntityId] = UNSET
    settings_type: Maybe[str] = UNSET
    etag: Maybe[str] = UNSET


class UploadDestinationListSetting(
    ProjectSetting, tag="org.sagebionetworks.repo.model.project.UploadDestinationListSetting"
):
    """Which storage locations new files go to; the first one unless the client says another."""

    locations: Maybe[list[Int64]] = UNSET


AnyProjectSetting: TypeAlias = UploadDestinationListSetting
