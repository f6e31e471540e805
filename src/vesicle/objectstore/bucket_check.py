"""The check of a bucket: each thing that a storage location needs, tried with the rights that this server has.

A bucket that can only be read, or only be written, is a good bucket: what it does not allow is told, and the list of
what a location there can do follows from it. Everything that is tried lies below a key of its own and is removed again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from uuid import uuid4

from vesicle.objectstore import conformance
from vesicle.objectstore.bucket_check_findings import FAILURES, MOST_S, Check, Finding, OutOfTime
from vesicle.objectstore.contract import LendsCredentials, NoSuchObject, Refused, StoreError
from vesicle.objectstore.probing import Answer, PromiseBroken
from vesicle.objectstore.s3_buckets import BucketFacts
from vesicle.objectstore.session_policies import OWNER_FILE, owner_key

MOST_SKEW_S = 300
MOST_LISTED = 20
NOT_OF_A_BUCKET = frozenset({"check_sees_store_and_bucket", "lent_for_a_bucket"})
"""Probes that ask for rights beyond one base key, which nobody has to give."""


def checked(check: Check) -> list[Finding]:
    """The whole table."""
    try:
        if _is_open(check):
            _everything(check)
            check.findings.append(_summary(check))
    except OutOfTime:
        check.skip("everything else", because=f"the store is slow, and a check takes about {MOST_S:.0f} s")
    return check.findings


def _is_open(check: Check) -> bool:
    """Whether the bucket is there, and its owner lets whoever asks look further."""
    if not _reach(check):
        return False
    change = f"Put your user id into an object {owner_key(check.base_key)}, and let this server read it."
    with check.trying(OWNER_FILE, change) as seen:
        seen.append(check.proof())
    if check.must_prove and OWNER_FILE not in check.can:
        check.skip("everything else", because=f"{OWNER_FILE} does not say that the bucket is yours")
        return False
    return True


def _everything(check: Check) -> None:
    key = f"{check.subject.prefix}{uuid4().hex}"
    _objects(check, key)
    _uploads(check)
    _browsers(check, key)
    if {"write", "read", "delete", "list"} <= check.can:
        _promises(check)
    else:
        check.skip("every promise of the contract", because="takes the rights to write, read, delete and list")


def _reach(check: Check) -> bool:
    """Who may not look at a bucket may still be let in to read or to write."""
    closed = None
    with check.trying(
        "reach the bucket", "Name an endpoint that exists, and let this server's principal list."
    ) as seen:
        try:
            facts = check.store.facts(check.bucket)
        except NoSuchObject:
            raise
        except Refused as refused:
            closed = refused
            if not _may_something(check):
                raise
        seen.append(f"{check.store.name}, bucket {check.bucket}")
    if "reach the bucket" not in check.can:
        return False
    if closed is not None:
        check.findings[-1] = Finding("reach the bucket", "differs", str(closed), "Allow s3:ListBucket on the bucket.")
        check.skip("region", "clock", "versions", because="this server may not look at the bucket itself")
    else:
        _facts(check, facts)
    return True


def _may_something(check: Check) -> bool:
    """Whether a bucket that cannot be looked at lets this server read owner.txt, or write."""
    try:
        check.store.get(check.bucket, owner_key(check.base_key), (0, 0))
    except NoSuchObject:
        return True
    except Refused as refused:
        if refused.store_code == "InvalidRange":  # It is there, and empty.
            return True
    else:
        return True
    if check.must_prove:
        return False
    key = f"{check.subject.prefix}{uuid4().hex}"
    try:
        check.store.abort_upload(check.bucket, key, check.store.begin_upload(check.bucket, key, None))
    except Refused:
        return False
    return True


def _facts(check: Check, facts: BucketFacts) -> None:
    with check.trying("region", f"Set the region of these credentials to {facts.region or check.said_region}.") as seen:
        seen.append(facts.region or "the store names none")
        if facts.region not in (None, "", check.region):
            raise PromiseBroken(f"the bucket is in {facts.region}, and requests are signed for {check.region}")
        if check.said_region not in (None, facts.region or check.region):
            raise PromiseBroken(f"{check.said_region} was said, and requests are signed for {check.region}")
    with check.trying(
        "clock", "Set the clocks by NTP: stores refuse signatures from more than 15 minutes away."
    ) as seen:
        seen.append(f"{facts.skew_s:+.0f} s")
        if abs(facts.skew_s) > MOST_SKEW_S:
            raise PromiseBroken(f"the store's clock is {facts.skew_s:+.0f} s from ours")
    kept = {True: "on", False: "off: a file that is overwritten from outside is lost", None: "not told to this server"}
    check.findings.append(Finding("versions", "works" if facts.versions else "differs", kept[facts.versions]))


def _objects(check: Check, key: str) -> None:
    store, bucket, body = check.store, check.bucket, b"vesicle tries what it can do here"
    with check.trying("list", "Allow s3:ListBucket on the bucket.") as seen:
        found = store.list(bucket, f"{check.base_key}/" if check.base_key else "", limit=MOST_LISTED)
        seen.append(f"{len(found)} objects or more" if len(found) == MOST_LISTED else f"{len(found)} objects")
    with check.trying("write", "Allow s3:PutObject on the objects, if the location is to take files."):
        store.put(bucket, key, body, "text/plain")
        check.made.append(key)
    readable = key if "write" in check.can else _any(check)
    if readable is None:
        check.skip("read", "range", "ETag", because="there is nothing to read, and this server cannot write")
    else:
        _read(check, readable, body if readable == key else None)
    if "write" in check.can:
        with check.trying(
            "delete", "Allow s3:DeleteObject on the objects, or what is deleted here stays in the bucket."
        ):
            store.delete(bucket, f"{key}.none")
            store.put(bucket, f"{key}.gone", body)
            store.delete(bucket, f"{key}.gone")
        with check.trying("copy", "Allow s3:GetObject and s3:PutObject; files are then moved without being sent."):
            store.copy(bucket, key, bucket, f"{key}.copy")
            check.made.append(f"{key}.copy")


def _any(check: Check) -> str | None:
    try:
        listed = check.store.list(check.bucket, f"{check.base_key}/" if check.base_key else "", limit=MOST_LISTED)
    except Refused:
        return None
    return next((found.key for found in listed if found.size > 1), None)


def _read(check: Check, key: str, body: bytes | None) -> None:
    store, bucket = check.store, check.bucket
    with check.trying("read", "Allow s3:GetObject on the objects, if files are to be downloaded.") as seen:
        stat = store.stat(bucket, key)
        seen.append(f"{stat.size} bytes")
    with check.trying("range", "Let the store answer a Range with 206: downloads resume by it.") as seen:
        piece = store.get(bucket, key, (0, 1))
        if len(piece) != 2:
            raise PromiseBroken(f"{len(piece)} bytes came for 2")
    if "read" in check.can and body is not None:
        with check.trying(
            "ETag", "With SSE-KMS the ETag is no MD5, so uploads cannot be verified: use SSE-S3."
        ) as seen:
            if stat.etag != hashlib.md5(body, usedforsecurity=False).hexdigest():
                raise PromiseBroken(f"the ETag {stat.etag} is not the MD5 of the bytes")


def _uploads(check: Check) -> None:
    subject = check.subject
    if "write" not in check.can:
        check.skip("multipart upload", "presigned PUT", because="takes the right to write")
        return
    key = f"{subject.prefix}{uuid4().hex}"
    with check.trying("multipart upload", "Allow s3:AbortMultipartUpload and s3:ListMultipartUploadParts."):
        upload_id = subject.parts.begin_upload(check.bucket, key, None)
        subject.parts.listed_parts(check.bucket, key, upload_id, 1)
        subject.parts.abort_upload(check.bucket, key, upload_id)
    with check.trying("presigned PUT", "Let clients reach the store's address; a proxy must not change headers."):
        upload_id = subject.parts.begin_upload(check.bucket, key, None)
        signed = subject.urls.sign_part(check.bucket, key, upload_id, 1, 4, expires_s=60)
        _must_answer(200, subject.ask("PUT", signed.url, b"part", signed.headers))
        subject.parts.abort_upload(check.bucket, key, upload_id)


def _must_answer(status: int, answer: Answer) -> None:
    if answer.status != status:
        raise PromiseBroken(f"the answer was {answer.status} {answer.body[:200]!r}")


def _browsers(check: Check, key: str) -> None:
    subject = check.subject
    url = subject.urls.sign_get(check.bucket, key, expires_s=60)
    if {"read", "write"} <= check.can:
        with check.trying("presigned GET", "Let clients reach the store's address; a proxy must not change headers."):
            _must_answer(200, subject.ask("GET", url))
    with check.trying("CORS for browsers", "Give the bucket the CORS document of the papers.") as seen:
        for method in ("GET", "PUT"):
            asked = {"Origin": check.origin, "Access-Control-Request-Method": method}
            allowed = subject.ask("OPTIONS", url, headers=asked).headers.get("Access-Control-Allow-Origin")
            if allowed not in ("*", check.origin):
                raise PromiseBroken(f"pages of {check.origin} may not {method}")
        seen.append(check.origin)


def _promises(check: Check) -> None:
    """Every probe of the contract; one that is not kept tells how the store differs, and is no fault of the owner."""
    broken = 0
    lends = isinstance(check.store, LendsCredentials)
    for probe in conformance.PROBES:
        check.in_time()
        of_lending = probe in conformance.LENDING
        if probe.name in NOT_OF_A_BUCKET or (of_lending and not lends):
            continue
        failure = _broken(lambda probe=probe: probe.run(check.subject))  # type: ignore[misc]
        if failure:
            broken += 1
            check.findings.append(Finding(probe.promise, "differs", failure))
    if not broken:
        check.findings.append(Finding("every promise of the contract", "works"))
    if not lends:
        check.skip("lend credentials (STS)", because="this store has no role to lend: the setting s3_role names one")


def _broken(deed: Callable[[], None]) -> str:
    try:
        deed()
    except FAILURES as failure:
        return str(failure)[:300]
    return ""


def _summary(check: Check) -> Finding:
    reads, writes = "read" in check.can, {"write", "multipart upload", "presigned PUT"} <= check.can
    if reads and writes:
        return Finding("a location here", "works", "takes new files and hands them out")
    if reads:
        return Finding("a location here", "works", "is read-only: files can be registered and downloaded, not uploaded")
    if writes:
        return Finding(
            "a location here", "works", "is write-only: what is uploaded stays unverified, and is not handed out"
        )
    return Finding("a location here", "fails", "neither reads nor writes", "Give the bucket the policy of the papers.")


def tidy(check: Check) -> None:
    """Remove what the check left in the bucket, as far as it may: where versions are kept, every one of them."""
    if "write" not in check.can:
        return
    what, prefix = "remove what was tried", check.subject.prefix
    try:
        for found in check.made:
            check.store.delete(check.bucket, found)
        if "list" in check.can:
            check.subject.clear()
    except StoreError as failure:
        check.findings.append(Finding(what, "differs", str(failure), f"Delete what begins with {prefix}"))
        return
    try:
        if check.store.keeps_versions(check.bucket):
            check.store.erase(check.bucket, prefix)
    except StoreError as failure:
        advice = f"Delete every version of what begins with {prefix}, and let this server do so the next time."
        check.findings.append(Finding(what, "differs", f"old versions of it stay: {failure}", advice))
