"""Buckets that people bring: made beside vesicle, with an owner.txt, and turned into storage locations."""

from __future__ import annotations

import secrets
from typing import Any

import boto3
from tests.live import Person, Server
from tests.sending import add_part, complete, put_part, request, start

PREFIX = "org.sagebionetworks.repo.model.project."
SETTING = PREFIX + "UploadDestinationListSetting"


# SeaweedFS sets room aside for each bucket, and has none for more than a few dozen on a small disk.
MOST_BUCKETS = 12
_made: dict[str, list[str]] = {}


def new_bucket(server: Server) -> str:
    """A bucket on the default store's endpoint that vesicle did not make. Those of tests long past are removed."""
    name = f"lab-{secrets.token_hex(6)}"
    server.store().ensure_bucket(name)
    ours = _made.setdefault(server.url, [])
    ours.append(name)
    if len(ours) > MOST_BUCKETS:
        _remove(server, ours.pop(0))
    return name


def _remove(server: Server, bucket: str) -> None:
    settings = server.settings()
    s3 = boto3.client(
        "s3", endpoint_url=settings.s3_endpoint, aws_access_key_id=settings.s3_access_key,
        aws_secret_access_key=settings.s3_secret_key, region_name=settings.s3_region,
    )  # fmt: skip
    try:
        s3.head_bucket(Bucket=bucket)
    except s3.exceptions.ClientError:
        return  # Its test was about a bucket that goes away.
    for upload in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []):
        s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
    for listing in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in listing.get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=found["Key"])
    s3.delete_bucket(Bucket=bucket)


def put(server: Server, bucket: str, key: str, content: bytes | str) -> None:
    """An object that somebody else puts into a bucket."""
    server.store().put(bucket, key, content.encode() if isinstance(content, str) else content)


def external(bucket: str, **more: Any) -> dict[str, Any]:
    """The request for a location in somebody's bucket, as the client sends it."""
    kind = PREFIX + "ExternalS3StorageLocationSetting"
    return {"concreteType": kind, "uploadType": "S3", "banner": None, "description": None, "bucket": bucket, **more}


def own_bucket(server: Server, person: Person, base_key: str = "") -> str:
    """A new bucket whose owner.txt names the person."""
    bucket = new_bucket(server)
    put(server, bucket, f"{base_key}/owner.txt".lstrip("/"), str(person.id))
    return bucket


def location(person: Person, body: dict[str, Any]) -> int:
    """Make a storage location; its id."""
    number: int = person.ok("POST", "/repo/v1/storageLocation", body)["storageLocationId"]
    return number


def managed_sts(person: Person) -> int:
    """A location with STS in the server's own storage."""
    return location(person, {"concreteType": PREFIX + "S3StorageLocationSetting", "stsEnabled": True})


def set_on(person: Person, container: str, *ids: int) -> dict[str, Any]:
    """A new upload setting of a container."""
    body = {"concreteType": SETTING, "settingsType": "upload", "projectId": container, "locations": list(ids)}
    made: dict[str, Any] = person.ok("POST", "/repo/v1/projectSettings", body)
    return made


def upload_to(person: Person, location_id: int, content: bytes = b"hello", name: str = "data.txt") -> str:
    """Send bytes to a location as a client does; the id of the file handle."""
    body = request(content, name, storageLocationId=location_id)
    upload = start(person, body)["uploadId"]
    assert put_part(person, upload, 1, content).status_code == 200
    assert add_part(person, upload, 1, content)["addPartState"] == "ADD_SUCCESS"
    handle: str = complete(person, upload)["resultFileHandleId"]
    return handle


def file_of(person: Person, parent: str, handle: str) -> dict[str, Any]:
    """A new file with these bytes."""
    return person.make("FileEntity", name=f"file {secrets.token_hex(4)}", parentId=parent, dataFileHandleId=handle)
