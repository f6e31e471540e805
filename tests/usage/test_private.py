"""Private storage is for one organization: nobody else fills it, names it for a project, or finds a way in sideways."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from tests import sending
from tests.live import Person, Server
from tests.locations.buckets import SETTING, managed_sts, set_on, upload_to
from tests.organizations.test_default_storage import private, shared
from tests.organizations.test_membership import ORG, join, managed, refused
from tests.organizations.test_operating import org
from tests.usage.counting import check
from tests.usage.test_charging import KIND, account, preferring, project_in
from tests.usage.test_who_pays import copy_of
from tests.world import allow

from vesicle.organizations.roles import OPERATOR
from vesicle.usage import terms

pytestmark = pytest.mark.xdist_group("plans")
MULTIPART = "/file/v1/file/multipart"


def to(place: int, content: bytes = b"x" * 100) -> dict[str, Any]:
    return sending.request(content, "a.txt", storageLocationId=place)


def test_strangers_cannot_fill_the_private_storage_of_an_organization(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    place = private(planned, made["id"])
    status, reason = refused(bob, "POST", MULTIPART, to(place))
    assert (status, "private to another organization" in reason) == (403, True)
    assert account(planned, made["id"]) == (0, 0)
    join(ann, bob, made["id"])
    bob.ok("POST", MULTIPART, to(place))
    assert account(planned, made["id"]) == (0, 100), "a contributor may, whatever they prefer"
    check(planned)


def test_who_may_upload_into_a_project_of_the_organization_may_use_its_private_storage(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    place, project = private(planned, made["id"]), project_in(ann, made["id"])
    allow(planned, project, bob.id, 15)
    assert refused(bob, "POST", MULTIPART, to(place))[0] == 403, "it takes uploads of its own contributors only"
    assert refused(bob, "POST", MULTIPART, to(place), parentId=project)[0] == 403
    ann.ok("PUT", f"{ORG}/{made['id']}", {**made, "outsidersMayUpload": True})
    bob.ok("POST", MULTIPART, to(place), parentId=project)
    bob.ok("POST", MULTIPART, to(place, b"y" * 7))
    assert account(planned, made["id"]) == (0, 107), "the published client does not say which project it is for"
    handle = upload_to(bob, place, b"z" * 5)
    bob.make("FileEntity", name="there", parentId=project, dataFileHandleId=handle)
    check(planned)


def test_whose_location_it_was_copies_nothing_into_it_any_more(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, place = managed(chief, ann), shared(bob)
    file = bob.file(bob.project()["id"], b"x" * 100)
    bob.ok("POST", MULTIPART, copy := copy_of(file, place, "before"))
    said = org(planned, "storage", str(place), "--private-to", made["id"], status=2)
    assert "has unfinished uploads that other organizations" in said
    upload = bob.ok("POST", MULTIPART, copy)["uploadId"]
    assert bob.call("DELETE", f"/vesicle/v1/upload/{upload}").status_code == 204
    org(planned, "storage", str(place), "--private-to", made["id"])
    assert refused(bob, "POST", MULTIPART, copy)[0] == 403
    assert account(planned, made["id"]) == (0, 0)
    check(planned)


def test_a_project_of_another_organization_does_not_name_private_storage(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, theirs = managed(chief, ann), managed(chief, bob)
    place = private(planned, made["id"])
    mine, other = project_in(ann, made["id"]), project_in(bob, theirs["id"])
    allow(planned, other, chief.id, 31)
    for person in (bob, chief):
        body = {"concreteType": SETTING, "settingsType": "upload", "projectId": other, "locations": [place]}
        status, reason = refused(person, "POST", "/repo/v1/projectSettings", body)
        assert (status, "private to another organization" in reason) == (403, True)
    setting = set_on(bob, other, 1)
    assert refused(bob, "PUT", "/repo/v1/projectSettings", {**setting, "locations": [place]})[0] == 403
    set_on(ann, mine, place)


def test_what_others_have_as_upload_destination_does_not_become_private(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, theirs = managed(chief, ann), managed(chief, bob)
    place, folder = shared(bob), bob.folder(project_in(bob, theirs["id"]))["id"]
    setting = set_on(bob, folder, place)
    said = org(planned, "storage", str(place), "--private-to", made["id"], status=2)
    assert f"is the upload destination of projects or folders of other organizations ({folder})" in said
    org(planned, "storage", str(place), "--private-to", theirs["id"])
    org(planned, "storage", str(place))
    bob.ok("DELETE", f"/repo/v1/projectSettings/{setting['id']}")
    org(planned, "storage", str(place), "--private-to", made["id"])


def test_what_moves_away_lends_nothing_of_private_storage(planned: Server, chief: Person, ann: Person) -> None:
    made, theirs, place = managed(chief, ann), managed(chief, ann), managed_sts(ann)
    org(planned, "storage", str(place), "--private-to", made["id"])
    project = project_in(ann, made["id"])
    folder = ann.folder(project)["id"]
    set_on(ann, folder, place)
    asked = f"/repo/v1/entity/{folder}/sts?permission=read_only"
    assert ann.ok("GET", asked)["bucket"]
    status, reason = refused(ann, "PUT", f"{ORG}/{theirs['id']}/project/{project}")
    assert (status, "or has it as upload destination" in reason) == (400, True)
    elsewhere = project_in(ann, theirs["id"])
    ann.ok("PUT", f"/repo/v1/entity/{folder}", {**ann.ok("GET", f"/repo/v1/entity/{folder}"), "parentId": elsewhere})
    status, reason = refused(ann, "GET", asked)
    assert (status, "private to another organization" in reason) == (403, True)


def waits(conn: psycopg.Connection[Any], of: Future[Any]) -> None:
    """Until somebody waits for a lock of this connection."""
    until = time.monotonic() + 9
    mine = conn.info.backend_pid
    query = "SELECT 1 FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
    while conn.execute(query, (mine,)).fetchone() is None:
        assert not of.done(), of.result().text
        assert time.monotonic() < until


def test_what_comes_in_at_the_moment_at_which_storage_becomes_private_is_refused(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, theirs, place = preferring(chief, ann), managed(chief, ann), shared(ann)
    handle, other = upload_to(ann, place, b"x" * 10), project_in(ann, theirs["id"])
    tied = {"concreteType": KIND, "parentId": other, "name": "a", "dataFileHandleId": handle}
    for person, path, body in ((ann, "/repo/v1/entity", tied), (bob, MULTIPART, to(place))):
        with ThreadPoolExecutor(1) as threads, planned.database() as conn:
            with conn.transaction():
                terms.put(conn, OPERATOR, place, int(made["id"]), "limited", [])
                coming = threads.submit(person.call, "POST", path, body)
                waits(conn, coming)
            answer = coming.result()
            assert (answer.status_code, "is private to" in answer.json()["reason"]) == (403, True), answer.text
            with conn.transaction():
                terms.put(conn, OPERATOR, place, None, "limited", [])
    check(planned)


def test_what_came_in_a_moment_before_keeps_storage_from_becoming_private(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, place = preferring(chief, ann), shared(ann)
    upload = bob.ok("POST", MULTIPART, to(place))["uploadId"]
    said = org(planned, "storage", str(place), "--private-to", made["id"], status=2)
    assert "wait for their end" in said
    sending.put_part(bob, upload, 1, b"x" * 100)
    sending.add_part(bob, upload, 1, b"x" * 100)
    sending.complete(bob, upload)
    said = org(planned, "storage", str(place), "--private-to", made["id"], status=2)
    assert "holds files of other organizations" in said
