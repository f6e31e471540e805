"""What every probe of the contract stands on: the store under test, and plain HTTP as a client speaks it."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from urllib.parse import urlsplit
from uuid import uuid4

from vesicle.objectstore.contract import (
    CopiesParts,
    Credentials,
    LendsCredentials,
    ObjectStore,
    SignsUrls,
    Surveys,
    TakesParts,
    power,
)

ANSWER_WITHIN_S = 30


class PromiseBroken(AssertionError):
    """The store did something else than the contract promises; the text says what was seen."""


@dataclass(frozen=True)
class Differences:
    """What a provider is known to do otherwise. A probe then holds it to that instead, so none of these goes stale."""

    refuses_dot_segments: bool = False
    """Keys with ``.`` or ``..`` between slashes are refused."""
    evens_slashes: bool = False
    """A backslash, or several slashes in a row, are taken for one slash."""
    refuses_names_over_255_bytes: bool = False
    """Between two slashes a key has at most 255 bytes."""
    paging_loses_keys_below_keys: bool = False
    """With ``after`` naming ``a``, the listing passes over ``a/b``."""
    ignores_the_etag_of_a_copied_part: bool = False
    """A part is copied from an object with another ETag than was asked for."""
    refuses_to_copy_parts_of_percent_keys: bool = False
    """No part is copied from an object whose key holds a ``%``."""
    sessions_cannot_copy_parts: bool = False
    """Lent credentials copy no parts, not even inside their bounds; whole objects they do copy."""


@dataclass(frozen=True)
class Subject:
    """A store under test, in one bucket, under a prefix that is the probe's own.

    ``stranger`` is the same store with a wrong secret; ``ca_bundle`` is the file that holds the store's CA, if it is
    not one of the system's.
    """

    store: ObjectStore
    bucket: str
    stranger: ObjectStore
    differences: Differences = Differences()
    ca_bundle: str | None = None
    borrower: Callable[[Credentials], ObjectStore] | None = None
    """The same store, as whoever got these credentials uses it; None when the store under test lends nothing."""
    prefix: str = field(default="vesicle-check/")
    versioned: str | None = None
    """Another bucket of the same store, which keeps versions while ``bucket`` keeps none."""

    @property
    def parts(self) -> TakesParts:
        return power(self.store, TakesParts)

    @property
    def urls(self) -> SignsUrls:
        return power(self.store, SignsUrls)

    @property
    def copies(self) -> CopiesParts:
        return power(self.store, CopiesParts)

    @property
    def surveys(self) -> Surveys:
        return power(self.store, Surveys)

    def lent(self, base_key: str | None, *, write: bool) -> ObjectStore:
        """The store as a borrower sees it. ``base_key`` is below the prefix, which has no slash at its end here."""
        if self.borrower is None:
            raise PromiseBroken("the store under test is to lend, and nothing says how a borrower reaches it")
        lender = power(self.store, LendsCredentials)
        return self.borrower(lender.lend(self.bucket, base_key, write=write, session_name="probe"))

    def key(self, name: str) -> str:
        return self.prefix + name

    def clear(self) -> None:
        """Remove whatever the probe left behind."""
        for upload in list(self.parts.open_uploads(self.bucket, self.prefix)):
            self.parts.abort_upload(self.bucket, upload.key, upload.upload_id)
        for bucket in filter(None, (self.bucket, self.versioned)):
            for found in self.store.list(bucket, self.prefix):
                self.store.delete(bucket, found.key)
        if self.versioned is not None:
            self.surveys.erase(self.versioned, self.prefix)

    def ask(self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One request with nothing but these headers, as whoever holds the URL would make it."""
        parts = urlsplit(url)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            trust = ssl.create_default_context(cafile=self.ca_bundle)
            connection = http.client.HTTPSConnection(parts.netloc, timeout=ANSWER_WITHIN_S, context=trust)
        else:
            connection = http.client.HTTPConnection(parts.netloc, timeout=ANSWER_WITHIN_S)
        try:
            connection.request(method, f"{parts.path}?{parts.query}", body or None, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Probe:
    """One promise of the contract, and the deed that shows whether it is kept."""

    name: str
    promise: str
    deed: Callable[[Subject], None]

    def run(self, subject: Subject) -> None:
        """Raise ``PromiseBroken``, or whatever the store raised unasked. Leaves nothing behind in the bucket."""
        own = replace(subject, prefix=f"{subject.prefix}{uuid4().hex}/")
        try:
            self.deed(own)
        finally:
            own.clear()


def promise(text: str, probes: list[Probe]) -> Callable[[Callable[[Subject], None]], Callable[[Subject], None]]:
    """Enter a function in a list of probes, under its own name."""

    def enter(deed: Callable[[Subject], None]) -> Callable[[Subject], None]:
        probes.append(Probe(deed.__name__, text, deed))
        return deed

    return enter


def must_be(seen: object, wanted: object, what: str) -> None:
    """Raise ``PromiseBroken`` unless the two are equal."""
    if seen != wanted:
        raise PromiseBroken(f"{what}: {seen!r} instead of {wanted!r}")


def must_raise(kind: type[Exception], deed: Callable[[], object], what: str) -> None:
    """Raise ``PromiseBroken`` unless the deed raises this kind of error."""
    try:
        seen = deed()
    except kind:
        return
    except Exception as other:
        raise PromiseBroken(f"{what}: {type(other).__name__} ({other}) instead of {kind.__name__}") from other
    raise PromiseBroken(f"{what}: {seen!r} instead of {kind.__name__}")
