"""The bucket of somebody else on a real Ceph: what their policy lets vesicle do is what the location can do."""

from __future__ import annotations

import time
from typing import Any

from tests.live import Person, Server
from tests.locations.buckets import external, file_of, location, set_on, upload_to
from tests.locations.conftest import AWAY, Owned, client_of
from tests.locations.test_registering import S3, batch, claim
from tests.objectstore.sharing import Facts
from tests.sending import MIB, add_part, complete, put_part, request, start

LOCATION = "/repo/v1/storageLocation"


def powers(far: Server, number: int) -> tuple[bool, bool]:
    with far.database() as conn:
        row = conn.execute("SELECT readable, writable FROM storage_location WHERE id = %s", (number,)).fetchone()
    assert row
    return bool(row[0]), bool(row[1])


def at(theirs: Owned, **more: Any) -> dict[str, Any]:
    return external(theirs.name, endpointUrl=theirs.endpoint, **more)


def test_a_bucket_that_does_not_let_vesicle_in_is_refused_with_the_stores_reason(theirs: Owned, lab: Person) -> None:
    theirs.put("owner.txt", str(lab.id))
    answer = lab.call("POST", LOCATION, at(theirs))
    assert answer.status_code == 400, answer.text
    assert "AccessDenied" in answer.text
    # The default storage is another store, where there is no such bucket.
    assert lab.call("POST", LOCATION, external(theirs.name)).status_code == 400


def test_files_go_into_the_bucket_of_somebody_else_and_come_back(far: Server, theirs: Owned, lab: Person) -> None:
    theirs.put("some/base/owner.txt", lab.name)
    theirs.everything()
    number = location(lab, at(theirs, baseKey="some/base"))
    assert powers(far, number) == (True, True)
    assert [one["Key"] for one in theirs.s3.list_objects_v2(Bucket=theirs.name)["Contents"]] == ["some/base/owner.txt"]
    assert "Uploads" not in theirs.s3.list_multipart_uploads(Bucket=theirs.name)
    project = lab.project()["id"]
    set_on(lab, project, number)
    destination = lab.ok("GET", f"/file/v1/entity/{project}/uploadDestination")
    assert (destination["bucket"], destination["endpointUrl"]) == (theirs.name, theirs.endpoint)
    content = b"x" * (5 * MIB) + b"the end"
    upload = start(lab, request(content, "big.bin", storageLocationId=number))["uploadId"]
    for part, piece in ((1, content[: 5 * MIB]), (2, content[5 * MIB :])):
        assert put_part(lab, upload, part, piece).status_code == 200
        assert add_part(lab, upload, part, piece)["addPartState"] == "ADD_SUCCESS"
    file = file_of(lab, project, complete(lab, upload)["resultFileHandleId"])
    handle = lab.ok("GET", f"/file/v1/fileHandle/{file['dataFileHandleId']}")
    assert theirs.s3.get_object(Bucket=theirs.name, Key=handle["key"])["Body"].read() == content
    url = lab.ok("GET", f"/repo/v1/entity/{file['id']}/file", redirect=False)
    assert url.startswith(theirs.endpoint)
    assert lab.http.get(url).content == content


def test_two_users_of_a_seaweedfs_are_as_independent(seaweedfs: Facts, lab: Person) -> None:
    s3 = client_of(seaweedfs, seaweedfs["access_key"], seaweedfs["secret_key"])
    for name in ("lent", "private"):
        s3.create_bucket(Bucket=name)
        s3.put_object(Bucket=name, Key=f"{lab.id}/owner.txt", Body=str(lab.id).encode())
    asked = {"endpointUrl": seaweedfs["http"], "baseKey": str(lab.id)}
    refused = lab.call("POST", LOCATION, external("private", **asked))
    assert (refused.status_code, "AccessDenied" in refused.text) == (400, True)
    number = location(lab, external("lent", **asked))
    handle = lab.ok("GET", f"/file/v1/fileHandle/{upload_to(lab, number, b'for the owner')}")
    assert s3.get_object(Bucket="lent", Key=handle["key"])["Body"].read() == b"for the owner"
    s3.put_object(Bucket="lent", Key=f"{lab.id}/raw", Body=b"by the owner")
    raw = lab.ok("POST", S3, claim(number, "lent", f"{lab.id}/raw", b"by the owner"))
    for one, content in ((handle, b"for the owner"), (raw, b"by the owner")):
        assert lab.http.get(lab.ok("GET", f"/file/v1/fileHandle/{one['id']}/url", redirect=False)).content == content


def test_a_read_only_bucket_is_registered_from_and_not_written_to(far: Server, theirs: Owned, lab: Person) -> None:
    arn = f"arn:aws:s3:::{theirs.name}"
    theirs.let_in({"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [arn, f"{arn}/*"]})
    theirs.put("owner.txt", str(lab.id))
    theirs.put("raw/a.bam", b"raw data")
    number = location(lab, at(theirs))
    assert powers(far, number) == (True, False)
    answer = lab.call("POST", "/file/v1/file/multipart", request(b"x", "a.txt", storageLocationId=number))
    assert (answer.status_code, "can be read and not written" in answer.text) == (400, True)
    handle = lab.ok("POST", S3, claim(number, theirs.name, "raw/a.bam", b"raw data"))["id"]
    url = lab.ok("GET", f"/file/v1/fileHandle/{handle}/url", redirect=False)
    assert lab.http.get(url).content == b"raw data"


def test_a_write_only_bucket_takes_files_that_stay_unverified(far: Server, theirs: Owned, lab: Person) -> None:
    arn = f"arn:aws:s3:::{theirs.name}"
    writing = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    # Who wrote an object may read it there, so reading has to be denied by name.
    theirs.let_in(
        {"Action": writing, "Resource": [f"{arn}/*"]},
        {"Action": ["s3:GetObject"], "Resource": [f"{arn}/owner.txt"]},
        {"Action": ["s3:GetObject", "s3:GetObjectAcl"], "NotResource": [f"{arn}/owner.txt"], "Effect": "Deny"},
    )
    theirs.put("owner.txt", str(lab.id))
    number = location(lab, at(theirs))
    assert powers(far, number) == (False, True)
    handle = upload_to(lab, number, b"never to be read back")
    with far.database() as conn:
        row = conn.execute("SELECT verification, key FROM file_handle WHERE id = %s", (handle,)).fetchone()
    assert row
    assert row[0] == "unverifiable"
    assert theirs.s3.get_object(Bucket=theirs.name, Key=row[1])["Body"].read() == b"never to be read back"
    answer = lab.call("GET", f"/file/v1/fileHandle/{handle}/url", redirect=False)
    assert answer.status_code == 400, answer.text
    assert "can be written and not read" in answer.text
    theirs.put("their own", b"data")
    body = claim(number, theirs.name, "their own", b"data")
    assert "contentSize is required" in lab.call("POST", S3, body).text
    made = lab.ok("POST", S3, body | {"contentSize": 4})
    assert made["contentSize"] == 4


def test_a_version_is_read_as_it_was_registered(theirs: Owned, lab: Person) -> None:
    theirs.s3.put_bucket_versioning(Bucket=theirs.name, VersioningConfiguration={"Status": "Enabled"})
    theirs.everything()
    theirs.put("owner.txt", str(lab.id))
    theirs.put("raw/a", b"first")
    number = location(lab, at(theirs))
    handle = lab.ok("POST", S3, claim(number, theirs.name, "raw/a", b"first"))["id"]
    file = file_of(lab, lab.project()["id"], handle)
    theirs.put("raw/a", b"second, and longer")
    url = lab.ok("GET", f"/repo/v1/entity/{file['id']}/file", redirect=False)
    assert lab.http.get(url).content == b"first"
    theirs.s3.delete_object(Bucket=theirs.name, Key="raw/a")
    assert lab.http.get(url).content == b"first"
    for one in theirs.s3.list_object_versions(Bucket=theirs.name, Prefix="raw/a")["Versions"]:
        theirs.s3.delete_object(Bucket=theirs.name, Key="raw/a", VersionId=one["VersionId"])
    until_it_is_asked_again(lab, file, 410)


def test_an_owner_who_shuts_vesicle_out_is_named(theirs: Owned, lab: Person) -> None:
    theirs.everything()
    theirs.put("owner.txt", str(lab.id))
    theirs.put("raw/a", b"first")
    handle = lab.ok("POST", S3, claim(location(lab, at(theirs)), theirs.name, "raw/a", b"first"))["id"]
    file = file_of(lab, lab.project()["id"], handle)
    theirs.s3.delete_bucket_policy(Bucket=theirs.name)
    reason = until_it_is_asked_again(lab, file, 409)
    assert "cannot be read by this server" in reason
    assert lab.call("POST", "/file/v1/fileHandle/batch", batch(file)).status_code == 409
    theirs.everything()
    assert lab.call("GET", f"/repo/v1/entity/{file['id']}/file", redirect=False).status_code == 200


def until_it_is_asked_again(person: Person, file: dict[str, Any], status: int) -> str:
    """What was seen is believed for a second there; the answer after that."""
    until = time.monotonic() + 10
    while True:
        answer = person.call("GET", f"/repo/v1/entity/{file['id']}/file", redirect=False)
        if answer.status_code == status:
            return answer.text
        assert time.monotonic() < until, answer.text
        time.sleep(0.1)


def test_the_same_name_at_two_stores_is_two_buckets(far: Server, theirs: Owned, lab: Person) -> None:
    theirs.everything()
    theirs.put("owner.txt", str(lab.id))
    theirs.put("a", b"on the Ceph")
    far.store().ensure_bucket(theirs.name)
    far.store().put(theirs.name, "owner.txt", str(lab.id).encode())
    far.store().put(theirs.name, "a", b"on ours")
    for asked, content in ((at(theirs), b"on the Ceph"), (external(theirs.name), b"on ours")):
        number = location(lab, asked)
        handle = lab.ok("POST", S3, claim(number, theirs.name, "a", content))["id"]
        url = lab.ok("GET", f"/file/v1/fileHandle/{handle}/url", redirect=False)
        assert lab.http.get(url).content == content


def test_a_store_that_does_not_answer_is_a_503(lab: Person) -> None:
    answer = lab.call("POST", LOCATION, external("some-bucket", endpointUrl=AWAY))
    assert answer.status_code == 503, answer.text
    assert "did not answer" in answer.text or "does not answer" in answer.text
