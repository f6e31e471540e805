"""The check of a bucket tells what works, what fails and what to change, and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from time import monotonic
from typing import Any
from uuid import uuid4

import boto3
import pytest
from tests.objectstore.sharing import Facts
from tests.objectstore.subjects import keep_versions

from vesicle.locations.checking import BucketCheckResult, check
from vesicle.objectstore.bucket_check import checked
from vesicle.objectstore.bucket_check_findings import Check
from vesicle.objectstore.bucket_papers import cloud_formation
from vesicle.objectstore.probing import Subject
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.s3_lending import LendingS3Store, Role

ORIGIN = "https://data.example.org"


@pytest.fixture
def ours(seaweedfs: Facts) -> Iterator[LendingS3Store]:
    """SeaweedFS, whose own identity owns every bucket."""
    keys = seaweedfs["access_key"], seaweedfs["secret_key"]
    role = Role(seaweedfs["role"], seaweedfs["http"], *keys)
    with closing(LendingS3Store(seaweedfs["http"], *keys, role=role)) as store:
        yield store


@pytest.fixture
def foreign(ceph: Facts) -> Iterator[S3Store]:
    """Ceph, as a user to whom no bucket belongs."""
    with closing(S3Store(ceph["http"], ceph["access_key"], ceph["secret_key"])) as store:
        yield store


def client_of(engine: Facts, user: str = "") -> Any:
    """boto3 in the hands of one user of the engine."""
    return boto3.client(
        "s3", endpoint_url=engine["http"], region_name="us-east-1", aws_access_key_id=engine[f"{user}access_key"],
        aws_secret_access_key=engine[f"{user}secret_key"],
    )  # fmt: skip


def owners_client(ceph: Facts) -> Any:
    """boto3 in the hands of the bucket's owner."""
    return client_of(ceph, "owner_")


def whatever_is_kept(s3: Any, bucket: str) -> list[dict[str, Any]]:
    """Every version and every mark of a deletion."""
    page = s3.list_object_versions(Bucket=bucket)
    assert not page["IsTruncated"]
    return [*page.get("Versions", []), *page.get("DeleteMarkers", [])]


def states(found: BucketCheckResult) -> dict[str, str]:
    return {line.what: line.state for line in found.lines}


def changes(found: BucketCheckResult) -> str:
    return " ".join(line.change or "" for line in found.lines if line.state == "fails")


def test_in_a_bucket_of_our_own_everything_works(ours: LendingS3Store) -> None:
    bucket = f"check-{uuid4().hex[:8]}"
    ours.ensure_bucket(bucket)
    ours.put(bucket, "raw/owner.txt", b"3400001")
    found = check(ours, bucket, "raw", ORIGIN)
    assert "fails" not in states(found).values(), found.lines
    assert states(found)["a location here"] == "works"
    assert {"presigned PUT", "CORS for browsers", "copy", "clock"} <= states(found).keys()
    assert [one.key for one in ours.list(bucket, "")] == ["raw/owner.txt"]
    assert list(ours.open_uploads(bucket)) == []


@pytest.mark.parametrize("engine", ["seaweedfs", "ceph"])
def test_in_a_bucket_that_keeps_versions_nothing_stays_either(engine: str, request: pytest.FixtureRequest) -> None:
    facts, bucket = request.getfixturevalue(engine), f"kept-{uuid4().hex[:8]}"
    with closing(S3Store(facts["http"], facts["access_key"], facts["secret_key"])) as store:
        store.ensure_bucket(bucket)
        keep_versions(facts, bucket)
        for body in (b"nobody", b"3400001"):
            store.put(bucket, "raw/owner.txt", body)
        store.delete(bucket, "raw/gone.txt")
        owner = client_of(facts)
        before = whatever_is_kept(owner, bucket)
        found = check(store, bucket, "raw", ORIGIN)
        assert {what for what, state in states(found).items() if state == "fails"} <= {"CORS for browsers"}
        assert (states(found)["versions"], "remove what was tried" in states(found)) == ("works", False), found.lines
        assert whatever_is_kept(owner, bucket) == before
        assert [one["Key"] for one in before] == ["raw/owner.txt", "raw/owner.txt", "raw/gone.txt"]


def test_a_missing_bucket_is_one_line_that_fails(ours: LendingS3Store) -> None:
    found = check(ours, f"none-{uuid4().hex[:8]}", None, ORIGIN)
    assert states(found) == {"reach the bucket": "fails"}


def test_the_papers_open_a_foreign_bucket(ceph: Facts, foreign: S3Store) -> None:
    bucket, owner = f"papers-{uuid4().hex[:8]}", owners_client(ceph)
    owner.create_bucket(Bucket=bucket)
    owner.put_object(Bucket=bucket, Key="owner.txt", Body=b"3400001")
    closed = check(foreign, bucket, None, ORIGIN)
    assert states(closed) == {"reach the bucket": "fails"}
    policy = json.loads(closed.bucket_policy)
    for statement in policy["Statement"]:
        statement["Principal"] = {"AWS": ["arn:aws:iam:::user/svc-admin"]}
    owner.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy, separators=(",", ":")))
    without_cors = check(foreign, bucket, None, ORIGIN)
    assert [what for what, state in states(without_cors).items() if state == "fails"] == ["CORS for browsers"]
    owner.put_bucket_cors(Bucket=bucket, CORSConfiguration=json.loads(closed.cors))
    found = check(foreign, bucket, None, ORIGIN)
    assert "fails" not in states(found).values(), found.lines
    assert [one["Key"] for one in owner.list_objects_v2(Bucket=bucket)["Contents"]] == ["owner.txt"]
    owner.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    found = check(foreign, bucket, None, ORIGIN)
    assert "remove what was tried" not in states(found), found.lines
    assert [one["Key"] for one in whatever_is_kept(owner, bucket)] == ["owner.txt"]
    policy["Statement"].pop()
    owner.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy, separators=(",", ":")))
    (told,) = [line for line in check(foreign, bucket, None, ORIGIN).lines if line.what == "remove what was tried"]
    assert (told.state, "old versions of it stay" in str(told.seen)) == ("differs", True)
    assert "Delete every version of what begins with .vesicle-check-" in str(told.change)


def test_the_papers_open_a_bucket_to_another_user_of_a_seaweedfs(seaweedfs: Facts) -> None:
    bucket, owner = f"papers-{uuid4().hex[:8]}", client_of(seaweedfs)
    owner.create_bucket(Bucket=bucket)
    owner.put_object(Bucket=bucket, Key="raw/owner.txt", Body=b"3400001")
    owner.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    owner.put_object(Bucket=bucket, Key="raw/data.csv", Body=b"1,2,3")
    keys = seaweedfs["guest_access_key"], seaweedfs["guest_secret_key"]
    with closing(S3Store(seaweedfs["http"], *keys)) as guest:
        closed = check(guest, bucket, "raw", ORIGIN)
        assert states(closed) == {"reach the bucket": "fails"}
        owner.put_bucket_policy(Bucket=bucket, Policy=closed.bucket_policy)
        found = check(guest, bucket, "raw", ORIGIN)
    assert "fails" not in states(found).values(), found.lines
    assert (states(found)["write"], "remove what was tried" in states(found)) == ("works", False)
    assert [one["Key"] for one in whatever_is_kept(owner, bucket)] == ["raw/data.csv", "raw/owner.txt"]


def test_a_check_that_takes_too_long_ends_with_a_line_that_says_so(ours: LendingS3Store) -> None:
    bucket = f"slow-{uuid4().hex[:8]}"
    ours.ensure_bucket(bucket)
    subject = Subject(ours, bucket, ours, prefix="tried/")
    began_long_ago = Check(subject, None, ORIGIN, ours.region, lambda: "nobody", until=monotonic() - 1)
    (only,) = checked(began_long_ago)
    assert (only.what, only.state, "slow" in only.seen) == ("everything else", "not tried", True)


@pytest.mark.parametrize(
    ("action", "works", "says"),
    [
        (["s3:GetObject"], {"read", "range", "list"}, "read-only"),
        (["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], {"write"}, "write-only"),
    ],
)
def test_a_bucket_that_goes_one_way_is_a_good_bucket(
    action: list[str], works: set[str], says: str, ceph: Facts, foreign: S3Store
) -> None:
    bucket, owner = f"oneway-{uuid4().hex[:8]}", owners_client(ceph)
    owner.create_bucket(Bucket=bucket)
    owner.put_object(Bucket=bucket, Key="data.csv", Body=b"1,2,3")
    who = {"AWS": ["arn:aws:iam:::user/svc-admin"]}
    arn = f"arn:aws:s3:::{bucket}"
    statements = [
        {"Effect": "Allow", "Principal": who, "Action": ["s3:ListBucket"], "Resource": arn},
        {"Effect": "Allow", "Principal": who, "Action": action, "Resource": f"{arn}/*"},
    ]
    if "s3:GetObject" not in action:  # Whoever wrote an object may otherwise read it at Ceph.
        statements.append({"Effect": "Deny", "Principal": who, "Action": ["s3:GetObject"], "Resource": f"{arn}/*"})
    owner.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    found = check(foreign, bucket, None, ORIGIN)
    assert {what for what in works if states(found)[what] == "works"} == works, found.lines
    assert any(says in str(line.seen) for line in found.lines), found.lines


def test_the_template_for_aws_names_the_role_and_closes_the_bucket_to_the_public() -> None:
    template = cloud_formation("lab-data", "raw", "https://data.example.org", None, "arn:aws:iam:::role/vesicle-lends")
    assert template["Resources"]["Policy"]["Properties"]["PolicyDocument"]["Statement"][0]["Principal"]["AWS"][1]
    assert template["Resources"]["Bucket"]["Properties"]["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
