"""Uploads that begin while their organization is being merged into another wait, and are promised by that one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from tests import sending
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, managed, own
from tests.usage.counting import check
from tests.usage.test_charging import account, preferring, project_in
from tests.waiting import until_waiting

from vesicle.organizations import merging
from vesicle.organizations.model.moving import MergeRequest
from vesicle.organizations.roles import OPERATOR
from vesicle.wire import Id

pytestmark = pytest.mark.xdist_group("plans")
PATH = "/file/v1/file/multipart"


@contextmanager
def merged_at_the_end(server: Server, source: str, target: str, waiting: int) -> Iterator[ThreadPoolExecutor]:
    """Everything of a merge is done, and it ends when so many requests wait for it."""
    with ThreadPoolExecutor(waiting) as pool, server.database() as conn, conn.transaction():
        merging.merge(conn, OPERATOR, int(target), MergeRequest(organization_id=Id(int(source))))
        yield pool
        until_waiting(server, waiting)


def promised_by(server: Server, answers: list[httpx.Response]) -> set[str]:
    """Whom the uploads that these answers tell of are promised by."""
    assert [one.status_code for one in answers] == [201] * len(answers), [one.text for one in answers]
    uploads = [int(one.json()["uploadId"]) for one in answers]
    with server.database() as conn:
        rows = conn.execute(
            "SELECT upload_id, organization_id FROM reservation WHERE upload_id = ANY(%s)", (uploads,)
        ).fetchall()
    assert sorted(row[0] for row in rows) == sorted(uploads)
    return {str(row[1]) for row in rows}


def test_uploads_begun_during_a_merge_are_promised_by_the_organization_that_stays(
    planned: Server, chief: Person, ann: Person
) -> None:
    source, target = preferring(chief, ann), managed(chief, ann)
    project = project_in(ann, source["id"])
    before = sending.request(b"before", "before.txt")
    replaced = sending.start(ann, before)["uploadId"]

    def start(body: dict[str, Any], **query: Any) -> httpx.Response:
        return ann.call("POST", PATH, body, **query)

    with merged_at_the_end(planned, source["id"], target["id"], 8) as pool:
        begun = [pool.submit(start, sending.request(b"x" * (n + 1), f"{n}.txt")) for n in range(5)]
        begun += [pool.submit(start, sending.request(b"y" * (n + 1), "y.txt"), parentId=project) for n in range(2)]
        begun.append(pool.submit(start, before, forceRestart="true"))
    answers = [one.result() for one in begun]
    assert promised_by(planned, answers) == {target["id"]}
    assert answers[-1].json()["uploadId"] != replaced
    assert account(planned, target["id"]) == (0, 1 + 2 + 3 + 4 + 5 + 1 + 2 + len(b"before"))
    check(planned)


def test_who_had_the_merged_organization_by_default_goes_on_in_the_other_one(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    source, target = own(ann), managed(chief, bob)
    with merged_at_the_end(planned, source["id"], target["id"], 2) as pool:
        begun = [pool.submit(ann.call, "POST", PATH, sending.request(b"x" * (n + 1), f"{n}.txt")) for n in range(2)]
    assert promised_by(planned, [one.result() for one in begun]) == {target["id"]}
    assert [one["id"] for one in ann.ok("GET", ORG)["results"]] == [target["id"]], "no other one was made"
    check(planned)


def test_what_does_not_fit_the_other_organization_is_refused_and_nothing_is_left_of_it(
    planned: Server, chief: Person, ann: Person
) -> None:
    source, target = preferring(chief, ann), managed(chief, ann, storageLimitBytes=10)
    with merged_at_the_end(planned, source["id"], target["id"], 1) as pool:
        begun = pool.submit(ann.call, "POST", PATH, sending.request(b"x" * 11, "11.txt"))
    answer = begun.result()
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "PROJECT_STORAGE_LIMIT_EXCEEDED")
    assert account(planned, target["id"]) == (0, 0)
    check(planned)
