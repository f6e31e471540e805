"""What object stores answer: what is known of objects, parts and uploads, URLs and credentials, and the refusals."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from vesicle import errors


class StoreError(errors.Refusal):
    """What can go wrong at an object store. Uncaught, it is answered as a 502, or a 503 when it will pass."""

    status = 502


class Refused(StoreError, errors.StoreRefused):
    """The store answered, and said no. ``store_code`` is its own word for why, such as ``AccessDenied``."""

    status = 502

    def __init__(self, reason: str, store_code: str = "") -> None:
        super().__init__(reason)
        self.store_code = store_code

    @property
    def is_of_access(self) -> bool:
        """The store does not let this server do that; whether the thing is there, it did not say."""
        return self.store_code in ("AccessDenied", "403", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch")


class NoSuchObject(Refused):
    """There is no object under this key (or not in this version)."""


class NoSuchUpload(NoSuchObject):
    """The store does not know this multipart upload: never begun, aborted, or already completed."""


class Unavailable(StoreError, errors.Unavailable):
    """The store cannot be reached, answers too late, or has trouble of its own; the same call will work later."""

    status = 503


class ObjectStat(msgspec.Struct, frozen=True):
    """What the store knows of one object.

    ``size`` is in bytes; ``etag`` has no quotes. It is the hexadecimal MD5 of the bytes where ``etag_is_md5``: for an
    object that was put in one piece and is not encrypted with a key of its own.
    """

    size: int
    etag: str
    content_type: str | None
    last_modified: datetime
    version_id: str | None
    metadata: dict[str, str]
    etag_is_md5: bool = False


class ListedObject(msgspec.Struct, frozen=True):
    """One object of a listing. ``size`` is in bytes."""

    key: str
    size: int
    etag: str
    last_modified: datetime


class ListedVersion(msgspec.Struct, frozen=True):
    """One version of an object, in a listing of all of them; ``newest`` is what a reader of the key gets."""

    key: str
    size: int
    etag: str
    version_id: str
    newest: bool


class VersionPage(NamedTuple):
    """Some versions, and what to ask for the next ones with: None when there are none."""

    found: list[ListedVersion]
    after: str | None


class ListedPart(msgspec.Struct, frozen=True):
    """One part that the store holds of an open upload. ``size`` is in bytes."""

    number: int
    etag: str
    size: int


class OpenUpload(msgspec.Struct, frozen=True):
    """A multipart upload that was begun and neither completed nor aborted."""

    key: str
    upload_id: str
    started_on: datetime


class SignedUrl(msgspec.Struct, frozen=True):
    """A URL that works without credentials, and the headers its user must send that it would not send by itself."""

    url: str
    headers: dict[str, str]


class ByteRange(NamedTuple):
    """A piece of an object, from the first to the last position, both included; and which object, by its ETag and,
    in a bucket with versions, by its version: without one, the newest.
    """

    bucket: str
    key: str
    etag: str
    first: int
    last: int
    version_id: str | None = None


class Credentials(msgspec.Struct, frozen=True):
    """Keys that work for a while, within bounds. ``endpoint`` is where; None at AWS, which every client finds."""

    access_key: str
    secret_key: str
    session_token: str
    expires_on: datetime
    endpoint: str | None
