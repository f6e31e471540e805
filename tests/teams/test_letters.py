"""Letters about teams, the links in them, and what becomes of an invitation when its address gets an account."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from tests.accounts.mailbox import next_token_to, texts_to
from tests.accounts.test_signing_up import begin, setup
from tests.live import Person, Server
from tests.teams.test_invitations import INVITATION, REQUEST, invite
from tests.teams.test_teams import new_team, refused

from vesicle.access import MayManageTeam, require
from vesicle.access.actors import EVERY_SCOPE, signed_in
from vesicle.accounts import signing_up
from vesicle.errors import Forbidden
from vesicle.mail import links
from vesicle.teams import inviting
from vesicle.teams.model import MembershipInvitation
from vesicle.wire import Id

Ends = dict[str, str]


def ends(server: Server, **more: str) -> Ends:
    """Pages of this server, so that links may lead there."""
    return {"notificationUnsubscribeEndpoint": f"{server.url}/stop?token=", **more}


def accept(server: Server) -> Ends:
    return ends(server, acceptInvitationEndpoint=f"{server.url}/team?token=")


def address_of(person: Person) -> str:
    return f"{person.name}@example.org"


def is_member(person: Person, team_id: str) -> bool:
    path = f"/repo/v1/team/{team_id}/member/{person.id}/membershipStatus"
    found: bool = person.ok("GET", path)["isMember"]
    return found


def test_a_person_is_invited_by_mail_and_joins_by_its_link(
    server: Server, owner: Person, stranger: Person, nobody: Person
) -> None:
    team = new_team(owner)
    body = {"teamId": team["id"], "inviteeId": str(stranger.id), "message": "Come\nin"}
    owner.ok("POST", INVITATION, body, **accept(server))
    token = next_token_to(server, address_of(stranger))
    (text,) = texts_to(server, address_of(stranger))
    assert all(part in text for part in (owner.name, team["name"], "Come\nin", f"{server.url}/stop?token="))
    assert (token["memberId"], token["teamId"]) == (str(stranger.id), team["id"])
    refused(nobody, 400, "PUT", "/repo/v1/teamMember", {**token, "hmac": "x"})
    refused(nobody, 400, "PUT", "/repo/v1/teamMember", {**token, "hmac": None})
    said = nobody.ok("PUT", "/repo/v1/teamMember", token)["message"]
    assert stranger.name in said
    assert team["name"] in said
    assert is_member(stranger, team["id"])
    refused(nobody, 400, "PUT", "/repo/v1/teamMember", token)


def test_a_withdrawn_invitation_leaves_a_link_that_opens_nothing(
    server: Server, owner: Person, stranger: Person, nobody: Person
) -> None:
    team = new_team(owner)
    made = owner.ok("POST", INVITATION, {"teamId": team["id"], "inviteeId": str(stranger.id)}, **accept(server))
    token = next_token_to(server, address_of(stranger))
    owner.ok("DELETE", f"{INVITATION}/{made['id']}")
    refused(nobody, 403, "PUT", "/repo/v1/teamMember", token)
    assert not is_member(stranger, team["id"])


def test_letters_are_sent_where_both_ends_are_given_and_wanted(server: Server, owner: Person, stranger: Person) -> None:
    body = {"teamId": new_team(owner)["id"], "inviteeId": str(stranger.id)}
    owner.ok("POST", INVITATION, body)
    owner.ok("POST", INVITATION, body, acceptInvitationEndpoint=f"{server.url}/team?token=")
    owner.ok("POST", INVITATION, body, **ends(server))
    elsewhere = {**accept(server), "acceptInvitationEndpoint": "https://example.com/take?token="}
    assert "portal_origins" in refused(owner, 400, "POST", INVITATION, body, **elsewhere)
    profile = stranger.ok("GET", "/repo/v1/userProfile")
    stranger.ok("PUT", "/repo/v1/userProfile", {**profile, "notificationSettings": {"sendEmailNotifications": False}})
    owner.ok("POST", INVITATION, body, **accept(server))
    assert texts_to(server, address_of(stranger)) == []


def test_managers_hear_of_a_request_and_answer_it_by_the_link(
    server: Server, owner: Person, stranger: Person, nobody: Person
) -> None:
    team = new_team(owner)
    given = ends(server, acceptRequestEndpoint=f"{server.url}/team?token=")
    stranger.ok("POST", REQUEST, {"teamId": team["id"], "message": "Please"}, **given)
    token = next_token_to(server, address_of(owner))
    assert (token["userId"], token["memberId"]) == (str(owner.id), str(stranger.id))
    asked = stranger.ok("POST", REQUEST, {"teamId": team["id"], "message": "Pretty please"}, **given)
    assert asked["message"] == "Pretty please"
    (text,) = texts_to(server, address_of(owner))
    assert stranger.name in text
    nobody.ok("PUT", "/repo/v1/teamMember", token)
    assert is_member(stranger, team["id"])


def test_who_invited_hears_of_the_new_member(server: Server, owner: Person, stranger: Person) -> None:
    team = new_team(owner)
    invite(owner, teamId=team["id"], inviteeId=str(stranger.id))
    given = ends(server, teamEndpoint=f"{server.url}/teams/")
    stranger.ok("PUT", f"/repo/v1/team/{team['id']}/member/{stranger.id}", **given)
    (text,) = texts_to(server, address_of(owner))
    assert f"{stranger.name} is in the team" in text
    assert f"{server.url}/teams/{team['id']}\n" in text


def test_who_has_the_invited_address_makes_the_invitation_theirs(
    server: Server, owner: Person, stranger: Person, nobody: Person
) -> None:
    team = new_team(owner)
    body = {"teamId": team["id"], "inviteeEmail": address_of(stranger).upper()}
    made = owner.ok("POST", INVITATION, body, **accept(server))
    link = next_token_to(server, address_of(stranger).upper())
    path = f"{INVITATION}/{made['id']}"
    assert nobody.ok("POST", path, link) == made
    refused(nobody, 400, "POST", path, {**link, "hmac": "x"})
    other = invite(owner, teamId=team["id"], inviteeEmail="else@example.org")
    refused(nobody, 403, "POST", f"{INVITATION}/{other['id']}", link)
    third = server.person("third")
    refused(third, 403, "GET", f"{path}/inviteeVerificationSignedToken")
    refused(third, 404, "GET", f"{INVITATION}/999999999/inviteeVerificationSignedToken")
    proof = stranger.ok("GET", f"{path}/inviteeVerificationSignedToken")
    assert (proof["inviteeId"], proof["membershipInvitationId"]) == (str(stranger.id), made["id"])
    refused(third, 403, "PUT", f"{path}/inviteeId", proof)
    refused(stranger, 403, "PUT", f"{INVITATION}/{other['id']}/inviteeId", proof)
    refused(stranger, 400, "PUT", f"{path}/inviteeId", {**proof, "hmac": "x"})
    assert stranger.call("PUT", f"{path}/inviteeId", proof).status_code == 200
    (mine,) = stranger.ok("GET", f"/repo/v1/user/{stranger.id}/openInvitation")["results"]
    assert (mine["id"], mine["inviteeId"], "inviteeEmail" in mine) == (made["id"], str(stranger.id), False)
    refused(stranger, 400, "GET", f"{path}/inviteeVerificationSignedToken")
    refused(third, 403, "GET", f"{path}/inviteeVerificationSignedToken")
    stranger.ok("PUT", f"/repo/v1/team/{team['id']}/member/{stranger.id}")


def test_an_invited_address_is_a_member_from_the_moment_of_its_sign_up(
    server: Server, owner: Person, nobody: Person
) -> None:
    name = f"new-{secrets.token_hex(5)}"
    address = f"{name}@example.org"
    teams = [new_team(owner)["id"] for _ in range(3)]
    for team in (teams[0], teams[0], teams[1]):
        invite(owner, teamId=team, inviteeEmail=address)
    late = invite(owner, teamId=teams[2], inviteeEmail=address, expiresOn="2099-01-01T00:00:00.000Z")
    with server.database() as conn:
        conn.execute("UPDATE membership_invitation SET expires_on = now() WHERE id = %s", (late["id"],))
    assert begin(nobody, address) == 201
    # One letter for each invitation came before.
    body = setup(name, next_token_to(server, address, seen=4))
    answer = nobody.call("POST", "/repo/v1/account2", body)
    assert answer.status_code == 201, answer.text
    person = Person(server.url, name, 0, answer.json()["accessToken"], nobody.http)
    me: dict[str, Any] = person.ok("GET", "/repo/v1/userProfile")
    mine = [team["id"] for team in person.ok("GET", f"/repo/v1/user/{me['ownerId']}/team")["results"]]
    assert mine == teams[:2]
    for team in teams:
        assert owner.ok("GET", f"/repo/v1/team/{team}/openInvitation")["results"] == []


def test_an_invited_address_may_sign_up_until_the_last_invitation_is_withdrawn(server: Server, owner: Person) -> None:
    address = f"guest-{secrets.token_hex(5)}@example.org"
    team = new_team(owner)["id"]
    made = [invite(owner, teamId=team, inviteeEmail=address.upper())["id"] for _ in range(2)]
    with server.database() as conn:
        for invitation in made:
            assert links.is_open(conn, signing_up.INVITED_TO_TEAM, address)
            owner.ok("DELETE", f"{INVITATION}/{invitation}")
        assert not links.is_open(conn, signing_up.INVITED_TO_TEAM, address)


def test_inviting_by_mail_takes_certification_where_it_is_required(server: Server, owner: Person) -> None:
    team_id = int(new_team(owner)["id"])
    newcomer = signed_in(owner.id, [], EVERY_SCOPE, everyone_certified=False, token_id=None)
    with server.database() as conn:
        require(conn, newcomer, MayManageTeam, team_id)
        given = MembershipInvitation(team_id=Id(team_id), invitee_email="guest@example.org")
        with pytest.raises(Forbidden) as refusal:
            inviting.invite(conn, newcomer, given)
    assert refusal.value.code == "USER_CERTIFICATION_REQUIRED"
