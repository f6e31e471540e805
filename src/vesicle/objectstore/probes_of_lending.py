"""Probes of lent credentials: what they open, and that they open nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vesicle.objectstore.contract import (
    ByteRange,
    CopiesParts,
    LendsCredentials,
    NoSuchObject,
    ObjectStore,
    Refused,
    SignsUrls,
    TakesParts,
    power,
)
from vesicle.objectstore.probing import Probe, PromiseBroken, Subject, must_be, must_raise, promise

PROBES: list[Probe] = []
NAMES = ("base +ü", "base +ü/in", "base +ü/deeper/in", "base +ü/owner.txt", "base +ü2/out", "out")


def _base(subject: Subject) -> str:
    """A base key with objects in it, beside it, and where its name ends."""
    for name in NAMES:
        subject.store.put(subject.bucket, subject.key(name), name.encode())
    return subject.key("base +ü")


@promise("credentials are lent for twelve hours, and say when they end", PROBES)
def credentials_last_for_half_a_day(subject: Subject) -> None:
    lent = power(subject.store, LendsCredentials).lend(subject.bucket, "base", write=False, session_name="sts-1-syn2")
    left = lent.expires_on - datetime.now(UTC)
    if not timedelta(hours=11, minutes=50) < left < timedelta(hours=12, minutes=10):
        raise PromiseBroken(f"they end after {left}")


@promise("with lent credentials nobody gets others, which nothing would bound", PROBES)
def lent_credentials_take_no_role(subject: Subject) -> None:
    lender = power(subject.store, LendsCredentials)
    lent = lender.lend(subject.bucket, subject.key("base"), write=False, session_name="probe")
    must_be(lender.lends_on(lent), False, "that the role is taken anew")


@promise("to read, the credentials open the base key and what is below, and change nothing", PROBES)
def lent_to_read(subject: Subject) -> None:
    base = _base(subject)
    lent = subject.lent(base, write=False)
    _reads_inside(subject, lent, base)
    _keeps_out(subject, lent, base)
    for name in ("base +ü", "base +ü/in", "base +ü/new"):
        _cannot_write(subject, lent, subject.key(name))
    must_raise(Refused, lambda: lent.copy(subject.bucket, f"{base}/in", subject.bucket, f"{base}/copy"), "copy inside")
    _nothing_changed(subject)


@promise("to write, the credentials do everything to objects inside, whole and in parts", PROBES)
def lent_to_write(subject: Subject) -> None:
    base, bucket = _base(subject), subject.bucket
    lent = subject.lent(base, write=True)
    _reads_inside(subject, lent, base)
    lent.put(bucket, f"{base}/new", b"new")
    lent.put(bucket, base, b"under the bare base key")
    lent.put(bucket, base, b"base +\xc3\xbc")
    lent.copy(bucket, f"{base}/new", bucket, f"{base}/copy")
    must_be(lent.get(bucket, f"{base}/copy"), b"new", "the copy")
    for name in ("new", "copy"):
        lent.delete(bucket, f"{base}/{name}")
    _takes_parts(subject, lent, f"{base}/in parts")
    _keeps_out(subject, lent, base)
    _nothing_changed(subject)


@promise("without a base key the credentials open the bucket, and neither owner.txt nor another bucket", PROBES)
def lent_for_a_bucket(subject: Subject) -> None:
    base = _base(subject)
    lent = subject.lent(None, write=True)
    must_be(lent.get(subject.bucket, f"{base}/in"), b"base +\xc3\xbc/in", "an object")
    must_be(len(lent.list(subject.bucket, subject.prefix)), len(NAMES), "the listing")
    lent.put(subject.bucket, subject.key("new"), b"x")
    lent.delete(subject.bucket, subject.key("new"))
    must_raise(Refused, lambda: lent.put(subject.bucket, "owner.txt", b"me"), "put of owner.txt")
    must_raise(Refused, lambda: lent.get(f"{subject.bucket}-not-there", "x"), "get from another bucket")


def _takes_parts(subject: Subject, lent: ObjectStore, key: str) -> None:
    parts, bucket = power(lent, TakesParts), subject.bucket
    upload_id = parts.begin_upload(bucket, key, None)
    signed = power(lent, SignsUrls).sign_part(bucket, key, upload_id, 1, 4, expires_s=60)
    must_be(subject.ask("PUT", signed.url, b"part", signed.headers).status, 200, "the status of a part")
    listed = parts.listed_parts(bucket, key, upload_id, 1)
    must_be([part.size for part in listed], [4], "what is listed of the part")
    parts.complete_upload(bucket, key, upload_id, [(1, listed[0].etag)])
    must_be(lent.get(bucket, key), b"part", "the object of one part")
    source = ByteRange(bucket, key, lent.stat(bucket, key).etag, 0, 3)
    again = parts.begin_upload(bucket, key, None)

    def copy() -> str:
        return power(lent, CopiesParts).copy_part(source, bucket, key, again, 1)

    if subject.differences.sessions_cannot_copy_parts:
        must_raise(Refused, copy, "a part copied inside")
    else:
        copy()
    parts.abort_upload(bucket, key, again)
    lent.delete(bucket, key)


def _reads_inside(subject: Subject, lent: ObjectStore, base: str) -> None:
    bucket = subject.bucket
    for name in NAMES[:3]:
        must_be(lent.get(bucket, subject.key(name)), name.encode(), f"the object {name!r}")
        must_be(lent.stat(bucket, subject.key(name)).size, len(name.encode()), f"the size of {name!r}")
    must_be({found.key for found in lent.list(bucket, f"{base}/")}, _keys(subject, NAMES[1:4]), "the listing")
    must_be(len(lent.list(bucket, f"{base}/deeper/")), 1, "the listing further below")
    must_be(len(lent.list(bucket, base)) > 0, True, "something is listed under the bare base key")
    url = power(lent, SignsUrls).sign_get(bucket, f"{base}/in", expires_s=60)
    must_be(subject.ask("GET", url).status, 200, "the status of a URL signed with the lent credentials")


def _keeps_out(subject: Subject, lent: ObjectStore, base: str) -> None:
    """Every way out of the base key, and to the owner's proof in it."""
    bucket, inside = subject.bucket, f"{base}/in"
    for name in NAMES[3:]:
        key = subject.key(name)
        must_raise(Refused, lambda key=key: lent.get(bucket, key), f"get of {name!r}")  # type: ignore[misc]
        must_raise(Refused, lambda key=key: lent.stat(bucket, key), f"stat of {name!r}")  # type: ignore[misc]
        must_raise(Refused, lambda key=key: lent.copy(bucket, key, bucket, f"{base}/stolen"), f"copy from {name!r}")  # type: ignore[misc]
        must_raise(Refused, lambda key=key: lent.copy(bucket, inside, bucket, key), f"copy to {name!r}")  # type: ignore[misc]
        url = power(lent, SignsUrls).sign_get(bucket, key, expires_s=60)
        must_be(subject.ask("GET", url).status, 403, f"the status of a URL of {name!r}")
        _cannot_write(subject, lent, key)
    for prefix in ("", subject.prefix, f"{base}2/"):
        must_raise(Refused, lambda prefix=prefix: lent.list(bucket, prefix), f"a listing of {prefix!r}")  # type: ignore[misc]
    below = f"{base}/deeper/owner.txt"
    must_raise(Refused, lambda: lent.put(bucket, below, b"me"), "put of an owner.txt further below")
    must_raise(Refused, lambda: lent.copy(bucket, inside, bucket, below), "copy to an owner.txt further below")
    must_raise(NoSuchObject, lambda: subject.store.stat(bucket, f"{base}/stolen"), "what was to be stolen")
    must_raise(Refused, lambda: lent.get(f"{bucket}-not-there", inside), "get from another bucket")


def _cannot_write(subject: Subject, lent: ObjectStore, key: str) -> None:
    bucket = subject.bucket
    must_raise(Refused, lambda: lent.put(bucket, key, b"changed"), f"put of {key!r}")
    must_raise(Refused, lambda: lent.delete(bucket, key), f"delete of {key!r}")
    must_raise(Refused, lambda: power(lent, TakesParts).begin_upload(bucket, key, None), f"an upload to {key!r}")
    upload_id = subject.parts.begin_upload(bucket, key, None)
    signed = power(lent, SignsUrls).sign_part(bucket, key, upload_id, 1, 4, expires_s=60)
    must_be(subject.ask("PUT", signed.url, b"part", signed.headers).status, 403, f"the status of a part of {key!r}")
    must_raise(Refused, lambda: power(lent, TakesParts).abort_upload(bucket, key, upload_id), f"an abort at {key!r}")
    subject.parts.abort_upload(bucket, key, upload_id)


def _nothing_changed(subject: Subject) -> None:
    must_be({found.key for found in subject.store.list(subject.bucket, subject.prefix)}, _keys(subject, NAMES), "keys")
    for name in NAMES:
        must_be(subject.store.get(subject.bucket, subject.key(name)), name.encode(), f"the object {name!r}")


def _keys(subject: Subject, names: tuple[str, ...]) -> set[str]:
    return {subject.key(name) for name in names}
