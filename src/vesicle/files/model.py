"""Shapes of file handles and uploads, on the wire and as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from vesicle.objectstore.contract import ObjectStat
from vesicle.wire import UNSET, Id, Int64, Maybe, Shape, or_unset, stamp

NOT_SET = "NOT_SET"
ENTITY = "FileEntity"
"""The one kind of object that handles are associated with, so far."""


class FileHandle(Shape, tag_field="concreteType"):
    """Where the bytes of a file are, and what is known of them."""

    id: Maybe[Id] = UNSET
    etag: Maybe[str] = UNSET
    created_by: Maybe[str] = UNSET
    created_on: Maybe[str] = UNSET
    modified_on: Maybe[str] = UNSET
    content_type: Maybe[str] = UNSET
    content_md5: Maybe[str] = UNSET
    content_size: Maybe[Int64] = UNSET
    file_name: Maybe[str] = UNSET
    storage_location_id: Maybe[Int64] = UNSET
    status: Maybe[str] = UNSET


class S3FileHandle(FileHandle, tag="org.sagebionetworks.repo.model.file.S3FileHandle"):
    """An object in a bucket."""

    bucket_name: Maybe[str] = UNSET
    key: Maybe[str] = UNSET
    preview_id: Maybe[str] = UNSET
    is_preview: Maybe[bool] = UNSET


class ExternalFileHandle(FileHandle, tag="org.sagebionetworks.repo.model.file.ExternalFileHandle"):
    """A URL that somebody else serves."""

    external_url: Maybe[str] = msgspec.field(default=UNSET, name="externalURL")


class GoogleCloudFileHandle(FileHandle, tag="org.sagebionetworks.repo.model.file.GoogleCloudFileHandle"):
    """An object in a bucket of Google's, which this server cannot use."""

    bucket_name: Maybe[str] = UNSET
    key: Maybe[str] = UNSET
    preview_id: Maybe[str] = UNSET
    is_preview: Maybe[bool] = UNSET


class ExternalObjectStoreFileHandle(
    FileHandle, tag="org.sagebionetworks.repo.model.file.ExternalObjectStoreFileHandle"
):
    """An object in a store that clients have credentials for, and this server has none."""

    endpoint_url: Maybe[str] = UNSET
    bucket: Maybe[str] = UNSET
    file_key: Maybe[str] = UNSET


class ProxyFileHandle(FileHandle, tag="org.sagebionetworks.repo.model.file.ProxyFileHandle"):
    """A file behind a proxy, for which this server cannot sign yet."""

    file_path: Maybe[str] = UNSET


AnyFileHandle: TypeAlias = (
    S3FileHandle | GoogleCloudFileHandle | ExternalFileHandle | ExternalObjectStoreFileHandle | ProxyFileHandle
)


class FileHandleResults(Shape):
    """The handle of a file, then that of its preview where there is one."""

    handles: list[AnyFileHandle] = msgspec.field(name="list")


class MultipartUploadRequest(
    Shape, tag_field="concreteType", tag="org.sagebionetworks.repo.model.file.MultipartUploadRequest"
):
    """What a client is about to send."""

    file_name: str
    file_size_bytes: Int64
    part_size_bytes: Int64
    content_md5_hex: str = msgspec.field(name="contentMD5Hex")
    content_type: Maybe[str] = UNSET
    storage_location_id: Maybe[Int64] = UNSET
    generate_preview: Maybe[bool] = UNSET


class SourceAssociation(Shape):
    """The file handle to copy, and the object through which the caller may have it."""

    file_handle_id: Id
    associate_object_id: str
    associate_object_type: str


class MultipartUploadCopyRequest(
    Shape, tag_field="concreteType", tag="org.sagebionetworks.repo.model.file.MultipartUploadCopyRequest"
):
    """What a client wants copied, and where to. Size, MD5 and content type are the source's."""

    source_file_handle_association: SourceAssociation
    storage_location_id: Int64
    part_size_bytes: Int64
    file_name: Maybe[str] = UNSET
    generate_preview: Maybe[bool] = UNSET


AnyMultipartRequest: TypeAlias = MultipartUploadRequest | MultipartUploadCopyRequest


class MultipartUploadStatus(Shape):
    """How far an upload is. ``partsState`` has one 0 or 1 for each part, the first part first."""

    upload_id: str
    started_by: str
    started_on: str
    updated_on: str
    state: str
    parts_state: str
    result_file_handle_id: Maybe[str] = UNSET


class BatchPresignedUploadUrlRequest(Shape):
    """The parts that a client wants to send next."""

    part_numbers: list[Int64]
    upload_id: Maybe[str] = UNSET
    content_type: Maybe[str] = UNSET


class PartPresignedUrl(Shape):
    """Where to PUT one part."""

    part_number: int
    upload_presigned_url: str
    signed_headers: Maybe[dict[str, str]] = UNSET


class BatchPresignedUploadUrlResponse(Shape):
    """One URL for each part that was asked for."""

    part_presigned_urls: list[PartPresignedUrl]


class AddPartResponse(Shape):
    """Whether a part that a client says it sent is in the store."""

    upload_id: str
    part_number: int
    add_part_state: str
    error_message: Maybe[str] = UNSET


class Upload(msgspec.Struct, array_like=True):
    """One multipart upload, as stored."""

    id: int
    started_by: int
    started_on: datetime
    updated_on: datetime
    file_name: str
    content_type: str
    content_md5: str
    file_size: int
    part_size: int
    parts: int
    generate_preview: bool
    storage_location_id: int
    bucket: str
    key: str
    store_upload_id: str
    result_handle_id: int | None
    state: str
    endpoint: str | None
    readable: bool = True
    source_handle_id: int | None = None
    source_bucket: str | None = None
    source_key: str | None = None
    source_etag: str | None = None
    source_version_id: str | None = None
    is_current: bool = True
    """Its request has no other upload; false from the moment on at which it ends without a file."""

    @property
    def is_copy(self) -> bool:
        """True when the store takes the parts from an object that it has already."""
        return self.source_key is not None

    def length_of(self, number: int) -> int:
        """Bytes of a part; the last one takes what is left."""
        return self.part_size if number < self.parts else self.file_size - self.part_size * (self.parts - 1)


@dataclass(frozen=True, slots=True)
class Registered:
    """A new handle of bytes that somebody else keeps. ``seen`` is what their store says of them, where it was asked."""

    kind: str
    file_name: str
    content_type: str
    content_md5: str | None
    content_size: int | None
    storage_location_id: int | None
    bucket: str | None = None
    key: str | None = None
    external_url: str | None = None
    seen: ObjectStat | None = None
    verification: str = "unverifiable"


class Handle(msgspec.Struct, array_like=True):
    """One file handle, as stored."""

    id: int
    kind: str
    etag: UUID
    created_by: int
    created_on: datetime
    modified_on: datetime
    file_name: str
    content_type: str | None
    content_md5: str | None
    content_size: int | None
    storage_location_id: int | None
    preview_id: int | None
    bucket: str | None
    key: str | None
    external_url: str | None
    object_etag: str | None
    version_id: str | None
    ours: bool
    checked_on: datetime | None
    location_kind: str | None
    endpoint: str | None
    endpoint_url: str | None


class Bytes(msgspec.Struct, frozen=True):
    """An object, as the store tells of it. ``verified`` says that the MD5 is the store's own, or was computed of the
    bytes.
    """

    key: str
    name: str
    size: int
    etag: str
    version_id: str | None
    content_type: str | None
    md5: str | None
    verified: bool


def shape_of(row: Handle) -> AnyFileHandle:
    """A stored handle as the wire says it."""
    common: dict[str, Any] = {
        "id": Id(row.id), "etag": str(row.etag), "created_by": str(row.created_by), "created_on": stamp(row.created_on),
        "modified_on": stamp(row.modified_on), "content_type": or_unset(row.content_type),
        "content_md5": or_unset(row.content_md5), "content_size": or_unset(row.content_size),
        "file_name": row.file_name, "storage_location_id": or_unset(row.storage_location_id), "status": "AVAILABLE",
    }  # fmt: skip
    url = or_unset(row.external_url)
    if row.kind == "external":
        return ExternalFileHandle(**common, external_url=url)
    if row.kind == "proxy":
        return ProxyFileHandle(**common, file_path=url)
    if row.kind == "object-store":
        endpoint, bucket, key = or_unset(row.endpoint_url), or_unset(row.bucket), or_unset(row.key)
        return ExternalObjectStoreFileHandle(**common, endpoint_url=endpoint, bucket=bucket, file_key=key)
    preview = UNSET if row.preview_id is None else str(row.preview_id)
    return S3FileHandle(
        **common, bucket_name=or_unset(row.bucket), key=or_unset(row.key), preview_id=preview, is_preview=False
    )
