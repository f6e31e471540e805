"""What happens at one instant: downloads while organizations are merged, days are added up, and others download."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, managed
from tests.usage.counting import check
from tests.usage.handing_out import Conn, actor_of, hand_out, merge
from tests.usage.test_charging import project_in
from tests.usage.test_egress import BATCH, ask, forget_days, sent_before
from tests.waiting import until_waiting
from tests.world import allow

from vesicle.usage.store import reports

pytestmark = pytest.mark.xdist_group("plans")


def one_of_each(chief: Person, ann: Person) -> tuple[str, str, dict[str, Any]]:
    """Two organizations of one person, and a file in the first one."""
    source, target = managed(chief, ann)["id"], managed(chief, ann)["id"]
    return source, target, ann.file(project_in(ann, source), b"x" * 100)


def sent(person: Person, organization: str) -> int:
    return int(person.ok("GET", f"/vesicle/v1/usage/organization/{organization}")["sentBytes"])


def test_a_merge_waits_for_a_download_that_it_has_to_count(planned: Server, chief: Person, ann: Person) -> None:
    source, target, file = one_of_each(chief, ann)
    with planned.database() as one, planned.database() as two, ThreadPoolExecutor(1) as pool:
        with one.transaction():
            assert hand_out(one, ann, file, 100) == (100, 100)
            merging = pool.submit(merge, two, source, target)
            until_waiting(planned, 1)
        merging.result()
    assert sent(ann, target) == 100
    check(planned)


def test_a_download_during_a_merge_is_counted_where_the_file_belongs_afterwards(
    planned: Server, chief: Person, ann: Person
) -> None:
    source, target, file = one_of_each(chief, ann)
    with planned.database() as one, planned.database() as two, ThreadPoolExecutor(1) as pool:
        with one.transaction():
            merge(one, source, target)
            handing_out = pool.submit(hand_out, two, ann, file, 100)
            until_waiting(planned, 1)
        assert handing_out.result() == (100, 100)
        (payer,) = two.execute(
            "SELECT organization_id FROM download_record WHERE file_handle_id = %s", (int(file["dataFileHandleId"]),)
        ).fetchone() or (0,)
    assert str(payer) == target
    assert sent(ann, target) == 100
    check(planned)


def test_days_are_added_up_before_a_merge_or_after_it(planned: Server, chief: Person, ann: Person) -> None:
    for merge_first in (True, False):
        source, target, _ = one_of_each(chief, ann)
        with planned.database() as one, planned.database() as two, ThreadPoolExecutor(1) as pool:
            sent_before(one, source, 7, days=1)
            forget_days(one)

            def merging(conn: Conn, names: tuple[str, str] = (source, target)) -> None:
                merge(conn, *names)

            first, second = (merging, reports.roll_up) if merge_first else (reports.roll_up, merging)
            with one.transaction():
                first(one)
                waiting = pool.submit(second, two)
                until_waiting(planned, 1)
            waiting.result()
        check(planned)
        rows = ann.ok("GET", f"/vesicle/v1/usage/organization/{target}/report", by="day")["results"]
        assert sum(row["countedBytes"] for row in rows) == 7


def test_many_download_while_their_organization_is_merged(planned: Server, chief: Person, ann: Person) -> None:
    source, target, first = one_of_each(chief, ann)
    project = first["parentId"]
    files = [first["id"], *(ann.file(project, bytes([65 + number]) * 100)["id"] for number in range(5))]
    people = [planned.person("reader") for _ in range(8)]
    for person in people:
        allow(planned, project, person.id, 3)
    with ThreadPoolExecutor(9) as pool:
        asking = [pool.submit(ask, person, file) for file in files for person in people]
        ann.ok("POST", f"{ORG}/{target}/merge", {"organizationId": source})
        assert [one.result() for one in asking] == [200] * 48
    assert sent(ann, target) == 4800
    check(planned)


def test_downloads_of_two_organizations_never_wait_for_each_other(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    here, there = (ann.file(project_in(ann, managed(chief, ann)["id"]), b"x" * 100) for _ in range(2))
    with planned.database() as one:
        two = planned.database()
        # Once the processes of the database whose numbers end alike shared a row of the counter.
        while (two.info.backend_pid - one.info.backend_pid) % 64:
            two.close()
            two = planned.database()
        with two, one.transaction(force_rollback=True), two.transaction(force_rollback=True):
            for conn in (one, two):
                conn.execute("SET LOCAL lock_timeout = '5s'")
            assert hand_out(one, ann, here, 100) == (100, 100)
            assert hand_out(two, ann, there, 100, actor_of(bob)) == (100, 100)
            assert hand_out(one, ann, there, 100) == (100, 100)
            assert hand_out(two, ann, here, 100, actor_of(bob)) == (100, 100)


def test_many_batches_over_files_of_two_organizations_all_succeed(planned: Server, chief: Person, ann: Person) -> None:
    organizations = [managed(chief, ann)["id"] for _ in range(2)]
    files = [ann.file(project_in(ann, one), b"x" * 100) for one in organizations]
    people = [planned.person("reader") for _ in range(24)]
    for person in people:
        for file in files:
            allow(planned, file["parentId"], person.id, 3)
    items = [
        {"fileHandleId": one["dataFileHandleId"], "associateObjectId": one["id"], "associateObjectType": "FileEntity"}
        for one in files
    ]

    def batch(number: int) -> list[bool]:
        asked = {"requestedFiles": items[:: 1 if number % 2 else -1], "includePreSignedURLs": True}
        return ["preSignedURL" in one for one in people[number].ok("POST", BATCH, asked)["requestedFiles"]]

    with ThreadPoolExecutor(24) as pool:
        assert list(pool.map(batch, range(24))) == [[True, True]] * 24
    for one in organizations:
        assert sent(ann, one) == 2400
    with planned.database() as conn:
        query = "SELECT count(*) FROM egress_counter WHERE organization_id = ANY(%s::bigint[])"
        (rows,) = conn.execute(query, ([int(one) for one in organizations],)).fetchone() or (0,)
    assert rows <= 2 * 24, "a row of the counter is used again"
    check(planned)
