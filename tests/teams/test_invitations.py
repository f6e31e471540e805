"""Invitations into teams, and requests for membership."""

from __future__ import annotations

from typing import Any

import pytest
from tests.live import Person, Server
from tests.teams.test_teams import new_team, refused

INVITATION = "/repo/v1/membershipInvitation"
REQUEST = "/repo/v1/membershipRequest"
LATER = "2099-12-31T12:00:00.000Z"


@pytest.fixture
def team_id(owner: Person) -> str:
    """Of a team that takes requests."""
    found: str = new_team(owner)["id"]
    return found


def invite(person: Person, **members: Any) -> dict[str, Any]:
    answer = person.call("POST", INVITATION, members)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_an_invitation_is_seen_by_both_sides_and_nobody_else(
    server: Server, owner: Person, stranger: Person, team_id: str
) -> None:
    one = invite(owner, teamId=team_id, inviteeId=str(stranger.id), message=None)
    two = invite(owner, teamId=team_id, inviteeId=str(stranger.id), message="m", expiresOn=LATER)
    assert (one["teamId"], one["inviteeId"], one["createdBy"]) == (team_id, str(stranger.id), str(owner.id))
    assert (two["message"], two["expiresOn"], "message" in one) == ("m", LATER, False)
    third = server.person("third")
    of_team, of_person = f"/repo/v1/team/{team_id}/openInvitation", f"/repo/v1/user/{stranger.id}/openInvitation"
    assert owner.ok("GET", of_team)["results"] == [one, two]
    assert owner.ok("GET", of_team, inviteeId=str(stranger.id), limit=1, offset=1)["results"] == [two]
    assert owner.ok("GET", of_team, inviteeId=str(third.id))["results"] == []
    assert stranger.ok("GET", of_person)["results"] == [one, two]
    assert stranger.ok("GET", of_person, teamId=team_id)["results"] == [one, two]
    assert stranger.ok("GET", of_person, teamId="2")["results"] == []
    assert stranger.ok("GET", f"{INVITATION}/openInvitationCount") == {"count": 2}
    for person in (owner, stranger):
        assert person.ok("GET", f"{INVITATION}/{one['id']}") == one
    refused(third, 403, "GET", f"{INVITATION}/{one['id']}")
    refused(third, 403, "DELETE", f"{INVITATION}/{one['id']}")
    refused(third, 403, "GET", of_person)
    refused(stranger, 403, "GET", of_team)
    assert stranger.call("DELETE", f"{INVITATION}/{one['id']}").status_code == 204
    assert owner.call("DELETE", f"{INVITATION}/{two['id']}").status_code == 204
    assert owner.call("DELETE", f"{INVITATION}/{two['id']}").status_code == 204, "again is no error"
    refused(owner, 404, "GET", f"{INVITATION}/{two['id']}")


def test_what_an_invitation_must_say(owner: Person, stranger: Person, team_id: str) -> None:
    person = {"teamId": team_id, "inviteeId": str(stranger.id)}
    wrong: list[dict[str, Any]] = [
        {"inviteeId": str(stranger.id)}, {"teamId": team_id}, {**person, "inviteeEmail": "a@example.org"},
        {**person, "id": "1"}, {**person, "createdBy": "1"}, {**person, "createdOn": LATER},
        {**person, "expiresOn": "2001-01-01T00:00:00.000Z"}, {**person, "expiresOn": "soon"},
        {**person, "message": "x" * 3001}, {"teamId": team_id, "inviteeEmail": "no address"},
        {"teamId": team_id, "inviteeId": str(owner.id)},
    ]  # fmt: skip
    for body in wrong:
        refused(owner, 400, "POST", INVITATION, body)
    refused(owner, 404, "POST", INVITATION, {**person, "teamId": "999999999"})
    refused(owner, 404, "POST", INVITATION, {**person, "inviteeId": "999999999"})
    refused(stranger, 403, "POST", INVITATION, person)


def test_an_expired_invitation_opens_nothing(server: Server, owner: Person, stranger: Person, team_id: str) -> None:
    one = invite(owner, teamId=team_id, inviteeId=str(stranger.id), expiresOn=LATER)
    with server.database() as conn:
        conn.execute("UPDATE membership_invitation SET expires_on = now() WHERE id = %s", (one["id"],))
    refused(stranger, 403, "PUT", f"/repo/v1/team/{team_id}/member/{stranger.id}")
    assert owner.ok("GET", f"/repo/v1/team/{team_id}/openInvitation")["results"] == []
    assert stranger.ok("GET", f"{INVITATION}/openInvitationCount") == {"count": 0}


def test_one_person_has_so_many_open_invitations_and_no_more(server: Server, owner: Person, team_id: str) -> None:
    with server.database() as conn:
        conn.execute(
            "INSERT INTO membership_invitation (team_id, invitee_email, created_by)"
            " SELECT %s, 'guest' || n || '@example.org', %s FROM generate_series(1, 2000) n",
            (team_id, owner.id),
        )
    body = {"teamId": team_id, "inviteeEmail": "one.more@example.org"}
    assert "2000 open invitations" in refused(owner, 400, "POST", INVITATION, body)
    page = owner.ok("GET", f"/repo/v1/team/{team_id}/openInvitation", limit=50, offset=1990)
    assert (len(page["results"]), page["totalNumberOfResults"]) == (10, 2000)


def test_a_request_is_seen_by_both_sides_and_nobody_else(
    server: Server, owner: Person, stranger: Person, team_id: str
) -> None:
    answer = stranger.call("POST", REQUEST, {"teamId": team_id, "message": "please", "expiresOn": None})
    assert answer.status_code == 201
    one = answer.json()
    assert (one["userId"], one["createdBy"], one["message"]) == (str(stranger.id), str(stranger.id), "please")
    again = stranger.ok("POST", REQUEST, {"teamId": team_id, "userId": str(stranger.id), "message": "pretty please"})
    assert (again["id"], again["message"]) == (one["id"], "pretty please"), "there is one request, with the last words"
    third = server.person("third")
    of_team, of_person = f"/repo/v1/team/{team_id}/openRequest", f"/repo/v1/user/{stranger.id}/openRequest"
    assert owner.ok("GET", of_team)["results"] == [again]
    assert owner.ok("GET", of_team, requestorId=str(third.id))["results"] == []
    assert stranger.ok("GET", of_person)["results"] == [again]
    assert stranger.ok("GET", of_person, teamId="2")["results"] == []
    assert owner.ok("GET", f"{REQUEST}/openRequestCount") == {"count": 1}
    assert stranger.ok("GET", f"{REQUEST}/openRequestCount") == {"count": 0}
    for person in (owner, stranger):
        assert person.ok("GET", f"{REQUEST}/{one['id']}") == again
    refused(third, 403, "GET", f"{REQUEST}/{one['id']}")
    refused(third, 403, "DELETE", f"{REQUEST}/{one['id']}")
    refused(third, 403, "GET", of_person)
    refused(stranger, 403, "GET", of_team)
    assert owner.call("DELETE", f"{REQUEST}/{one['id']}").status_code == 204
    assert stranger.call("DELETE", f"{REQUEST}/{one['id']}").status_code == 204, "again is no error"
    refused(stranger, 404, "GET", f"{REQUEST}/{one['id']}")


def test_only_teams_that_take_requests_get_them(owner: Person, stranger: Person, nobody: Person, team_id: str) -> None:
    public = new_team(owner, canPublicJoin=True)["id"]
    closed = new_team(owner, canRequestMembership=False)["id"]
    for team in (public, closed, "2"):
        refused(stranger, 400, "POST", REQUEST, {"teamId": team})
    refused(stranger, 403, "POST", REQUEST, {"teamId": team_id, "userId": str(owner.id)})
    refused(stranger, 404, "POST", REQUEST, {"teamId": "999999999"})
    refused(stranger, 400, "POST", REQUEST, {"teamId": team_id, "id": "1"})
    refused(stranger, 400, "POST", REQUEST, {})
    refused(owner, 400, "POST", REQUEST, {"teamId": team_id})
    refused(nobody, 401, "POST", REQUEST, {"teamId": team_id})
