"""Doors of teams, invitations and requests."""

from __future__ import annotations

from vesicle.access import MayManageTeam, MayReadTeam, MayUpdateTeam, Scope, TeamExists
from vesicle.accounts.requests import ResponseMessage
from vesicle.teams import arriving, founding, inviting, joining, mailing, reading, requesting, sharing
from vesicle.teams.model import (
    Count,
    IdList,
    InviteeVerificationSignedToken,
    JoinTeamSignedToken,
    MembershipInvitation,
    MembershipInvtnSignedToken,
    MembershipRequest,
    PaginatedTeamIds,
    Team,
    TeamAccessControlList,
    TeamList,
    TeamMember,
    TeamMemberList,
    TeamMembershipStatus,
)
from vesicle.web import Anyone, Bare, Call, Doors, InStory, Needs, Sensitive, SignedIn, Transaction
from vesicle.wire import Id, Page

door = Doors("teams")
WRITE = Scope.view | Scope.modify
READ = Transaction.READ
PUBLIC = Anyone("which teams there are, and who is in them, is public")
IN_BODY = InStory("the ids are in the body")
UNKNOWN_IS_FINE = InStory("deleting what does not exist answers 204, so the story asks for the proof itself")
BOTH_SIDES = InStory("for the person concerned and for the managers of the team")
BY_LINK = Anyone("the secret in the link is the proof")
OWN = InStory("for the person whom the list is about")


@door("POST", "/repo/v1/team", access=SignedIn(), scopes=WRITE, status=201)
def create(call: Call, body: Team) -> Team:
    """Make a team; the caller is its first member and manager."""
    return founding.create(call.conn, call.actor, body)


@door("GET", "/repo/v1/teams", access=PUBLIC)
def search(call: Call, fragment: str = "", limit: int = 10, offset: int = 0) -> Page:
    """Teams whose name begins with a fragment."""
    return reading.search(call.conn, fragment, limit, offset)


@door("GET", "/repo/v1/user/{id}/team", access=PUBLIC)
def teams_of(call: Call, id: Id, limit: int = 10, offset: int = 0) -> Page:
    """The teams that a person is in."""
    return reading.teams_of(call.conn, id, limit, offset)


@door("GET", "/repo/v1/user/{id}/team/id", access=PUBLIC)
def team_ids_of(
    call: Call, id: Id, next_page_token: str | None = None, sort: str = "TEAM_NAME", ascending: bool = True
) -> PaginatedTeamIds:
    """The ids of the teams that a person is in."""
    return reading.ids_of_teams_of(call.conn, id, next_page_token, sort, ascending)


@door("POST", "/repo/v1/teamList", access=PUBLIC, transaction=READ)
def list_teams(call: Call, body: IdList) -> TeamList:
    """Teams by their ids; 404 when one is missing."""
    return reading.teams(call.conn, body.ids)


@door("GET", "/repo/v1/team/{id}", access=Needs(TeamExists))
def read(call: Call, grant: TeamExists) -> Team:
    """A team."""
    return reading.team(call.conn, grant)


@door("PUT", "/repo/v1/team", access=IN_BODY, scopes=WRITE)
def update(call: Call, body: Team) -> Team:
    """Change what a team is called, says about itself, and whom it lets in."""
    return founding.update(call.conn, call.actor, body)


@door("DELETE", "/repo/v1/team/{id}", access=UNKNOWN_IS_FINE, scopes=Scope.modify, status=204)
def delete(call: Call, id: Id) -> Bare:
    """Dissolve a team."""
    founding.delete(call.conn, call.actor, id)
    return Bare(204)


@door("GET", "/repo/v1/team/{id}/acl", access=Needs(MayReadTeam))
def read_acl(call: Call, grant: MayReadTeam) -> TeamAccessControlList:
    """Who may do what with a team."""
    return sharing.read(call.conn, grant)


@door("PUT", "/repo/v1/team/acl", access=IN_BODY, scopes=WRITE)
def replace_acl(call: Call, body: TeamAccessControlList) -> TeamAccessControlList:
    """Replace the list of who may do what with a team."""
    return sharing.replace(call.conn, call.actor, body)


@door("GET", "/repo/v1/teamMembers/{id}", access=Needs(TeamExists))
def list_members(
    call: Call, grant: TeamExists, fragment: str = "", member_type: str = "ALL", limit: int = 10, offset: int = 0
) -> Page:
    """Who is in a team."""
    return reading.members(call.conn, grant, fragment, member_type, limit, offset)


@door("GET", "/repo/v1/teamMembers/count/{id}", access=Needs(TeamExists))
def count_members(call: Call, grant: TeamExists, fragment: str = "") -> Count:
    """How many are in a team."""
    return reading.count(call.conn, grant, fragment)


@door("GET", "/repo/v1/team/{id}/member/{principalId}", access=Needs(TeamExists))
def read_member(call: Call, grant: TeamExists, principal_id: Id) -> TeamMember:
    """One membership."""
    return reading.member(call.conn, grant, principal_id)


@door("POST", "/repo/v1/team/{id}/memberList", access=Needs(TeamExists), transaction=READ)
def list_members_among(call: Call, grant: TeamExists, body: IdList) -> TeamMemberList:
    """The memberships of some people in a team; 404 when one is missing."""
    return reading.members_among(call.conn, grant, body.ids)


@door("POST", "/repo/v1/user/{id}/memberList", access=PUBLIC, transaction=READ)
def list_memberships_of(call: Call, id: Id, body: IdList) -> TeamMemberList:
    """The memberships of a person in some teams; 404 when one is missing."""
    return reading.memberships_of(call.conn, id, body.ids)


@door("GET", "/repo/v1/team/{id}/member/{principalId}/membershipStatus", access=Needs(TeamExists))
def membership_status(call: Call, grant: TeamExists, principal_id: Id) -> TeamMembershipStatus:
    """How a person stands to a team."""
    return joining.status(call.conn, grant, principal_id)


@door("PUT", "/repo/v1/team/{id}/member/{principalId}", access=BOTH_SIDES, scopes=Scope.modify, status=204)
def add_member(
    call: Call, id: Id, principal_id: Id, team_endpoint: str | None = None,
    notification_unsubscribe_endpoint: str | None = None,
) -> Bare:  # fmt: skip
    """Join a team, or take in somebody who asked."""
    letter = mailing.ends(call.settings, team_endpoint, notification_unsubscribe_endpoint)
    joining.add(call.conn, call.actor, id, principal_id, letter)
    return Bare(204)


@door("PUT", "/repo/v1/teamMember", access=BY_LINK, scopes=Scope.modify, limit=Sensitive.SIGN_IN)
def join_by_link(call: Call, body: JoinTeamSignedToken) -> ResponseMessage:
    """Join a team, or take in somebody who asked, by the link of a letter."""
    return arriving.join_by_link(call.conn, call.settings, body)


@door("DELETE", "/repo/v1/team/{id}/member/{principalId}", access=BOTH_SIDES, scopes=Scope.modify, status=204)
def remove_member(call: Call, id: Id, principal_id: Id) -> Bare:
    """Leave a team, or put somebody out of it."""
    joining.remove(call.conn, call.actor, id, principal_id)
    return Bare(204)


@door(
    "PUT", "/repo/v1/team/{id}/member/{principalId}/permission", access=Needs(MayUpdateTeam), scopes=Scope.modify,
    status=204,
)  # fmt: skip
def set_manager(call: Call, grant: MayUpdateTeam, principal_id: Id, is_admin: bool | None = None) -> Bare:
    """Make a member a manager of the team, or a mere member again."""
    joining.set_manager(call.conn, grant, principal_id, is_admin)
    return Bare(204)


@door("POST", "/repo/v1/membershipInvitation", access=IN_BODY, scopes=WRITE, status=201)
def invite(
    call: Call, body: MembershipInvitation, accept_invitation_endpoint: str | None = None,
    notification_unsubscribe_endpoint: str | None = None,
) -> MembershipInvitation:  # fmt: skip
    """Invite a person, or whoever has a mail address, into a team."""
    letter = mailing.ends(call.settings, accept_invitation_endpoint, notification_unsubscribe_endpoint)
    if letter is None and body.invitee_email:
        letter = mailing.to_our_page(call.settings)
    return inviting.invite(call.conn, call.actor, body, letter)


@door("GET", "/repo/v1/membershipInvitation/openInvitationCount", access=SignedIn())
def count_invitations(call: Call) -> Count:
    """How many open invitations the caller has."""
    return inviting.count(call.conn, call.actor)


@door("GET", "/repo/v1/membershipInvitation/{id}", access=BOTH_SIDES)
def read_invitation(call: Call, id: Id) -> MembershipInvitation:
    """An invitation."""
    return inviting.read(call.conn, call.actor, id)


@door(
    "POST", "/repo/v1/membershipInvitation/{id}", access=BY_LINK, transaction=READ, limit=Sensitive.SIGN_IN,
)  # fmt: skip
def read_invitation_by_link(call: Call, id: Id, body: MembershipInvtnSignedToken) -> MembershipInvitation:
    """An invitation of a mail address, for whoever has the link that was sent there."""
    return arriving.read_by_link(call.conn, call.actor, id, body)


@door(
    "GET", "/repo/v1/membershipInvitation/{id}/inviteeVerificationSignedToken", scopes=WRITE,
    access=InStory("for the person whose address was invited"), transaction=Transaction.WRITE,
)  # fmt: skip
def verify_invitee(call: Call, id: Id) -> InviteeVerificationSignedToken:
    """The proof that an invited address is the caller's."""
    return arriving.verify(call.conn, call.actor, id)


@door(
    "PUT", "/repo/v1/membershipInvitation/{id}/inviteeId", scopes=Scope.modify,
    access=SignedIn("the body proves that the invited address is the caller's"), limit=Sensitive.SIGN_IN,
)  # fmt: skip
def claim_invitation(call: Call, id: Id, body: InviteeVerificationSignedToken) -> Bare:
    """Turn an invitation of a mail address into one of the caller."""
    arriving.claim(call.conn, call.actor, id, body)
    return Bare()


@door("DELETE", "/repo/v1/membershipInvitation/{id}", access=BOTH_SIDES, scopes=Scope.modify, status=204)
def delete_invitation(call: Call, id: Id) -> Bare:
    """Withdraw or decline an invitation."""
    inviting.delete(call.conn, call.actor, id)
    return Bare(204)


@door("GET", "/repo/v1/team/{id}/openInvitation", access=Needs(MayManageTeam))
def invitations_of_team(
    call: Call, grant: MayManageTeam, invitee_id: Id | None = None, limit: int = 10, offset: int = 0
) -> Page:
    """Open invitations into a team."""
    return inviting.of_team(call.conn, grant, invitee_id, limit, offset)


@door("GET", "/repo/v1/user/{id}/openInvitation", access=OWN)
def invitations_of_person(call: Call, id: Id, team_id: Id | None = None, limit: int = 10, offset: int = 0) -> Page:
    """Open invitations of a person."""
    return inviting.of_person(call.conn, call.actor, id, team_id, limit, offset)


@door("POST", "/repo/v1/membershipRequest", access=SignedIn(), scopes=WRITE, status=201)
def ask(
    call: Call, body: MembershipRequest, accept_request_endpoint: str | None = None,
    notification_unsubscribe_endpoint: str | None = None,
) -> MembershipRequest:  # fmt: skip
    """Ask to join a team."""
    letter = mailing.ends(call.settings, accept_request_endpoint, notification_unsubscribe_endpoint)
    return requesting.ask(call.conn, call.actor, body, letter)


@door("GET", "/repo/v1/membershipRequest/openRequestCount", access=SignedIn())
def count_requests(call: Call) -> Count:
    """How many open requests the caller can decide about."""
    return requesting.count(call.conn, call.actor)


@door("GET", "/repo/v1/membershipRequest/{id}", access=BOTH_SIDES)
def read_request(call: Call, id: Id) -> MembershipRequest:
    """A request for membership."""
    return requesting.read(call.conn, call.actor, id)


@door("DELETE", "/repo/v1/membershipRequest/{id}", access=BOTH_SIDES, scopes=Scope.modify, status=204)
def delete_request(call: Call, id: Id) -> Bare:
    """Withdraw or decline a request."""
    requesting.delete(call.conn, call.actor, id)
    return Bare(204)


@door("GET", "/repo/v1/team/{id}/openRequest", access=Needs(MayManageTeam))
def requests_of_team(
    call: Call, grant: MayManageTeam, requestor_id: Id | None = None, limit: int = 10, offset: int = 0
) -> Page:
    """Open requests for a team."""
    return requesting.of_team(call.conn, grant, requestor_id, limit, offset)


@door("GET", "/repo/v1/user/{id}/openRequest", access=OWN)
def requests_of_person(call: Call, id: Id, team_id: Id | None = None, limit: int = 10, offset: int = 0) -> Page:
    """Open requests of a person."""
    return requesting.of_person(call.conn, call.actor, id, team_id, limit, offset)
