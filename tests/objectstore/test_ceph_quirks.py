"""Where a real Ceph gateway differs, and how that is absorbed (what the probes declare is in subjects.py)."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any
from uuid import uuid4

import boto3
import pytest
from tests.objectstore.sharing import Facts
from tests.objectstore.test_bucket_check import owners_client

from vesicle.errors import BadRequest
from vesicle.objectstore.contract import ByteRange, Refused
from vesicle.objectstore.s3_lending import LendingS3Store, Role


def lender(ceph: Facts, role: str = "", *, third: bool = True) -> LendingS3Store:
    """A store whose role is taken by a user of its own, or by the one who uses the store."""
    keys = ceph["access_key"], ceph["secret_key"]
    takes = (ceph["lender_access_key"], ceph["lender_secret_key"]) if third else keys
    arn = f"arn:aws:iam:::role/{role or f'role-{uuid4().hex[:8]}'}"
    return LendingS3Store(ceph["http"], *keys, role=Role(arn, ceph["http"], *takes))


def iam(ceph: Facts) -> Any:
    """The account service, as the lender."""
    return boto3.client(
        "iam", endpoint_url=ceph["http"], region_name="us-east-1", aws_access_key_id=ceph["lender_access_key"],
        aws_secret_access_key=ceph["lender_secret_key"],
    )  # fmt: skip


def foreign_bucket(ceph: Facts, principals: list[str]) -> tuple[str, Any]:
    """A bucket of somebody else, whose policy lets these in."""
    bucket, owner = f"foreign-{uuid4().hex[:8]}", owners_client(ceph)
    owner.create_bucket(Bucket=bucket)
    for key in ("raw/in", "raw/owner.txt", "secret"):
        owner.put_object(Bucket=bucket, Key=key, Body=key.encode())
    arn = f"arn:aws:s3:::{bucket}"
    allowed = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": ["s3:*"], "Resource": [arn, f"{arn}/*"]}
    owner.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    return bucket, owner


def test_a_session_is_bounded_in_a_foreign_bucket_although_the_policy_names_our_user(ceph: Facts) -> None:
    with closing(lender(ceph, role := f"role-{uuid4().hex[:8]}")) as store:
        bucket, _ = foreign_bucket(ceph, ["arn:aws:iam:::user/svc-admin", f"arn:aws:iam:::role/{role}"])
        assert store.get(bucket, "secret") == b"secret"
        lent = store.lend(bucket, "raw", write=True, session_name="sts-1-syn2")
        with closing(store.with_keys(lent.access_key, lent.secret_key, lent.session_token)) as borrowed:
            assert borrowed.get(bucket, "raw/in") == b"raw/in"
            borrowed.put(bucket, "raw/new", b"new")
            for deed in (
                lambda: borrowed.get(bucket, "secret"),
                lambda: borrowed.get(bucket, "raw/owner.txt"),
                lambda: borrowed.put(bucket, "raw/owner.txt", b"me"),
                lambda: borrowed.copy(bucket, "raw/in", bucket, "raw/owner.txt"),
                lambda: borrowed.copy(bucket, "secret", bucket, "raw/stolen"),
                lambda: borrowed.put(bucket, "elsewhere", b"x"),
                lambda: borrowed.list(bucket, ""),
            ):
                with pytest.raises(Refused):
                    deed()


def test_a_role_opens_no_bucket_that_nothing_was_lent_from(ceph: Facts) -> None:
    with closing(lender(ceph)) as store:
        mine = f"mine-{uuid4().hex[:8]}"
        store.ensure_bucket(mine)
        store.lend(mine, None, write=True, session_name="first")
        bucket, _ = foreign_bucket(ceph, ["arn:aws:iam:::user/svc-admin"])
        name = store._role.arn.rpartition("/")[2]
        assert iam(ceph).list_role_policies(RoleName=name)["PolicyNames"] == [mine]
        policy = iam(ceph).get_role_policy(RoleName=name, PolicyName=mine)["PolicyDocument"]
        assert bucket not in json.dumps(policy)


def test_a_role_that_ends_after_an_hour_is_made_anew_with_its_policies(ceph: Facts) -> None:
    name, bucket = f"role-{uuid4().hex[:8]}", f"mine-{uuid4().hex[:8]}"
    trust = {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/lender"]}, "Action": ["sts:AssumeRole"]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]}, separators=(",", ":"))
    iam(ceph).create_role(RoleName=name, AssumeRolePolicyDocument=document, MaxSessionDuration=3600)
    kept = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::kept/*"]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [kept]}, separators=(",", ":"))
    iam(ceph).put_role_policy(RoleName=name, PolicyName="kept", PolicyDocument=document)
    with closing(lender(ceph, name)) as store:
        store.ensure_bucket(bucket)
        store.lend(bucket, "raw", write=False, session_name="long")
    assert sorted(iam(ceph).list_role_policies(RoleName=name)["PolicyNames"]) == sorted(["kept", bucket])


def test_nobody_else_takes_the_role(ceph: Facts) -> None:
    with closing(lender(ceph, name := f"role-{uuid4().hex[:8]}")) as store:
        bucket = f"mine-{uuid4().hex[:8]}"
        store.ensure_bucket(bucket)
        store.lend(bucket, None, write=True, session_name="first")
        stranger = boto3.client(
            "sts", endpoint_url=ceph["http"], region_name="us-east-1", aws_access_key_id=ceph["owner_access_key"],
            aws_secret_access_key=ceph["owner_secret_key"],
        )  # fmt: skip
        with pytest.raises(stranger.exceptions.ClientError):
            stranger.assume_role(RoleArn=f"arn:aws:iam:::role/{name}", RoleSessionName="stolen")


def test_a_part_is_not_copied_out_of_a_foreign_bucket_and_that_is_said(ceph: Facts) -> None:
    with closing(lender(ceph)) as store:
        bucket, _ = foreign_bucket(ceph, ["arn:aws:iam:::user/svc-admin"])
        mine = f"mine-{uuid4().hex[:8]}"
        store.ensure_bucket(mine)
        store.put(mine, "own", b"own")
        into = store.begin_upload(bucket, "raw/copy", None)
        own = ByteRange(mine, "own", store.stat(mine, "own").etag, 0, 2)
        assert store.copy_part(own, bucket, "raw/copy", into, 1)
        store.abort_upload(bucket, "raw/copy", into)
        out = store.begin_upload(mine, "copy", None)
        theirs = ByteRange(bucket, "raw/in", store.stat(bucket, "raw/in").etag, 0, 2)
        with pytest.raises(Refused):
            store.copy_part(theirs, mine, "copy", out, 1)


def test_a_base_key_too_deep_for_its_owner_file_to_be_closed_is_refused(ceph: Facts) -> None:
    with closing(lender(ceph)) as store, pytest.raises(BadRequest, match="up to 12 names"):
        store.lend("any-bucket", "/".join("abcdefghijklm"), write=False, session_name="deep")
