"""How long the URLs for one download are charged once: 15 minutes, or as long as 10 MB/s take; and for whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import managed
from tests.usage.handing_out import Conn, actor_of, hand_out
from tests.usage.test_charging import project_in

from vesicle.access import anonymous

pytestmark = pytest.mark.xdist_group("plans")
GB = 10**9


def handed_out_before(
    conn: Conn, handle: str, person: int, size: int, seconds: int, *, counted: bool = True, address: str | None = None
) -> None:
    conn.execute(
        "INSERT INTO download_record (principal_id, file_handle_id, storage_location_id, size, charged, counted,"
        " issued_on, address) VALUES (%s, %s, 1, %s, %s, %s, now() - make_interval(secs => %s), %s)",
        (person, int(handle), size, size, size if counted else 0, seconds, address),
    )


@pytest.mark.parametrize(
    ("size", "seconds", "spared"),
    [
        (100, 890, True),
        (100, 910, False),
        (9 * GB, 890, True),
        (9 * GB, 910, False),
        (20 * GB, 1990, True),
        (20 * GB, 2010, False),
    ],
)
def test_a_download_that_goes_on_is_charged_once_for_as_long_as_it_may_take(
    planned: Server, chief: Person, ann: Person, bob: Person, size: int, seconds: int, spared: bool
) -> None:
    file = ann.file(project_in(ann, managed(chief, ann)["id"]), b"x" * 100)
    with planned.database() as conn, conn.transaction(force_rollback=True):
        handed_out_before(conn, file["dataFileHandleId"], ann.id, size, seconds)
        assert hand_out(conn, ann, file, size) == ((0, 0) if spared else (size, size))
        assert hand_out(conn, ann, file, size) == (0, 0)
        assert hand_out(conn, ann, file, size, actor_of(bob)) == (size, size), "this is another person"


def test_what_was_charged_and_did_not_count_spares_nothing_that_counts(
    planned: Server, chief: Person, ann: Person
) -> None:
    file = ann.file(project_in(ann, managed(chief, ann)["id"]), b"x" * 100)
    with planned.database() as conn, conn.transaction(force_rollback=True):
        handed_out_before(conn, file["dataFileHandleId"], ann.id, 100, 10, counted=False)
        assert hand_out(conn, ann, file, 100) == (100, 100)
        assert hand_out(conn, ann, file, 100) == (0, 0)


def test_people_without_a_name_are_told_apart_by_their_address(planned: Server, chief: Person, ann: Person) -> None:
    file = ann.file(project_in(ann, managed(chief, ann)["id"]), b"x" * 100)
    here, there = (replace(anonymous(), address=one) for one in ("203.0.113.1", "203.0.113.2"))
    with planned.database() as conn, conn.transaction(force_rollback=True):
        assert hand_out(conn, ann, file, 100, here) == (100, 100)
        assert hand_out(conn, ann, file, 100, here) == (0, 0)
        assert hand_out(conn, ann, file, 100, there) == (100, 100)
        assert hand_out(conn, ann, file, 100, there) == (0, 0)
        assert hand_out(conn, ann, file, 100, actor_of(ann, "203.0.113.1")) == (100, 100)
        assert hand_out(conn, ann, file, 100, actor_of(ann, "203.0.113.9")) == (0, 0), "one person at two addresses"
        moved = replace(here, address="203.0.113.3")
        handed_out_before(conn, file["dataFileHandleId"], moved.id, 100, 910, address=moved.address)
        assert hand_out(conn, ann, file, 100, moved) == (100, 100)
