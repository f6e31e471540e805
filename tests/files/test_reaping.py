"""What was uploaded and is not referred to by anything is removed after a while, and nothing else is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket
from tests.organizations.test_membership import ORG, managed
from tests.sending import MIB, md5, send
from tests.usage.counting import check
from tests.usage.test_charging import purge

from vesicle import app
from vesicle.errors import Refusal
from vesicle.files import reaping
from vesicle.locations import resolving
from vesicle.objectstore.contract import NoSuchObject
from vesicle.web import House

pytestmark = pytest.mark.xdist_group("plans")
DAYS = 30
FILE_ENTITY = "org.sagebionetworks.repo.model.FileEntity"
COPY = "org.sagebionetworks.repo.model.file.MultipartUploadCopyRequest"


@pytest.fixture
def house(planned: Server) -> Iterator[House]:
    """The house of a worker beside the server."""
    found = app.open_house(planned.settings())
    yield found
    found.pool.close()


def long_ago(server: Server, handles: list[str], days: int = DAYS + 1) -> None:
    """As if these had been where they are for so long."""
    with server.database() as conn:
        conn.execute(
            "UPDATE charge SET since = now() - make_interval(days => %s) WHERE handle_id = ANY(%s::bigint[])",
            (days, [int(one) for one in handles]),
        )


def reap(house: House) -> int:
    with house.pool.connection() as conn:
        return reaping.reap(conn, DAYS)


def left(server: Server, handles: list[str]) -> list[bool]:
    with server.database() as conn:
        rows = conn.execute("SELECT id FROM file_handle WHERE id = ANY(%s::bigint[])", ([*map(int, handles)],))
        there = {str(number) for (number,) in rows}
    return [one in there for one in handles]


def place_of(person: Person, handle: str) -> tuple[str, str]:
    shape = person.ok("GET", f"/file/v1/fileHandle/{handle}")
    return shape["bucketName"], shape["key"]


def is_gone(server: Server, place: tuple[str, str], within_s: float = 30) -> bool:
    """Whether a worker removed the object by then."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            server.store().stat(*place)
        except NoSuchObject:
            return True
    return False


def stored(person: Person, organization: str) -> int:
    found: int = person.ok("GET", f"/vesicle/v1/usage/organization/{organization}")["storedBytes"]
    return found


def preferred(chief: Person, person: Person) -> str:
    made: str = managed(chief, person)["id"]
    person.ok("PUT", f"{ORG}/preferred", {"organizationId": made})
    return made


def test_what_nothing_refers_to_goes_after_its_days_with_its_charge_and_its_object(
    planned: Server, chief: Person, ann: Person, house: House
) -> None:
    organization = preferred(chief, ann)
    old, young = send(ann, b"old bytes", "old.txt"), send(ann, b"young", "young.txt")
    place = place_of(ann, old)
    long_ago(planned, [old])
    long_ago(planned, [young], DAYS - 1)
    assert reap(house) >= 1
    assert left(planned, [old, young]) == [False, True]
    assert stored(ann, organization) == 5
    check(planned)
    assert is_gone(planned, place)
    assert ann.call("GET", f"/file/v1/fileHandle/{old}").status_code == 404
    said = chief.ok("GET", "/vesicle/v1/audit", deed="file_handle.reap", objectId=old)["results"]
    assert [one["detail"]["bytes"] for one in said] == [9]
    again = send(ann, b"old bytes", "old.txt")
    assert again != old, "the same upload begins anew"


def test_whatever_refers_to_a_file_keeps_it(planned: Server, chief: Person, ann: Person, house: House) -> None:
    project = ann.project()["id"]
    tied, trashed = ann.file(project, b"tied"), ann.file(project, b"trashed")
    ann.ok("DELETE", f"/repo/v1/entity/{trashed['id']}")
    picture, icon, letter = (send(ann, name.encode(), name) for name in ("picture", "icon", "letter"))
    ann.ok(
        "PUT", "/repo/v1/userProfile", {**ann.ok("GET", "/repo/v1/userProfile"), "profilePicureFileHandleId": picture}
    )
    ann.ok("POST", "/repo/v1/team", {"name": f"team of {ann.name}", "icon": icon})
    ann.ok("POST", "/repo/v1/message", {"fileHandleId": letter, "recipients": [str(ann.id)], "subject": "x"})
    original, draft = send(ann, b"preview", "preview"), ann.file(project, b"source")
    copy_source = draft["dataFileHandleId"]
    with planned.database() as conn:
        conn.execute("UPDATE file_handle SET preview_id = %s WHERE id = %s", (original, tied["dataFileHandleId"]))
    copied = {"fileHandleId": copy_source, "associateObjectId": draft["id"], "associateObjectType": "FileEntity"}
    where = location(ann, external(own_bucket(planned, ann)))
    body = {"concreteType": COPY, "sourceFileHandleAssociation": copied, "storageLocationId": where}
    ann.ok("POST", "/file/v1/file/multipart", body | {"partSizeBytes": 5 * MIB})
    ann.ok("DELETE", f"/repo/v1/entity/{draft['id']}")
    purge(planned, draft["id"])
    kept = [tied["dataFileHandleId"], trashed["dataFileHandleId"], picture, icon, letter, original, copy_source]
    long_ago(planned, kept)
    reap(house)
    assert left(planned, kept) == [True] * len(kept)


def test_what_is_purged_gives_its_room_back_at_the_next_look_unless_something_else_refers_to_it(
    planned: Server, chief: Person, ann: Person, house: House
) -> None:
    organization = preferred(chief, ann)
    project = ann.project()["id"]
    alone, shared = ann.file(project, b"purged soon"), ann.file(project, b"used twice")
    handles = [alone["dataFileHandleId"], shared["dataFileHandleId"]]
    twin = {"concreteType": FILE_ENTITY, "name": "twin", "parentId": project, "dataFileHandleId": handles[1]}
    ann.ok("POST", "/repo/v1/entity", twin)
    place = place_of(ann, handles[0])
    for one in (alone, shared):
        ann.ok("DELETE", f"/repo/v1/entity/{one['id']}")
    reap(house)
    assert left(planned, handles) == [True, True], "what is in the trash can may be wanted back"
    for one in (alone, shared):
        purge(planned, one["id"])
    reaping.reap_untied(replace(house, settings=replace(house.settings, untied_file_days=0)))
    assert left(planned, handles) == [False, True]
    assert stored(ann, organization) == len(b"used twice")
    check(planned)
    assert is_gone(planned, place)


def test_what_a_version_refers_to_no_more_has_its_days_from_then_on(
    planned: Server, chief: Person, ann: Person, house: House
) -> None:
    file = ann.file(ann.project()["id"], b"replaced")
    handle, other = file["dataFileHandleId"], send(ann, b"replaced", "b.txt")
    long_ago(planned, [handle])
    change = {"newFileHandleId": other, "oldFileHandleId": handle}
    ann.ok("PUT", f"/repo/v1/entity/{file['id']}/version/1/filehandle", change)
    reap(house)
    assert left(planned, [handle]) == [True]
    long_ago(planned, [handle])
    reap(house)
    assert left(planned, [handle]) == [False]


def test_an_object_stays_while_another_file_says_it(planned: Server, chief: Person, ann: Person, house: House) -> None:
    first = send(ann, b"one object", "one.txt")
    item = {"originalFile": {"fileHandleId": first, "associateObjectType": "FileEntity"}}
    file = ann.make("FileEntity", name="f", parentId=ann.project()["id"], dataFileHandleId=first)
    item["originalFile"]["associateObjectId"] = file["id"]
    copied = ann.ok("POST", "/file/v1/filehandles/copy", {"copyRequests": [item]})["copyResults"][0]
    second = copied["newFileHandle"]["id"]
    place = place_of(ann, second)
    assert place == place_of(ann, first)
    long_ago(planned, [second])
    reap(house)
    assert left(planned, [first, second]) == [True, False]
    # The object of another handle that goes later shows that the worker came to this one.
    third = send(ann, b"another object", "three.txt")
    other = place_of(ann, third)
    long_ago(planned, [third])
    reap(house)
    assert is_gone(planned, other)
    planned.store().stat(*place)
    check(planned)


def test_what_somebody_else_put_into_a_bucket_is_not_ours_to_remove(
    planned: Server, chief: Person, ann: Person, house: House
) -> None:
    bucket = own_bucket(planned, ann)
    number = location(ann, external(bucket))
    planned.store().put(bucket, "theirs.txt", b"theirs")
    made = ann.ok(
        "POST", "/file/v1/externalFileHandle/s3",
        {
            "concreteType": "org.sagebionetworks.repo.model.file.S3FileHandle", "storageLocationId": number,
            "bucketName": bucket, "key": "theirs.txt", "contentMd5": md5(b"theirs"), "fileName": "theirs.txt",
            "contentType": "text/plain",
        },
    )["id"]  # fmt: skip
    uploaded = send(ann, b"ours, there", "ours.txt", storageLocationId=number)
    long_ago(planned, [made, uploaded])
    reap(house)
    assert left(planned, [made, uploaded]) == [True, True]


def test_a_file_that_is_tied_at_the_same_moment_survives_whole_or_goes_whole(
    planned: Server, chief: Person, ann: Person, house: House
) -> None:
    project = ann.project()["id"]
    handles = [send(ann, b"%d" % number, f"{number}.txt") for number in range(24)]
    long_ago(planned, handles)

    def tie(handle: str) -> int:
        body: dict[str, Any] = {"concreteType": "org.sagebionetworks.repo.model.FileEntity", "parentId": project}
        return ann.call("POST", "/repo/v1/entity", body | {"name": handle, "dataFileHandleId": handle}).status_code

    with ThreadPoolExecutor(5) as threads:
        reaping_now = threads.submit(reap, house)
        answers = list(threads.map(tie, reversed(handles)))
        reaping_now.result()
    assert set(answers) <= {201, 404, 409}, answers
    assert left(planned, list(reversed(handles))) == [answer == 201 for answer in answers]
    check(planned)


def test_a_file_that_is_being_tied_is_passed_over(planned: Server, chief: Person, ann: Person, house: House) -> None:
    project = ann.project()["id"]
    handle = send(ann, b"held", "held.txt")
    long_ago(planned, [handle])
    with planned.database() as conn:
        with conn.transaction():
            conn.execute(
                "INSERT INTO file_association (file_handle_id, object_type, object_id, object_version)"
                " VALUES (%s, 'FileEntity', %s, 99)",
                (handle, int(project[3:])),
            )
            reap(house)
            assert left(planned, [handle]) == [True]
        reap(house)
        assert left(planned, [handle]) == [True]
        conn.execute("DELETE FROM file_association WHERE file_handle_id = %s", (handle,))


def test_while_the_store_is_away_the_file_goes_and_its_object_waits(
    planned: Server, chief: Person, ann: Person, house: House
) -> None:
    handle = send(ann, b"while the store is away", "a.txt")
    bucket, key = place_of(ann, handle)
    long_ago(planned, [handle])
    with house.pool.connection() as conn, conn.transaction():
        # Held until the end, so that the worker of the server does not come first.
        reaping.reap(conn, DAYS)
        query = "SELECT args FROM procrastinate_jobs WHERE task_name = 'files.remove_object' AND args ->> 'key' = %s"
        row = conn.execute(query, (key,)).fetchone()
        away = replace(house, stores=app.all_stores(replace(house.settings, s3_endpoint="http://127.0.0.1:9")))
        assert row
        reference = resolving.location(conn, row[0]["location_id"]).endpoint
        with pytest.raises(Refusal):
            away.stores.at(reference, bucket).delete(bucket, key)
    assert left(planned, [handle]) == [False]
    check(planned)
    assert is_gone(planned, (bucket, key))


def test_with_zero_days_nothing_is_removed(planned: Server, chief: Person, ann: Person, house: House) -> None:
    handle = send(ann, b"kept for ever", "a.txt")
    long_ago(planned, [handle], 4000)
    reaping.reap_untied(replace(house, settings=replace(house.settings, untied_file_days=0)))
    assert left(planned, [handle]) == [True]
    reaping.reap_untied(house)
    assert left(planned, [handle]) == [False]
