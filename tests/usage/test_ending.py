"""Uploads that end without a file: their bytes leave the store, and then nobody promises them any more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tests import sending
from tests.live import Person, Server
from tests.organizations.test_membership import join, managed, refused
from tests.organizations.test_operating import org
from tests.usage.counting import check
from tests.usage.test_charging import account, preferring, project_in
from tests.world import allow

from vesicle import app
from vesicle.access import Actor
from vesicle.errors import Unavailable
from vesicle.files import ending, removal
from vesicle.objectstore.contract import NoSuchObject, NoSuchUpload
from vesicle.web import House

pytestmark = pytest.mark.xdist_group("plans")
UPLOAD = "/vesicle/v1/upload"
CONTENT = b"x" * 600


@pytest.fixture
def house(planned: Server) -> Iterator[House]:
    """The house of a worker beside the server."""
    found = app.open_house(planned.settings())
    yield found
    found.pool.close()


def begun(person: Person, content: bytes = CONTENT, **query: Any) -> str:
    """An upload with its one part sent and added."""
    upload: str = sending.start(person, sending.request(content, "a.txt"), **query)["uploadId"]
    assert sending.put_part(person, upload, 1, content).status_code == 200
    assert sending.add_part(person, upload, 1, content)["addPartState"] == "ADD_SUCCESS"
    return upload


def row(server: Server, upload: str) -> tuple[Any, ...]:
    """(bucket, key, the store's number, digest)."""
    with server.database() as conn:
        found = conn.execute(
            "SELECT bucket, key, store_upload_id, request_digest FROM multipart_upload WHERE id = %s", (upload,)
        ).fetchone()
    assert found
    return found


def check_gone(server: Server, upload: str) -> None:
    """The store has neither parts nor an object."""
    bucket, key, number, _ = row(server, upload)
    with pytest.raises(NoSuchUpload):
        server.store().listed_parts(bucket, key, number, 1)
    with pytest.raises(NoSuchObject):
        server.store().stat(bucket, key)


def test_restarting_again_and_again_stores_no_more_than_is_promised(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = preferring(chief, ann, 1000)
    uploads, urls = [begun(ann)], []
    for _ in range(3):
        urls.append(sending.part_urls(ann, uploads[-1], [1])[1])
        uploads.append(begun(ann, forceRestart="true"))
        assert account(planned, made["id"]) == (0, 600), "a restart needs no room of its own"
    assert len(set(uploads)) == 4
    for upload, url in zip(uploads[:-1], urls, strict=True):
        assert ann.http.put(url, content=CONTENT).status_code == 404, "a URL that was signed before opens nothing"
        check_gone(planned, upload)
        path = f"/file/v1/file/multipart/{upload}"
        for method, deed, body in (
            ("POST", "presigned/url/batch", {"partNumbers": [1]}),
            ("PUT", f"add/1?partMD5Hex={sending.md5(CONTENT)}", None),
            ("PUT", "complete", None),
        ):
            status, reason = refused(ann, method, f"{path}/{deed}", body)
            assert (status, "was replaced by another of the same request" in reason) == (400, True), deed
    sending.complete(ann, uploads[-1])
    assert account(planned, made["id"]) == (600, 0)
    check(planned)


def test_a_restart_where_the_limit_is_below_what_is_used_by_now_goes_on_with_its_promise(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = preferring(chief, ann, 1000)
    begun(ann)
    plan = chief.ok("GET", f"/vesicle/v1/plan/{made['planId']}")
    chief.ok("PUT", f"/vesicle/v1/plan/{made['planId']}", {**plan, "storageLimitBytes": 10})
    begun(ann, forceRestart="true")
    assert account(planned, made["id"]) == (0, 600)
    check(planned)


def test_a_restart_for_another_organization_gives_the_promise_back_to_the_first(
    planned: Server, chief: Person, ann: Person
) -> None:
    first, second, small = preferring(chief, ann), managed(chief, ann), managed(chief, ann, storageLimitBytes=10)
    begun(ann)
    status, _ = refused(
        ann, "POST", "/file/v1/file/multipart", sending.request(CONTENT, "a.txt"), forceRestart="true",
        parentId=project_in(ann, small["id"]),
    )  # fmt: skip
    assert (status, account(planned, first["id"])) == (400, (0, 600)), "what is refused changes nothing"
    begun(ann, forceRestart="true", parentId=project_in(ann, second["id"]))
    assert [account(planned, one["id"]) for one in (first, second)] == [(0, 0), (0, 600)]
    check(planned)


def test_while_the_store_is_away_an_upload_neither_makes_way_nor_is_aborted(
    planned: Server, chief: Person, ann: Person, house: House
) -> None:
    made = preferring(chief, ann, 1000)
    upload = begun(ann)
    away = app.all_stores(replace(house.settings, s3_endpoint="http://127.0.0.1:9"))
    actor = Actor(ann.id, [ann.id])
    with planned.database() as conn:
        with pytest.raises(Unavailable):
            ending.make_way(conn, actor, away, row(planned, upload)[3], int(upload))
        with pytest.raises(Unavailable):
            ending.abort(conn, actor, away, int(upload))
    assert account(planned, made["id"]) == (0, 600)
    sending.complete(ann, upload)
    check(planned)


def test_an_object_that_was_put_together_and_never_put_on_record_goes_with_a_restart(
    planned: Server, chief: Person, ann: Person
) -> None:
    preferring(chief, ann)
    upload = begun(ann)
    planned.store().complete_upload(*row(planned, upload)[:3], [(1, sending.md5(CONTENT))])
    begun(ann, forceRestart="true")
    check_gone(planned, upload)


def test_an_upload_that_ends_while_it_is_put_together_comes_to_nothing(
    planned: Server, chief: Person, ann: Person
) -> None:
    preferring(chief, ann)
    upload = begun(ann)
    bucket, key, *_ = row(planned, upload)
    with ThreadPoolExecutor(1) as threads, planned.database() as conn:
        with conn.transaction():
            conn.execute("SELECT 1 FROM multipart_upload WHERE id = %s FOR UPDATE", (upload,))
            completing = threads.submit(ann.call, "PUT", f"/file/v1/file/multipart/{upload}/complete")
            until = time.monotonic() + 9
            while not planned.store().list(bucket, key):
                assert time.monotonic() < until
            conn.execute("UPDATE multipart_upload SET request_digest = NULL WHERE id = %s", (upload,))
            conn.execute("DELETE FROM reservation WHERE upload_id = %s", (upload,))
            conn.execute(
                "UPDATE ledger_account SET reserved = reserved - 600 WHERE organization_id ="
                " (SELECT organization_id FROM organization_preference WHERE person_id = %s)",
                (ann.id,),
            )
        answer = completing.result()
    assert (answer.status_code, "was replaced by" in answer.json()["reason"]) == (400, True)
    check_gone(planned, upload)
    check(planned)


def test_what_ended_is_forgotten_after_an_hour_and_told_to_the_store_once_more(
    planned: Server, chief: Person, ann: Person, house: House
) -> None:
    preferring(chief, ann)
    upload = begun(ann)
    begun(ann, forceRestart="true")
    with planned.database() as conn:
        removal.reap_abandoned(conn, house)
        bucket, key, *_ = row(planned, upload)
        planned.store().put(bucket, key, b"came in behind")
        conn.execute(
            "UPDATE multipart_upload SET updated_on = now() - interval '61 minutes' WHERE id = %s", (upload,)
        )  # fmt: skip
        removal.reap_abandoned(conn, house)
        assert conn.execute("SELECT 1 FROM multipart_upload WHERE id = %s", (upload,)).fetchone() is None
    with pytest.raises(NoSuchObject):
        planned.store().stat(bucket, key)


def test_who_started_an_upload_ends_it_and_its_room_is_free_at_once(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = preferring(chief, ann, 1000)
    upload = begun(ann)
    assert ann.call("POST", "/file/v1/file/multipart", sending.request(b"y" * 500, "b.txt")).status_code == 400
    assert refused(bob, "DELETE", f"{UPLOAD}/{upload}")[0] == 403
    for _ in range(2):
        assert ann.call("DELETE", f"{UPLOAD}/{upload}").status_code == 204
    check_gone(planned, upload)
    assert account(planned, made["id"]) == (0, 0)
    assert chief.ok("GET", "/vesicle/v1/audit", deed="upload.abort", objectId=upload)["results"] == []
    again = begun(ann)
    assert again != upload
    sending.complete(ann, again)
    status, reason = refused(ann, "DELETE", f"{UPLOAD}/{again}")
    assert (status, "delete its file handle" in reason) == (400, True)
    assert refused(ann, "DELETE", f"{UPLOAD}/1")[0] == 404
    assert refused(bob, "DELETE", f"{UPLOAD}/{again}")[0] == 403
    check(planned)


def test_managers_end_the_uploads_that_their_organization_promised_and_no_others(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, others = preferring(chief, ann), managed(chief, bob)
    join(ann, bob, made["id"])
    there = project_in(ann, made["id"])
    allow(planned, there, bob.id, 15)
    upload, elsewhere = begun(bob, parentId=there), begun(bob, b"z" * 7, parentId=project_in(bob, others["id"]))
    listed = ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}/upload")["results"]
    assert [one["uploadId"] for one in listed] == [upload]
    assert refused(ann, "DELETE", f"{UPLOAD}/{elsewhere}")[0] == 403
    assert ann.call("DELETE", f"{UPLOAD}/{upload}").status_code == 204
    assert refused(ann, "DELETE", f"{UPLOAD}/{upload}")[0] == 403
    check_gone(planned, upload)
    assert account(planned, made["id"]) == (0, 0)
    (note,) = chief.ok("GET", "/vesicle/v1/audit", deed="upload.abort", objectId=upload)["results"]
    assert note["detail"] == {"startedBy": bob.id, "bytes": 600, "organization": int(made["id"])}
    org(planned, "abort-upload", elsewhere)
    check_gone(planned, elsewhere)
    assert account(planned, others["id"]) == (0, 0)
    assert "There is no upload 1." in org(planned, "abort-upload", "1", status=2)
    check(planned)
