"""Teams through the published client: the object models and the legacy functions."""

from __future__ import annotations

from tests.live import Server
from tests.real_client.conftest import Client


def test_the_object_models_make_find_and_fill_teams(client: Client, server: Server) -> None:
    guest = server.person("guest")
    name = f"Team of {client.person.name}"
    team_id = client.python(
        f"""
        from synapseclient.models import Team, UserProfile
        team = Team(name="{name}", description="d", can_public_join=False, can_request_membership=True).create()
        assert (team.name, team.description, team.created_by) == ("{name}", "d", "{client.person.id}")
        for found in (Team.from_id(id=team.id), Team.from_name(name="{name}"), Team(id=team.id).get()):
            assert (found.id, found.etag, found.can_public_join) == (team.id, team.etag, False)
        (member,) = team.members()
        assert (member.is_admin, member.member.user_name) == (True, "{client.person.name}")
        invitation = team.invite(user="{guest.name}", message="m")
        assert (invitation["inviteeId"], invitation["message"]) == ("{guest.id}", "m")
        assert team.invite(user="{guest.name}", message="m", force=False) is None, "invited twice"
        again = team.invite(user="{guest.name}", message="again", force=True)
        assert [one["id"] for one in team.open_invitations()] == [again["id"]]
        status = team.get_user_membership_status(user_id="{guest.id}")
        assert (status.is_member, status.has_open_invitation, status.can_join) == (False, True, True)
        assert status.membership_approval_required and not status.has_open_request and status.can_send_email
        Team.delete_invitation(invitation_id=again["id"])
        assert team.open_invitations() == []
        team.invite(user="{guest.name}", message="last")
        try:
            Team(name="{name}").create()
        except Exception as error:
            assert "is already used" in str(error), error
        else:
            raise AssertionError("two teams of one name")
        print(team.id)
        """
    ).strip()
    guest.ok("PUT", f"/repo/v1/team/{team_id}/member/{guest.id}")
    client.python(
        f"""
        from synapseclient.models import Team
        team = Team.from_id(id={team_id})
        assert {{one.member.user_name: one.is_admin for one in team.members()}} == {{
            "{client.person.name}": True, "{guest.name}": False}}
        assert team.get_user_membership_status(user_id="{guest.id}").is_member
        assert team.invite(user="{guest.name}", message="no") is None, "invited a member"
        team.delete()
        try:
            Team.from_id(id=team.id)
        except synapseclient.core.exceptions.SynapseHTTPError as error:
            assert error.response.status_code == 404
        else:
            raise AssertionError("a dissolved team was given")
        """
    )


def test_the_legacy_functions_make_find_and_fill_teams(client: Client, server: Server) -> None:
    guest = server.person("guest")
    name = f"T of {client.person.name}"
    client.python(
        f"""
        team = syn.create_team("{name}", description="d")
        assert syn.getTeam("{name}").id == syn.getTeam(team.id).id == team.id
        assert [one.member.userName for one in syn.getTeamMembers(team)] == ["{client.person.name}"]
        one = syn.invite_to_team(team, user="{guest.name}", message="m")
        assert one["inviteeId"] == "{guest.id}"
        assert syn.invite_to_team(team, user="{guest.name}") is None
        two = syn.invite_to_team(team, user="{guest.name}", force=True)
        assert [found["id"] for found in syn.get_team_open_invitations(team)] == [two["id"]]
        mail = syn.invite_to_team(team, inviteeEmail="guest@example.org", message="m")
        assert mail["inviteeEmail"] == "guest@example.org"
        assert syn.get_membership_status("{guest.id}", team.id)["hasOpenInvitation"] is True
        try:
            syn.create_team("{name}")
        except Exception as error:
            assert "Name {name} is already used." in str(error), error
        else:
            raise AssertionError("two teams of one name")
        try:
            syn.getTeam("no team of this name at all")
        except ValueError:
            pass
        else:
            raise AssertionError("a team out of nothing")
        syn.delete(team)
        """
    )
