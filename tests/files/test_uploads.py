"""Multipart uploads, step by step, against the real store."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.live import Person, Server
from tests.sending import MIB, add_part, complete, md5, part_urls, put_part, request, send, start

PART = 5 * MIB


def content_of(size: int) -> bytes:
    """Bytes that differ from those of any other size."""
    return random.Random(size).randbytes(size)


def downloaded(person: Person, handle: str) -> bytes:
    """The bytes behind a handle of one's own."""
    url = person.ok("GET", f"/file/v1/fileHandle/{handle}/url", redirect="false")
    return person.http.get(url).content


@pytest.mark.parametrize("size", [1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1])
def test_a_file_of_any_size_comes_back(owner: Person, size: int) -> None:
    content = content_of(size)
    handle = send(owner, content, "data.bin")
    assert downloaded(owner, handle) == content
    shape = owner.ok("GET", f"/file/v1/fileHandle/{handle}")
    assert (shape["contentSize"], shape["contentMd5"], shape["isPreview"]) == (size, md5(content), False)
    assert (shape["storageLocationId"], shape["createdBy"], shape["status"]) == (1, str(owner.id), "AVAILABLE")


def test_an_empty_file_is_refused_in_the_words_of_the_contract(owner: Person) -> None:
    answer = owner.call("POST", "/file/v1/file/multipart", request(b"", "empty.txt"))
    assert (answer.status_code, answer.json()["reason"]) == (400, "File size must be at least one byte")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"fileSizeBytes": -1}, "at least one byte"),
        ({"fileSizeBytes": 5 * 1024**4 + 1, "partSizeBytes": 5 * 1024**3}, "at most"),
        ({"partSizeBytes": PART - 1}, "partSizeBytes"),
        ({"partSizeBytes": 5 * 1024**3 + 1}, "partSizeBytes"),
        ({"fileSizeBytes": 10_001 * PART}, "10000 parts"),
        ({"fileSizeBytes": 2**63}, "64 bits"),
        ({"contentMD5Hex": "xyz"}, "MD5"),
        ({"fileName": ""}, "fileName"),
        ({"fileName": "x" * 257}, "fileName"),
        ({"fileName": "a\nb"}, "control"),
        ({"fileName": "a\x00b"}, "NUL"),
        ({"contentType": "text/plain\r\nX: y"}, "contentType"),
        ({"fileName": None}, "fileName"),
        ({"partSizeBytes": "many"}, "partSizeBytes"),
        ({"generatePreview": "yes"}, "generatePreview"),
        ({"concreteType": "org.example.Unknown"}, "concreteType"),
    ],
)
def test_a_bad_request_is_a_400_that_names_the_member(owner: Person, change: dict[str, object], named: str) -> None:
    answer = owner.call("POST", "/file/v1/file/multipart", request(b"abc", "a.txt") | change)
    assert answer.status_code == 400
    assert named in answer.json()["reason"]


def test_an_unknown_storage_location_is_a_404(owner: Person) -> None:
    body = request(b"abc", "a.txt", storageLocationId=999)
    assert owner.call("POST", "/file/v1/file/multipart", body).status_code == 404


@pytest.mark.parametrize("name", ["x" * 256, "数" * 256, "a/b\\c?.txt", "..", "Прибор (1)+'.csv"])
def test_a_name_of_any_script_can_be_uploaded(owner: Person, name: str) -> None:
    handle = send(owner, name.encode(), name)
    assert owner.ok("GET", f"/file/v1/fileHandle/{handle}")["fileName"] == name
    assert downloaded(owner, handle) == name.encode()


def test_old_clients_leave_the_concrete_type_and_the_location_out(owner: Person) -> None:
    body = request(b"abc", "a.txt")
    del body["concreteType"]
    first = start(owner, body)
    assert start(owner, body | {"storageLocationId": "1"})["uploadId"] == first["uploadId"]
    assert (first["state"], first["partsState"], first["startedBy"]) == ("UPLOADING", "0", str(owner.id))


def test_the_same_request_resumes_and_any_other_begins_anew(owner: Person, stranger: Person) -> None:
    content = content_of(PART + 9)
    body = request(content, "a.bin")
    upload = start(owner, body)["uploadId"]
    put_part(owner, upload, 1, content[:PART])
    add_part(owner, upload, 1, content[:PART])
    again = start(owner, body)
    assert (again["uploadId"], again["partsState"]) == (upload, "10")
    assert start(owner, body | {"fileName": "b.bin"})["uploadId"] != upload
    assert start(owner, body | {"generatePreview": False})["uploadId"] != upload
    assert start(stranger, body)["uploadId"] != upload
    forced = start(owner, body, forceRestart="true")
    assert (forced["uploadId"] != upload, forced["partsState"]) == (True, "00")


def test_many_who_start_the_same_upload_at_once_get_one(owner: Person) -> None:
    body = request(content_of(1234), "a.bin")
    with ThreadPoolExecutor(8) as pool:
        uploads = set(pool.map(lambda _: start(owner, body)["uploadId"], range(8)))
    assert len(uploads) == 1


def test_parts_arrive_in_any_order_and_at_once(owner: Person) -> None:
    content = content_of(4 * PART)
    upload = start(owner, request(content, "a.bin"))["uploadId"]
    pieces = {number: content[(number - 1) * PART : number * PART] for number in (3, 1, 4, 2)}
    urls = part_urls(owner, upload, list(pieces))

    def carry(number: int) -> str:
        assert owner.http.put(urls[number], content=pieces[number], timeout=60).status_code == 200
        return str(add_part(owner, upload, number, pieces[number])["addPartState"])

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(carry, pieces)) == {"ADD_SUCCESS"}
    done = complete(owner, upload)
    assert (done["state"], done["partsState"]) == ("COMPLETED", "1111")
    assert downloaded(owner, done["resultFileHandleId"]) == content


def test_a_failed_part_spoils_nothing(owner: Person) -> None:
    content = content_of(PART + 5)
    upload = start(owner, request(content, "a.bin"))["uploadId"]
    put_part(owner, upload, 1, content[:PART])
    missing = add_part(owner, upload, 2, content[PART:])
    assert (missing["addPartState"], "not in the store" in missing["errorMessage"]) == ("ADD_FAILED", True)
    put_part(owner, upload, 2, b"wrong")
    wrong = add_part(owner, upload, 2, content[PART:])
    assert (wrong["addPartState"], "another MD5" in wrong["errorMessage"]) == ("ADD_FAILED", True)
    put_part(owner, upload, 2, content[PART:])
    assert add_part(owner, upload, 2, content[PART:])["addPartState"] == "ADD_SUCCESS"
    assert add_part(owner, upload, 1, content[:PART])["addPartState"] == "ADD_SUCCESS"
    assert downloaded(owner, complete(owner, upload)["resultFileHandleId"]) == content


def test_a_part_that_is_replaced_counts_as_it_was_last_added(owner: Person) -> None:
    content = content_of(PART + 7)
    upload = start(owner, request(content, "a.bin"))["uploadId"]
    for tail in (b"another", content[PART:]):
        put_part(owner, upload, 2, tail)
        assert add_part(owner, upload, 2, tail)["addPartState"] == "ADD_SUCCESS"
    put_part(owner, upload, 1, content[:PART])
    add_part(owner, upload, 1, content[:PART])
    assert downloaded(owner, complete(owner, upload)["resultFileHandleId"]) == content


def test_the_store_takes_no_part_of_another_length(owner: Person) -> None:
    upload = start(owner, request(content_of(100), "a.bin"))["uploadId"]
    assert put_part(owner, upload, 1, content_of(101)).status_code == 403


@pytest.mark.parametrize("numbers", [[], [0], [-1], [3], [1, 2, 1]])
def test_part_numbers_out_of_range_are_refused(owner: Person, numbers: list[int]) -> None:
    upload = start(owner, request(content_of(PART + 1), "a.bin"))["uploadId"]
    path = f"/file/v1/file/multipart/{upload}/presigned/url/batch"
    assert owner.call("POST", path, {"partNumbers": numbers}).status_code == 400


@pytest.mark.parametrize("number", ["0", "3", "-1", "x", "99999999999999999999"])
def test_adding_a_part_that_there_is_not_is_a_400(owner: Person, number: str) -> None:
    upload = start(owner, request(content_of(PART + 1), "a.bin"))["uploadId"]
    assert owner.call("PUT", f"/file/v1/file/multipart/{upload}/add/{number}", partMD5Hex=md5(b"")).status_code == 400
    assert owner.call("PUT", f"/file/v1/file/multipart/{upload}/add/1").status_code == 400


def test_completing_with_missing_parts_says_which(owner: Person) -> None:
    content = content_of(3 * PART)
    upload = start(owner, request(content, "a.bin"))["uploadId"]
    put_part(owner, upload, 2, content[PART : 2 * PART])
    add_part(owner, upload, 2, content[PART : 2 * PART])
    answer = owner.call("PUT", f"/file/v1/file/multipart/{upload}/complete")
    assert answer.status_code == 400
    assert "2 of 3 parts are missing: 1, 3." in answer.json()["reason"]


def test_completing_twice_and_at_once_makes_one_handle(owner: Person) -> None:
    content = content_of(PART + 3)
    upload = start(owner, request(content, "a.bin"))["uploadId"]
    for number, part in ((1, content[:PART]), (2, content[PART:])):
        put_part(owner, upload, number, part)
        add_part(owner, upload, number, part)
    with ThreadPoolExecutor(6) as pool:
        handles = {done["resultFileHandleId"] for done in pool.map(lambda _: complete(owner, upload), range(6))}
    assert len(handles) == 1
    assert complete(owner, upload)["resultFileHandleId"] in handles
    assert owner.call("PUT", f"/file/v1/file/multipart/{upload}/add/1", partMD5Hex=md5(b"")).status_code == 400


def test_a_false_md5_of_a_whole_file_is_refused(owner: Person) -> None:
    upload = start(owner, request(b"true", "a.txt") | {"contentMD5Hex": md5(b"false")})["uploadId"]
    put_part(owner, upload, 1, b"true")
    add_part(owner, upload, 1, b"true")
    answer = owner.call("PUT", f"/file/v1/file/multipart/{upload}/complete")
    assert (answer.status_code, "as declared" in answer.json()["reason"]) == (400, True)


def test_a_completed_upload_is_given_again_while_handle_and_object_are_there(owner: Person, server: Server) -> None:
    content = content_of(55)
    body = request(content, "a.bin")
    handle = send(owner, content, "a.bin")
    again = start(owner, body)
    assert (again["state"], again["resultFileHandleId"]) == ("COMPLETED", handle)
    owner.ok("DELETE", f"/file/v1/fileHandle/{handle}")
    assert start(owner, body)["state"] == "UPLOADING"
    second = send(owner, content, "a.bin")
    shape = owner.ok("GET", f"/file/v1/fileHandle/{second}")
    server.store().delete(shape["bucketName"], shape["key"])
    assert start(owner, body)["state"] == "UPLOADING"


def test_only_who_started_an_upload_goes_on_with_it(owner: Person, stranger: Person, administrator: Person) -> None:
    upload = start(owner, request(b"abc", "a.txt"))["uploadId"]
    for other in (stranger, administrator):
        for method, path in (
            ("PUT", "complete"),
            ("PUT", "add/1?partMD5Hex=" + md5(b"")),
            ("POST", "presigned/url/batch"),
        ):
            answer = other.call(method, f"/file/v1/file/multipart/{upload}/{path}", {"partNumbers": [1]})
            assert answer.status_code == 403, path
    assert owner.call("PUT", "/file/v1/file/multipart/1/complete").status_code == 404
    assert owner.call("PUT", "/file/v1/file/multipart/abc/complete").status_code == 400


def test_an_upload_that_the_store_forgot_begins_anew(owner: Person, server: Server) -> None:
    body = request(b"abc", "a.txt")
    upload = start(owner, body)["uploadId"]
    with server.database() as conn:
        row = conn.execute(
            "SELECT bucket, key, store_upload_id FROM multipart_upload WHERE id = %s", (upload,)
        ).fetchone()
    assert row
    server.store().abort_upload(*row)
    assert add_part(owner, upload, 1, b"abc")["addPartState"] == "ADD_FAILED"
    assert start(owner, body)["uploadId"] != upload


def test_completing_what_became_a_handle_that_was_deleted_says_so(owner: Person) -> None:
    content = b"deleted since"
    upload = start(owner, request(content, "gone.txt"))["uploadId"]
    assert put_part(owner, upload, 1, content).status_code == 200
    add_part(owner, upload, 1, content)
    handle = complete(owner, upload)["resultFileHandleId"]
    assert complete(owner, upload)["resultFileHandleId"] == handle
    owner.ok("DELETE", f"/file/v1/fileHandle/{handle}")
    answer = owner.call("PUT", f"/file/v1/file/multipart/{upload}/complete")
    assert (answer.status_code, "begin the upload anew" in answer.text) == (404, True)
