"""Who follows whoever goes: with projects in many places, through teams, and with folders that have their own lists."""

from __future__ import annotations

from typing import Any

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, join, managed
from tests.organizations.test_succession import administrators, letter_to
from tests.organizations.test_teams_as_members import team_of
from tests.usage.test_charging import project_in
from tests.world import allow, deny

from vesicle.access.rights import OWNER_RIGHTS

pytestmark = pytest.mark.xdist_group("plans")
ALL = int(OWNER_RIGHTS)


def by_team_alone(server: Server, maker: Person, project: str, team: str) -> None:
    """The team administers the project, and nobody by themself."""
    allow(server, project, int(team), ALL)
    deny(server, project, maker.id)


def test_all_that_a_removed_member_administered_here_is_followed_and_nothing_elsewhere(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    here, there = managed(chief, ann), managed(chief, chief)
    join(ann, bob, here["id"])
    join(chief, bob, there["id"])
    mine = [project_in(bob, here["id"]) for _ in range(3)]
    elsewhere = project_in(bob, there["id"])
    ann.ok("PUT", f"{ORG}/preferred", {"organizationId": here["id"]})
    hers = ann.project()["id"]
    allow(planned, hers, bob.id, ALL)
    folder, plain = bob.folder(hers)["id"], bob.folder(hers)["id"]
    allow(planned, folder, bob.id, ALL)
    deny(planned, folder, ann.id)
    assert ann.call("GET", f"/repo/v1/entity/{folder}").status_code == 403
    in_trash = project_in(bob, here["id"])
    bob.ok("DELETE", f"/repo/v1/entity/{in_trash}")

    ann.ok("DELETE", f"{ORG}/{here['id']}/member/{bob.id}")
    for one in (*mine, folder):
        assert administrators(bob, one) == {ann.id, bob.id}, one
    assert ann.ok("GET", f"/repo/v1/entity/{folder}")["id"] == folder
    assert administrators(bob, elsewhere) == {bob.id}
    text = letter_to(planned, ann, here)
    assert [one in text for one in (*mine, folder, in_trash)] == [True] * 5, "what is restored has its list again"
    assert [one in text for one in (elsewhere, hers, plain)] == [False] * 3
    with planned.database() as conn:
        (letters,) = conn.execute(
            "SELECT count(*) FROM email WHERE recipient = %s AND subject LIKE '%%you administer%%'",
            (f"{ann.name}@example.org",),
        ).fetchone() or (0,)
    assert letters == 1

    bob.ok("DELETE", f"{ORG}/{there['id']}/member/{bob.id}")
    assert administrators(bob, elsewhere) == {chief.id, bob.id}, "who leaves by themself is followed, too"
    assert administrators(bob, mine[0]) == {ann.id, bob.id}


def test_a_team_administers_while_somebody_else_is_in_it(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, team, empty = managed(chief, ann), team_of(bob), team_of(bob)
    guest = planned.person("guest")
    guest.ok("PUT", f"/repo/v1/team/{team}/member/{guest.id}")
    with planned.database() as conn:
        conn.execute("DELETE FROM membership WHERE group_id = %s", (int(empty),))
    join(ann, bob, made["id"])
    project = project_in(bob, made["id"])
    by_team_alone(planned, bob, project, team)
    allow(planned, project, int(empty), ALL)
    bob.ok("DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    assert administrators(bob, project) == {int(team), int(empty)}, "the guest administers it still"

    join(ann, bob, made["id"])
    with planned.database() as conn:
        conn.execute("DELETE FROM membership WHERE group_id = %s AND member_id = %s", (int(team), guest.id))
    ann.ok("DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    assert administrators(bob, project) == {int(team), int(empty), ann.id}, "a team of the leaver's alone is the leaver"


def test_a_team_that_goes_takes_along_whoever_has_no_other_seat(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, team = managed(chief, ann), team_of(bob)
    guest = planned.person("guest")
    guest.ok("PUT", f"/repo/v1/team/{team}/member/{guest.id}")
    ann.ok("PUT", f"{ORG}/{made['id']}/member/{team}", {})
    join(ann, bob, made["id"])
    stays, goes, together = (project_in(one, made["id"]) for one in (bob, guest, guest))
    by_team_alone(planned, guest, together, team)
    ann.ok("DELETE", f"{ORG}/{made['id']}/member/{team}")
    assert administrators(bob, stays) == {bob.id}, "they have a seat of their own"
    assert administrators(guest, goes) == {ann.id, guest.id}
    assert administrators(guest, together) == {ann.id, int(team)}


def test_managers_by_a_team_follow(planned: Server, chief: Person, ann: Person, bob: Person) -> None:
    made, team = managed(chief, ann), team_of(bob)
    ann.ok("PUT", f"{ORG}/{made['id']}/member/{team}", {"isManager": True, "isContributor": True})
    ann.ok("PUT", f"{ORG}/{made['id']}/member/{ann.id}", {"isContributor": True})
    join(ann, bob, made["id"])
    alone = project_in(bob, made["id"])
    bob.ok("DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    assert administrators(bob, alone) == {bob.id}, "a manager by the team still"

    guest, carl = planned.person("guest"), planned.person("carl")
    guest.ok("PUT", f"/repo/v1/team/{team}/member/{guest.id}")
    join(bob, carl, made["id"])
    project = project_in(carl, made["id"])
    guest.ok("DELETE", f"{ORG}/{made['id']}/member/{carl.id}")
    assert administrators(carl, project) == {carl.id, guest.id}, "the one who acts, manager by a team"
    late = planned.person("late")
    join(guest, late, made["id"])
    last = project_in(late, made["id"])
    late.ok("DELETE", f"{ORG}/{made['id']}/member/{late.id}")
    assert administrators(late, last) == {late.id, int(team)}, "the team, for no person manages by themself"
    assert last in letter_to(planned, guest, made)


def seated(chief: Person, ann: Person, *people: Person) -> tuple[dict[str, Any], str]:
    """An organization that ann manages, and a team of hers with a seat in it and these people in it."""
    made, team = managed(chief, ann), team_of(ann)
    ann.ok("PUT", f"{ORG}/{made['id']}/member/{team}", {"isManager": False, "isContributor": True})
    for person in people:
        person.ok("PUT", f"/repo/v1/team/{team}/member/{person.id}")
    return made, team


def with_project(chief: Person, ann: Person, bob: Person) -> tuple[dict[str, Any], str, str]:
    """The same, and a project that bob made there, because he prefers it."""
    made, team = seated(chief, ann, bob)
    bob.ok("PUT", f"{ORG}/preferred", {"organizationId": made["id"]})
    return made, team, bob.project()["id"]


def test_who_leaves_a_team_with_a_seat_is_followed_where_it_was_the_only_one(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, team, project = with_project(chief, ann, bob)
    join(ann, bob, made["id"])
    ann.ok("DELETE", f"/repo/v1/team/{team}/member/{bob.id}")
    assert administrators(bob, project) == {bob.id}, "there is a seat of his own"
    assert bob.ok("GET", f"{ORG}/preferred")["organizationId"] == made["id"]
    bob.ok("PUT", f"/repo/v1/team/{team}/member/{bob.id}")
    ann.ok("DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    with planned.database() as conn:
        conn.execute("DELETE FROM acl_entry WHERE acl_id = %s AND principal_id = %s", (int(project[3:]), ann.id))
    bob.ok("PUT", f"{ORG}/preferred", {"organizationId": made["id"]})
    bob.ok("DELETE", f"/repo/v1/team/{team}/member/{bob.id}")
    assert administrators(bob, project) == {ann.id, bob.id}
    assert "organizationId" not in bob.ok("GET", f"{ORG}/preferred")
    assert project in letter_to(planned, ann, made)


def test_a_team_that_is_dissolved_leaves_its_organizations(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, team, project = with_project(chief, ann, bob)
    ann.ok("DELETE", f"/repo/v1/team/{team}")
    assert administrators(bob, project) == {ann.id, bob.id}
    assert "organizationId" not in bob.ok("GET", f"{ORG}/preferred")
    assert str(team) not in {one["memberId"] for one in ann.ok("GET", f"{ORG}/{made['id']}/member")["results"]}
    with planned.database() as conn:
        rows = conn.execute(
            "SELECT detail->>'member' FROM audit_record WHERE deed = 'organization.remove_member' AND object_id = %s",
            (made["id"],),
        ).fetchall()
    assert (str(team),) in rows
