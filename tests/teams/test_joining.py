"""Coming into teams and leaving them: every rule of membership."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.live import Person, Server
from tests.teams.test_teams import new_team, refused

Team = dict[str, Any]
NEEDED = "An invitation is required to join the team."
MUST_ASK = "The prospective member must request to join the team."


@pytest.fixture
def team(owner: Person) -> Team:
    """One that takes requests."""
    return new_team(owner)


def member_path(team: Team, person: Person) -> str:
    return f"/repo/v1/team/{team['id']}/member/{person.id}"


def status(team: Team, person: Person, asked_by: Person) -> dict[str, Any]:
    found: dict[str, Any] = asked_by.ok("GET", f"{member_path(team, person)}/membershipStatus")
    return found


def join(team: Team, person: Person, by: Person | None = None) -> None:
    answer = (by or person).call("PUT", member_path(team, person))
    assert answer.status_code == 204, answer.text
    assert not answer.content


def bring_in(server: Server, team: Team, person: Person) -> None:
    """By an administrator, who needs nobody's consent."""
    join(team, person, server.person("admin", is_admin=True))


def test_anybody_joins_a_public_team(owner: Person, stranger: Person, nobody: Person) -> None:
    team = new_team(owner, canPublicJoin=True, canRequestMembership=False)
    assert status(team, stranger, stranger) == {
        "teamId": team["id"], "userId": str(stranger.id), "isMember": False, "hasOpenInvitation": False,
        "hasOpenRequest": False, "canJoin": True, "membershipApprovalRequired": False,
        "hasUnmetAccessRequirement": False, "canSendEmail": True,
    }  # fmt: skip
    refused(nobody, 403, "PUT", member_path(team, stranger))
    refused(nobody, 403, "PUT", member_path(team, nobody))
    join(team, stranger)
    join(team, stranger)
    assert status(team, stranger, stranger)["isMember"] is True
    assert owner.ok("GET", f"/repo/v1/teamMembers/count/{team['id']}") == {"count": 2}


def test_a_member_comes_in_by_asking_and_a_manager(team: Team, owner: Person, stranger: Person) -> None:
    assert refused(stranger, 403, "PUT", member_path(team, stranger)) == NEEDED
    assert refused(owner, 403, "PUT", member_path(team, stranger)) == MUST_ASK
    assert status(team, stranger, stranger)["canJoin"] is False
    stranger.ok("POST", "/repo/v1/membershipRequest", {"teamId": team["id"]})
    asked = status(team, stranger, stranger)
    assert (asked["hasOpenRequest"], asked["canJoin"], asked["membershipApprovalRequired"]) == (True, False, True)
    assert status(team, stranger, owner)["canJoin"] is True
    assert refused(stranger, 403, "PUT", member_path(team, stranger)) == NEEDED
    join(team, stranger, owner)
    after = status(team, stranger, owner)
    assert (after["isMember"], after["hasOpenRequest"]) == (True, False)


def test_a_member_comes_in_by_invitation(team: Team, owner: Person, stranger: Person) -> None:
    owner.ok("POST", "/repo/v1/membershipInvitation", {"teamId": team["id"], "inviteeId": str(stranger.id)})
    invited = status(team, stranger, stranger)
    assert (invited["hasOpenInvitation"], invited["canJoin"], invited["isMember"]) == (True, True, False)
    # Being invited is not consent: the person joins, or asks.
    assert refused(owner, 403, "PUT", member_path(team, stranger)) == MUST_ASK
    join(team, stranger)
    after = status(team, stranger, stranger)
    assert (after["isMember"], after["hasOpenInvitation"]) == (True, False)
    assert owner.ok("GET", f"/repo/v1/team/{team['id']}/openInvitation")["results"] == []


def test_what_is_open_between_two_is_not_told_to_others(
    team: Team, owner: Person, stranger: Person, server: Server
) -> None:
    owner.ok("POST", "/repo/v1/membershipInvitation", {"teamId": team["id"], "inviteeId": str(stranger.id)})
    seen = status(team, stranger, server.person("third"))
    assert (seen["hasOpenInvitation"], seen["canJoin"]) == (False, False)
    assert status(team, stranger, owner)["hasOpenInvitation"] is True


def test_only_people_come_into_teams(team: Team, owner: Person, administrator: Person) -> None:
    path = f"/repo/v1/team/{team['id']}/member"
    refused(administrator, 404, "PUT", f"{path}/999999999")
    refused(administrator, 404, "PUT", f"{path}/{new_team(owner)['id']}")
    refused(administrator, 404, "PUT", f"{path}/273948")
    refused(administrator, 400, "PUT", f"{path}/273950")
    refused(administrator, 404, "PUT", f"/repo/v1/team/999999999/member/{owner.id}")
    refused(administrator, 404, "GET", f"{path}/{administrator.id}")


def test_an_administrator_brings_people_in_and_puts_them_out(
    team: Team, administrator: Person, stranger: Person
) -> None:
    join(team, stranger, administrator)
    assert administrator.call("DELETE", member_path(team, stranger)).status_code == 204


def test_who_leaves_loses_what_the_team_gave_at_once(
    server: Server, team: Team, owner: Person, stranger: Person
) -> None:
    project = owner.project()["id"]
    with server.database() as conn:
        conn.execute("INSERT INTO acl_entry VALUES (%s, %s, 1)", (int(project[3:]), int(team["id"])))
    refused(stranger, 403, "GET", f"/repo/v1/entity/{project}")
    bring_in(server, team, stranger)
    stranger.ok("GET", f"/repo/v1/entity/{project}")
    owner.ok("PUT", f"{member_path(team, stranger)}/permission", isAdmin="true")
    assert owner.call("DELETE", member_path(team, stranger)).status_code == 204
    assert owner.call("DELETE", member_path(team, stranger)).status_code == 204, "again is no error"
    refused(stranger, 403, "GET", f"/repo/v1/entity/{project}")
    listed = owner.ok("GET", f"/repo/v1/team/{team['id']}/acl")["resourceAccess"]
    assert stranger.id not in [one["principalId"] for one in listed]
    refused(stranger, 403, "GET", f"/repo/v1/team/{team['id']}/openRequest")


def test_the_last_member_and_the_last_manager_stay(server: Server, team: Team, owner: Person, stranger: Person) -> None:
    assert "last member" in refused(owner, 403, "DELETE", member_path(team, owner))
    bring_in(server, team, stranger)
    assert "manager" in refused(owner, 400, "DELETE", member_path(team, owner))
    permission = f"{member_path(team, owner)}/permission"
    assert "manager" in refused(owner, 400, "PUT", permission, isAdmin="false")
    assert owner.call("PUT", f"{member_path(team, stranger)}/permission", isAdmin="true").status_code == 204
    stranger.ok("PUT", permission, isAdmin="false")
    refused(owner, 403, "PUT", permission, isAdmin="true")
    assert owner.call("DELETE", member_path(team, owner)).status_code == 204
    assert stranger.ok("GET", f"/repo/v1/teamMembers/count/{team['id']}") == {"count": 1}


def test_two_managers_who_leave_at_once_do_not_leave_nobody(server: Server, owner: Person, stranger: Person) -> None:
    for _ in range(5):
        team = new_team(owner)
        bring_in(server, team, stranger)
        third = server.person("third")
        bring_in(server, team, third)
        owner.ok("PUT", f"{member_path(team, stranger)}/permission", isAdmin="true")
        with ThreadPoolExecutor(2) as threads:
            leave = [threads.submit(one.call, "DELETE", member_path(team, one)) for one in (owner, stranger)]
        assert sorted(one.result().status_code for one in leave) == [204, 400]


def test_managers_are_members_and_are_made_by_managers(
    server: Server, team: Team, owner: Person, stranger: Person
) -> None:
    permission = f"{member_path(team, stranger)}/permission"
    assert "only members" in refused(owner, 400, "PUT", permission, isAdmin="true")
    refused(owner, 400, "PUT", permission)
    bring_in(server, team, stranger)
    refused(stranger, 403, "PUT", permission, isAdmin="true")
    refused(stranger, 403, "DELETE", member_path(team, owner))
    kinds = {"ALL": {owner.id, stranger.id}, "ADMIN": {owner.id}, "MEMBER": {stranger.id}}
    for kind, expected in kinds.items():
        page = owner.ok("GET", f"/repo/v1/teamMembers/{team['id']}", memberType=kind)
        assert {int(one["member"]["ownerId"]) for one in page["results"]} == expected
    refused(owner, 400, "GET", f"/repo/v1/teamMembers/{team['id']}", memberType="BOSS")


def test_members_are_found_by_name_and_in_pages(server: Server, team: Team, owner: Person, stranger: Person) -> None:
    bring_in(server, team, stranger)
    path = f"/repo/v1/teamMembers/{team['id']}"
    pages = [owner.ok("GET", path, limit=1, offset=offset) for offset in range(3)]
    assert [len(page["results"]) for page in pages] == [1, 1, 0]
    found = owner.ok("GET", path, fragment=stranger.name.upper())["results"]
    assert [one["member"]["userName"] for one in found] == [stranger.name]
    assert owner.ok("GET", f"/repo/v1/teamMembers/count/{team['id']}", fragment=stranger.name) == {"count": 1}
    both = {"list": [stranger.id, owner.id]}
    listed = owner.ok("POST", f"/repo/v1/team/{team['id']}/memberList", both)["list"]
    assert [int(one["member"]["ownerId"]) for one in listed] == both["list"]
    refused(owner, 404, "POST", f"/repo/v1/team/{team['id']}/memberList", {"list": [owner.id, 999999999]})
    mine = owner.ok("POST", f"/repo/v1/user/{owner.id}/memberList", {"list": [int(team["id"])]})["list"]
    assert [(one["teamId"], one["isAdmin"]) for one in mine] == [(team["id"], True)]
    refused(owner, 404, "POST", f"/repo/v1/user/{owner.id}/memberList", {"list": [2]})


def test_an_installation_keeps_an_administrator(server: Server, administrator: Person, stranger: Person) -> None:
    path = "/repo/v1/team/2/member"
    refused(stranger, 403, "PUT", f"{path}/{stranger.id}")
    assert administrator.call("PUT", f"{path}/{stranger.id}").status_code == 204
    assert administrator.call("DELETE", f"{path}/{stranger.id}").status_code == 204
    refused(administrator, 403, "DELETE", f"{path}/1")
    # Certified users come and go, down to the last one.
    assert administrator.call("PUT", f"/repo/v1/team/3/member/{stranger.id}").status_code == 204
    assert administrator.call("DELETE", f"/repo/v1/team/3/member/{stranger.id}").status_code == 204
