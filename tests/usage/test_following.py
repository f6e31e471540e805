"""Every number of usage can be followed down to what it is the sum of, whatever was moved and merged since."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from tests import sending
from tests.live import Person, Server
from tests.locations.buckets import external, file_of, location, own_bucket, upload_to
from tests.organizations.test_default_storage import private
from tests.organizations.test_membership import ORG, join, managed, refused
from tests.usage.counting import check
from tests.usage.test_charging import preferring, project_in
from tests.usage.test_egress import add_up_anew, ask
from tests.world import allow

pytestmark = pytest.mark.xdist_group("plans")
STORED = ("storedBytes", "customStoredBytes", "reservedBytes", "customReservedBytes")
PARAMETERS = {"project": "projectId", "location": "storageLocationId", "contributor": "contributorId"}


def usage(organization: str) -> str:
    return f"/vesicle/v1/usage/organization/{organization}"


def lines(person: Person, path: str, **query: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(person.ok("GET", path, **query))))


def follow_everything(person: Person, organization: str) -> dict[str, Any]:
    """Every row of every report is the sum of what lies behind it, and all of them that of the summary."""
    path = usage(organization)
    total = person.ok("GET", path)
    for by, parameter in PARAMETERS.items():
        rows = person.ok("GET", f"{path}/report", by=by)["results"]
        for row in rows:
            key = {parameter: row.get(parameter, "0")}
            files = person.ok("GET", f"{path}/file", **key)["results"]
            assert sum(one["bytes"] for one in files if not one["isCustom"]) == row["storedBytes"], (by, row)
            assert sum(one["bytes"] for one in files if one["isCustom"]) == row["customStoredBytes"], (by, row)
            assert sum(one["bytes"] for one in files if one["inTrash"]) == row["inTrashBytes"], (by, row)
            assert len(files) == row["files"] == len(lines(person, f"{path}/file/csv", **key)), (by, row)
            sent = person.ok("GET", f"{path}/download", **key)["results"]
            assert sum(one["size"] for one in sent) == row["sentBytes"], (by, row)
            assert sum(one["charged"] for one in sent) == row["chargedBytes"], (by, row)
            assert sum(one["counted"] for one in sent) == row["countedBytes"], (by, row)
            assert len(sent) == row["downloads"] == len(lines(person, f"{path}/download/csv", **key)), (by, row)
            promised = person.ok("GET", f"{path}/upload", **key)["results"]
            assert sum(one["bytes"] for one in promised if not one["isCustom"]) == row["reservedBytes"], (by, row)
            assert sum(one["bytes"] for one in promised if one["isCustom"]) == row["customReservedBytes"], (by, row)
            assert len(promised) == len(lines(person, f"{path}/upload/csv", **key)), (by, row)
        for name in STORED:
            assert sum(row[name] for row in rows) == total[name], (by, name)
        assert sum(row["countedBytes"] for row in rows) == total["sentBytes"], by
    return {name: total[name] for name in (*STORED, "sentBytes")}


def test_every_number_is_followed_after_a_project_moved_and_after_two_organizations_merged(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    first, second, third = preferring(chief, ann), managed(chief, ann), managed(chief, ann)
    join(ann, bob, first["id"])
    moving, staying = project_in(ann, first["id"]), project_in(ann, first["id"])
    allow(planned, staying, bob.id, 15)
    files = [ann.file(moving, b"a" * 100), ann.file(staying, b"b" * 20), ann.file(staying, b"c" * 3)]
    bob.ok("PUT", f"{ORG}/preferred", {"organizationId": first["id"]})
    bob.file(staying, b"d" * 50)
    bob.upload(b"nowhere")
    sending.start(bob, sending.request(b"e" * 1000, "begun.bin"))
    for person, file in ((ann, files[0]), (ann, files[1]), (bob, files[1]), (bob, files[1])):
        assert ask(person, file["id"]) == 200
    ann.ok("DELETE", f"/repo/v1/entity/{files[2]['id']}")
    before = follow_everything(ann, first["id"])
    assert before["sentBytes"] == 140

    ann.ok("PUT", f"{ORG}/{second['id']}/project/{moving}")
    assert ask(bob, files[1]["id"]) == 200
    ask(ann, files[0]["id"])
    assert follow_everything(ann, first["id"])["sentBytes"] == 140, "what was sent before stays where it was paid"
    follow_everything(ann, second["id"])

    ann.ok("POST", f"{ORG}/{second['id']}/merge", {"organizationId": first["id"]})
    assert follow_everything(ann, second["id"]) == before
    ann.ok("POST", f"{ORG}/{third['id']}/merge", {"organizationId": second["id"]})
    assert follow_everything(ann, third["id"]) == before
    people = ann.ok("GET", f"{usage(third['id'])}/report", by="contributor")["results"]
    assert {one["contributorId"]: (one["storedBytes"], one["chargedBytes"]) for one in people} == {
        str(ann.id): (123, 120), str(bob.id): (57, 20),
    }  # fmt: skip
    check(planned)


def test_what_is_promised_for_a_project_is_told_of_it_and_follows_the_parent_that_is_named(
    planned: Server, chief: Person, ann: Person
) -> None:
    made, other, small = preferring(chief, ann), managed(chief, ann), managed(chief, ann, storageLimitBytes=10)
    one, two = project_in(ann, made["id"]), project_in(ann, other["id"])
    body = sending.request(b"x" * 70, "a.txt")

    def promised() -> list[tuple[str, str | None, int]]:
        return [
            (row["uploadId"], row.get("projectId"), row["bytes"])
            for organization in (made, other)
            for row in ann.ok("GET", f"{usage(organization['id'])}/upload")["results"]
        ]

    upload = sending.start(ann, body)["uploadId"]
    assert promised() == [(upload, None, 70)]
    for project, organization in ((one, made), (two, other)):
        assert sending.start(ann, body, parentId=project)["uploadId"] == upload
        assert promised() == [(upload, project, 70)]
        rows = ann.ok("GET", f"{usage(organization['id'])}/report", by="project")["results"]
        assert [row["reservedBytes"] for row in rows if row.get("projectId") == project] == [70]
        assert sum(row["reservedBytes"] for row in rows) == 70
        follow_everything(ann, organization["id"])
    assert sending.start(ann, body)["uploadId"] == upload
    status, _ = refused(ann, "POST", "/file/v1/file/multipart", body, parentId=project_in(ann, small["id"]))
    assert (status, promised()) == (400, [(upload, two, 70)])
    again = sending.start(ann, body, forceRestart="true", parentId=one)["uploadId"]
    assert promised() == [(again, one, 70)]
    assert one in ann.ok("GET", f"{usage(made['id'])}/upload/csv", projectId=one)
    assert ann.ok("GET", f"{usage(made['id'])}/upload", projectId=two)["results"] == []
    check(planned)


def test_days_that_are_added_up_after_a_merge_are_the_merged_organizations(
    planned: Server, chief: Person, ann: Person
) -> None:
    gone, left = managed(chief, ann), managed(chief, ann)
    ann.ok("POST", f"{ORG}/{left['id']}/merge", {"organizationId": gone["id"]})
    with planned.database() as conn:
        conn.execute(
            "INSERT INTO download_record (principal_id, file_handle_id, size, charged, organization_id, project_id,"
            " storage_location_id, issued_on) VALUES (%s, 1, 7, 7, %s, NULL, 1, now() - interval '1 day')",
            (ann.id, int(gone["id"])),
        )
        add_up_anew(conn)
    for by in ("project", "location", "contributor", "day"):
        rows = ann.ok("GET", f"{usage(left['id'])}/report", by=by)["results"]
        assert sum(one["chargedBytes"] for one in rows) == 7, by
    (behind,) = ann.ok("GET", f"{usage(left['id'])}/download", contributorId=str(ann.id), projectId="0")["results"]
    assert behind["charged"] == 7


def test_the_example_of_three_projects_counts_shared_and_private_storage_and_tells_of_custom(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = preferring(chief, ann, 100)
    one, two, three = (project_in(ann, made["id"]) for _ in range(3))
    mine = private(planned, made["id"])
    custom = location(ann, external(own_bucket(planned, ann)))
    ann.file(one, b"a" * 30)
    file_of(ann, two, upload_to(ann, mine, b"b" * 40))
    file_of(ann, three, upload_to(ann, custom, b"c" * 700))
    total = follow_everything(ann, made["id"])
    assert (total["storedBytes"], total["customStoredBytes"]) == (70, 700)
    rows = ann.ok("GET", f"{usage(made['id'])}/report", by="project")["results"]
    assert {row["projectId"]: (row["storedBytes"], row["customStoredBytes"]) for row in rows} == {
        one: (30, 0), two: (40, 0), three: (0, 700),
    }  # fmt: skip
    assert ann.call("POST", "/file/v1/file/multipart", sending.request(b"d" * 31, "d.txt")).status_code == 400
    ann.upload(b"d" * 30)
    check(planned)


def test_what_lies_behind_is_for_who_oversees_the_organization_and_comes_in_pages(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = preferring(chief, ann)
    join(ann, bob, made["id"])
    path = usage(made["id"])
    for what in ("file", "upload", "download"):
        assert refused(bob, "GET", f"{path}/{what}")[0] == 403
        assert refused(bob, "GET", f"{path}/{what}/csv")[0] == 403
        assert ann.ok("GET", f"{path}/{what}/csv").count("\n") == 1, "titles alone"
    assert refused(ann, "GET", f"{path}/colour/csv")[0] == 404
    with planned.database() as conn:
        conn.execute(
            "INSERT INTO download_record (principal_id, file_handle_id, size, charged, organization_id)"
            " SELECT 273950, 1, 1, 1, %s FROM generate_series(1, 10001)",
            (int(made["id"]),),
        )
    answer = ann.call("GET", f"{path}/download/csv")
    rest = ann.ok("GET", f"{path}/download/csv", nextPageToken=answer.headers["X-Next-Page-Token"])
    assert (answer.text.count("\n"), rest.count("\n")) == (10_001, 1)
