"""What a bucket and its store say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from vesicle.objectstore.contract import Refused

OF_SEAWEEDFS = "000000000000"


class BucketFacts(NamedTuple):
    """``region`` is None where the store does not tell; ``skew_s`` is how many seconds its clock is ahead of ours;
    ``versions`` is None where we may not know; ``principal`` is how bucket policies call us, None where unknown.
    """

    region: str | None
    skew_s: float
    versions: bool | None


def facts_of(call: Callable[..., Any], bucket: str) -> BucketFacts:
    """Ask for all of it. Raises Refused when the bucket cannot be looked at."""
    headers: dict[str, str] = call("head_bucket", _headers, Bucket=bucket)
    try:
        versions: bool | None = call("get_bucket_versioning", Bucket=bucket).get("Status") == "Enabled"
    except Refused:
        versions = None
    there = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(UTC)
    return BucketFacts(headers.get("x-amz-bucket-region"), (there - datetime.now(UTC)).total_seconds(), versions)


def _headers(answer: Any) -> dict[str, str]:
    found: dict[str, str] = answer["ResponseMetadata"]["HTTPHeaders"]
    return found


def principal_of(call: Callable[..., Any]) -> str | None:
    """How bucket policies call us, told by the owner of our own buckets.

    None where we may not ask, and at AWS, which gives a number there that policies do not know. SeaweedFS writes the
    number of an account for every user, Ceph the tenant or nothing.
    """
    try:
        answer = call("list_buckets")
    except Refused:
        return None
    tenant, _, user = answer.get("Owner", {}).get("ID", "").rpartition("$")
    account = OF_SEAWEEDFS if _headers(answer).get("server", "").startswith("SeaweedFS") else tenant
    return f"arn:aws:iam::{account}:user/{user}" if user and len(user) < 64 else None
