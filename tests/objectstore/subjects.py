"""A store under test, made from what an engine's start tells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import boto3
from tests.objectstore.sharing import Facts

from vesicle.objectstore.conformance import Differences, Subject
from vesicle.objectstore.contract import Credentials
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.s3_lending import LendingS3Store, Role

BUCKET, VERSIONED = "conformance", "conformance-versions"
SEAWEEDFS = Differences(
    refuses_dot_segments=True,
    evens_slashes=True,
    refuses_names_over_255_bytes=True,
    paging_loses_keys_below_keys=True,
)
CEPH = Differences(
    ignores_the_etag_of_a_copied_part=True,
    refuses_to_copy_parts_of_percent_keys=True,
    sessions_cannot_copy_parts=True,
)


@contextmanager
def subject_at(engine: Facts, scheme: str, differences: Differences) -> Iterator[Subject]:
    """The S3 provider on this engine, beside one with a wrong secret."""
    endpoint, access_key, secret_key = engine[scheme], engine["access_key"], engine["secret_key"]
    ca = engine["ca"] if scheme == "https" else None
    role = Role(engine["role"], endpoint, access_key, secret_key)

    def borrower(lent: Credentials) -> S3Store:
        return S3Store(endpoint, lent.access_key, lent.secret_key, session_token=lent.session_token, ca_bundle=ca)

    with (
        closing(LendingS3Store(endpoint, access_key, secret_key, role=role, ca_bundle=ca)) as store,
        closing(S3Store(endpoint, access_key, f"not-{secret_key}", ca_bundle=ca)) as stranger,
    ):
        store.ensure_bucket(BUCKET)
        store.ensure_bucket(VERSIONED)
        keep_versions(engine, VERSIONED)
        yield Subject(store, BUCKET, stranger, differences, ca, borrower, versioned=VERSIONED)


def keep_versions(engine: Facts, bucket: str) -> None:
    """What the owner of a bucket does, and vesicle never."""
    s3 = boto3.client(
        "s3", endpoint_url=engine["http"], region_name="us-east-1", aws_access_key_id=engine["access_key"],
        aws_secret_access_key=engine["secret_key"],
    )  # fmt: skip
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
