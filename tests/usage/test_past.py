"""What was stored on a day that is over is followed down to file handles, whatever became of them since."""

from __future__ import annotations

from typing import Any

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, managed, refused
from tests.usage.counting import check
from tests.usage.days_over import DAY, Closings, today
from tests.usage.test_charging import preferring, project_in, purge
from tests.usage.test_following import lines, usage
from tests.usage.test_pages import pages

from vesicle.wire import token_of_key

pytestmark = pytest.mark.xdist_group("plans")


def ago(days: int) -> str:
    return str(today() - days * DAY)


def stored(person: Person, organization: str, days: int, **only: Any) -> dict[str, int]:
    """Bytes by handle at the end of a day; their sum is what the report by day tells."""
    rows = person.ok("GET", f"{usage(organization)}/file", day=ago(days), **only)["results"]
    if not only:
        day = ago(days)
        (told,) = person.ok("GET", f"{usage(organization)}/report", by="day", firstDay=day, lastDay=day)["results"]
        assert told["storedBytes"] == sum(one["bytes"] for one in rows)
        assert told["inTrashBytes"] == sum(one["bytes"] for one in rows if one["inTrash"])
        assert told["files"] == len(rows) == len(lines(person, f"{usage(organization)}/file/csv", day=day))
    return {one["fileHandleId"]: one["bytes"] for one in rows}


def test_each_day_is_followed_after_uploads_ties_trash_restoring_purging_moving_and_merging(
    planned: Server, chief: Person, ann: Person
) -> None:
    made, other = preferring(chief, ann), managed(chief, ann)
    first, second = project_in(ann, made["id"]), project_in(ann, made["id"])
    closings, both = Closings(planned), [int(made["id"]), int(other["id"])]
    loose = ann.upload(b"a" * 1)
    file = ann.file(first, b"b" * 20)
    went, stays = ann.file(first, b"c" * 300), ann.file(second, b"d" * 4000)
    closings.close_today()
    tied = ann.make("FileEntity", name="tied", parentId=second, dataFileHandleId=loose)
    for one in (file, went):
        ann.ok("DELETE", f"/repo/v1/entity/{one['id']}")
    closings.close_today()
    ann.ok("PUT", f"/repo/v1/trashcan/restore/{file['id']}")
    purge(planned, went["id"])
    closings.close_today()
    ann.ok("PUT", f"{ORG}/{other['id']}/project/{second}")
    ann.ok("DELETE", f"/file/v1/fileHandle/{went['dataFileHandleId']}")
    closings.close_today()
    handles = [loose, file["dataFileHandleId"], went["dataFileHandleId"], stays["dataFileHandleId"]]
    a, b, c, d = (dict([one]) for one in zip(handles, (1, 20, 300, 4000), strict=True))
    assert [stored(ann, made["id"], days) for days in range(5, -1, -1)] == [{}, a | b | c | d, a | b | c | d,
                                                                          a | b | c | d, b, b]  # fmt: skip
    assert [stored(ann, other["id"], days) for days in range(4, -1, -1)] == [{}, {}, {}, a | d, a | d]
    assert stored(ann, made["id"], 4, projectId="syn0") == a
    assert stored(ann, made["id"], 3, projectId=second) == a | d
    trashed = ann.ok("GET", f"{usage(made['id'])}/file", day=ago(3), projectId=first)["results"]
    assert [one["inTrash"] for one in trashed] == [True, True]
    closings.check(both)

    project = f"/vesicle/v1/usage/project/{second}/file"
    shown = [{one["bytes"] for one in ann.ok("GET", project, day=ago(days))["results"]} for days in range(4, -1, -1)]
    assert shown == [{4000}, {1, 4000}, {1, 4000}, {1, 4000}, {1, 4000}], "whose ever it was"
    assert len(lines(ann, f"{project}/csv", day=ago(4))) == 1

    ann.ok("POST", f"{ORG}/{other['id']}/merge", {"organizationId": made["id"]})
    closings.close_today()
    closings.check([int(other["id"])])
    assert stored(ann, other["id"], 5) == a | b | c | d
    assert stored(ann, other["id"], 2) == a | b | d
    ann.ok("DELETE", f"/repo/v1/entity/{second}")
    purge(planned, second)
    closings.close_today()
    closings.check([int(other["id"])])
    assert stored(ann, other["id"], 2, projectId=second) == a | d, "of a project that is no more"
    assert ann.call("GET", f"/repo/v1/entity/{tied['id']}").status_code == 404
    check(planned)


def test_a_charge_that_began_and_ended_on_one_day_leaves_nothing(planned: Server, chief: Person, ann: Person) -> None:
    project = project_in(ann, preferring(chief, ann)["id"])
    file = ann.file(project, b"x" * 10)
    ann.ok("DELETE", f"/repo/v1/entity/{file['id']}")
    purge(planned, file["id"])
    ann.ok("DELETE", f"/file/v1/fileHandle/{file['dataFileHandleId']}")
    with planned.database() as conn:
        assert not conn.execute(
            "SELECT 1 FROM past_charge WHERE handle_id = %s", (int(file["dataFileHandleId"]),)
        ).fetchone()


def test_a_project_that_comes_and_goes_is_on_each_day_where_it_was_at_its_end(
    planned: Server, chief: Person, ann: Person
) -> None:
    here, there = preferring(chief, ann), managed(chief, ann)
    project = project_in(ann, here["id"])
    ann.file(project, b"x" * 10)
    closings = Closings(planned)
    for moves in ([there], [here], [there, here, there]):
        closings.close_today()
        for one in moves:
            ann.ok("PUT", f"{ORG}/{one['id']}/project/{project}")
    closings.close_today()
    assert [len(stored(ann, here["id"], days)) for days in range(4, -1, -1)] == [1, 0, 1, 0, 0]
    assert [len(stored(ann, there["id"], days)) for days in range(4, -1, -1)] == [0, 1, 0, 1, 1]
    closings.check([int(here["id"]), int(there["id"])])


def test_a_recount_that_corrects_a_size_leaves_what_was_told_of_the_days_before(
    planned: Server, chief: Person, ann: Person
) -> None:
    from vesicle.usage import recounting

    made = preferring(chief, ann)
    handle = ann.file(project_in(ann, made["id"]), b"x" * 10)["dataFileHandleId"]
    Closings(planned).close_today()
    with planned.database() as conn:
        conn.execute("UPDATE file_handle SET content_size = 12 WHERE id = %s", (int(handle),))
        assert recounting.mend(conn)
    assert [stored(ann, made["id"], days) for days in (1, 0)] == [{handle: 10}, {handle: 12}]
    with planned.database() as conn:
        conn.execute("UPDATE file_handle SET content_size = 10 WHERE id = %s", (int(handle),))
        recounting.mend(conn)
    check(planned)


def test_the_handles_of_a_past_day_come_in_pages_that_are_whole(planned: Server, chief: Person, ann: Person) -> None:
    made = preferring(chief, ann)
    project = project_in(ann, made["id"])
    file = ann.file(project, b"x")
    number, handle = int(project[3:]), int(file["dataFileHandleId"])
    with planned.database() as conn:
        conn.execute(
            "INSERT INTO past_charge SELECT %s, 0, %s::date - n %% 3, %s::date - n %% 2, %s + n, 1, 1, %s, false, false"
            " FROM generate_series(1, 250) n",
            (number, ago(1), ago(9), handle, ann.id),
        )
    path = f"{usage(made['id'])}/file"
    found = [[one["fileHandleId"] for one in page] for page in pages(ann, path, day=ago(2))]
    assert [len(page) for page in found] == [100, 67]
    assert len({one for page in found for one in page}) == 167
    assert sum(map(len, pages(ann, path, day=ago(10)))) == 125
    assert sum(map(len, pages(ann, path, day=ago(11)))) == 0
    assert [one["fileHandleId"] for one in pages(ann, path)[0]] == [file["dataFileHandleId"]]
    with planned.database() as conn:
        conn.execute("DELETE FROM past_charge WHERE project_id = %s", (number,))


def test_a_token_opens_no_other_organization(planned: Server, chief: Person, ann: Person, bob: Person) -> None:
    mine, theirs = preferring(chief, ann), preferring(chief, bob)
    project = project_in(bob, theirs["id"])
    bob.file(project, b"secret")
    token = token_of_key(int(project[3:]), None, "1970-01-01", 0)
    for day in ({}, {"day": ago(0)}):
        assert len(bob.ok("GET", f"{usage(theirs['id'])}/file", nextPageToken=token, **day)["results"]) == 1
        assert ann.ok("GET", f"{usage(mine['id'])}/file", nextPageToken=token, **day) == {"results": []}


def test_days_before_this_was_kept_say_so_and_what_is_no_day_is_refused(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = preferring(chief, ann)
    path = f"{usage(made['id'])}/file"
    with planned.database() as conn:
        (begin,) = conn.execute("SELECT first_day FROM past_begin").fetchone() or (None,)
    assert "wholeSince" not in ann.ok("GET", path, day=str(begin))
    assert ann.ok("GET", path, day=str(begin - DAY))["wholeSince"] == str(begin)
    for day in ("yesterday", "1960-01-01", "9999-01-01", "2030-13-01"):
        status, reason = refused(ann, "GET", path, day=day)
        assert (status, "a day such as" in reason) == (400, True)
