"""File handles of what vesicle did not write: what is looked at, what is refused, and what is never deleted."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.jobs.waiting import finish
from tests.live import Person, Server
from tests.locations.buckets import (
    PREFIX,
    external,
    file_of,
    location,
    managed_sts,
    own_bucket,
    put,
    set_on,
    upload_to,
)  # fmt: skip
from tests.sending import md5

S3 = "/file/v1/externalFileHandle/s3"
EXTERNAL = "/file/v1/externalFileHandle"
FILE = "org.sagebionetworks.repo.model.file."


def refused(person: Person, path: str, body: dict[str, Any], status: int = 400) -> str:
    answer = person.call("POST", path, body)
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    reason: str = answer.json()["reason"]
    return reason


def claim(number: int, bucket: str, key: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {
        "concreteType": FILE + "S3FileHandle", "storageLocationId": number, "bucketName": bucket, "key": key,
        "contentMd5": md5(content), **more,
    }  # fmt: skip


@pytest.fixture
def bucket(server: Server, owner: Person) -> str:
    return own_bucket(server, owner, "base")


def verification(server: Server, handle: str) -> tuple[Any, ...]:
    with server.database() as conn:
        query = "SELECT verification, ours, checked_on IS NOT NULL FROM file_handle WHERE id = %s"
        return conn.execute(query, (handle,)).fetchone() or ()


def test_an_object_that_is_there_becomes_a_handle(server: Server, owner: Person, bucket: str) -> None:
    put(server, bucket, "base/raw/a+b é.txt", b"raw data")
    number = location(owner, external(bucket, baseKey="base"))
    made = owner.ok("POST", S3, claim(number, bucket, "base/raw/a+b é.txt", b"raw data"))
    expected = {
        "concreteType": FILE + "S3FileHandle", "bucketName": bucket, "key": "base/raw/a+b é.txt",
        "contentSize": 8, "contentMd5": md5(b"raw data"), "fileName": "NOT_SET", "contentType": "NOT_SET",
        "createdBy": str(owner.id), "storageLocationId": number, "status": "AVAILABLE", "isPreview": False,
    }  # fmt: skip
    assert expected.items() <= made.items()
    assert verification(server, made["id"]) == ("verified", False, True)
    file = file_of(owner, owner.project()["id"], made["id"])
    url = owner.ok("GET", f"/repo/v1/entity/{file['id']}/file", redirect=False)
    assert owner.http.get(url).content == b"raw data"


def test_a_claim_that_the_object_contradicts_is_refused(server: Server, owner: Person, bucket: str) -> None:
    put(server, bucket, "base/a", b"raw data")
    number = location(owner, external(bucket, baseKey="base"))
    good = claim(number, bucket, "base/a", b"raw data")
    for change, says in (
        ({"contentSize": 9}, "has 8 bytes, not 9"),
        ({"contentMd5": md5(b"other")}, "has the MD5"),
        ({"contentMd5": "nonsense"}, "is not an MD5"),
        ({"key": "base/b"}, "There is no object base/b"),
        ({"key": "based/a"}, "outside the baseKey"),
        ({"key": "other/a"}, "outside the baseKey"),
        ({"key": "base/../other/a"}, "key"),
        ({"key": "base/./a"}, "key"),
        ({"key": "base/" + "x" * 1020}, "key"),
        ({"bucketName": "vesicle"}, "is the bucket"),
        ({"storageLocationId": 1}, "is no ExternalS3StorageLocationSetting"),
        ({"storageLocationId": managed_sts(owner)}, "is no ExternalS3StorageLocationSetting"),
        ({"storageLocationId": 99999999}, "no storage location 99999999"),
        ({"storageLocationId": None}, "storageLocationId is required"),
        ({"key": None}, "are required"),
        ({"contentMd5": None}, "are required"),
    ):
        assert says in refused(owner, S3, good | change)
    owner.ok("POST", S3, good | {"contentSize": "8"})


def test_a_location_is_used_by_those_it_belongs_to(
    server: Server, owner: Person, stranger: Person, administrator: Person, bucket: str
) -> None:
    put(server, bucket, "base/a", b"raw data")
    number = location(owner, external(bucket, baseKey="base"))
    for person in (stranger, administrator):
        assert "Only the creator" in refused(person, S3, claim(number, bucket, "base/a", b"raw data"), 403)


def test_an_object_of_several_parts_proves_no_md5(server: Server, owner: Person, bucket: str) -> None:
    number = location(owner, external(bucket, baseKey="base"))
    store = server.store()
    upload = store.begin_upload(bucket, "base/big", None)
    part = b"x" * 5 * 1024**2
    for at, content in ((1, part), (2, b"end")):
        signed = store.sign_part(bucket, "base/big", upload, at, len(content), expires_s=60)
        assert owner.http.put(signed.url, content=content).status_code == 200
    store.complete_upload(bucket, "base/big", upload, [(1, md5(part)), (2, md5(b"end"))])
    made = owner.ok("POST", S3, claim(number, bucket, "base/big", b"whatever is said"))
    assert made["contentSize"] == len(part) + 3
    assert verification(server, made["id"])[0] == "claimed"


def test_what_somebody_else_put_there_is_never_deleted(server: Server, owner: Person, bucket: str) -> None:
    put(server, bucket, "base/a", b"raw data")
    number = location(owner, external(bucket, baseKey="base"))
    handle = owner.ok("POST", S3, claim(number, bucket, "base/a", b"raw data"))["id"]
    written = upload_to(owner, number, b"by vesicle")
    replaced = upload_to(owner, number, b"by vesicle, too", "b.txt")
    keys = {one: owner.ok("GET", f"/file/v1/fileHandle/{one}")["key"] for one in (handle, written, replaced)}
    put(server, bucket, keys[replaced], b"the owner put this in its place")
    for one in keys:
        owner.ok("DELETE", f"/file/v1/fileHandle/{one}")
    wait_for_removals(server, bucket)
    store = server.store()
    assert store.get(bucket, keys[handle]) == b"raw data"
    assert store.get(bucket, keys[replaced]) == b"the owner put this in its place"
    assert keys[written] not in [one.key for one in store.list(bucket, "")]


def wait_for_removals(server: Server, bucket: str) -> None:
    query = (
        "SELECT 1 FROM procrastinate_jobs WHERE task_name = 'files.remove_object' AND args->>'bucket' = %s"
        " AND status IN ('todo', 'doing')"
    )
    until = time.monotonic() + 30
    with server.database() as conn:
        while conn.execute(query, (bucket,)).fetchone():
            assert time.monotonic() < until, "no worker removed the objects"
            time.sleep(0.05)


def test_a_missing_or_changed_object_is_an_answer(server: Server, owner: Person, bucket: str) -> None:
    number = location(owner, external(bucket, baseKey="base"))
    project = owner.project()["id"]
    files = []
    for name in ("gone", "changed", "same"):
        put(server, bucket, f"base/{name}", b"raw data")
        handle = owner.ok("POST", S3, claim(number, bucket, f"base/{name}", b"raw data"))["id"]
        files.append(file_of(owner, project, handle))
    gone, changed, same = files
    server.store().delete(bucket, "base/gone")
    put(server, bucket, "base/changed", b"new data")
    # Nothing is asked again so soon after it was seen; the record is made older than that.
    assert owner.call("GET", f"/repo/v1/entity/{gone['id']}/file", redirect=False).status_code == 200
    with server.database() as conn:
        conn.execute("UPDATE file_handle SET checked_on = now() - interval '1 day' WHERE bucket = %s", (bucket,))
    for file, status, says in ((gone, 410, "is not there any more"), (changed, 409, "was changed")):
        answer = owner.call("GET", f"/repo/v1/entity/{file['id']}/file", redirect=False)
        assert answer.status_code == status, answer.text
        assert says in answer.text
        assert bucket in answer.text
        alone = owner.call("POST", "/file/v1/fileHandle/batch", batch(file))
        assert (alone.status_code, says in alone.text) == (409, True)
    results = owner.ok("POST", "/file/v1/fileHandle/batch", batch(gone, changed, same))["requestedFiles"]
    assert [one.get("failureCode") for one in results] == ["NOT_FOUND", "NOT_FOUND", None]
    assert owner.http.get(results[2]["preSignedURL"]).content == b"raw data"
    # The handles alone can always be had.
    handles = owner.ok("POST", "/file/v1/fileHandle/batch", {**batch(gone), "includePreSignedURLs": False})
    assert handles["requestedFiles"][0]["fileHandle"]["key"] == "base/gone"


def batch(*files: dict[str, Any]) -> dict[str, Any]:
    items = [
        {"fileHandleId": one["dataFileHandleId"], "associateObjectId": one["id"], "associateObjectType": "FileEntity"}
        for one in files
    ]
    return {"requestedFiles": items, "includeFileHandles": True, "includePreSignedURLs": True}


def test_objects_of_other_stores_and_proxies_are_registered_as_they_are_said(owner: Person) -> None:
    store = location(owner, {"concreteType": PREFIX + "ExternalObjectStorageLocationSetting", "uploadType": "S3",
                             "bucket": "theirs", "endpointUrl": "https://s3.example.org"})  # fmt: skip
    body = {
        "concreteType": FILE + "ExternalObjectStoreFileHandle", "storageLocationId": store, "fileKey": "uuid/a.txt",
        "fileName": "a.txt", "contentMd5": md5(b"a"), "contentSize": 1, "contentType": "text/plain",
    }  # fmt: skip
    made = owner.ok("POST", EXTERNAL, body | {"endpointUrl": "https://evil.example.org", "bucket": "other"})
    assert (made["endpointUrl"], made["bucket"], made["fileKey"]) == ("https://s3.example.org", "theirs", "uuid/a.txt")
    assert "bucketName" not in made
    url = owner.ok("GET", f"/file/v1/fileHandle/{made['id']}/url", redirect=False)
    assert url == "https://s3.example.org/theirs/uuid/a.txt"
    odd = owner.ok("POST", EXTERNAL, body | {"fileKey": "uuid/50% of a+b?#é.txt"})["id"]
    url = owner.ok("GET", f"/file/v1/fileHandle/{odd}/url", redirect=False)
    assert url == "https://s3.example.org/theirs/uuid/50%25%20of%20a%2Bb%3F%23%C3%A9.txt"
    for change, says in (
        ({"storageLocationId": 1}, "is no ExternalObjectStorageLocationSetting"),
        ({"contentSize": None}, "are required"),
        ({"contentSize": 50 * 10**12 + 1}, "no object is larger"),
        ({"contentMd5": "short"}, "is not an MD5"),
        ({"fileKey": None}, "fileKey"),
    ):
        assert says in refused(owner, EXTERNAL, body | change)
    owner.ok("DELETE", f"/file/v1/fileHandle/{made['id']}")


def test_who_says_that_the_servers_own_bucket_is_a_store_of_theirs_gets_nothing_of_it(
    server: Server, owner: Person, stranger: Person
) -> None:
    secret = b"what a stranger shall not read"
    there = owner.ok("GET", f"/file/v1/fileHandle/{owner.upload(secret)}")
    store = location(stranger, {"concreteType": PREFIX + "ExternalObjectStorageLocationSetting",
                                "bucket": there["bucketName"], "endpointUrl": "https://s3.example.org"})  # fmt: skip
    made = stranger.ok("POST", EXTERNAL, {
        "concreteType": FILE + "ExternalObjectStoreFileHandle", "storageLocationId": store, "fileKey": there["key"],
        "fileName": "a.txt", "contentMd5": md5(secret), "contentSize": len(secret), "contentType": "text/plain",
    })  # fmt: skip
    copied = {"copyRequests": [{"originalFile": own(made["id"])}]}
    copy = stranger.ok("POST", "/file/v1/filehandles/copy", copied)["copyResults"][0]["newFileHandle"]
    file = file_of(stranger, stranger.project()["id"], copy["id"])
    bare = f"https://s3.example.org/{there['bucketName']}/{there['key']}"
    for handle in (made["id"], copy["id"]):
        assert stranger.ok("GET", f"/file/v1/fileHandle/{handle}/url", redirect=False) == bare
        part_copy = {
            "concreteType": FILE + "MultipartUploadCopyRequest", "sourceFileHandleAssociation": own(handle),
            "partSizeBytes": 5 * 1024**2, "storageLocationId": managed_sts(stranger),
        }  # fmt: skip
        assert "no object in a bucket of S3" in refused(stranger, "/file/v1/file/multipart", part_copy)
        zipped = finish(stranger, "/file/v1/file/bulk/async", {"requestedFiles": [own(handle)]}).json()
        assert "resultZipFileHandleId" not in zipped
        assert zipped["fileSummary"][0]["failureCode"] == "UNKNOWN_ERROR"
    told = stranger.ok("POST", "/file/v1/fileHandle/batch", batch(file))["requestedFiles"][0]
    assert told["preSignedURL"] == bare
    listed = [{"fileEntityId": file["id"], "versionNumber": 1}]
    stranger.ok("POST", "/repo/v1/download/list/add", {"batchToAdd": listed})
    packed = finish(stranger, "/repo/v1/download/list/package/async", {})
    assert (packed.status_code, packed.json()["reason"]) == (400, "No files are eligible for packaging.")
    for handle in (made["id"], copy["id"]):
        stranger.call("DELETE", f"/file/v1/fileHandle/{handle}")
    wait_for_removals(server, there["bucketName"])
    assert server.store().get(there["bucketName"], there["key"]) == secret


def own(handle: str) -> dict[str, str]:
    return {"fileHandleId": handle, "associateObjectId": handle, "associateObjectType": "FileEntity"}


def test_a_proxy_is_registered_and_not_signed_for(owner: Person, stranger: Person) -> None:
    proxy = location(owner, {"concreteType": PREFIX + "ProxyStorageLocationSettings", "secretKey": "s" * 40,
                             "proxyUrl": "https://proxy.example.org"})  # fmt: skip
    body = {
        "concreteType": FILE + "ProxyFileHandle", "storageLocationId": proxy, "filePath": "a/b.txt",
        "fileName": "b.txt", "contentMd5": md5(b"a"), "contentSize": 1, "contentType": "text/plain",
    }  # fmt: skip
    made = owner.ok("POST", EXTERNAL, body)
    assert made["filePath"] == "a/b.txt"
    assert owner.ok("POST", EXTERNAL + "/proxy", body)["filePath"] == "a/b.txt"
    answer = owner.call("GET", f"/file/v1/fileHandle/{made['id']}/url", redirect=False)
    assert (answer.status_code, "cannot sign URLs for proxies" in answer.text) == (400, True)
    assert "are required" in refused(owner, EXTERNAL, body | {"filePath": None})
    assert refused(stranger, EXTERNAL, body, 403)
    google = {"concreteType": FILE + "GoogleCloudFileHandle", "bucketName": "g", "key": "k"}
    assert "cannot use" in refused(owner, EXTERNAL + "/googleCloud", google)


def test_a_url_stands_in_no_sts_location(owner: Person) -> None:
    body = {"externalURL": "https://example.org/a", "storageLocationId": managed_sts(owner)}
    assert "STS enabled" in refused(owner, EXTERNAL, body)
    sftp = location(owner, {"concreteType": PREFIX + "ExternalStorageLocationSetting", "uploadType": "SFTP",
                            "url": "sftp://data.example.org"})  # fmt: skip
    made = owner.ok("POST", EXTERNAL, {"externalURL": "sftp://data.example.org/x/a.txt", "storageLocationId": sftp})
    assert made["storageLocationId"] == sftp
    folder = owner.folder(owner.project()["id"])["id"]
    set_on(owner, folder, sftp)
    file_of(owner, folder, made["id"])
