"""Probes of parts whose bytes come from an object that the store has already."""

from __future__ import annotations

import hashlib
import re
from functools import partial

from vesicle.errors import BadRequest
from vesicle.objectstore.contract import ByteRange, NoSuchObject, Refused
from vesicle.objectstore.probing import Answer, Probe, PromiseBroken, Subject, must_be, must_raise, promise

PROBES: list[Probe] = []
SMALLEST_PART = 5 * 2**20
BODY = b"1" * SMALLEST_PART + b"the rest"


def _source(subject: Subject, first: int = 0, last: int = len(BODY) - 1) -> ByteRange:
    key = subject.key("source größe +1.bin")
    subject.store.put(subject.bucket, key, BODY)
    return ByteRange(subject.bucket, key, _etag(BODY), first, last)


def _etag(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def _begin(subject: Subject) -> tuple[str, str]:
    key = subject.key("copy größe +1.bin")
    return key, subject.parts.begin_upload(subject.bucket, key, "application/x-probe")


def _send(subject: Subject, source: ByteRange, key: str, upload_id: str, number: int) -> Answer:
    signed = subject.copies.sign_part_copy(source, subject.bucket, key, upload_id, number, expires_s=60)
    return subject.ask("PUT", signed.url, headers=signed.headers)


def _etag_in(answer: Answer) -> str:
    found = re.search(rb"<ETag>(?:&quot;|&#34;|\")?([0-9a-f]{32}(?:-[0-9]+)?)", answer.body)
    return found[1].decode() if found else f"no ETag in {answer.status} {answer.body[:300]!r}"


@promise("parts copied by URL become the object, and the answer holds the ETag of the part", PROBES)
def copied_parts_become_the_object(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    first = _source(subject, 0, SMALLEST_PART - 1)
    rest = first._replace(first=SMALLEST_PART, last=len(BODY) - 1)
    recorded = []
    for number, source in ((1, first), (2, rest)):
        answer = _send(subject, source, key, upload_id, number)
        must_be(answer.status, 200, f"the status of part {number} ({answer.body[:300]!r})")
        listed = subject.parts.listed_parts(subject.bucket, key, upload_id, number)
        found = [(part.etag, part.size) for part in listed]
        must_be(found, [(_etag_in(answer), source.last - source.first + 1)], f"what is listed of part {number}")
        recorded.append((number, _etag_in(answer)))
    other = [recorded[0], (2, _etag(b"never copied"))]
    must_raise(Refused, lambda: subject.parts.complete_upload(subject.bucket, key, upload_id, other), "another ETag")
    subject.parts.complete_upload(subject.bucket, key, upload_id, recorded)
    must_be(subject.store.get(subject.bucket, key), BODY, "the copy")


@promise("a part copied by the server itself is the same", PROBES)
def the_server_copies_parts_itself(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    etag = subject.copies.copy_part(_source(subject, 1, 3), subject.bucket, key, upload_id, 1)
    found = subject.parts.listed_parts(subject.bucket, key, upload_id, 1)
    must_be([(part.etag, part.size) for part in found], [(etag, 3)], "what is listed")


@promise("a source's key may hold a %", PROBES)
def a_key_with_percent_is_copied(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    for name in ("50%", "1%.bin", "a%2Fb", "a/b"):
        subject.store.put(subject.bucket, subject.key(name), name.encode())
    for name in ("50%", "1%.bin", "a%2Fb"):
        source = ByteRange(subject.bucket, subject.key(name), _etag(name.encode()), 0, len(name) - 1)
        if subject.differences.refuses_to_copy_parts_of_percent_keys:
            sign = partial(subject.copies.sign_part_copy, expires_s=60)
            for deed in (subject.copies.copy_part, sign):
                wanted = partial(deed, source, subject.bucket, key, upload_id, 1)
                must_raise(BadRequest, wanted, f"a copy from {name!r}")
        else:
            must_be(_send(subject, source, key, upload_id, 1).status, 200, f"the status of a copy from {name!r}")
            again = subject.parts.begin_upload(subject.bucket, key, None)
            etag = subject.copies.copy_part(source, subject.bucket, key, again, 1)
            subject.parts.complete_upload(subject.bucket, key, again, [(1, etag)])
            must_be(subject.store.get(subject.bucket, key), name.encode(), f"the copy of {name!r}")


@promise("a part is copied from the very object that was named, not from one that took its place", PROBES)
def a_changed_source_is_seen(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    source = _source(subject, 0, 2)._replace(etag=_etag(b"what was there before"))
    answer = _send(subject, source, key, upload_id, 1)
    must_be(answer.status, 200 if subject.differences.ignores_the_etag_of_a_copied_part else 412, "the status")
    if not subject.differences.ignores_the_etag_of_a_copied_part:
        try:
            subject.copies.copy_part(source, subject.bucket, key, upload_id, 1)
        except Refused as refused:
            must_be(refused.store_code, "PreconditionFailed", "the code of copy_part")
        else:
            raise PromiseBroken("copy_part took the bytes of another object")
    gone = source._replace(key=subject.key("never put"))
    must_raise(NoSuchObject, lambda: subject.copies.copy_part(gone, subject.bucket, key, upload_id, 1), "a gone source")


@promise("a part is copied from the version that was named, and not from the newest", PROBES)
def a_version_is_copied(subject: Subject) -> None:
    if subject.versioned is None:
        return
    source_key = subject.key("source in versions")
    subject.store.put(subject.versioned, source_key, b"first")
    version = subject.store.stat(subject.versioned, source_key).version_id
    subject.store.put(subject.versioned, source_key, b"newer")
    source = ByteRange(subject.versioned, source_key, _etag(b"first"), 0, 4, version)
    key, upload_id = _begin(subject)
    answer = _send(subject, source, key, upload_id, 1)
    must_be(answer.status, 200, f"the status ({answer.body[:300]!r})")
    subject.parts.complete_upload(subject.bucket, key, upload_id, [(1, _etag_in(answer))])
    must_be(subject.store.get(subject.bucket, key), b"first", "the copy by URL")
    key, upload_id = _begin(subject)
    etag = subject.copies.copy_part(source, subject.bucket, key, upload_id, 1)
    subject.parts.complete_upload(subject.bucket, key, upload_id, [(1, etag)])
    must_be(subject.store.get(subject.bucket, key), b"first", "the copy by the server")


@promise("the URL copies nothing but the piece that was signed", PROBES)
def a_copy_url_is_for_one_piece(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    source = _source(subject, 0, 2)
    signed = subject.copies.sign_part_copy(source, subject.bucket, key, upload_id, 1, expires_s=60)
    secret = subject.key("secret")
    subject.store.put(subject.bucket, secret, b"of somebody else")
    for name, other in (("x-amz-copy-source", f"{subject.bucket}/{secret}"), ("x-amz-copy-source-range", "bytes=0-9")):
        must_be(subject.ask("PUT", signed.url, headers=signed.headers | {name: other}).status, 403, f"another {name}")
    less = {name: value for name, value in signed.headers.items() if name != "x-amz-copy-source"}
    must_be(subject.ask("PUT", signed.url, b"own bytes", less).status, 403, "bytes of the sender's own")
    must_be(subject.parts.listed_parts(subject.bucket, key, upload_id, 1), [], "what is listed")
