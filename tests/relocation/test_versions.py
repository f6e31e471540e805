"""Buckets that keep versions, with more objects than a page has, on a store that loses versions where its pages end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket, put
from tests.relocation.registrations import counts, register, run

BESIDE = ("a-b/0.txt", "a-b/1.txt", "a-b/deep/2.txt", "a.txt", "a 3.txt", "b", "b-4.txt", "b.bam", "b.bam.bai")
"""What a page that ends in the folder ``a``, or at a key that begins like another, would lose or hide."""


def owners_client(server: Server) -> Any:
    """boto3 in the hands of whoever may do everything."""
    settings = server.settings()
    return boto3.client(
        "s3", endpoint_url=settings.s3_endpoint or settings.store_url, region_name=settings.s3_region,
        aws_access_key_id=settings.s3_access_key, aws_secret_access_key=settings.s3_secret_key,
    )  # fmt: skip


@pytest.fixture
def kept(server: Server, owner: Person) -> tuple[str, int]:
    """A bucket with versions and with more objects than a page has, and how many they are below ``d/``. Most are from
    before it kept versions.
    """
    bucket, store, names = own_bucket(server, owner), server.store(), [f"a/{number:04}.txt" for number in range(1020)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: store.put(bucket, f"d/{name}", name.encode()), names))
    owners_client(server).put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for name in BESIDE:
        put(server, bucket, f"d/{name}", name)
    return bucket, len(names) + len(BESIDE)


def differences(person: Person, number: int) -> dict[str, str]:
    """What differs after a comparison, by key."""
    run(person, number, "drift")
    page = person.ok("GET", f"/vesicle/v1/storageLocation/{number}/drift")
    return {one["key"]: one["difference"] for one in page["results"]}


def test_every_object_is_registered_and_no_old_version_is_missed(
    server: Server, owner: Person, kept: tuple[str, int]
) -> None:
    (bucket, objects), s3 = kept, owners_client(server)
    number, project = location(owner, external(bucket)), owner.project()["id"]
    assert counts(register(owner, number, project, prefix="d/")) == {"registered": objects}
    assert differences(owner, number) == {}
    put(server, bucket, "d/a-b/0.txt", "changed")
    s3.delete_object(Bucket=bucket, Key="d/b.bam")
    assert differences(owner, number) == {"d/a-b/0.txt": "new version"}
    again = register(owner, number, project, prefix="d/")
    assert counts(again) == {"newVersions": 1, "unchanged": objects - 2}
    # Each version of the files is a version that the bucket keeps: of an object that changed, and of one that went.
    assert differences(owner, number) == {}
    versions = s3.list_object_versions(Bucket=bucket, Prefix="d/b.bam")["Versions"]
    (gone,) = [one["VersionId"] for one in versions if one["Key"] == "d/b.bam"]
    s3.delete_object(Bucket=bucket, Key="d/b.bam", VersionId=gone)
    assert differences(owner, number) == {"d/b.bam": "missing"}
