"""Shapes of downloads."""

from __future__ import annotations

import msgspec

from vesicle.files.model import AnyFileHandle
from vesicle.wire import UNSET, Id, Maybe, Shape


class FileHandleAssociation(Shape):
    """A file handle, and the object through which the caller may have it."""

    file_handle_id: Id
    associate_object_id: str
    associate_object_type: str


class BatchFileRequest(Shape):
    """Up to a hundred associations, and what is wanted of each."""

    requested_files: list[FileHandleAssociation] = msgspec.field(default_factory=list)
    include_file_handles: bool = False
    include_pre_signed_urls: bool = msgspec.field(default=False, name="includePreSignedURLs")
    include_preview_pre_signed_urls: bool = msgspec.field(default=False, name="includePreviewPreSignedURLs")


class FileResult(Shape):
    """What became of one association."""

    file_handle_id: str
    file_handle: Maybe[AnyFileHandle] = UNSET
    pre_signed_url: Maybe[str] = msgspec.field(default=UNSET, name="preSignedURL")
    failure_code: Maybe[str] = UNSET


class BatchFileResult(Shape):
    """One result for each association, in the same order."""

    requested_files: list[FileResult]


class StsCredentials(Shape):
    """Keys of a session at the object store, and what they open. ``endpoint_url`` is absent at AWS."""

    bucket: str
    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: str
    base_key: Maybe[str] = UNSET
    endpoint_url: Maybe[str] = UNSET
