"""Probes of looking through a bucket: every version of every object, and every byte of one."""

from __future__ import annotations

import hashlib

from vesicle.objectstore.contract import ListedVersion, NoSuchObject, Refused
from vesicle.objectstore.probes_of_objects import AWKWARD_NAMES
from vesicle.objectstore.probing import Probe, PromiseBroken, Subject, must_be, must_raise, promise

PROBES: list[Probe] = []


def _versioned(subject: Subject) -> str | None:
    """A bucket that keeps versions; a check of somebody's bucket, which keeps none, has none to try."""
    if subject.versioned is not None:
        return subject.versioned
    return subject.bucket if subject.surveys.keeps_versions(subject.bucket) else None


def _walked(subject: Subject, bucket: str, prefix: str, limit: int) -> list[ListedVersion]:
    found: list[ListedVersion] = []
    after = None
    while True:
        page = subject.surveys.list_versions(bucket, prefix, after, limit)
        must_be(len(page.found) <= limit, True, f"at most {limit} versions come at a time")
        found += page.found
        after = page.after
        if after is None:
            return found
        if len(found) > 100:
            raise PromiseBroken(f"paging does not end: {found[:5]}")


def _etag(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


@promise("the MD5 of an object is that of all its bytes, and of this very object alone", PROBES)
def every_byte_is_read(subject: Subject) -> None:
    key, body = subject.key("größe +1.bin"), bytes(range(256)) * 12_000
    subject.store.put(subject.bucket, key, body)
    must_be(subject.surveys.md5(subject.bucket, key, _etag(body)), _etag(body), "the MD5")
    missing = subject.key("never put")
    must_raise(NoSuchObject, lambda: subject.surveys.md5(subject.bucket, missing, _etag(b"")), "the MD5 of no object")
    try:
        subject.surveys.md5(subject.bucket, key, _etag(b"other"))
    except Refused as refused:
        must_be(refused.store_code, "PreconditionFailed", "the code for another object under the key")
    else:
        raise PromiseBroken("the MD5 of an object with another ETag was told")


@promise("a bucket tells whether it keeps versions", PROBES)
def versions_are_told_of(subject: Subject) -> None:
    if subject.versioned is not None:
        must_be(subject.surveys.keeps_versions(subject.versioned), True, "a bucket with versions")
        must_be(subject.surveys.keeps_versions(subject.bucket), False, "a bucket without")


@promise("the versions of a key come together, the newest first, page by page and each once", PROBES)
def versions_come_newest_first(subject: Subject) -> None:
    bucket = _versioned(subject)
    if bucket is None:
        return
    store, bodies = subject.store, (b"one", b"two", b"three")
    wanted = {subject.key(f"d/{name}"): bodies[: number + 1] for number, name in enumerate(("a", "b", "c"))}
    for key, contents in wanted.items():
        for body in contents:
            store.put(bucket, key, body)
    gone = subject.key("d/gone")
    store.put(bucket, gone, b"gone")
    store.delete(bucket, gone)
    store.put(bucket, subject.key("elsewhere"), b"x")
    for limit in (1000, 2, 1):
        found = _walked(subject, bucket, subject.key("d/"), limit)
        seen: dict[str, list[tuple[str, int, bool]]] = {}
        for one in found:
            seen.setdefault(one.key, []).append((one.etag, one.size, one.newest))
        for key, contents in wanted.items():
            newest_first = [(_etag(body), len(body), body == contents[-1]) for body in reversed(contents)]
            must_be(seen.pop(key, None), newest_first, f"the versions of {key} in pages of {limit}")
        must_be(seen.pop(gone, None), [(_etag(b"gone"), 4, False)], f"the versions of what is deleted, by {limit}")
        must_be(seen, {}, f"other keys in pages of {limit}")
        must_be(len({one.version_id for one in found}), 7, f"different version ids in pages of {limit}")


@promise("a version is read by its id, whatever came after it", PROBES)
def a_version_is_read_by_its_id(subject: Subject) -> None:
    bucket = _versioned(subject)
    if bucket is None:
        return
    key = subject.key("object")
    for body in (b"first", b"second"):
        subject.store.put(bucket, key, body)
    second, first = _walked(subject, bucket, key, 1000)
    must_be(subject.store.stat(bucket, key, first.version_id).size, 5, "the size of the first version")
    must_be(subject.store.stat(bucket, key).version_id, second.version_id, "the version that a reader gets")
    must_be(subject.surveys.md5(bucket, key, first.etag, first.version_id), _etag(b"first"), "the first version's MD5")
    answer = subject.ask("GET", subject.urls.sign_get(bucket, key, expires_s=60, version_id=first.version_id))
    must_be((answer.status, answer.body), (200, b"first"), "the URL of the first version")


@promise("a listing of versions has every key as it was put", PROBES)
def versions_of_awkward_keys_are_listed(subject: Subject) -> None:
    bucket = _versioned(subject)
    if bucket is None:
        return
    keys = {subject.key(name) for name in AWKWARD_NAMES}
    for key in keys:
        subject.store.put(bucket, key, b"x")
    for limit in (1000, 3):
        found = _walked(subject, bucket, subject.prefix, limit)
        must_be({one.key for one in found}, keys, f"the keys in pages of {limit}")
        must_be(len(found), len(keys), f"versions in pages of {limit}")


@promise("a listing of versions has keys that begin with another key", PROBES)
def versions_below_keys_are_listed(subject: Subject) -> None:
    bucket = _versioned(subject)
    if bucket is None:
        return
    names = ("a", "a-b", "a-b/c", "a.b", "a/b", "a/c", "a0", "b.bam", "b.bam.bai", "b.bam.bai.md5")
    keys = sorted(subject.key(name) for name in names)
    for key in keys:
        subject.store.put(bucket, key, b"x")
    for limit in (1000, 5, 3, 2, 1):
        found = [one.key for one in _walked(subject, bucket, subject.prefix, limit)]
        must_be(sorted(found), keys, f"keys by {limit}")


@promise("what is erased is gone with every version and every mark of a deletion, and nothing else is", PROBES)
def what_is_erased_leaves_nothing(subject: Subject) -> None:
    bucket = subject.versioned
    if bucket is None:
        return
    for name in ("e/a", "e/a", "e/gone", "e/gone", "other"):
        subject.store.put(bucket, subject.key(name), b"x")
    subject.store.delete(bucket, subject.key("e/gone"))
    subject.store.delete(bucket, subject.key("e/never"))
    subject.surveys.erase(bucket, subject.key("e/"))
    subject.surveys.erase(bucket, subject.key("e/"))
    left = [(one.key, one.newest) for one in _walked(subject, bucket, subject.prefix, 1000)]
    must_be(left, [(subject.key("other"), True)], "what is left")
