"""What lies behind a number of usage comes in pages that are whole, in one order."""

from __future__ import annotations

from typing import Any

import pytest
from tests.delivery.test_copies import COPY, request
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, managed
from tests.usage.counting import check
from tests.usage.test_charging import preferring, project_in
from tests.usage.test_egress import add_up_anew

pytestmark = pytest.mark.xdist_group("plans")


def pages(person: Person, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    """Every page of a list, and no more of them than there can be."""
    found, token = [], {}
    for _ in range(10):
        page = person.ok("GET", path, **query, **token)
        found.append(page["results"])
        if "nextPageToken" not in page:
            return found
        token = {"nextPageToken": page["nextPageToken"]}
    raise AssertionError("the list does not end")


def handles_of(person: Person, organization: str) -> tuple[dict[str, int], str]:
    """128 handles: 124 that nothing refers to, 4 in a project, and one of them in another. How many are where, by
    project.
    """
    first, second = project_in(person, organization), project_in(person, organization)
    file = person.file(first, b"0123456789")
    handles = [file["dataFileHandleId"]]
    while len(handles) < 128:
        copied = person.ok("POST", COPY, request(*((one, file["id"]) for one in handles)))["copyResults"]
        handles += [one["newFileHandle"]["id"] for one in copied]
    copies = handles[1:]
    for place, handle in ((first, copies[0]), (first, copies[1]), (first, copies[2]), (second, copies[2])):
        person.make("FileEntity", name=f"{place} {handle}", parentId=place, dataFileHandleId=handle)
    return {"": 124, first: 4, second: 1}, first


def test_the_handles_behind_a_number_come_in_pages_that_are_whole(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, other = preferring(chief, ann), preferring(chief, bob)
    bob.upload(b"of nobody else")
    there, first = handles_of(ann, made["id"])
    path = f"/vesicle/v1/usage/organization/{made['id']}"
    found = pages(ann, f"{path}/file")
    assert [len(page) for page in found] == [100, 29]
    rows = [row for page in found for row in page]
    assert len({(row["fileHandleId"], row.get("projectId")) for row in rows}) == 129
    assert {one: sum(row.get("projectId", "") == one for row in rows) for one in there} == there
    usage = ann.ok("GET", path)
    assert (usage["files"], usage["storedBytes"]) == (129, sum(row["bytes"] for row in rows))
    for asked, number in (
        ({"projectId": first}, 4), ({"projectId": "syn0"}, 124), ({"contributorId": str(ann.id)}, 129),
        ({"contributorId": str(bob.id)}, 0), ({"storageLocationId": 1, "projectId": first}, 4),
        ({"storageLocationId": 3}, 0),
    ):  # fmt: skip
        assert sum(map(len, pages(ann, f"{path}/file", **asked))) == number, asked
    chief.ok("POST", f"{ORG}/{made['id']}/merge", {"organizationId": other["id"]})
    assert sum(map(len, pages(ann, f"{path}/file", projectId="syn0"))) == 125
    assert ann.ok("GET", path)["files"] == 130
    check(planned)


def test_downloads_come_in_pages_the_newest_first_within_their_days(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = managed(chief, ann)
    number = int(made["id"])
    with planned.database() as conn:
        conn.execute(
            "INSERT INTO download_record (principal_id, file_handle_id, size, charged, organization_id, project_id,"
            " storage_location_id, issued_on) SELECT %s, n, n, n, %s, n %% 2, 1, now() - make_interval(days => n / 10)"
            " FROM generate_series(0, 249) n",
            (ann.id, number),
        )
        add_up_anew(conn)
    path = f"/vesicle/v1/usage/organization/{made['id']}/download"
    found = pages(ann, path)
    assert [len(page) for page in found] == [100, 100, 50]
    moments = [row["issuedOn"] for page in found for row in page]
    assert moments == sorted(moments, reverse=True)
    assert len({row["id"] for page in found for row in page}) == 250
    assert sum(map(len, pages(ann, path, projectId="syn1"))) == 125
    day = moments[150][:10]
    assert [row["issuedOn"][:10] for row in pages(ann, path, firstDay=day, lastDay=day)[0]] == [day] * 10
