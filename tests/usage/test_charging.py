"""What is stored is charged exactly, at each step, and no limit is passed."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests import sending
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, join, managed, project_body, refused
from tests.usage.counting import check

pytestmark = pytest.mark.xdist_group("plans")
KIND = "org.sagebionetworks.repo.model.FileEntity"


def account(server: Server, organization: str) -> tuple[int, int]:
    """(stored, reserved)."""
    with server.database() as conn:
        row = conn.execute(
            "SELECT stored, reserved FROM ledger_account WHERE organization_id = %s", (int(organization),)
        ).fetchone()
    assert row
    return row[0], row[1]


def project_in(person: Person, organization: str) -> str:
    made: str = person.ok("POST", "/repo/v1/entity", project_body(), organizationId=organization)["id"]
    return made


def preferring(chief: Person, person: Person, limit: int | None = None) -> dict[str, Any]:
    """A managed organization of the person, where their uploads go."""
    made = managed(chief, person, **({} if limit is None else {"storageLimitBytes": limit}))
    person.ok("PUT", f"{ORG}/preferred", {"organizationId": made["id"]})
    return made


def test_a_start_reserves_completing_charges_and_deleting_gives_back(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = preferring(chief, ann)
    upload = sending.start(ann, sending.request(b"x" * 1000, "a.txt"))["uploadId"]
    assert account(planned, made["id"]) == (0, 1000)
    sending.put_part(ann, upload, 1, b"x" * 1000)
    sending.add_part(ann, upload, 1, b"x" * 1000)
    handle = sending.complete(ann, upload)["resultFileHandleId"]
    assert account(planned, made["id"]) == (1000, 0)
    check(planned)
    ann.ok("DELETE", f"/file/v1/fileHandle/{handle}")
    assert account(planned, made["id"]) == (0, 0)


def test_an_upload_that_does_not_fit_is_refused_before_a_byte_is_sent(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = preferring(chief, ann, 1500)
    ann.upload(b"x" * 1000)
    answer = ann.call("POST", "/file/v1/file/multipart", sending.request(b"y" * 501, "b.txt"))
    assert answer.status_code == 400
    assert answer.json()["errorCode"] == "PROJECT_STORAGE_LIMIT_EXCEEDED"
    assert made["name"] in answer.json()["reason"]
    ann.upload(b"y" * 500)
    assert account(planned, made["id"]) == (1500, 0)
    assert ann.call("POST", "/file/v1/file/multipart", sending.request(b"z", "c.txt")).status_code == 400


def test_restarting_an_upload_promises_its_bytes_once(planned: Server, chief: Person, ann: Person) -> None:
    made = preferring(chief, ann, 1500)
    body = sending.request(b"x" * 1000, "a.txt")
    first = sending.start(ann, body)["uploadId"]
    assert sending.start(ann, body)["uploadId"] == first
    second = sending.start(ann, body, forceRestart="true")["uploadId"]
    assert second != first
    assert account(planned, made["id"]) == (0, 1000)
    check(planned)


def test_tying_a_handle_moves_the_charge_and_is_refused_where_it_does_not_fit(
    planned: Server, chief: Person, ann: Person
) -> None:
    small, large = managed(chief, ann, storageLimitBytes=999), preferring(chief, ann)
    there = project_in(ann, small["id"])
    handle = ann.upload(b"x" * 1000)
    body = {"concreteType": KIND, "parentId": there, "name": "a", "dataFileHandleId": handle}
    answer = ann.call("POST", "/repo/v1/entity", body)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "PROJECT_STORAGE_LIMIT_EXCEEDED")
    assert account(planned, large["id"]) == (1000, 0)
    less = ann.upload(b"x" * 999)
    ann.ok("POST", "/repo/v1/entity", {**body, "dataFileHandleId": less})
    assert account(planned, small["id"]) == (999, 0)
    assert account(planned, large["id"]) == (1000, 0)
    check(planned)


def test_with_a_parent_the_bytes_are_promised_where_they_will_lie(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    there = project_in(ann, made["id"])
    sending.start(ann, sending.request(b"x" * 70, "a.txt"), parentId=there)
    assert account(planned, made["id"]) == (0, 70)
    body = sending.request(b"y" * 70, "a.txt")
    assert bob.call("POST", "/file/v1/file/multipart", body, parentId=there).status_code == 403


def test_a_handle_counts_once_in_each_project_with_all_versions_and_the_trash(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = preferring(chief, ann)
    one, two = project_in(ann, made["id"]), project_in(ann, made["id"])
    file = ann.file(one, b"x" * 100)
    ann.make("FileEntity", name="again", parentId=one, dataFileHandleId=file["dataFileHandleId"])
    assert account(planned, made["id"]) == (100, 0)
    other = ann.make("FileEntity", name="elsewhere", parentId=two, dataFileHandleId=file["dataFileHandleId"])
    assert account(planned, made["id"]) == (200, 0)
    new = ann.ok("PUT", f"/repo/v1/entity/{file['id']}", {**file, "dataFileHandleId": ann.upload(b"y" * 10)})
    assert (new["versionNumber"], account(planned, made["id"])) == (2, (210, 0))
    ann.ok("DELETE", f"/repo/v1/entity/{other['id']}")
    assert account(planned, made["id"]) == (210, 0), "the trash counts until it is purged"
    check(planned)
    purge(planned, other["id"])
    assert account(planned, made["id"]) == (110, 0)
    check(planned)


def purge(server: Server, entity: str) -> None:
    """As the worker does it."""
    from vesicle.app import open_house
    from vesicle.entities import trash

    with server.database() as conn:
        conn.execute("UPDATE trashed SET purge_soon = true WHERE node_id = %s", (int(entity[3:]),))
    house = open_house(server.settings())
    try:
        trash.purge(house, entity_id=int(entity[3:]))
    finally:
        house.pool.close()


def test_purging_is_not_refused_where_the_organization_that_promised_the_bytes_is_full(
    planned: Server, chief: Person, ann: Person
) -> None:
    small, large = preferring(chief, ann, 100), managed(chief, ann)
    there = project_in(ann, large["id"])
    file = ann.file(there, b"x" * 100)
    other = ann.file(there, b"y" * 100)
    full = ann.upload(b"z" * 100)
    assert account(planned, small["id"]) == (100, 0)
    ann.ok("DELETE", f"/repo/v1/entity/{file['id']}")
    purge(planned, file["id"])
    check(planned)
    upload = sending.start(ann, sending.request(b"new", "new.txt"), parentId=there)["uploadId"]
    sending.put_part(ann, upload, 1, b"new")
    sending.add_part(ann, upload, 1, b"new")
    new = sending.complete(ann, upload)["resultFileHandleId"]
    ann.ok("PUT", f"/repo/v1/entity/{other['id']}", {**other, "dataFileHandleId": new})
    ann.ok("DELETE", f"/repo/v1/entity/{other['id']}/version/1")
    check(planned)
    assert (account(planned, small["id"]), account(planned, large["id"])) == ((100, 0), (203, 0))
    for handle in (full, file["dataFileHandleId"], other["dataFileHandleId"]):
        ann.ok("DELETE", f"/file/v1/fileHandle/{handle}")
    assert (account(planned, small["id"]), account(planned, large["id"])) == ((0, 0), (3, 0))
    check(planned)


def test_moving_between_projects_of_two_organizations_moves_the_charge(
    planned: Server, chief: Person, ann: Person
) -> None:
    full, made = managed(chief, ann, storageLimitBytes=50), preferring(chief, ann)
    here, there, no_room = project_in(ann, made["id"]), project_in(ann, made["id"]), project_in(ann, full["id"])
    folder = ann.folder(here)
    ann.file(folder["id"], b"x" * 100)
    answer = ann.call("PUT", f"/repo/v1/entity/{folder['id']}", {**folder, "parentId": no_room})
    assert answer.json()["errorCode"] == "PROJECT_STORAGE_LIMIT_EXCEEDED"
    ann.ok("PUT", f"/repo/v1/entity/{folder['id']}", {**folder, "parentId": there})
    check(planned)
    ann.ok("DELETE", f"/repo/v1/entity/{folder['id']}")
    check(planned)
    ann.ok("PUT", f"/repo/v1/trashcan/restore/{folder['id']}")
    check(planned)


def test_outsiders_upload_only_where_the_organization_lets_them(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    from tests.world import allow

    made = ann.ok("PUT", f"{ORG}/{(org := managed(chief, ann))['id']}", {**org, "outsidersMayUpload": False})
    there = project_in(ann, made["id"])
    allow(planned, there, bob.id, 15)
    handle = bob.upload(b"from outside")
    body = {"concreteType": KIND, "parentId": there, "name": "a", "dataFileHandleId": handle}
    status, reason = refused(bob, "POST", "/repo/v1/entity", body)
    assert (status, "invite you" in reason) == (403, True)
    ann.ok("PUT", f"{ORG}/{made['id']}", {**made, "outsidersMayUpload": True})
    bob.ok("POST", "/repo/v1/entity", body)
    assert account(planned, made["id"]) == (12, 0)
    check(planned)


def test_ties_at_once_end_at_the_limit(planned: Server, chief: Person, ann: Person) -> None:
    made, big = managed(chief, ann, storageLimitBytes=50), preferring(chief, ann)
    there = project_in(ann, made["id"])
    handles = [ann.upload(secrets.token_bytes(10)) for _ in range(12)]

    def tie(handle: str) -> int:
        body = {"concreteType": KIND, "parentId": there, "name": handle, "dataFileHandleId": handle}
        return ann.call("POST", "/repo/v1/entity", body).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(tie, handles))
    assert sorted(answers) == [201] * 5 + [400] * 7
    assert (account(planned, made["id"]), account(planned, big["id"])) == ((50, 0), (70, 0))
    check(planned)


def test_lowering_a_limit_below_what_is_used_stops_growth_at_once(planned: Server, chief: Person, ann: Person) -> None:
    made = preferring(chief, ann)
    there = project_in(ann, made["id"])
    file = ann.file(there, b"x" * 100)
    plan = chief.ok("GET", f"/vesicle/v1/plan/{made['planId']}")
    chief.ok("PUT", f"/vesicle/v1/plan/{made['planId']}", {**plan, "storageLimitBytes": 10})
    assert refused(ann, "POST", "/file/v1/file/multipart", sending.request(b"y", "b.txt"))[0] == 400
    ann.ok("PUT", f"/repo/v1/entity/{file['id']}", {**file, "name": "renamed"})
    ann.ok("DELETE", f"/repo/v1/entity/{file['id']}")
    check(planned)


def test_an_abandoned_upload_gives_its_promise_back(planned: Server, chief: Person, ann: Person) -> None:
    from vesicle.app import open_house
    from vesicle.files import removal

    made = preferring(chief, ann)
    upload = sending.start(ann, sending.request(b"x" * 33, "a.txt"))["uploadId"]
    assert account(planned, made["id"]) == (0, 33)
    house = open_house(planned.settings())
    with planned.database() as conn:
        conn.execute("UPDATE multipart_upload SET updated_on = '2020-01-01' WHERE id = %s", (upload,))
        removal.reap_abandoned(conn, house)
    house.pool.close()
    assert account(planned, made["id"]) == (0, 0)


def test_members_share_the_room_of_their_organization(planned: Server, chief: Person, ann: Person, bob: Person) -> None:
    made = preferring(chief, ann, 100)
    join(ann, bob, made["id"])
    ann.upload(b"x" * 60)
    assert bob.call("POST", "/file/v1/file/multipart", sending.request(b"y" * 41, "b.txt")).status_code == 400
    bob.upload(b"y" * 40)
    assert account(planned, made["id"]) == (100, 0)
