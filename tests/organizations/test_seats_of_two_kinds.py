"""Seats of one's own beside those of teams, and what is left open when somebody goes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests import sending
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, join, managed, own, project_body, refused
from tests.organizations.test_succession import administrators
from tests.organizations.test_succession_by_seat import seated
from tests.organizations.test_teams_as_members import team_of
from tests.usage.counting import check
from tests.usage.test_charging import project_in
from tests.usage.test_while_merging import PATH, merged_at_the_end
from tests.waiting import until_waiting

pytestmark = pytest.mark.xdist_group("plans")
INVITATION = "/vesicle/v1/invitation"


def test_who_is_put_out_of_a_team_does_nothing_more_with_its_seat(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, team = seated(chief, ann, bob)
    with ThreadPoolExecutor(2) as pool:
        with planned.database() as conn, conn.transaction():
            conn.execute("SELECT 1 FROM organization WHERE id = %s FOR UPDATE", (int(made["id"]),))
            going = pool.submit(ann.call, "DELETE", f"/repo/v1/team/{team}/member/{bob.id}")
            until_waiting(planned, 1)
            making = pool.submit(bob.call, "POST", "/repo/v1/entity", project_body(), organizationId=made["id"])
            until_waiting(planned, 2)
        assert (going.result().status_code, making.result().status_code) == (204, 403)


def test_what_was_open_for_somebody_does_not_bring_them_back(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    path = f"{ORG}/{made['id']}/invitation"
    by_mail = ann.ok("POST", path, {"inviteeEmail": f"{bob.name}@example.org", "isManager": True})["id"]
    join(ann, bob, made["id"])
    assert bob.ok("GET", INVITATION)["results"] == []
    ann.ok("DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    assert refused(bob, "POST", f"{INVITATION}/{by_mail}/accept")[0] in (400, 409)
    by_name = ann.ok("POST", path, {"userName": bob.name})["id"]
    chief.ok("PUT", f"{ORG}/{made['id']}/member/{bob.id}", {"isManager": True})
    ann.ok("DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    assert refused(bob, "POST", f"{INVITATION}/{by_name}/accept")[0] in (400, 409)
    assert refused(bob, "GET", f"{ORG}/{made['id']}")[0] == 403


def test_whose_own_seat_goes_is_a_member_through_a_team_still(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, _ = seated(chief, ann, bob)
    status, reason = refused(bob, "DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    assert (status, "through a team alone" in reason) == (400, True)
    join(ann, bob, made["id"])
    project = project_in(bob, made["id"])
    ann.ok("DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    assert administrators(bob, project) == {bob.id}
    assert bob.ok("GET", f"{ORG}/preferred")["organizationId"] == made["id"]
    with planned.database() as conn:
        (text,) = conn.execute(
            "SELECT text FROM email WHERE recipient = %s ORDER BY id DESC LIMIT 1", (f"{bob.name}@example.org",)
        ).fetchone() or ("",)
    assert "a member through a team" in text


def test_accepting_sets_what_is_preferred_where_the_earlier_choice_does_not_hold(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    here, there = managed(chief, ann), managed(chief, ann)
    join(ann, bob, here["id"])
    ann.ok("PUT", f"{ORG}/{here['id']}/member/{bob.id}", {"isContributor": False})
    assert "organizationId" not in bob.ok("GET", f"{ORG}/preferred")
    join(ann, bob, there["id"])
    assert bob.ok("GET", f"{ORG}/preferred")["organizationId"] == there["id"]
    ann.ok("PUT", f"{ORG}/{here['id']}/member/{bob.id}", {"isContributor": True})
    assert bob.ok("GET", f"{ORG}/preferred")["organizationId"] == there["id"]


def test_uploads_into_ones_own_organization_ask_for_seats_too(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    mine, team = own(ann), team_of(ann)
    chief.ok("PUT", f"{ORG}/{mine['id']}/member/{team}", {})
    sending.start(ann, sending.request(b"fits", "a.txt"))
    bob.ok("PUT", f"/repo/v1/team/{team}/member/{bob.id}")
    status, reason = refused(ann, "POST", PATH, sending.request(b"does not", "b.txt"))
    assert (status, "its teams counted" in reason) == (403, True)


def test_a_new_owner_with_a_seat_in_a_team_takes_nobodys(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, team = managed(chief, ann, certifiedUserLimit=2), team_of(bob)
    ann.ok("PUT", f"{ORG}/{made['id']}/member/{team}", {})
    chief.ok("PUT", f"{ORG}/{made['id']}/owner/{bob.id}")
    members = {one["memberId"]: one["isContributor"] for one in ann.ok("GET", f"{ORG}/{made['id']}/member")["results"]}
    assert members == {str(ann.id): True, str(bob.id): True, team: True}
    project_in(ann, made["id"])


def test_leaving_a_team_and_accepting_go_on_in_what_an_organization_is_merged_into(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, team = seated(chief, ann, bob)
    target, late = managed(chief, ann), planned.person("late")
    project = project_in(bob, made["id"])
    invitation = ann.ok("POST", f"{ORG}/{made['id']}/invitation", {"userName": late.name})["id"]
    with merged_at_the_end(planned, made["id"], target["id"], 2) as pool:
        leaving = pool.submit(bob.call, "DELETE", f"/repo/v1/team/{team}/member/{bob.id}")
        coming = pool.submit(late.call, "POST", f"{INVITATION}/{invitation}/accept")
    assert (leaving.result().status_code, coming.result().status_code) == (204, 201), coming.result().text
    assert administrators(bob, project) == {ann.id, bob.id}
    assert late.ok("GET", f"{ORG}/{target['id']}")["id"] == target["id"]
    check(planned)


def test_who_may_add_to_a_project_sees_what_is_promised_for_it(planned: Server, chief: Person, ann: Person) -> None:
    made = managed(chief, ann)
    project = project_in(ann, made["id"])
    upload = sending.start(ann, sending.request(b"x" * 100, "x.txt"), parentId=project)["uploadId"]
    path = f"/vesicle/v1/usage/project/{project}"
    told = ann.ok("GET", path)
    assert (told["storedBytes"], told["reservedBytes"], told["organizationReservedBytes"]) == (0, 100, 100)
    (behind,) = ann.ok("GET", f"{path}/upload")["results"]
    assert (behind["uploadId"], behind["bytes"], behind["projectId"]) == (upload, 100, project)
    assert ann.ok("GET", f"{path}/upload/csv").splitlines()[1].split(",")[:2] == [upload, "100"]
