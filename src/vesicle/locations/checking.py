"""The check of a bucket, for whoever brings one and for the operator: what works, what fails, what to change."""

from __future__ import annotations

from contextlib import closing
from uuid import uuid4

from vesicle.access import MayCheckLocation
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.locations import powers, resolving
from vesicle.locations import store as rows
from vesicle.objectstore import bucket_papers
from vesicle.objectstore.bucket_check import Check, Finding, checked, tidy
from vesicle.objectstore.contract import Credentials
from vesicle.objectstore.probing import Differences, Subject
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.stores import Stores
from vesicle.settings import Settings
from vesicle.wire import UNSET, Maybe, Shape


class BucketCheckLine(Shape):
    """One thing that was tried. ``state`` is works, fails, differs or not tried."""

    what: str
    state: str
    seen: Maybe[str] = UNSET
    change: Maybe[str] = UNSET


class BucketCheckResult(Shape):
    """The table, and what to paste into the bucket's settings."""

    bucket: str
    lines: list[BucketCheckLine]
    bucket_policy: str
    cors: str
    cloud_formation: str
    base_key: Maybe[str] = UNSET


def of_location(conn: Connection, grant: MayCheckLocation, stores: Stores, settings: Settings) -> BucketCheckResult:
    """The check of a location's bucket. What can be done there is known anew after it, since its owner may have changed
    the policy.

    Raises NotFound, BadRequest for a location without a bucket of somebody's, and Unavailable.
    """
    place = resolving.place(conn, stores, grant.id, write=False)
    if place.location.kind == "managed-s3":
        raise BadRequest(
            f"Storage location {grant.id} lies in the storage of this server, and not in a bucket of yours; its"
            " operator checks that with `vesicle check bucket`."
        )
    found = check(place.store, place.bucket, place.base_key, settings.api_url)
    if found.lines[0].state == "works":  # It was reached; of a bucket that is away, what was known before stays.
        readable, writable = powers.tried(place.store, place.location)
        rows.keep_powers(conn, grant, readable=readable, writable=writable)
    return found


def check(store: S3Store, bucket: str, base_key: str | None, origin: str) -> BucketCheckResult:
    """Try everything, also as a page of this origin. Raises nothing for what fails: that is a line of the answer."""
    prefix = "/".join(filter(None, [base_key, f".vesicle-check-{uuid4().hex[:12]}"])) + "/"

    def borrower(lent: Credentials) -> S3Store:
        return store.with_keys(lent.access_key, lent.secret_key, lent.session_token)

    with closing(store.with_wrong_secret()) as stranger:
        subject = Subject(store, bucket, stranger, Differences(), store.ca_bundle, borrower, prefix)
        under_way = Check(subject, base_key, origin, store.region)
        findings = checked(under_way)
        tidy(under_way)
    principal = store.principal()
    lines = [_line(finding) for finding in findings]
    return BucketCheckResult(
        bucket=bucket, base_key=base_key or UNSET, lines=lines,
        bucket_policy=bucket_papers.pasted(bucket_papers.bucket_policy(bucket, principal, store.role, write=True)),
        cors=bucket_papers.pasted(bucket_papers.cors(origin)),
        cloud_formation=bucket_papers.pasted(
            bucket_papers.cloud_formation(bucket, base_key, origin, principal, store.role)
        ),
    )  # fmt: skip


def _line(finding: Finding) -> BucketCheckLine:
    return BucketCheckLine(
        what=finding.what, state=finding.state, seen=finding.seen or UNSET, change=finding.change or UNSET
    )
