"""A bucket that nobody else is let into: its owner leaves keys of their own with the storage location."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from tests.jobs.waiting import finish
from tests.live import Person, Server
from tests.locations.buckets import external, file_of, location, own_bucket, set_on, upload_to
from tests.locations.conftest import AWAY, Owned, owned
from tests.locations.test_other_stores import LOCATION, at, powers
from tests.locations.test_registering import S3, claim, wait_for_removals
from tests.objectstore.sharing import Facts
from tests.relocation.registrations import counts, register
from tests.sending import request, start

from vesicle.app import all_stores
from vesicle.errors import BadRequest
from vesicle.objectstore.stores import OwnKeys
from vesicle.settings import S3Access

KEYS = "/vesicle/v1/storageLocation/{}/keys"


@pytest.fixture
def keys(ceph: Facts) -> dict[str, Any]:
    """Those of the bucket's owner."""
    return {"accessKeyId": ceph["owner_access_key"], "secretAccessKey": ceph["owner_secret_key"]}


def keys_in(theirs: Owned) -> set[str]:
    return {one["Key"] for one in theirs.s3.list_objects_v2(Bucket=theirs.name)["Contents"]}


def at_open(theirs: Owned) -> dict[str, Any]:
    """A location in the same bucket for whom it is let in."""
    theirs.everything()
    return at(theirs)


def url_of(person: Person, handle: object) -> str:
    url: str = person.ok("GET", f"/file/v1/fileHandle/{handle}/url", redirect=False)
    return url


def test_files_go_into_a_bucket_that_only_the_owners_keys_open_and_come_back(
    far: Server, theirs: Owned, lab: Person, keys: dict[str, Any]
) -> None:
    theirs.put("mine/owner.txt", lab.name)
    theirs.put("mine/raw.bam", b"raw data")
    assert "AccessDenied" in lab.call("POST", LOCATION, at(theirs, baseKey="mine")).text
    body = at(theirs, baseKey="mine", **keys)
    number = location(lab, body)
    assert location(lab, body) == number
    assert powers(far, number) == (True, True)
    project = lab.project()["id"]
    set_on(lab, project, number)
    file = file_of(lab, project, upload_to(lab, number, b"with keys of mine"))
    handle = lab.ok("GET", f"/file/v1/fileHandle/{file['dataFileHandleId']}")
    assert theirs.s3.get_object(Bucket=theirs.name, Key=handle["key"])["Body"].read() == b"with keys of mine"
    assert lab.http.get(url_of(lab, handle["id"])).content == b"with keys of mine"
    raw = lab.ok("POST", S3, claim(number, theirs.name, "mine/raw.bam", b"raw data"))
    assert lab.http.get(url_of(lab, raw["id"])).content == b"raw data"
    # Only what vesicle wrote is removed with its handle, and with the owner's keys.
    untied = upload_to(lab, number, b"not for long")
    for one in (untied, raw["id"]):
        lab.ok("DELETE", f"/file/v1/fileHandle/{one}")
    wait_for_removals(far, theirs.name)
    assert keys_in(theirs) == {"mine/owner.txt", "mine/raw.bam", handle["key"]}


def test_keys_are_told_to_nobody_and_lie_encrypted(
    far: Server, theirs: Owned, lab: Person, keys: dict[str, Any]
) -> None:
    theirs.put("owner.txt", lab.name)
    made = lab.call("POST", LOCATION, at(theirs, **keys))
    number = made.json()["storageLocationId"]
    checked = lab.call("POST", f"/vesicle/v1/storageLocation/{number}/check")
    assert "fails" not in {line["state"] for line in checked.json()["lines"][:3]}
    again = lab.call("PUT", KEYS.format(number), keys)
    told = [made, checked, again, lab.call("GET", f"{LOCATION}/{number}"), lab.call("GET", LOCATION)]
    wrong = lab.call("PUT", KEYS.format(number), keys | {"accessKeyId": "nobody"})
    assert wrong.status_code == 400
    for answer in (*told, wrong):
        assert keys["secretAccessKey"] not in answer.text
        assert keys["accessKeyId"] not in answer.text.replace(checked.json()["bucketPolicy"], "")
    with far.database() as conn:
        (kept,) = conn.execute("SELECT l::text FROM storage_location l WHERE id = %s", (number,)).fetchone() or ("",)
        deeds = conn.execute(
            "SELECT deed, detail::text FROM audit_record WHERE object_id = %s", (str(number),)
        ).fetchall()
    assert "storage_location.keys.keep" in {deed for deed, _ in deeds}
    assert keys["accessKeyId"] not in kept
    for text in (kept, *(detail for _, detail in deeds)):
        assert keys["secretAccessKey"] not in text


def test_keys_are_given_anew_and_taken_back(theirs: Owned, lab: Person, keys: dict[str, Any]) -> None:
    theirs.put("owner.txt", lab.name)
    number = location(lab, at(theirs, **keys))
    handle = upload_to(lab, number, b"kept")
    lab.ok("DELETE", KEYS.format(number))
    lab.ok("DELETE", KEYS.format(number))
    # The operator's credentials do not take their place, whatever the bucket lets them do by now.
    theirs.everything()
    body = claim(number, theirs.name, "owner.txt", lab.name.encode())
    for refused in (
        lab.call("GET", f"/file/v1/fileHandle/{handle}/url"),
        lab.call("POST", S3, body),
        lab.call("POST", f"/vesicle/v1/storageLocation/{number}/check"),
        lab.call("POST", "/file/v1/file/multipart", request(b"x", "x.txt", storageLocationId=number)),
    ):
        assert (refused.status_code, "took back the keys" in refused.text) == (400, True), refused.text
    # What does not open the bucket is not kept.
    assert lab.call("PUT", KEYS.format(number), keys | {"secretAccessKey": "wrong"}).status_code == 400
    assert "took back the keys" in lab.call("GET", f"/file/v1/fileHandle/{handle}/url").text
    lab.ok("PUT", KEYS.format(number), keys)
    assert lab.http.get(url_of(lab, handle)).content == b"kept"
    # The same request again keeps them as well.
    lab.ok("DELETE", KEYS.format(number))
    assert lab.call("POST", LOCATION, at(theirs, **keys | {"secretAccessKey": "wrong"})).status_code == 400
    assert location(lab, at(theirs, **keys)) == number
    assert lab.http.get(url_of(lab, handle)).content == b"kept"
    # Neither is what opens a bucket that is somebody else's by now.
    theirs.put("owner.txt", "somebody else")
    assert "names neither your user id" in lab.call("PUT", KEYS.format(number), keys).text


def test_what_keys_that_were_taken_back_opened_fails_alone_and_holds_nothing(
    far: Server, theirs: Owned, lab: Person, keys: dict[str, Any]
) -> None:
    theirs.put("owner.txt", lab.name)
    number, project = location(lab, at(theirs, **keys)), lab.project()["id"]
    files = [file_of(lab, project, upload_to(lab, number, b"behind keys")), lab.file(project, b"plain")]
    begun = start(lab, request(b"never sent", "n.txt", storageLocationId=number))["uploadId"]
    lab.ok("DELETE", KEYS.format(number))
    items = [
        {"fileHandleId": one["dataFileHandleId"], "associateObjectId": one["id"], "associateObjectType": "FileEntity"}
        for one in files
    ]
    wanted = {"requestedFiles": items, "includeFileHandles": True, "includePreSignedURLs": True}
    behind, plain = lab.ok("POST", "/file/v1/fileHandle/batch", wanted)["requestedFiles"]
    assert behind["failureCode"] == "UNAUTHORIZED"
    assert lab.http.get(plain["preSignedURL"]).content == b"plain"
    zipped = finish(lab, "/file/v1/file/bulk/async", {"requestedFiles": items}).json()
    assert [one["status"] for one in zipped["fileSummary"]] == ["FAILURE", "SUCCESS"]
    assert "took back the keys" in zipped["fileSummary"][0]["failureMessage"]
    with far.database() as conn:
        held = "SELECT bytes FROM reservation WHERE upload_id = %s"
        assert conn.execute(held, (int(begun),)).fetchone() == (10,)
        lab.ok("DELETE", f"/vesicle/v1/upload/{begun}")
        assert conn.execute(held, (int(begun),)).fetchone() is None


def test_an_object_that_two_locations_name_stays_while_one_does(
    far: Server, theirs: Owned, lab: Person, keys: dict[str, Any]
) -> None:
    theirs.put("owner.txt", lab.name)
    theirs.everything()
    ours, open_ = location(lab, at(theirs, **keys)), location(lab, at(theirs))
    assert ours != open_
    handle = upload_to(lab, ours, b"once")
    key = lab.ok("GET", f"/file/v1/fileHandle/{handle}")["key"]
    other = lab.ok("POST", S3, claim(open_, theirs.name, key, b"once"))["id"]
    lab.ok("DELETE", f"/file/v1/fileHandle/{handle}")
    later = upload_to(lab, ours, b"a later one")
    gone = lab.ok("GET", f"/file/v1/fileHandle/{later}")["key"]
    lab.ok("DELETE", f"/file/v1/fileHandle/{later}")
    wait_for_removals(far, theirs.name)
    assert gone not in keys_in(theirs)
    assert key in keys_in(theirs)
    assert lab.http.get(url_of(lab, other)).content == b"once"


def test_what_two_locations_name_is_registered_once(theirs: Owned, lab: Person, keys: dict[str, Any]) -> None:
    theirs.put("owner.txt", lab.name)
    theirs.put("raw/a.bam", b"raw data")
    theirs.everything()
    ours, open_ = location(lab, at(theirs, **keys)), location(lab, at(theirs))
    upload_to(lab, ours, b"not theirs")
    project = lab.project()["id"]
    assert counts(register(lab, ours, project)) == {"registered": 1, "passedOver": 2}
    assert counts(register(lab, open_, project)) == {"unchanged": 1, "passedOver": 2}
    lab.ok("PUT", KEYS.format(ours), keys)
    assert counts(register(lab, ours, project)) == {"unchanged": 1, "passedOver": 2}


def test_the_longest_keys_fit_into_the_record(server: Server, owner: Person) -> None:
    number = location(owner, external(own_bucket(server, owner)))
    stores = all_stores(server.settings())
    reference = stores.reference("https://" + "s" * 253 + ":65535", OwnKeys('"' * 256, '"' * 256))
    with server.database() as conn:
        conn.execute("UPDATE storage_location SET endpoint = %s WHERE id = %s", (reference, number))
        (kept,) = conn.execute("SELECT endpoint FROM storage_location WHERE id = %s", (number,)).fetchone() or ("",)
    assert kept == reference


def test_files_are_copied_between_two_buckets_of_the_same_keys(
    ceph: Facts, theirs: Owned, lab: Person, keys: dict[str, Any]
) -> None:
    second = owned(ceph)
    for one in (theirs, second):
        one.put("owner.txt", lab.name)
    first, other = location(lab, at(theirs, **keys)), location(lab, at(second, **keys))
    project = lab.project()["id"]
    file = file_of(lab, project, upload_to(lab, first, b"to be copied"))
    copied = {
        "concreteType": "org.sagebionetworks.repo.model.file.MultipartUploadCopyRequest",
        "storageLocationId": other, "partSizeBytes": 5 * 2**20, "fileName": "copy.txt",
        "sourceFileHandleAssociation": {
            "fileHandleId": file["dataFileHandleId"], "associateObjectId": file["id"],
            "associateObjectType": "FileEntity",
        },
    }  # fmt: skip
    assert lab.ok("POST", "/file/v1/file/multipart", copied)["state"] == "UPLOADING"


def test_without_the_installations_key_nothing_opens_and_everything_says_why(
    far: Server, theirs: Owned, lab: Person, keys: dict[str, Any], tmp_path: Path
) -> None:
    theirs.put("owner.txt", lab.name)
    number = location(lab, at(theirs, **keys))
    with far.database() as conn:
        (reference,) = conn.execute("SELECT endpoint FROM storage_location WHERE id = %s", (number,)).fetchone() or (
            "",
        )
    settings = replace(far.settings(), data=tmp_path, s3=(S3Access(theirs.endpoint),))
    file = tmp_path / "locations.key"
    for content, says in (
        (None, "not in this server's data folder"), (Fernet.generate_key(), "not in this server's data folder"),
        (b"", "is damaged"), (b"junk", "is damaged"), (b"\xff\xfe", "is damaged"),
    ):  # fmt: skip
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(BadRequest, match=says):
            all_stores(settings).at(reference, theirs.name)
        assert file.exists() == (content is not None), "who only reads makes no key"
        if says == "is damaged":
            with pytest.raises(BadRequest, match=says):
                all_stores(settings).reference(None, OwnKeys("key", "secret"))
    file.write_bytes((far.data / file.name).read_bytes())
    all_stores(settings).at(reference, theirs.name).stat(theirs.name, "owner.txt")


def test_what_keys_do_not_do(server: Server, theirs: Owned, lab: Person, keys: dict[str, Any]) -> None:
    theirs.put("owner.txt", lab.name)
    for body, says in (
        (at(theirs, **keys, stsEnabled=True), "lends no temporary credentials"),
        (at(theirs, accessKeyId=keys["accessKeyId"]), "belong together"),
        (at(theirs, **keys | {"secretAccessKey": "two words"}), "belong together"),
        (at(theirs, **keys | {"accessKeyId": "k" * 257}), "belong together"),
        (at(theirs, **keys | {"accessKeyId": "nobody"}), "cannot be read"),
        (external(theirs.name, endpointUrl="http://127.0.0.1:1", **keys), "no credentials for the object store"),
        (external(theirs.name, endpointUrl="http://s3.x.amazonaws.com.example.org", **keys), "no credentials"),
    ):
        answer = lab.call("POST", LOCATION, body)
        assert (answer.status_code, says in answer.text) == (400, True), answer.text
    assert lab.call("POST", LOCATION, external(theirs.name, endpointUrl=AWAY, **keys)).status_code == 503
    number = location(lab, at(theirs, **keys))
    assert "are required" in lab.call("PUT", KEYS.format(number), {}).text
    managed = {"concreteType": "org.sagebionetworks.repo.model.project.S3StorageLocationSetting"}
    ours = location(lab, managed | {"description": secrets.token_hex(4)})
    for method, body in (("PUT", keys), ("DELETE", None)):
        assert lab.call(method, KEYS.format(ours), body).status_code == 400
        assert server.nobody().call(method, KEYS.format(number), body).status_code in (401, 403)


def test_only_its_owner_gives_a_location_keys(far: Server, theirs: Owned, lab: Person, keys: dict[str, Any]) -> None:
    theirs.put("owner.txt", lab.name)
    number, other = location(lab, at(theirs, **keys)), far.person("other")
    for method, body in (("PUT", keys), ("DELETE", None)):
        assert other.call(method, KEYS.format(number), body).status_code == 403
    # Not even a member of a team of the bucket's owners, whose account may have another bucket of that name.
    team = other.ok("POST", "/repo/v1/team", {"name": f"Team {secrets.token_hex(4)}"})["id"]
    theirs.put("owner.txt", f"{lab.name},{team}")
    shared = location(lab, at(theirs, description="shared", **keys))
    assert other.ok("GET", f"{LOCATION}/{shared}")["storageLocationId"] == shared
    for method, body in (("PUT", keys), ("DELETE", None)):
        answer = other.call(method, KEYS.format(shared), body)
        assert (answer.status_code, "Only who made" in answer.text) == (403, True)
    assert "No keys are kept" in lab.call("DELETE", KEYS.format(location(lab, at_open(theirs)))).text


def test_keys_work_in_the_default_store_too(server: Server, owner: Person) -> None:
    bucket, settings = own_bucket(server, owner), server.settings()
    body = external(bucket, accessKeyId=settings.s3_access_key, secretAccessKey=settings.s3_secret_key)
    number = location(owner, body)
    handle = upload_to(owner, number, b"in the default store")
    assert owner.http.get(url_of(owner, handle)).content == b"in the default store"
    assert "this server's own" in owner.call("POST", LOCATION, body | {"bucket": settings.s3_bucket}).text
