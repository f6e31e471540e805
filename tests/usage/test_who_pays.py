"""Nothing that keeps bytes in the store is charged to nobody with a limit: copies, zips and manifests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tests.delivery.test_copies import COPY
from tests.delivery.test_copies import request as copies_of
from tests.delivery.test_lists import LIST, TYPE, add, item
from tests.delivery.test_part_copies import REQUEST
from tests.delivery.test_zips import BULK, contents
from tests.delivery.test_zips import request as zip_of
from tests.files.test_reaping import is_gone, left, place_of
from tests.jobs.waiting import done, end_of, finish
from tests.live import Person, Server
from tests.organizations.test_default_storage import shared
from tests.organizations.test_membership import ORG
from tests.sending import MIB
from tests.usage.counting import check
from tests.usage.test_charging import account, preferring, project_in
from tests.usage.test_egress import files_of
from tests.world import allow

from vesicle import access, app
from vesicle.errors import Forbidden
from vesicle.files import making, reaping, uploads
from vesicle.jobs import frame
from vesicle.web import House

pytestmark = pytest.mark.xdist_group("plans")
EXCEEDED = "PROJECT_STORAGE_LIMIT_EXCEEDED"


@pytest.fixture
def house(planned: Server) -> Iterator[House]:
    """The house of a worker beside the server."""
    found = app.open_house(planned.settings())
    yield found
    found.pool.close()


@pytest.fixture
def file(planned: Server, chief: Person, ann: Person, bob: Person) -> dict[str, Any]:
    """A file of ann's that bob may download. He has no project, and no organization."""
    project = project_in(ann, preferring(chief, ann)["id"])
    allow(planned, project, bob.id, 3)
    return ann.file(project, b"shared" * 100)


def own_of(person: Person) -> str:
    """The organization that somebody got without a project."""
    (made,) = person.ok("GET", ORG)["results"]
    return str(made["id"])


def limit(server: Server, organization: str, stored: int | None) -> None:
    with server.database() as conn:
        conn.execute(
            "UPDATE ledger_account SET storage_limit = %s WHERE organization_id = %s", (stored, int(organization))
        )


def copy_of(file: dict[str, Any], where: int, name: str) -> dict[str, Any]:
    association = {
        "fileHandleId": file["dataFileHandleId"], "associateObjectId": file["id"], "associateObjectType": "FileEntity",
    }  # fmt: skip
    return {
        "concreteType": REQUEST, "fileName": name, "partSizeBytes": 5 * MIB, "storageLocationId": where,
        "sourceFileHandleAssociation": association,
    }  # fmt: skip


def test_a_copy_inside_the_store_is_promised_by_an_organization_of_whoever_asks_for_it(
    planned: Server, bob: Person, file: dict[str, Any]
) -> None:
    where, path = shared(bob), "/file/v1/file/multipart"
    bob.ok("POST", path, copy_of(file, where, "one"))
    mine = own_of(bob)
    assert account(planned, mine) == (0, 600)
    limit(planned, mine, 1199)
    answer = bob.call("POST", path, copy_of(file, where, "two"))
    assert (answer.status_code, answer.json()["errorCode"]) == (400, EXCEEDED)
    bob.ok("POST", path, copy_of(file, where, "one"), forceRestart="true")
    assert account(planned, mine) == (0, 600)
    settings = replace(planned.settings(), plans="on")
    uncertified = access.Actor(bob.id + 1, [bob.id + 1], certified=False)
    with planned.database() as conn, pytest.raises(Forbidden) as refusal:
        uploads.promiser(conn, uncertified, settings, where, 1, None, None)
    assert refusal.value.code == "USER_CERTIFICATION_REQUIRED"
    check(planned)


def test_a_copy_of_a_handle_counts_like_an_upload(planned: Server, bob: Person, file: dict[str, Any]) -> None:
    asked = copies_of((file["dataFileHandleId"], file["id"]))
    bob.ok("POST", COPY, asked)
    mine = own_of(bob)
    assert account(planned, mine) == (600, 0)
    limit(planned, mine, 1199)
    answer = bob.call("POST", COPY, asked)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, EXCEEDED)
    check(planned)


def test_what_the_server_makes_is_charged_to_an_organization_of_whoever_asks_if_there_is_one(
    planned: Server, ann: Person, bob: Person, file: dict[str, Any]
) -> None:
    asked = zip_of((file["dataFileHandleId"], file["id"]))
    for person in (ann, bob):
        done(person, BULK, asked)
    mine = ann.ok("GET", f"{ORG}/preferred")["organizationId"]
    assert account(planned, mine)[0] > 600
    assert bob.ok("GET", ORG)["results"] == [], "who only reads gets no organization by it"
    limit(planned, mine, 600)
    answer = finish(ann, BULK, asked)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, EXCEEDED)
    assert add(ann, item(file)) == 1
    for kind in ("manifest", "package"):
        body = {"concreteType": f"{TYPE}DownloadList{kind.capitalize()}Request"}
        answer = finish(ann, f"{LIST}/{kind}/async", body)
        assert (answer.status_code, answer.json().get("errorCode")) == (400, EXCEEDED), kind
    check(planned)


def test_who_has_no_organization_holds_little_of_what_the_server_makes_at_a_time(
    planned: Server, bob: Person, file: dict[str, Any]
) -> None:
    asked = zip_of((file["dataFileHandleId"], file["id"]))
    done(bob, BULK, asked)
    more = "UPDATE usage_total SET stored = stored + %s WHERE organization_id = 1 AND contributor_id = %s"
    with planned.database() as conn:
        conn.execute(more, (making.GUEST_ROOM, bob.id))
        try:
            answer = finish(bob, BULK, asked)
        finally:
            conn.execute(more, (-making.GUEST_ROOM, bob.id))
    assert (answer.status_code, "10.0 GB" in answer.json()["reason"]) == (400, True)
    done(bob, BULK, asked)
    check(planned)


def test_what_the_server_made_goes_after_a_day_unless_something_refers_to_it(
    planned: Server, ann: Person, file: dict[str, Any], house: House
) -> None:
    asked = zip_of((file["dataFileHandleId"], file["id"]))
    first, second = (done(ann, BULK, asked)["resultZipFileHandleId"] for _ in range(2))
    ann.make("FileEntity", name="kept.zip", parentId=file["parentId"], dataFileHandleId=second)
    place = place_of(ann, first)
    with planned.database() as conn:
        reaping.reap(conn, 0)
        assert left(planned, [first, second]) == [True, True]
        later = "UPDATE charge SET kept_until = kept_until - interval '1 day' WHERE handle_id = ANY(%s::bigint[])"
        conn.execute(later, ([int(first), int(second)],))
        reaping.reap(conn, 0)
    assert left(planned, [first, second]) == [False, True]
    assert is_gone(planned, place)
    assert b"shared" * 100 in contents(ann, second).values()
    check(planned)


def objects_of(server: Server, person: Person) -> list[str]:
    found = server.store().list(server.settings().s3_bucket, f"{person.id}/jobs/")
    return [one.key for one in found]


def wait_until_nothing(server: Server, person: Person) -> None:
    until = time.monotonic() + 30
    while objects_of(server, person):
        assert time.monotonic() < until, objects_of(server, person)


def test_at_the_egress_limit_nothing_is_packed(planned: Server, chief: Person, ann: Person, bob: Person) -> None:
    _, project, files = files_of(chief, ann, 150, [100, 60])
    allow(planned, project, bob.id, 3)
    asked = zip_of(*((one["dataFileHandleId"], one["id"]) for one in files))
    answer = finish(bob, BULK, asked)
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "EGRESS_LIMIT_EXCEEDED")
    add(bob, *map(item, files))
    answer = finish(bob, f"{LIST}/package/async", {"concreteType": f"{TYPE}DownloadListPackageRequest"})
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "EGRESS_LIMIT_EXCEEDED")
    assert objects_of(planned, bob) == []
    done(bob, BULK, zip_of((files[0]["dataFileHandleId"], files[0]["id"])))
    check(planned)


def test_who_comes_to_a_limit_while_a_zip_is_packed_leaves_nothing_in_the_store(
    planned: Server, ann: Person, file: dict[str, Any]
) -> None:
    mine = ann.ok("GET", f"{ORG}/preferred")["organizationId"]
    with ThreadPoolExecutor(1) as threads, planned.database() as conn:
        with conn.transaction():
            conn.execute("SELECT 1 FROM ledger_account WHERE organization_id = %s FOR UPDATE", (int(mine),))
            token = ann.ok("POST", f"{BULK}/start", zip_of((file["dataFileHandleId"], file["id"])))["token"]
            ending = threads.submit(end_of, ann, BULK, token)
            until = time.monotonic() + 9
            while not objects_of(planned, ann):
                assert time.monotonic() < until
            conn.execute("UPDATE ledger_account SET storage_limit = 1 WHERE organization_id = %s", (int(mine),))
        answer = ending.result()
    assert (answer.status_code, answer.json()["errorCode"]) == (400, EXCEEDED)
    wait_until_nothing(planned, ann)
    check(planned)


def test_what_a_job_made_that_no_worker_came_back_to_goes_when_it_is_given_up(
    planned: Server, ann: Person, house: House
) -> None:
    with planned.database() as conn:
        row = conn.execute(
            "INSERT INTO async_job (kind, started_by, request, changed_on) SELECT 'org.sagebionetworks.repo.model.file"
            ".BulkFileDownloadRequest', %s, '{}', now() - interval '8 days' RETURNING id",
            (ann.id,),
        ).fetchone()
    assert row
    key = f"{making.folder_of(ann.id, row[0])}attempt/x.zip"
    planned.store().put(planned.settings().s3_bucket, key, b"left over")
    frame.sweep(house)
    wait_until_nothing(planned, ann)
