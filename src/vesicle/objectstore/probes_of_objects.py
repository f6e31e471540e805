"""Probes of what every object store does."""

from __future__ import annotations

import hashlib

from vesicle.objectstore.contract import NoSuchObject, ObjectStat, Refused
from vesicle.objectstore.probing import Probe, PromiseBroken, Subject, must_be, must_raise, promise

PROBES: list[Probe] = []

# Names as people give them to files: any Unicode without control characters.
AWKWARD_NAMES = (
    "plain.txt",
    "Größe und Maß 名前 🧬.txt",
    "e\u0301 decomposed.txt",
    "space  and+plus.txt",
    "100%25 per%cent.txt",
    "a=b&c?d#e;f,g:h@i$.txt",
    "tilde~!*'()[]{}^`|<>.txt",
    "double \"quote\" and single 'quote'.txt",
    " leading and trailing . ",
    "長" * 85,
)


@promise("an object put is read back byte for byte, whole and by range", PROBES)
def what_is_put_is_read_back(subject: Subject) -> None:
    key, body = subject.key("object"), bytes(range(256)) * 40
    subject.store.put(subject.bucket, key, body)
    must_be(subject.store.get(subject.bucket, key), body, "the object")
    must_be(subject.store.get(subject.bucket, key, (10, 19)), body[10:20], "its bytes 10 to 19")
    subject.store.put(subject.bucket, key, b"")
    must_be(subject.store.get(subject.bucket, key), b"", "the object after an empty one took its place")


@promise("stat tells size, MD5 ETag and content type", PROBES)
def stat_tells_what_was_put(subject: Subject) -> None:
    key, body = subject.key("object"), b"known bytes"
    subject.store.put(subject.bucket, key, body, "text/x-probe")
    stat = subject.store.stat(subject.bucket, key)
    must_be(stat.size, len(body), "size")
    must_be(stat.etag, hashlib.md5(body, usedforsecurity=False).hexdigest(), "ETag")
    must_be(stat.content_type, "text/x-probe", "content type")
    must_be(stat.last_modified.utcoffset() is not None, True, "last_modified has a time zone")


@promise("a missing object is NoSuchObject in every call, and no error to delete", PROBES)
def a_missing_object_is_said_to_be_missing(subject: Subject) -> None:
    store, bucket, key = subject.store, subject.bucket, subject.key("never put")
    must_raise(NoSuchObject, lambda: store.get(bucket, key), "get")
    must_raise(NoSuchObject, lambda: store.stat(bucket, key), "stat")
    must_raise(NoSuchObject, lambda: store.copy(bucket, key, bucket, key + " copy"), "copy")
    store.delete(bucket, key)


@promise("a deleted object is gone", PROBES)
def a_deleted_object_is_gone(subject: Subject) -> None:
    key = subject.key("object")
    subject.store.put(subject.bucket, key, b"x")
    subject.store.delete(subject.bucket, key)
    must_raise(NoSuchObject, lambda: subject.store.get(subject.bucket, key), "get after delete")
    must_be([o.key for o in subject.store.list(subject.bucket, subject.prefix)], [], "the listing after delete")


@promise("keys may hold any file name that people use", PROBES)
def awkward_keys_are_kept_apart_and_whole(subject: Subject) -> None:
    store, bucket = subject.store, subject.bucket
    keys = {subject.key(name): name.encode() for name in AWKWARD_NAMES}
    for key, body in keys.items():
        store.put(bucket, key, body)
    for key, body in keys.items():
        must_be(store.get(bucket, key), body, f"the object {key!r}")
        must_be(store.stat(bucket, key).size, len(body), f"the size of {key!r}")
        must_be(subject.ask("GET", subject.urls.sign_get(bucket, key, expires_s=60)).body, body, f"the URL of {key!r}")
    must_be({found.key for found in store.list(bucket, subject.prefix)}, set(keys), "the listing")


@promise("a file name in a key may have 256 characters of three bytes each", PROBES)
def long_names_are_kept(subject: Subject) -> None:
    key = subject.key("長" * 256)
    if subject.differences.refuses_names_over_255_bytes:
        must_raise(Refused, lambda: subject.store.put(subject.bucket, key, b"x"), "put of a name of 768 bytes")
    else:
        subject.store.put(subject.bucket, key, b"x")
        must_be(subject.store.get(subject.bucket, key), b"x", "the object")


@promise("dots, backslashes and repeated slashes in a key mean nothing", PROBES)
def keys_are_not_paths(subject: Subject) -> None:
    store, bucket = subject.store, subject.bucket
    for dotted in (subject.key("a/./b"), subject.key("a/../b")):
        if subject.differences.refuses_dot_segments:
            must_raise(Refused, lambda key=dotted: store.put(bucket, key, b"x"), f"put of {dotted!r}")  # type: ignore[misc]
        else:
            store.put(bucket, dotted, b"x")
            must_be(store.stat(bucket, dotted).size, 1, f"the size of {dotted!r}")
    for between in ("//", "\\"):
        store.put(bucket, subject.key(f"one{between}two"), between.encode())
        must_be(store.get(bucket, subject.key(f"one{between}two")), between.encode(), f"the key with {between}")
        even = subject.key("one/two")
        if subject.differences.evens_slashes:
            must_be(store.get(bucket, even), between.encode(), f"the key with / in place of {between}")
        else:
            must_raise(NoSuchObject, lambda key=even: store.get(bucket, key), f"/ in place of {between}")  # type: ignore[misc]


@promise("a listing has its prefix's keys, and paging by the last key gives every one once", PROBES)
def a_listing_can_be_read_page_by_page(subject: Subject) -> None:
    keys = [subject.key(f"list/{n:02}/file") for n in range(7)]
    for key in keys:
        subject.store.put(subject.bucket, key, b"1234")
    subject.store.put(subject.bucket, subject.key("other"), b"")
    must_be(_paged(subject, subject.key("list/"), 3), keys, "the keys of pages of three")
    first = subject.store.list(subject.bucket, subject.key("list/"), limit=1)[0]
    must_be((first.size, first.etag), (4, "81dc9bdb52d04dc20036dbd8313ed055"), "size and ETag in the listing")


@promise("a key that begins with another key and a slash is listed too", PROBES)
def keys_below_keys_are_listed(subject: Subject) -> None:
    keys = [subject.key(name) for name in ("0", "a", "a-b", "a/b")]
    for key in keys:
        subject.store.put(subject.bucket, key, b"x")
    must_be(sorted(o.key for o in subject.store.list(subject.bucket, subject.prefix)), keys, "the whole listing")
    for limit in (2, 3):
        must_be(sorted(_paged(subject, subject.prefix, limit)), keys, f"the keys of pages of {limit}")
    lost = keys[3:] if subject.differences.paging_loses_keys_below_keys else []
    must_be(sorted(_paged(subject, subject.prefix, 1)), [k for k in keys if k not in lost], "the keys of pages of one")
    subject.store.delete(subject.bucket, keys[2])
    must_be(_paged(subject, subject.prefix, 2), [keys[0], keys[1], keys[3]], "the keys, the last below another")


@promise("a copy has the bytes, the content type and the metadata", PROBES)
def a_copy_is_like_its_source(subject: Subject) -> None:
    source, copy = subject.key("Quelle +ü.txt"), subject.key("Kopie +ü.txt")
    subject.store.put(subject.bucket, source, b"to be copied", "text/x-probe")
    subject.store.copy(subject.bucket, source, subject.bucket, copy)
    subject.store.delete(subject.bucket, source)
    must_be(subject.store.get(subject.bucket, copy), b"to be copied", "the copy")
    must_be(_kept(subject.store.stat(subject.bucket, copy)), (12, "text/x-probe"), "size and content type")


@promise("the store knows us, our bucket, and that a bucket is missing", PROBES)
def check_sees_store_and_bucket(subject: Subject) -> None:
    subject.store.check()
    subject.store.check(subject.bucket)
    subject.store.ensure_bucket(subject.bucket)
    must_raise(Refused, lambda: subject.store.check(f"{subject.bucket}-not-there"), "check of a missing bucket")
    must_raise(Refused, lambda: subject.store.get(f"{subject.bucket}-not-there", "k"), "get from a missing bucket")


@promise("a wrong secret is refused", PROBES)
def a_wrong_secret_is_refused(subject: Subject) -> None:
    key = subject.key("object")
    subject.store.put(subject.bucket, key, b"private")
    stranger = subject.stranger
    must_raise(Refused, stranger.check, "check")
    must_raise(Refused, lambda: stranger.get(subject.bucket, key), "get")
    must_raise(Refused, lambda: stranger.stat(subject.bucket, key), "stat")
    must_raise(Refused, lambda: stranger.put(subject.bucket, key, b"changed"), "put")
    must_raise(Refused, lambda: stranger.delete(subject.bucket, key), "delete")
    must_raise(Refused, lambda: stranger.list(subject.bucket, subject.prefix), "list")
    must_be(subject.store.get(subject.bucket, key), b"private", "the object afterwards")


@promise("nobody reads, writes, deletes or lists without credentials", PROBES)
def the_bucket_is_private(subject: Subject) -> None:
    key = subject.key("object")
    subject.store.put(subject.bucket, key, b"private")
    url = subject.urls.sign_get(subject.bucket, key, expires_s=60).partition("?")[0]
    listing = subject.urls.sign_get(subject.bucket, "", expires_s=60).partition("?")[0]
    for method, target, body in (("GET", url, b""), ("PUT", url, b"x"), ("DELETE", url, b""), ("GET", listing, b"")):
        answer = subject.ask(method, target, body)
        if answer.status not in (401, 403):
            raise PromiseBroken(f"anonymous {method} {target}: {answer.status} {answer.body[:200]!r}")
    must_be(subject.store.get(subject.bucket, key), b"private", "the object afterwards")


def _paged(subject: Subject, prefix: str, limit: int) -> list[str]:
    keys: list[str] = []
    while page := subject.store.list(subject.bucket, prefix, keys[-1] if keys else None, limit):
        keys += [found.key for found in page]
        if len(keys) > 100:
            raise PromiseBroken(f"paging does not end: {keys[:20]}")
    return keys


def _kept(stat: ObjectStat) -> tuple[int, str | None]:
    return stat.size, stat.content_type
