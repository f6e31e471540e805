"""Probes of multipart uploads whose parts come by presigned URLs."""

from __future__ import annotations

import hashlib

from vesicle.objectstore.content_disposition import attachment
from vesicle.objectstore.contract import NoSuchObject, NoSuchUpload, Refused
from vesicle.objectstore.probing import Answer, Probe, Subject, must_be, must_raise, promise

PROBES: list[Probe] = []
SMALLEST_PART = 5 * 2**20  # bytes; only the last part of an upload may be smaller


def _begin(subject: Subject) -> tuple[str, str]:
    key = subject.key("4711/daten größe+1.bin")
    return key, subject.parts.begin_upload(subject.bucket, key, "application/x-probe", attachment("größe.bin"))


def _send(subject: Subject, key: str, upload_id: str, number: int, body: bytes, signed: int | None = None) -> Answer:
    length = len(body) if signed is None else signed
    url = subject.urls.sign_part(subject.bucket, key, upload_id, number, length, expires_s=60)
    return subject.ask("PUT", url.url, body, url.headers)


def _etag(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


@promise("parts of exactly the part size, sent in any order, become the object with its headers", PROBES)
def parts_become_the_object(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    bodies = [b"1" * SMALLEST_PART, b"2" * SMALLEST_PART]
    for number in (2, 1):
        must_be(_send(subject, key, upload_id, number, bodies[number - 1]).status, 200, f"the status of part {number}")
    must_raise(NoSuchObject, lambda: subject.store.stat(subject.bucket, key), "stat before complete")
    recorded = [(number, _etag(body)) for number, body in enumerate(bodies, 1)]
    subject.parts.complete_upload(subject.bucket, key, upload_id, recorded)
    stat = subject.store.stat(subject.bucket, key)
    must_be((stat.size, stat.content_type), (2 * SMALLEST_PART, "application/x-probe"), "size and content type")
    seam = subject.store.get(subject.bucket, key, (SMALLEST_PART - 2, SMALLEST_PART + 1))
    must_be(seam, b"1122", "the bytes where the parts meet")
    answer = subject.ask(
        "GET", subject.urls.sign_get(subject.bucket, key, expires_s=60), headers={"Range": "bytes=0-0"}
    )
    must_be(answer.headers["Content-Disposition"], attachment("größe.bin"), "Content-Disposition")


@promise("parts that are sent without a URL become the object too", PROBES)
def parts_are_put(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    bodies = [b"1" * SMALLEST_PART, b"2"]
    sent = [
        (number, subject.parts.put_part(subject.bucket, key, upload_id, number, body))
        for number, body in enumerate(bodies, 1)
    ]
    must_be(sent, [(number, _etag(body)) for number, body in enumerate(bodies, 1)], "the ETags")
    subject.parts.complete_upload(subject.bucket, key, upload_id, sent)
    must_be(subject.store.get(subject.bucket, key, (SMALLEST_PART - 1, SMALLEST_PART)), b"12", "where the parts meet")


@promise("a single part of one byte is an upload too", PROBES)
def one_byte_is_an_upload(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    _send(subject, key, upload_id, 1, b"!")
    subject.parts.complete_upload(subject.bucket, key, upload_id, [(1, _etag(b"!"))])
    must_be(subject.store.get(subject.bucket, key), b"!", "the object")


@promise("a part is listed with the MD5 of its bytes as ETag, and no other part with it", PROBES)
def a_part_is_listed(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    for number in (1, 2, 7):
        _send(subject, key, upload_id, number, b"part %d" % number)
    for number in (1, 2, 7):
        found = subject.parts.listed_parts(subject.bucket, key, upload_id, number)
        must_be(
            [(p.number, p.etag, p.size) for p in found], [(number, _etag(b"part %d" % number), 6)], "what is listed"
        )
    must_be(subject.parts.listed_parts(subject.bucket, key, upload_id, 3), [], "what is listed of a part not sent")


@promise("the part URL refuses a body of another length", PROBES)
def a_part_of_another_length_is_refused(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    for body in (b"too long", b"short"):
        must_be(_send(subject, key, upload_id, 1, body, signed=6).status, 403, f"the status of {len(body)} bytes for 6")
    must_be(subject.parts.listed_parts(subject.bucket, key, upload_id, 1), [], "what is listed")


@promise("a part URL works for its part and its upload only", PROBES)
def a_part_url_is_for_one_part(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    url = subject.urls.sign_part(subject.bucket, key, upload_id, 1, 4, expires_s=60).url
    must_be(subject.ask("PUT", url.replace("partNumber=1", "partNumber=2"), b"part").status, 403, "for another part")
    must_be(subject.ask("GET", url).status, 403, "to read")
    must_be(subject.parts.listed_parts(subject.bucket, key, upload_id, 2), [], "what is listed")


@promise("a part can be sent again, and the ETag that completes the upload chooses the bytes", PROBES)
def a_part_can_be_replaced(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    attempts = [b"attempt %d" % n for n in range(8)]
    for body in attempts:
        _send(subject, key, upload_id, 1, body)
    listed = [part.etag for part in subject.parts.listed_parts(subject.bucket, key, upload_id, 1)]
    must_be(_etag(attempts[-1]) in listed, True, "the newest ETag is listed")
    subject.parts.complete_upload(subject.bucket, key, upload_id, [(1, _etag(attempts[-1]))])
    must_be(subject.store.get(subject.bucket, key), attempts[-1], "the object")


@promise("completing with a part that is missing or has another ETag is refused, and spoils nothing", PROBES)
def completing_with_wrong_parts_is_refused(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    body = b"the only part"
    _send(subject, key, upload_id, 1, body)
    good, complete = (1, _etag(body)), subject.parts.complete_upload
    wrong = {"a missing part": [good, (2, _etag(b"never sent"))], "another ETag": [(1, _etag(b"other bytes"))]}
    for what, parts in wrong.items():
        must_raise(Refused, lambda parts=parts: complete(subject.bucket, key, upload_id, parts), what)  # type: ignore[misc]
    must_raise(NoSuchObject, lambda: subject.store.stat(subject.bucket, key), "stat after the refusals")
    complete(subject.bucket, key, upload_id, [good])
    must_be(subject.store.get(subject.bucket, key), body, "the object")


@promise("an aborted upload is gone with its parts; to abort it again is no error", PROBES)
def an_aborted_upload_is_gone(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    _send(subject, key, upload_id, 1, b"part")
    subject.parts.abort_upload(subject.bucket, key, upload_id)
    subject.parts.abort_upload(subject.bucket, key, upload_id)
    must_raise(NoSuchUpload, lambda: subject.parts.listed_parts(subject.bucket, key, upload_id, 1), "listed_parts")
    parts = [(1, _etag(b"part"))]
    must_raise(NoSuchUpload, lambda: subject.parts.complete_upload(subject.bucket, key, upload_id, parts), "complete")
    must_be(_send(subject, key, upload_id, 1, b"part").status, 404, "the status of a part afterwards")


@promise("open uploads are listed under their prefix until completed or aborted", PROBES)
def open_uploads_are_listed(subject: Subject) -> None:
    key, upload_id = _begin(subject)
    other = subject.parts.begin_upload(subject.bucket, subject.key("other"), None)
    seen = {(u.key, u.upload_id) for u in subject.parts.open_uploads(subject.bucket, subject.prefix)}
    must_be(seen, {(key, upload_id), (subject.key("other"), other)}, "the open uploads")
    must_be(len(list(subject.parts.open_uploads(subject.bucket, subject.prefix, 1))), 1, "at most one")
    below = [u.key for u in subject.parts.open_uploads(subject.bucket, subject.key("4711/"))]
    must_be(below, [key], "those under a longer prefix")
    subject.parts.abort_upload(subject.bucket, key, upload_id)
    must_be(
        [u.upload_id for u in subject.parts.open_uploads(subject.bucket, subject.prefix)], [other], "after an abort"
    )
