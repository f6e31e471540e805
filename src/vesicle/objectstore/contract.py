"""What vesicle asks of an object store, whoever made it.

``ObjectStore`` is what every store does; what only some do is a power of its own (``TakesParts``, ``SignsUrls``), asked
for with ``power``. Calls are synchronous and may be made from many threads. Every one may raise ``Refused`` (the
store answered and said no) or ``Unavailable`` (it did not answer within the provider's limits); nothing else leaves a
provider except what the docstrings here name. A promise made here has its probe in ``conformance``. What the calls
answer, and the errors, stand in ``answers`` and are imported from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol, TypeVar, cast, runtime_checkable

from vesicle import errors
from vesicle.objectstore.answers import (
    ByteRange,
    Credentials,
    ListedObject,
    ListedPart,
    ListedVersion,
    NoSuchObject,
    NoSuchUpload,
    ObjectStat,
    OpenUpload,
    Refused,
    SignedUrl,
    StoreError,
    Unavailable,
    VersionPage,
)

__all__ = [
    "ByteRange",
    "CopiesParts",
    "Credentials",
    "LendsCredentials",
    "ListedObject",
    "ListedPart",
    "ListedVersion",
    "NoSuchObject",
    "NoSuchUpload",
    "ObjectStat",
    "ObjectStore",
    "OpenUpload",
    "Refused",
    "SignedUrl",
    "SignsUrls",
    "StoreError",
    "Surveys",
    "TakesParts",
    "Unavailable",
    "VersionPage",
    "power",
]


class ObjectStore(Protocol):
    """A store of objects in buckets. ``name`` is what people call it, in reasons and metrics; it holds no secret."""

    name: str

    def put(self, bucket: str, key: str, body: bytes, content_type: str | None = None) -> None:
        """Store a small object in one piece, in place of what is there."""

    def get(self, bucket: str, key: str, byte_range: tuple[int, int] | None = None) -> bytes:
        """Read a small object, or its bytes from the first to the last position of ``byte_range``, both included.

        Raises ``NoSuchObject``.
        """

    def stat(self, bucket: str, key: str, version_id: str | None = None) -> ObjectStat:
        """What the store knows of an object, its newest version unless told otherwise.

        Raises ``NoSuchObject``, also for a missing bucket: stores do not tell the two apart in this call.
        """

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object. One that is not there is no error."""

    def copy(self, source_bucket: str, source_key: str, bucket: str, key: str) -> None:
        """Copy an object of up to 5 GiB, with its content type and metadata, inside the store. May take minutes.

        Raises ``NoSuchObject``.
        """

    def check(self, bucket: str | None = None) -> None:
        """Return when the store answers and knows our credentials (and, if one is named, the bucket). Cheap."""

    def ensure_bucket(self, bucket: str) -> None:
        """Make the bucket unless we have it already."""

    def list(self, bucket: str, prefix: str, after: str | None = None, limit: int = 1000) -> Sequence[ListedObject]:
        """At most ``limit`` (up to 1,000) objects whose keys begin with ``prefix``, and come behind ``after`` if given.

        Calling again with the last key as ``after``, until nothing comes, gives every key once. The order is the
        store's own.
        """


@runtime_checkable
class TakesParts(Protocol):
    """The power to put an object together from parts that are sent one by one."""

    def begin_upload(
        self,
        bucket: str,
        key: str,
        content_type: str | None,
        content_disposition: str | None = None,
        metadata: dict[str, str] | None = None,
        *,
        for_bucket_owner: bool = False,
    ) -> str:
        """Begin a multipart upload and return the store's id for it. Header values must be ASCII.

        ``for_bucket_owner``: the bucket is somebody else's, who gets every right on the object, as their own ones.
        """

    def put_part(self, bucket: str, key: str, upload_id: str, number: int, body: bytes) -> str:
        """Send one part ourselves; its ETag. Raises ``NoSuchUpload``."""

    def listed_parts(self, bucket: str, key: str, upload_id: str, number: int) -> list[ListedPart]:
        """Every entry that the store lists for this part number: none, one, or for a part that was sent again more.

        Which of several came last cannot be told from them. Raises ``NoSuchUpload``.
        """

    def complete_upload(self, bucket: str, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> None:
        """Make the object of exactly these parts, given as (number, ETag) in the order of the numbers.

        Raises ``Refused`` when the store lacks one of them, ``NoSuchUpload`` when the upload is gone (and the object
        may then be there already). May take minutes.
        """

    def abort_upload(self, bucket: str, key: str, upload_id: str) -> None:
        """Give up an upload and let the store drop its parts. An upload that is gone is no error."""

    def open_uploads(self, bucket: str, prefix: str = "", limit: int | None = None) -> Iterator[OpenUpload]:
        """The open uploads under a key prefix, all or at most ``limit``, asked for page by page while iterating."""


@runtime_checkable
class SignsUrls(Protocol):
    """The power to sign URLs that let somebody without credentials do one thing for a while. Signing asks no store.

    ``expires_s`` is the life in seconds, from 1 to 604,800, counted from ``now`` (an aware time, else the present).
    """

    def sign_get(
        self,
        bucket: str,
        key: str,
        *,
        expires_s: int,
        now: datetime | None = None,
        content_type: str | None = None,
        content_disposition: str | None = None,
        version_id: str | None = None,
    ) -> str:
        """A URL that reads an object, whole or by Range; the given headers take the place of the object's own."""

    def sign_part(
        self,
        bucket: str,
        key: str,
        upload_id: str,
        number: int,
        content_length: int,
        *,
        expires_s: int,
        now: datetime | None = None,
    ) -> SignedUrl:
        """A URL that PUTs one part of exactly ``content_length`` bytes; the store refuses any other length."""


@runtime_checkable
class CopiesParts(Protocol):
    """The power to take the bytes of a part from an object that the store has already."""

    def sign_part_copy(
        self,
        source: ByteRange,
        bucket: str,
        key: str,
        upload_id: str,
        number: int,
        *,
        expires_s: int,
        now: datetime | None = None,
    ) -> SignedUrl:
        """A URL that fills one part from this piece of this very object, when PUT to with the headers and no body."""

    def copy_part(self, source: ByteRange, bucket: str, key: str, upload_id: str, number: int) -> str:
        """Fill one part from this piece, and return its ETag. May take minutes.

        Raises ``Refused`` where the store does not copy between these two buckets, and with the code
        ``PreconditionFailed`` for a source with another ETag; ``NoSuchObject`` for one that is gone. Some stores do not
        look at the ETag: compare the source's own afterwards.
        """


@runtime_checkable
class Surveys(Protocol):
    """The power to look through what is there: every version of every object, and every byte of one."""

    def keeps_versions(self, bucket: str) -> bool:
        """True when the bucket keeps versions, as far as the store tells us."""

    def list_versions(self, bucket: str, prefix: str, after: str | None = None, limit: int = 1000) -> VersionPage:
        """At most ``limit`` versions of objects whose keys begin with ``prefix``; ``after`` is what a page ended with.

        The versions of one key come together, the newest first; what is deleted has none that is the newest.
        """

    def erase(self, bucket: str, prefix: str) -> None:
        """Remove every version of all keys that begin with this (not empty) prefix for good, and every mark of a
        deletion. One that may not be removed is ``Refused``, and so are those behind it.
        """

    def md5(self, bucket: str, key: str, etag: str, version_id: str | None = None) -> str:
        """The hexadecimal MD5 of all bytes of the object with this ETag. Takes as long as reading them does.

        Raises ``NoSuchObject``, and ``Refused`` with the code ``PreconditionFailed`` when it has another ETag by now.
        """


@runtime_checkable
class LendsCredentials(Protocol):
    """The power to lend somebody keys of his own, for one bucket or what lies below one key."""

    def lend(
        self, bucket: str, base_key: str | None, *, write: bool, session_name: str, life_s: int = 43_200
    ) -> Credentials:
        """Keys for ``base_key`` itself and what follows behind a slash, or for the whole bucket without one.

        They read and list; with ``write`` they put and delete, too. They never reach ``owner.txt`` there, nor anything
        outside. ``session_name`` is what the store's own logs call the bearer. Raises ``errors.BadRequest`` for a base
        key that cannot be said in a policy.
        """

    def lends_on(self, lent: Credentials) -> bool:
        """Whether whoever holds these keys can get others by them, which nothing bounds. Never true."""


Power = TypeVar("Power")
_WORDS: dict[type, str] = {
    TakesParts: "take uploads in parts",
    SignsUrls: "sign URLs",
    Surveys: "list versions",
    CopiesParts: "copy objects part by part",
    LendsCredentials: "lend temporary credentials",
}


def power(store: ObjectStore, wanted: Callable[..., Power]) -> Power:
    """The same store, as one that has the wanted power. Raises ``errors.BadRequest`` when it lacks it.

    ``wanted`` is one of the protocols above. Its type is written as a callable, because a checker lets only classes
    that can be instantiated be passed as a ``type``.
    """
    protocol = cast("type[Power]", wanted)
    if not isinstance(store, protocol):
        raise errors.BadRequest(f"The object store {store.name} cannot {_WORDS[protocol]}.")
    return store
