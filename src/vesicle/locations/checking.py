"""The check of a bucket, for whoever brings one and for the operator: what works, what fails, what to change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

from vesicle.access import Actor, MayCheckLocation
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict
from vesicle.locations import creation, ownership, powers, resolving
from vesicle.locations import store as rows
from vesicle.locations.model import ExternalS3StorageLocationSetting, Location
from vesicle.objectstore import bucket_papers
from vesicle.objectstore.bucket_check import checked, tidy
from vesicle.objectstore.bucket_check_findings import Check, Finding
from vesicle.objectstore.contract import Credentials, Unavailable
from vesicle.objectstore.probing import Differences, Subject
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.stores import Stores
from vesicle.settings import Settings
from vesicle.wire import UNSET, Maybe, Shape

_REGION = re.compile(r"[a-z0-9-]{1,60}")
MOST_TOLD = 100
WHOLE_BUCKET = (
    "Credentials that are lent here open the whole bucket; make a location with a baseKey, unless you mean that."
)


class CheckBucketRequest(Shape):
    """A bucket for which no storage location was made. What it says is what the request for one would say."""

    bucket: Maybe[str] = UNSET
    base_key: Maybe[str] = UNSET
    endpoint_url: Maybe[str] = UNSET
    region: Maybe[str] = UNSET
    access_key_id: Maybe[str] = UNSET
    secret_access_key: Maybe[str] = UNSET


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

    Raises NotFound, BadRequest for a location without a bucket of somebody's, Conflict, and Unavailable.
    """
    place = resolving.place(conn, stores, grant.id, write=False)
    if place.location.kind == "managed-s3":
        raise BadRequest(
            f"Storage location {grant.id} lies in the storage of this server, and not in a bucket of yours; its"
            " operator checks that with `vesicle check bucket`."
        )
    with _one_at_a_time(conn, grant.actor):
        found = check(place.store, place.bucket, place.base_key, settings.api_url)
    if found.lines[0].state != "fails":  # It was reached; of a bucket that is away, what was known before stays.
        readable, writable = powers.tried(place.store, place.location)
        rows.keep_powers(conn, grant, readable=readable, writable=writable)
    if place.location.sts_enabled and not place.base_key:
        found.lines.append(BucketCheckLine(what="baseKey", state="differs", seen="none", change=WHOLE_BUCKET))
    return found


def of_bucket(
    conn: Connection, actor: Actor, stores: Stores, settings: Settings, asked: CheckBucketRequest
) -> BucketCheckResult:
    """The check of a bucket before there is a location, for whoever may make one.

    Of a bucket whose owner.txt does not name the actor, or a team of theirs, nothing is told but what it says of
    itself, and nothing is tried in it; an administrator checks any bucket. Raises BadRequest and Conflict.
    """
    setting = ExternalS3StorageLocationSetting(
        bucket=asked.bucket, base_key=asked.base_key, endpoint_url=asked.endpoint_url,
        access_key_id=asked.access_key_id, secret_access_key=asked.secret_access_key,
    )  # fmt: skip
    location = creation.bucket_of(stores, setting)
    region = asked.region or None
    if region is not None and not _REGION.fullmatch(region):
        raise BadRequest("region is the name of a region, such as eu-central-1.")
    store, bucket = creation.store_with(stores, location, creation.keys_in(setting)), location.bucket or ""

    def proof() -> str:
        ownership.proved(conn, actor, store, location)
        return f"{ownership.key_of(location)} names you"

    with _one_at_a_time(conn, actor):
        return check(
            store, bucket, location.base_key, settings.api_url, None if actor.is_admin else proof, said_region=region
        )


@contextmanager
def _one_at_a_time(conn: Connection, actor: Actor) -> Iterator[None]:
    """Checks take long and ask much of a store, so nobody has two under way."""
    if not rows.begin_check(conn, actor):
        raise Conflict("A check of a bucket that you asked for is under way; ask anew when it has been answered.")
    try:
        yield
    finally:
        rows.end_check(conn, actor)


def check(
    usual: S3Store, bucket: str, base_key: str | None, origin: str, proof: Callable[[], str] | None = None, *,
    said_region: str | None = None,
) -> BucketCheckResult:  # fmt: skip
    """Try everything, also as a page of this origin; with a ``proof`` that fails, next to nothing. Raises nothing for
    what fails: that is a line of the answer.
    """
    prefix = "/".join(filter(None, [base_key, f"{bucket_papers.CHECKS}{uuid4().hex[:12]}"])) + "/"
    store = usual.hurried()

    def borrower(lent: Credentials) -> S3Store:
        return store.with_keys(lent.access_key, lent.secret_key, lent.session_token)

    def named() -> str:
        location = Location(kind="external-s3", bucket=bucket, base_key=base_key)
        names = ", ".join(sorted(ownership.read(store, location).names))
        return f"{ownership.key_of(location)} names {names[:MOST_TOLD]}"

    with closing(store.with_wrong_secret()) as stranger:
        subject = Subject(store, bucket, stranger, Differences(), store.ca_bundle, borrower, prefix)
        under_way = Check(subject, base_key, origin, store.region, proof or named, proof is not None, said_region)
        findings = checked(under_way)
        tidy(under_way)
    return _table(store, bucket, base_key, origin, findings)


def _table(
    store: S3Store, bucket: str, base_key: str | None, origin: str, findings: list[Finding]
) -> BucketCheckResult:  # fmt: skip
    principal = _principal(store)
    policy = bucket_papers.bucket_policy(bucket, principal, store.role, write=True, base_key=base_key)
    return BucketCheckResult(
        bucket=bucket, base_key=base_key or UNSET, lines=[_line(finding) for finding in findings],
        bucket_policy=bucket_papers.pasted(policy), cors=bucket_papers.pasted(bucket_papers.cors(origin)),
        cloud_formation=bucket_papers.pasted(
            bucket_papers.cloud_formation(bucket, base_key, origin, principal, store.role)
        ),
    )  # fmt: skip


def _principal(store: S3Store) -> str | None:
    try:
        return store.principal()
    except Unavailable:  # The table says so; the papers then name no user.
        return None


def _line(finding: Finding) -> BucketCheckLine:
    return BucketCheckLine(
        what=finding.what, state=finding.state, seen=finding.seen or UNSET, change=finding.change or UNSET
    )
