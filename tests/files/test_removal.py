"""What is left behind: abandoned uploads, and objects whose handle is gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket
from tests.sending import md5, put_part, request, send, start

from vesicle import app
from vesicle.files import removal
from vesicle.objectstore.contract import NoSuchObject
from vesicle.web import House


@pytest.fixture
def house(server: Server) -> Iterator[House]:
    """The house of a worker beside the server."""
    found = app.open_house(server.settings())
    yield found
    found.pool.close()


def test_an_abandoned_upload_is_aborted_in_the_store_and_forgotten(owner: Person, server: Server, house: House) -> None:
    fresh = start(owner, request(b"fresh", "fresh.txt"))["uploadId"]
    stale = start(owner, request(b"stale", "stale.txt"))["uploadId"]
    with server.database() as conn:
        query = "UPDATE multipart_upload SET updated_on = now() - interval '8 days' WHERE id = %s RETURNING bucket, key"
        row = conn.execute(query, (stale,)).fetchone()
        assert row
        bucket, key = row
        with house.pool.connection() as own:
            assert removal.reap_abandoned(own, house) >= 1
        left = [
            number for (number,) in conn.execute("SELECT id FROM multipart_upload WHERE started_by = %s", (owner.id,))
        ]
    assert left == [int(fresh)]
    assert key not in [upload.key for upload in house.managed.store.open_uploads(bucket)]


def test_what_was_put_together_and_never_put_on_record_goes_with_its_upload(
    owner: Person, server: Server, house: House
) -> None:
    upload = start(owner, request(b"whole", "whole.txt"))["uploadId"]
    put_part(owner, upload, 1, b"whole")
    with server.database() as conn:
        query = "UPDATE multipart_upload SET updated_on = now() - interval '8 days' WHERE id = %s"
        row = conn.execute(f"{query} RETURNING bucket, key, store_upload_id", (upload,)).fetchone()
        assert row
        house.managed.store.complete_upload(*row, [(1, md5(b"whole"))])
        house.managed.store.stat(*row[:2])
        with conn.transaction(), house.pool.connection() as own:
            conn.execute("SELECT 1 FROM multipart_upload WHERE id = %s FOR UPDATE", (upload,))
            removal.reap_abandoned(own, house)
            house.managed.store.stat(*row[:2])
        with house.pool.connection() as own:
            removal.reap_abandoned(own, house)
        assert conn.execute("SELECT 1 FROM multipart_upload WHERE id = %s", (upload,)).fetchone() is None
        assert conn.execute("SELECT 1 FROM reservation WHERE upload_id = %s", (upload,)).fetchone() is None
    with pytest.raises(NoSuchObject):
        house.managed.store.stat(*row[:2])


def test_an_upload_that_nobody_knows_is_aborted_once_it_is_old(owner: Person, server: Server, house: House) -> None:
    from dataclasses import replace

    store, bucket = house.managed.store, house.managed.bucket
    store.begin_upload(bucket, "9/lost/file.txt", "text/plain")
    known = start(owner, request(b"known", "known.txt"))["uploadId"]
    with house.pool.connection() as conn:
        removal.reap_unknown(conn, house)
        assert "9/lost/file.txt" in [upload.key for upload in store.open_uploads(bucket)], "too young to be given up"
        impatient = replace(house, settings=replace(house.settings, abandoned_upload_days=-1))
        removal.reap_unknown(conn, impatient)
    keys = [upload.key for upload in store.open_uploads(bucket)]
    assert "9/lost/file.txt" not in keys
    with server.database() as conn:
        row = conn.execute("SELECT key FROM multipart_upload WHERE id = %s", (known,)).fetchone()
    assert row
    assert row[0] in keys


def test_deleting_a_handle_removes_its_object_by_and_by(owner: Person, server: Server) -> None:
    handle = send(owner, b"to be removed", "a.txt")
    shape = owner.ok("GET", f"/file/v1/fileHandle/{handle}")
    answer = owner.call("DELETE", f"/file/v1/fileHandle/{handle}")
    assert (answer.status_code, answer.content, "content-type" in answer.headers) == (200, b"", False)
    assert owner.call("GET", f"/file/v1/fileHandle/{handle}").status_code == 404
    assert owner.call("DELETE", f"/file/v1/fileHandle/{handle}").status_code == 200
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            server.store().stat(shape["bucketName"], shape["key"])
        except NoSuchObject:
            return
    raise AssertionError("the worker did not remove the object")


def test_a_handle_in_use_is_kept(owner: Person) -> None:
    file = owner.file(owner.project()["id"])
    answer = owner.call("DELETE", f"/file/v1/fileHandle/{file['dataFileHandleId']}")
    assert (answer.status_code, "in use" in answer.json()["reason"]) == (409, True)
    assert owner.ok("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false")


def test_a_handle_of_somebody_else_is_closed(owner: Person, stranger: Person, administrator: Person) -> None:
    handle = send(owner, b"mine", "a.txt")
    for path in ("", "/url"):
        assert stranger.call("GET", f"/file/v1/fileHandle/{handle}{path}").status_code == 403
    assert stranger.call("DELETE", f"/file/v1/fileHandle/{handle}").status_code == 403
    assert administrator.ok("GET", f"/file/v1/fileHandle/{handle}")["id"] == handle


@pytest.mark.parametrize(
    "url", ["https://example.org/a//b.csv", "sftp://host/file", "file://local.txt", "http://localhost:9/x"]
)
def test_a_plain_url_becomes_a_handle(owner: Person, url: str) -> None:
    kind = "org.sagebionetworks.repo.model.file.ExternalFileHandle"
    made = owner.ok(
        "POST", "/file/v1/externalFileHandle", {"concreteType": kind, "externalURL": url, "contentMd5": None}
    )
    assert (made["externalURL"], made["fileName"], made["contentType"]) == (url, "NOT_SET", "NOT_SET")
    assert owner.ok("GET", f"/file/v1/fileHandle/{made['id']}/url", redirect="false") == url


@pytest.mark.parametrize("url", ["", "no url", "//x", "http://a b"])
def test_what_is_no_url_is_refused(owner: Person, url: str) -> None:
    assert owner.call("POST", "/file/v1/externalFileHandle", {"externalURL": url}).status_code == 400


def test_restoring_is_a_job_that_has_nothing_to_do(owner: Person, stranger: Person) -> None:
    own, foreign = send(owner, b"mine", "a.txt"), send(stranger, b"theirs", "b.txt")
    path = "/file/v1/fileHandle/restore/async"
    token = owner.ok("POST", f"{path}/start", {"fileHandleIds": [own, foreign, "1"]})["token"]
    assert stranger.call("GET", f"{path}/get/{token}").status_code == 403
    deadline = time.monotonic() + 30
    while (answer := owner.call("GET", f"{path}/get/{token}")).status_code == 202:
        status = answer.json()
        assert (status["jobState"], type(status["progressCurrent"]), type(status["progressTotal"])) == (
            "PROCESSING",
            int,
            int,
        )
        assert time.monotonic() < deadline
    assert answer.status_code == 201
    results = {one["fileHandleId"]: one["status"] for one in answer.json()["restoreResults"]}
    assert results == {own: "NO_ACTION", foreign: "UNAUTHORIZED", "1": "NOT_FOUND"}
    assert owner.ok("GET", f"/repo/v1/asynchronous/job/{token}")["jobState"] == "COMPLETE"
    assert owner.call("GET", f"{path}/get/1").status_code == 404


def test_in_the_bucket_of_somebody_only_uploads_of_this_server_are_given_up(
    owner: Person, server: Server, house: House
) -> None:
    from dataclasses import replace

    store, bucket = server.store(), own_bucket(server, owner, "base")
    location(owner, external(bucket, baseKey="base"))
    ours = f"base/{owner.id}/{uuid4()}/lost.bin"
    theirs = ["base/theirs/part.bin", f"other/{owner.id}/{uuid4()}/lost.bin", f"base/{owner.id}/x/lost.bin"]
    for key in [ours, *theirs]:
        store.begin_upload(bucket, key, None)
    with house.pool.connection() as conn:
        removal.reap_unknown(conn, house)
        assert len(list(store.open_uploads(bucket))) == 4
        removal.reap_unknown(conn, replace(house, settings=replace(house.settings, abandoned_upload_days=-1)))
    assert sorted(upload.key for upload in store.open_uploads(bucket)) == sorted(theirs)
