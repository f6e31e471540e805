"""What is sent is metered, and stops at the limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from tests import sending
from tests.delivery.test_zips import BULK
from tests.delivery.test_zips import request as zip_of
from tests.jobs.waiting import done, finish
from tests.live import Person, Server
from tests.organizations.test_membership import join, managed, refused
from tests.usage.test_charging import project_in
from tests.world import allow

from vesicle.usage.store import reports

pytestmark = pytest.mark.xdist_group("plans")
BATCH = "/file/v1/fileHandle/batch"


def files_of(chief: Person, owner: Person, limit: int, sizes: list[int]) -> tuple[dict[str, Any], str, list[Any]]:
    made = managed(chief, owner, egressLimitBytes=limit, egressPeriod="MONTH")
    project = project_in(owner, made["id"])
    return made, project, [owner.file(project, bytes([65 + n]) * size) for n, size in enumerate(sizes)]


def forget_days(conn: psycopg.Connection[Any]) -> None:
    """No day was added up yet, whichever test of the run did it before."""
    for table in ("egress_rollup", "egress_day", "egress_person_day"):
        conn.execute(f"DELETE FROM {table}")


def add_up_anew(conn: psycopg.Connection[Any]) -> None:
    """The days that are over, from the record."""
    forget_days(conn)
    assert reports.roll_up(conn) >= 1


def sent_before(conn: psycopg.Connection[Any], organization: str, size: int, days: int = 0) -> None:
    """What somebody downloaded at the expense of an organization some days ago: on record, added up and counted."""
    values = {"size": size, "id": int(organization), "days": days}
    conn.execute(
        "INSERT INTO download_record (principal_id, file_handle_id, size, charged, counted, storage_location_id,"
        " organization_id, issued_on) VALUES (1, 1, %(size)s, %(size)s, %(size)s, 1, %(id)s,"
        " now() - make_interval(days => %(days)s))",
        values,
    )
    conn.execute(
        "INSERT INTO egress_counter SELECT organization_id, begins_on, 1000, %(size)s"
        " FROM ledger_account, period_of(opens_on, egress_period) WHERE organization_id = %(id)s"
        " AND (now() AT TIME ZONE 'UTC')::date - %(days)s >= begins_on"
        " ON CONFLICT (organization_id, begins_on, shard) DO UPDATE SET bytes = egress_counter.bytes + EXCLUDED.bytes",
        values,
    )
    if days:
        add_up_anew(conn)


def ask(person: Person, file: str) -> int:
    return person.call("GET", f"/repo/v1/entity/{file}/file", redirect="false").status_code


def test_at_the_limit_downloads_are_refused_with_the_limit_the_date_and_whom_to_ask(
    chief: Person, ann: Person, bob: Person, planned: Server
) -> None:
    made, project, files = files_of(chief, ann, 1000, [600, 400, 1])
    allow(planned, project, bob.id, 3)
    assert [ask(ann, one["id"]) for one in files] == [200, 200, 403]
    assert ask(ann, files[0]["id"]) == 200, "a download that goes on is not charged again"
    answer = bob.call("GET", f"/repo/v1/entity/{files[0]['id']}/file", redirect="false")
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "EGRESS_LIMIT_EXCEEDED")
    reason = answer.json()["reason"]
    assert all(word in reason for word in (made["name"], "1.0 kB", "a month", "-", "owner or managers"))
    usage = ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}")
    assert (usage["sentBytes"], usage["egressLimitBytes"], usage["egressOvershootBytes"]) == (1000, 1000, 0)
    assert usage["egressPeriodEndsOn"] in reason
    assert bob.call("GET", f"/vesicle/v1/usage/organization/{made['id']}").status_code == 403


def test_one_item_of_a_batch_is_told_why_and_several_fail_each_by_itself(chief: Person, ann: Person) -> None:
    _, _, files = files_of(chief, ann, 100, [100, 50])
    items = [
        {"fileHandleId": one["dataFileHandleId"], "associateObjectId": one["id"], "associateObjectType": "FileEntity"}
        for one in files
    ]
    both = ann.ok("POST", BATCH, {"requestedFiles": items, "includePreSignedURLs": True})["requestedFiles"]
    assert ["preSignedURL" in one for one in both] == [True, False]
    assert both[1]["failureCode"] == "UNAUTHORIZED"
    status, reason = refused(ann, "POST", BATCH, {"requestedFiles": items[1:], "includePreSignedURLs": True})
    assert (status, "may send 100 bytes" in reason) == (403, True)


def test_open_storage_and_addresses_of_its_region_pass(planned: Server, chief: Person, ann: Person) -> None:
    _, _, files = files_of(chief, ann, 10, [100])
    assert ask(ann, files[0]["id"]) == 403
    with planned.database() as conn:
        try:
            conn.execute(
                "INSERT INTO storage_terms (location_id, region) VALUES (1, '{127.0.0.0/8}')"
                " ON CONFLICT (location_id) DO UPDATE SET region = EXCLUDED.region"
            )
            assert ask(ann, files[0]["id"]) == 200
            conn.execute("UPDATE storage_terms SET region = '{10.0.0.0/8}', egress = 'open'")
            assert ask(ann, files[0]["id"]) == 200
        finally:
            conn.execute("DELETE FROM storage_terms")


def test_thirty_two_threads_stop_at_the_limit_and_the_overshoot_is_told(
    planned: Server, chief: Person, ann: Person
) -> None:
    made, project, files = files_of(chief, ann, 5000, [100])
    people = [planned.person("reader") for _ in range(32)]
    for person in people:
        allow(planned, project, person.id, 3)
    with planned.database() as conn:
        sent_before(conn, made["id"], 4000)
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda person: ask(person, files[0]["id"]), people))
    usage = ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}")
    assert answers.count(200) * 100 == usage["sentBytes"] - 4000
    assert answers.count(200) >= 10
    assert usage["egressOvershootBytes"] == max(0, usage["sentBytes"] - 5000)
    assert all(ask(person, files[0]["id"]) == 403 for person, was in zip(people, answers, strict=True) if was == 403)


def test_a_zip_is_charged_once_as_the_files_in_it_and_to_whom_they_belong(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, project, files = files_of(chief, ann, 150, [100, 50])
    allow(planned, project, bob.id, 3)
    asked = zip_of(*((one["dataFileHandleId"], one["id"]) for one in files))
    usage = f"/vesicle/v1/usage/organization/{made['id']}"
    handle = done(bob, BULK, asked)["resultZipFileHandleId"]
    assert ann.ok("GET", usage)["sentBytes"] == 150

    def fetched() -> list[int]:
        assert bob.call("GET", f"/file/v1/fileHandle/{handle}/url", redirect="false").status_code == 200
        with planned.database() as conn:
            query = "SELECT charged FROM download_record WHERE principal_id = %s AND file_handle_id = %s ORDER BY id"
            return [row[0] for row in conn.execute(query, (bob.id, int(handle)))]

    assert fetched() == [0]
    assert fetched() == [0, 0], "the client asks anew while it fetches"
    assert ann.ok("GET", usage)["sentBytes"] == 150
    # Who asks again long after that downloads a file of their own.
    with planned.database() as conn:
        conn.execute(
            "INSERT INTO download_record (principal_id, file_handle_id, size, charged, organization_id, issued_on)"
            " VALUES (%s, %s, 1, 0, 1, now() - interval '1 hour')",
            (bob.id, int(handle)),
        )
    assert fetched()[-1] > 0
    # At the limit there is no zip either.
    more = ann.file(project, b"more")
    answer = finish(bob, BULK, zip_of((more["dataFileHandleId"], more["id"])))
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "EGRESS_LIMIT_EXCEEDED")


def test_a_higher_limit_opens_downloads_at_once(chief: Person, ann: Person) -> None:
    made, _, files = files_of(chief, ann, 10, [100])
    assert ask(ann, files[0]["id"]) == 403
    path = f"/vesicle/v1/plan/{made['planId']}"
    chief.ok("PUT", path, {**chief.ok("GET", path), "egressLimitBytes": 100})
    assert ask(ann, files[0]["id"]) == 200


def test_reports_by_each_key_add_up_to_the_same_and_can_be_followed_down(chief: Person, ann: Person) -> None:
    made, project, files = files_of(chief, ann, 10**6, [100, 20])
    path = f"/vesicle/v1/usage/organization/{made['id']}"
    ask(ann, files[0]["id"])
    ask(ann, files[0]["id"])
    ann.ok("DELETE", f"/repo/v1/entity/{files[1]['id']}")
    for by in ("project", "location", "contributor", "day"):
        rows = ann.ok("GET", f"{path}/report", by=by)["results"]
        last = rows[-1]
        assert (last["storedBytes"], last["inTrashBytes"], last["files"]) == (120, 20, 2), by
        assert (last["downloads"], last["sentBytes"], last["chargedBytes"], last["countedBytes"]) == (2, 200, 100, 100)
    assert len(ann.ok("GET", f"{path}/report", by="day", firstDay="2026-01-01", lastDay="2026-12-31")["results"]) == 365
    text = ann.ok("GET", f"{path}/report/csv", by="project")
    assert text.splitlines() == [
        "project,storedBytes,customStoredBytes,reservedBytes,customReservedBytes,inTrashBytes,files,downloads,sentBytes,"
        "chargedBytes,countedBytes",
        f"{project},120,0,0,0,20,2,2,200,100,100",
    ]  # fmt: skip
    handles = ann.ok("GET", f"{path}/file", projectId=project)["results"]
    assert {(one["bytes"], one["inTrash"]) for one in handles} == {(100, False), (20, True)}
    downloads = ann.ok("GET", f"{path}/download", projectId=project)["results"]
    assert sorted((one["charged"], one["counted"]) for one in downloads) == [(0, 0), (100, 100)]
    for wrong in ({"by": "colour"}, {"firstDay": "soon"}, {"firstDay": "2026-02-02", "lastDay": "2026-02-01"}):
        assert refused(ann, "GET", f"{path}/report", **wrong)[0] == 400


def test_days_that_are_over_are_added_up_once(planned: Server, chief: Person, ann: Person) -> None:
    made, _, files = files_of(chief, ann, 10**6, [100])
    ask(ann, files[0]["id"])
    with planned.database() as conn:
        sent_before(conn, made["id"], 7, days=1)
        assert reports.roll_up(conn) == 0
    rows = ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}/report", by="day")["results"]
    assert [one["sentBytes"] for one in rows[-2:]] == [7, 100]


def test_a_project_owner_sees_the_project_and_how_full_the_organization_is(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, project, _ = files_of(chief, ann, 10**6, [100])
    allow(planned, project, bob.id, 15)
    seen = bob.ok("GET", f"/vesicle/v1/usage/project/{project}")
    assert (seen["storedBytes"], seen["organizationStoredBytes"], seen["organizationId"]) == (100, 100, made["id"])
    assert seen["organizationStorageLimitBytes"] == 500 * 10**9
    assert (seen["sentBytes"], seen["organizationSentBytes"], seen["notices"]) == (0, 0, [])
    ask(ann, ann.file(project, b"y" * 40)["id"])
    seen = bob.ok("GET", f"/vesicle/v1/usage/project/{project}")
    assert (seen["sentBytes"], seen["organizationSentBytes"], seen["organizationEgressLimitBytes"]) == (40, 40, 10**6)


def test_limits_of_a_projects_location_are_as_the_contract_says(planned: Server, chief: Person, ann: Person) -> None:
    _, project, files = files_of(chief, ann, 10**6, [100])
    path = f"/repo/v1/project/{project}/storage"
    plain = {"storageLocationId": 1, "sumFileBytes": 100, "isOverLimit": False}
    assert ann.ok("GET", f"{path}/usage") == {"projectId": project, "locations": [plain]}
    limit = {"projectId": project, "storageLocationId": 1, "maxAllowedFileBytes": 120}
    assert refused(ann, "PUT", f"{path}/limit", limit)[0] == 403
    assert chief.ok("PUT", f"{path}/limit", limit) == limit
    for wrong, status in (({"projectId": "syn1"}, 400), ({"maxAllowedFileBytes": -1}, 400),
                          ({"storageLocationId": 999999}, 404)):  # fmt: skip
        assert refused(chief, "PUT", f"{path}/limit", {**limit, **wrong})[0] == status
    body = {"concreteType": "org.sagebionetworks.repo.model.FileEntity", "parentId": project, "name": "more"}
    answer = ann.call("POST", "/repo/v1/entity", {**body, "dataFileHandleId": ann.upload(b"x" * 21)})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "PROJECT_STORAGE_LIMIT_EXCEEDED")
    begin = sending.request(b"z" * 21, "z.txt"), "/file/v1/file/multipart"
    answer = ann.call("POST", begin[1], begin[0], parentId=project)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "PROJECT_STORAGE_LIMIT_EXCEEDED"), "not sent first"
    chief.ok("PUT", f"{path}/limit", {**limit, "maxAllowedFileBytes": 50})
    assert ann.ok("GET", f"{path}/usage")["locations"][0]["isOverLimit"]
    chief.ok("PUT", f"{path}/limit", {**limit, "maxAllowedFileBytes": None})
    ann.ok("POST", "/repo/v1/entity", {**body, "dataFileHandleId": ann.upload(b"y" * 21)})
    assert ann.call("GET", f"/repo/v1/project/{files[0]['id']}/storage/usage").status_code == 400


def test_an_upload_by_the_same_person_is_told_of_by_contributor(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, project, _ = files_of(chief, ann, 10**6, [100])
    allow(planned, project, bob.id, 15)
    join(ann, bob, made["id"])
    handle = sending.send(bob, b"z" * 5, "z.txt")
    bob.make("FileEntity", name="z", parentId=project, dataFileHandleId=handle)
    rows = ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}/report", by="contributor")["results"]
    assert [(one["contributorId"], one["storedBytes"]) for one in rows] == [(str(ann.id), 100), (str(bob.id), 5)]
