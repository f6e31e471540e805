"""Lent credentials in the hands of somebody who tries everything that S3 has, with boto3, on both engines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.objectstore.sharing import Facts

from vesicle.objectstore.contract import Credentials
from vesicle.objectstore.s3_lending import LendingS3Store, Role

REFUSED = ("AccessDenied", "403", "NotImplemented", "MethodNotAllowed")
BASE = "raw/2026"


class Lent:
    """Two buckets with objects, and the client of a borrower of one base key."""

    def __init__(self, store: LendingS3Store, facts: Facts, write: bool) -> None:
        self.store, self.write = store, write
        self.bucket, self.other = f"bounds-{uuid4().hex[:8]}", f"other-{uuid4().hex[:8]}"
        for bucket in (self.bucket, self.other):
            store.ensure_bucket(bucket)
            for key in (f"{BASE}/in", f"{BASE}/owner.txt", f"{BASE}2/out", "out", "owner.txt"):
                store.put(bucket, key, key.encode())
        self.client = client_of(facts, store.lend(self.bucket, BASE, write=write, session_name="sts-1-syn2"))
        self.upload_id = store.begin_upload(self.bucket, "out", None)


def client_of(facts: Facts, lent: Credentials) -> Any:
    """boto3 as a borrower makes it."""
    return boto3.client(
        "s3", endpoint_url=facts["http"], region_name="us-east-1", aws_access_key_id=lent.access_key,
        aws_secret_access_key=lent.secret_key, aws_session_token=lent.session_token,
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )  # fmt: skip


@pytest.fixture(scope="module", params=["seaweedfs", "ceph"])
def facts(request: pytest.FixtureRequest) -> Facts:
    found: Facts = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module", params=[False, True], ids=["read_only", "read_write"])
def lent(request: pytest.FixtureRequest, facts: Facts) -> Iterator[Lent]:
    role = Role(facts["role"], facts["http"], facts["access_key"], facts["secret_key"])
    with closing(LendingS3Store(facts["http"], facts["access_key"], facts["secret_key"], role=role)) as store:
        yield Lent(store, facts, request.param)


Deed = Callable[[Lent, str, str], Any]
OBJECT_DEEDS: dict[str, Deed] = {
    "get_object": lambda x, b, k: x.client.get_object(Bucket=b, Key=k),
    "head_object": lambda x, b, k: x.client.head_object(Bucket=b, Key=k),
    "get_object_acl": lambda x, b, k: x.client.get_object_acl(Bucket=b, Key=k),
    "get_object_tagging": lambda x, b, k: x.client.get_object_tagging(Bucket=b, Key=k),
    "put_object": lambda x, b, k: x.client.put_object(Bucket=b, Key=k, Body=b"changed"),
    "put_object_with_acl": lambda x, b, k: x.client.put_object(
        Bucket=b, Key=k, Body=b"changed", ACL="bucket-owner-full-control"
    ),
    "put_object_acl": lambda x, b, k: x.client.put_object_acl(Bucket=b, Key=k, ACL="public-read"),
    "put_object_tagging": lambda x, b, k: x.client.put_object_tagging(
        Bucket=b, Key=k, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
    ),
    "delete_object": lambda x, b, k: x.client.delete_object(Bucket=b, Key=k),
    "copy_object_from": lambda x, b, k: x.client.copy_object(
        Bucket=x.bucket, Key=f"{BASE}/stolen", CopySource={"Bucket": b, "Key": k}
    ),
    "copy_object_to": lambda x, b, k: x.client.copy_object(
        Bucket=b, Key=k, CopySource={"Bucket": x.bucket, "Key": f"{BASE}/in"}
    ),
    "create_multipart_upload": lambda x, b, k: x.client.create_multipart_upload(Bucket=b, Key=k),
}
OUTSIDE = ((0, f"{BASE}/owner.txt"), (0, f"{BASE}2/out"), (0, "out"), (0, "owner.txt"), (1, f"{BASE}/in"))


@pytest.mark.parametrize("deed", OBJECT_DEEDS)
def test_no_call_reaches_an_object_outside(deed: str, lent: Lent) -> None:
    for other, key in OUTSIDE:
        with pytest.raises(ClientError) as refusal:
            OBJECT_DEEDS[deed](lent, lent.other if other else lent.bucket, key)
        assert refusal.value.response["Error"]["Code"] in REFUSED, (key, refusal.value)
    _untouched(lent)


def _untouched(lent: Lent) -> None:
    for other, key in OUTSIDE:
        bucket = lent.other if other else lent.bucket
        assert lent.store.get(bucket, key) == key.encode()
    assert lent.store.list(lent.bucket, f"{BASE}/stolen") == []


@pytest.mark.parametrize("deed", OBJECT_DEEDS)
def test_a_slash_behind_it_leads_nowhere_near_the_owner_file(deed: str, lent: Lent) -> None:
    """To Ceph that is an object of its own, which says nothing of owners; SeaweedFS would take it for the file."""
    known = {f"{BASE}/in", *(key for other, key in OUTSIDE if not other)}
    for key in (f"{BASE}/owner.txt/", f"{BASE}/deeper/owner.txt/"):
        with suppress(ClientError):
            OBJECT_DEEDS[deed](lent, lent.bucket, key)
        found = {one.key for one in lent.store.list(lent.bucket, "")}
        if key in found:
            lent.store.delete(lent.bucket, key)
        assert found - {key} == known
        _untouched(lent)


POLICY = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::*"}],
})  # fmt: skip
BUCKET_DEEDS: dict[str, Callable[[Any, str], Any]] = {
    "list everything": lambda c, b: c.list_objects_v2(Bucket=b),
    "list the old way": lambda c, b: c.list_objects(Bucket=b),
    "list a neighbour": lambda c, b: c.list_objects_v2(Bucket=b, Prefix=f"{BASE}2/"),
    "list above": lambda c, b: c.list_objects_v2(Bucket=b, Prefix="raw/"),
    "list versions": lambda c, b: c.list_object_versions(Bucket=b),
    "list uploads": lambda c, b: c.list_multipart_uploads(Bucket=b),
    "read the policy": lambda c, b: c.get_bucket_policy(Bucket=b),
    "write the policy": lambda c, b: c.put_bucket_policy(Bucket=b, Policy=POLICY),
    "remove the policy": lambda c, b: c.delete_bucket_policy(Bucket=b),
    "read the list of rights": lambda c, b: c.get_bucket_acl(Bucket=b),
    "write the list of rights": lambda c, b: c.put_bucket_acl(Bucket=b, ACL="public-read-write"),
    "write CORS": lambda c, b: c.put_bucket_cors(
        Bucket=b, CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    ),
    "switch versions off": lambda c, b: c.put_bucket_versioning(
        Bucket=b, VersioningConfiguration={"Status": "Suspended"}
    ),
    "write the life cycle": lambda c, b: c.put_bucket_lifecycle_configuration(
        Bucket=b,
        LifecycleConfiguration={
            "Rules": [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]
        },
    ),
    "delete the bucket": lambda c, b: c.delete_bucket(Bucket=b),
    "make a bucket": lambda c, b: c.create_bucket(Bucket=f"{b}-more"),
}


@pytest.mark.parametrize("deed", BUCKET_DEEDS)
def test_no_call_reaches_the_bucket_itself(deed: str, lent: Lent) -> None:
    for bucket in (lent.bucket, lent.other):
        with pytest.raises(ClientError) as refusal:
            BUCKET_DEEDS[deed](lent.client, bucket)
        assert refusal.value.response["Error"]["Code"] in REFUSED, refusal.value


def _tried(deed: Callable[[], Any]) -> tuple[Any, str]:
    """The answer, or the code of the refusal."""
    try:
        return deed(), ""
    except ClientError as refusal:
        return None, refusal.response["Error"]["Code"]


def test_buckets_are_not_told(lent: Lent) -> None:
    answer, code = _tried(lent.client.list_buckets)
    assert code in REFUSED or lent.other not in {bucket["Name"] for bucket in answer["Buckets"]}


def test_many_deletions_at_once_reach_nothing_outside(lent: Lent) -> None:
    keys = [{"Key": key} for other, key in OUTSIDE if not other]
    answer, code = _tried(lambda: lent.client.delete_objects(Bucket=lent.bucket, Delete={"Objects": keys}))
    assert code in REFUSED or len(answer.get("Errors", [])) == len(keys), answer
    _untouched(lent)


def test_an_upload_of_somebody_else_is_closed(lent: Lent) -> None:
    upload = {"Bucket": lent.bucket, "Key": "out", "UploadId": lent.upload_id}
    deeds: list[Callable[[], Any]] = [
        lambda: lent.client.upload_part(**upload, PartNumber=1, Body=b"x"),
        lambda: lent.client.upload_part_copy(
            **upload, PartNumber=1, CopySource={"Bucket": lent.bucket, "Key": f"{BASE}/in"}
        ),
        lambda: lent.client.list_parts(**upload),
        lambda: lent.client.complete_multipart_upload(
            **upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": "0" * 32}]}
        ),
        lambda: lent.client.abort_multipart_upload(**upload),
    ]
    for deed in deeds:
        with pytest.raises(ClientError) as refusal:
            deed()
        assert refusal.value.response["Error"]["Code"] in REFUSED, refusal.value


def test_what_was_lent_lends_nothing_on(lent: Lent, facts: Facts) -> None:
    keys = lent.client._request_signer._credentials
    with closing(
        LendingS3Store(
            facts["http"], facts["access_key"], facts["secret_key"],
            role=Role(facts["role"], facts["http"], keys.access_key, keys.secret_key),
        )
    ) as greedy, pytest.raises(Exception, match=r"refused|cannot"):  # fmt: skip
        greedy.lend(lent.other, None, write=True, session_name="more")


def test_inside_boto3_does_its_work(lent: Lent) -> None:
    key = f"{BASE}/deep/file.bin"
    assert lent.client.get_object(Bucket=lent.bucket, Key=f"{BASE}/in")["Body"].read() == f"{BASE}/in".encode()
    if not lent.write:
        with pytest.raises(ClientError):
            lent.client.put_object(Bucket=lent.bucket, Key=key, Body=b"x")
        return
    for owner in ({}, {"ACL": "bucket-owner-full-control"}):
        lent.client.put_object(Bucket=lent.bucket, Key=key, Body=b"x" * 100, **owner)
    lent.client.put_object(Bucket=lent.bucket, Key=BASE, Body=b"under the bare base key")
    upload = lent.client.create_multipart_upload(Bucket=lent.bucket, Key=key)["UploadId"]
    lent.client.upload_part(Bucket=lent.bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"part")
    lent.client.abort_multipart_upload(Bucket=lent.bucket, Key=key, UploadId=upload)
    lent.client.delete_object(Bucket=lent.bucket, Key=key)
    assert lent.store.list(lent.bucket, f"{BASE}/deep/") == []
