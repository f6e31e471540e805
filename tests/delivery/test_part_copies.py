"""Copies of files from one storage location into another, as the client's migration makes them."""

from __future__ import annotations

import random
import re
from typing import Any, NamedTuple

import boto3
import httpx
import pytest
from tests.live import Person, Server
from tests.locations.buckets import external, file_of, location, managed_sts, own_bucket, put
from tests.locations.test_registering import S3, claim

REQUEST = "org.sagebionetworks.repo.model.file.MultipartUploadCopyRequest"
MIB = 1024**2


class Migration(NamedTuple):
    """A file in the default storage, and a bucket that it is to move to."""

    file: dict[str, Any]
    content: bytes
    bucket: str
    location: int


@pytest.fixture
def migration(server: Server, owner: Person) -> Migration:
    content = random.Random(1).randbytes(12 * MIB + 5)
    bucket = own_bucket(server, owner, "new/home")
    number = location(owner, external(bucket, baseKey="new/home"))
    return Migration(owner.file(owner.project()["id"], content, "größe +1.bin"), content, bucket, number)


def request(migration: Migration, **changes: Any) -> dict[str, Any]:
    """As the client sends it: the location's id is a text, the name null."""
    association = {
        "fileHandleId": migration.file["dataFileHandleId"], "associateObjectId": migration.file["id"],
        "associateObjectType": "FileEntity",
    }  # fmt: skip
    return {
        "concreteType": REQUEST, "fileName": None, "generatePreview": True, "partSizeBytes": 5 * MIB,
        "storageLocationId": str(migration.location), "sourceFileHandleAssociation": association, **changes,
    }  # fmt: skip


def begin(person: Person, body: dict[str, Any], **query: Any) -> Any:
    return person.ok("POST", "/file/v1/file/multipart", body, **query)


def refused(person: Person, body: dict[str, Any], status: int) -> str:
    answer = person.call("POST", "/file/v1/file/multipart", body)
    assert answer.status_code == status, answer.text
    return str(answer.json()["reason"])


def signed(person: Person, upload: str, *numbers: int) -> list[dict[str, Any]]:
    path = f"/file/v1/file/multipart/{upload}/presigned/url/batch"
    urls: list[dict[str, Any]] = person.ok("POST", path, {"partNumbers": list(numbers)})["partPresignedUrls"]
    return urls


def copy_part(person: Person, upload: str, part: dict[str, Any]) -> str:
    """An empty PUT with exactly the signed headers, and the ETag of the answer, as the client reads it."""
    answer = httpx.put(part["uploadPresignedUrl"], headers=part["signedHeaders"], content=b"")
    assert answer.status_code == 200, answer.text
    etag = re.search(r"<ETag>(.*?)</ETag>", answer.text)
    assert etag
    md5 = etag[1].replace("&quot;", "").replace("&#34;", "").replace('"', "")
    path = f"/file/v1/file/multipart/{upload}/add/{part['partNumber']}"
    return str(person.ok("PUT", path, partMD5Hex=md5)["addPartState"])


def copied(person: Person, body: dict[str, Any]) -> Any:
    """The whole copy; the new handle."""
    status = begin(person, body)
    parts = signed(person, status["uploadId"], *range(1, len(status["partsState"]) + 1))
    assert {copy_part(person, status["uploadId"], part) for part in parts} == {"ADD_SUCCESS"}
    done = person.ok("PUT", f"/file/v1/file/multipart/{status['uploadId']}/complete")
    return person.ok("GET", f"/file/v1/fileHandle/{done['resultFileHandleId']}")


def test_a_copy_is_the_file_in_the_other_bucket(server: Server, owner: Person, migration: Migration) -> None:
    source = owner.ok("GET", f"/file/v1/fileHandle/{migration.file['dataFileHandleId']}")
    handle = copied(owner, request(migration))
    for same in ("contentMd5", "contentSize", "contentType", "fileName"):
        assert handle[same] == source[same], same
    assert (handle["bucketName"], handle["storageLocationId"]) == (migration.bucket, migration.location)
    assert handle["createdBy"] == str(owner.id)
    assert handle["key"].startswith(f"new/home/{owner.id}/")
    assert server.store().get(migration.bucket, handle["key"]) == migration.content
    assert list(server.store().open_uploads(migration.bucket)) == []


def test_the_parts_say_what_is_copied(owner: Person, migration: Migration) -> None:
    upload = begin(owner, request(migration))["uploadId"]
    parts = signed(owner, upload, 1, 3)
    first, last = (part["signedHeaders"] for part in parts)
    assert first["x-amz-copy-source-range"] == f"bytes=0-{5 * MIB - 1}"
    assert last["x-amz-copy-source-range"] == f"bytes={10 * MIB}-{12 * MIB + 4}"
    assert set(first) == {"x-amz-copy-source", "x-amz-copy-source-range", "x-amz-copy-source-if-match"}
    elsewhere = first | {"x-amz-copy-source": "vesicle/something-else"}
    assert httpx.put(parts[0]["uploadPresignedUrl"], headers=elsewhere, content=b"").status_code == 403


def test_the_same_request_goes_on_and_is_never_copied_twice(
    server: Server, owner: Person, migration: Migration
) -> None:
    upload = begin(owner, request(migration))["uploadId"]
    assert copy_part(owner, upload, signed(owner, upload, 2)[0]) == "ADD_SUCCESS"
    again = begin(owner, request(migration))
    assert (again["uploadId"], again["partsState"]) == (upload, "010")
    handle = copied(owner, request(migration))
    done = begin(owner, request(migration))
    assert (done["state"], done["resultFileHandleId"]) == ("COMPLETED", handle["id"])
    assert len(server.store().list(migration.bucket, f"new/home/{owner.id}/")) == 1
    assert begin(owner, request(migration), forceRestart="true")["uploadId"] != upload


def test_one_name_and_one_part(server: Server, owner: Person, migration: Migration) -> None:
    handle = copied(owner, request(migration, fileName="other.bin", partSizeBytes=100 * MIB, generatePreview=False))
    assert (handle["fileName"], handle["previewId"]) == ("other.bin", handle["id"])
    assert server.store().get(migration.bucket, handle["key"]) == migration.content


def test_who_may_not_have_the_source_or_the_destination_is_refused(
    server: Server, owner: Person, stranger: Person, administrator: Person, migration: Migration
) -> None:
    bucket = own_bucket(server, stranger)
    theirs = location(stranger, external(bucket))
    refused(stranger, request(migration, storageLocationId=theirs), 403)
    refused(owner, request(migration, storageLocationId=theirs), 403)
    refused(owner, request(migration, storageLocationId=1), 403)
    refused(owner, request(migration, storageLocationId=99999999), 404)
    other = owner.file(owner.project()["id"])
    association = {
        "fileHandleId": "499999999", "associateObjectId": other["id"], "associateObjectType": "FileEntity",
    }  # fmt: skip
    assert owner.call(
        "POST", "/file/v1/file/multipart", request(migration, sourceFileHandleAssociation=association)
    ).status_code in (403, 404)
    begin(administrator, request(migration, storageLocationId=theirs))


def test_what_cannot_be_copied_is_refused_with_the_reason(server: Server, owner: Person, migration: Migration) -> None:
    assert "from 5242880 (5 MiB)" in refused(owner, request(migration, partSizeBytes=1), 400)
    link = owner.ok(
        "POST", "/file/v1/externalFileHandle",
        {"concreteType": "org.sagebionetworks.repo.model.file.ExternalFileHandle", "externalURL": "https://x.org/a"},
    )  # fmt: skip
    file = owner.make("FileEntity", name="link", parentId=migration.file["parentId"], dataFileHandleId=link["id"])
    association = {"fileHandleId": link["id"], "associateObjectId": file["id"], "associateObjectType": "FileEntity"}
    assert "no object in a bucket" in refused(owner, request(migration, sourceFileHandleAssociation=association), 400)
    handle = copied(owner, request(migration))
    moved = owner.make("FileEntity", name="m", parentId=migration.file["parentId"], dataFileHandleId=handle["id"])
    association = {"fileHandleId": handle["id"], "associateObjectId": moved["id"], "associateObjectType": "FileEntity"}
    assert "already" in refused(owner, request(migration, sourceFileHandleAssociation=association), 400)
    sftp = location(
        owner,
        {
            "concreteType": "org.sagebionetworks.repo.model.project.ExternalStorageLocationSetting",
            "url": "sftp://sftp.example.org/x", "uploadType": "SFTP",
        },
    )  # fmt: skip
    assert "is no bucket" in refused(owner, request(migration, storageLocationId=sftp), 400)


def test_a_copy_into_storage_of_the_server_that_lends(owner: Person, migration: Migration) -> None:
    handle = copied(owner, request(migration, storageLocationId=managed_sts(owner)))
    assert handle["bucketName"] == "vesicle"


def test_a_source_that_vanished_or_changed_is_said(server: Server, owner: Person, migration: Migration) -> None:
    handle = owner.ok("GET", f"/file/v1/fileHandle/{migration.file['dataFileHandleId']}")
    upload = begin(owner, request(migration, fileName="begun"))["uploadId"]
    part = signed(owner, upload, 1)[0]
    put(server, handle["bucketName"], handle["key"], b"another")
    assert httpx.put(part["uploadPresignedUrl"], headers=part["signedHeaders"], content=b"").status_code == 412
    assert "changed: it has 7 bytes" in refused(owner, request(migration), 409)
    server.store().delete(handle["bucketName"], handle["key"])
    assert "any more" in refused(owner, request(migration), 410)


def test_the_version_that_was_registered_is_copied(server: Server, owner: Person, migration: Migration) -> None:
    bucket = own_bucket(server, owner)
    keep_versions(server, bucket)
    put(server, bucket, "raw", b"first")
    handle = owner.ok("POST", S3, claim(location(owner, external(bucket)), bucket, "raw", b"first"))["id"]
    put(server, bucket, "raw", b"newer")
    with server.database() as conn:
        conn.execute("UPDATE file_handle SET verification = 'verified' WHERE id = %s", (handle,))
    file = file_of(owner, migration.file["parentId"], handle)
    copy = copied(owner, request(migration._replace(file=file)))
    assert server.store().get(migration.bucket, copy["key"]) == b"first"
    with server.database() as conn:
        row = conn.execute("SELECT verification FROM file_handle WHERE id = %s", (copy["id"],)).fetchone()
    assert row == ("verified",)


def keep_versions(server: Server, bucket: str) -> None:
    """What the owner of a bucket does, and vesicle never."""
    settings = server.settings()
    s3 = boto3.client(
        "s3", endpoint_url=settings.s3_endpoint, aws_access_key_id=settings.s3_access_key,
        aws_secret_access_key=settings.s3_secret_key, region_name=settings.s3_region,
    )  # fmt: skip
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def test_an_object_of_the_same_size_in_the_place_of_the_source_is_not_copied(
    server: Server, owner: Person, migration: Migration
) -> None:
    handle = owner.ok("GET", f"/file/v1/fileHandle/{migration.file['dataFileHandleId']}")
    put(server, handle["bucketName"], handle["key"], b"x" * len(migration.content))
    assert "its ETag is" in refused(owner, request(migration), 409)


def test_parts_that_were_not_copied_are_refused_at_the_end_and_can_be_copied_then(
    server: Server, owner: Person, migration: Migration
) -> None:
    upload = begin(owner, request(migration))["uploadId"]
    path = f"/file/v1/file/multipart/{upload}"
    copy_part(owner, upload, signed(owner, upload, 1)[0])
    assert "2 of 3 parts are missing" in owner.call("PUT", f"{path}/complete").text
    assert owner.ok("PUT", f"{path}/add/2", partMD5Hex="no ETag")["addPartState"] == "ADD_FAILED"
    for number in (2, 3):  # Never copied: as in the contract, nobody looks yet.
        assert owner.ok("PUT", f"{path}/add/{number}", partMD5Hex="0" * 32)["addPartState"] == "ADD_SUCCESS"
    answer = owner.call("PUT", f"{path}/complete")
    assert (answer.status_code, "cannot put the parts together" in answer.text) == (400, True), answer.text
    again = begin(owner, request(migration))
    assert (again["uploadId"], again["partsState"]) == (upload, "000")
    handle = copied(owner, request(migration))
    assert server.store().get(migration.bucket, handle["key"]) == migration.content


def test_a_source_that_changes_after_it_was_copied_does_not_matter_where_the_store_looked_at_each_part(
    server: Server, owner: Person, migration: Migration
) -> None:
    source = owner.ok("GET", f"/file/v1/fileHandle/{migration.file['dataFileHandleId']}")
    upload = begin(owner, request(migration))["uploadId"]
    for part in signed(owner, upload, 1, 2, 3):
        copy_part(owner, upload, part)
    put(server, source["bucketName"], source["key"], b"another")
    done = owner.ok("PUT", f"/file/v1/file/multipart/{upload}/complete")
    handle = owner.ok("GET", f"/file/v1/fileHandle/{done['resultFileHandleId']}")
    assert server.store().get(migration.bucket, handle["key"]) == migration.content
