"""From a mail to a membership: links that let people in, and addresses that turn out to be somebody's."""

from __future__ import annotations

from vesicle.access import AUTHENTICATED, PUBLIC, Actor, TeamExists, anonymous, require
from vesicle.accounts import addresses, people, tokens
from vesicle.accounts.requests import ResponseMessage
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden, NotFound
from vesicle.mail import links
from vesicle.settings import Settings
from vesicle.teams import inviting, joining, reading
from vesicle.teams.mailing import INVITATION, JOIN
from vesicle.teams.model import (
    InvitationRow,
    InviteeVerificationSignedToken,
    JoinTeamSignedToken,
    MembershipInvitation,
    MembershipInvtnSignedToken,
)
from vesicle.teams.store import invitations

INVITEE = "team.invitee"
LIFE_S = 24 * 3600


def join_by_link(conn: Connection, settings: Settings, token: JoinTeamSignedToken) -> ResponseMessage:
    """What a link in a letter stands for: the person to whom it was sent joins, or takes somebody in.

    It can do what they can do at this moment, so a withdrawn invitation opens nothing.
    """
    facts = links.redeem(conn, JOIN, token.hmac or "")
    actor = tokens.actor_of_person(conn, facts["person"], settings)
    joining.add(conn, actor, facts["team"], facts["member"])
    name = people.headers(conn, str(facts["member"])).children[0].user_name
    team = reading.row(conn, require(conn, actor, TeamExists, facts["team"]))
    return ResponseMessage(message=f"{name} is in the team {team.name} now.")


def read_by_link(
    conn: Connection, actor: Actor, invitation_id: int, token: MembershipInvtnSignedToken
) -> MembershipInvitation:
    """An invitation of an address, for whoever has the link that was sent there."""
    facts = links.look(conn, INVITATION, token.hmac or "")
    if facts["invitation"] != invitation_id:
        raise Forbidden(f"This link is of another invitation than {invitation_id}.")
    return inviting.shape(_row(conn, actor, invitation_id))


def carried(conn: Connection, secret: str) -> tuple[InvitationRow, str, str]:
    """The invitation of an address whose letter holds this secret, the name of the team, and that of who invites.

    Looking uses nothing up. Raises BadRequest for a link that is not good, and NotFound.
    """
    reader = anonymous()
    row = _row(conn, reader, links.look(conn, INVITATION, secret)["invitation"])
    team = reading.row(conn, require(conn, reader, TeamExists, row.team_id))
    return row, team.name, people.headers(conn, str(row.created_by)).children[0].user_name


def accept_by_link(conn: Connection, actor: Actor, secret: str) -> str:
    """Join by the link of a letter, whatever address the caller's account has; the name of the team.

    The link is good once. Call inside a transaction. Raises BadRequest for one that is not good, and NotFound.
    """
    row, team, _ = carried(conn, secret)
    links.redeem(conn, INVITATION, secret)
    joining.take_in(conn, require(conn, actor, TeamExists, row.team_id), actor.id)
    inviting.answered(conn, actor, row)
    return team


def verify(conn: Connection, actor: Actor, invitation_id: int) -> InviteeVerificationSignedToken:
    """The proof that an invited address is the caller's. Raises Forbidden when it is not."""
    row = _row(conn, actor, invitation_id)
    if row.invitee_email is None:
        if row.invitee_id != actor.id:
            raise Forbidden(f"Invitation {invitation_id} is not yours.")
        raise BadRequest(f"Invitation {invitation_id} names you already; accept it.")
    if not addresses.is_of(conn, actor, row.invitee_email):
        raise Forbidden(f"Invitation {invitation_id} was sent to an address that is not yours.")
    token = InviteeVerificationSignedToken(invitee_id=str(actor.id), membership_invitation_id=str(invitation_id))
    facts = {"invitation": invitation_id, "person": actor.id}
    secret = links.issue(conn, INVITEE, str(invitation_id), LIFE_S, facts)
    return addresses.signed(token, secret, LIFE_S)


def claim(conn: Connection, actor: Actor, invitation_id: int, token: InviteeVerificationSignedToken) -> None:
    """Turn an invitation of an address into one of the caller."""
    facts = links.redeem(conn, INVITEE, token.hmac or "")
    if facts != {"invitation": invitation_id, "person": actor.id}:
        raise Forbidden("This proof was made for another person, or for another invitation.")
    row = _row(conn, actor, invitation_id)
    invitations.name_invitee(conn, actor, invitation_id)
    recording.note(conn, actor.id, "team.invitation.claim", "team", row.team_id, {"invitation": invitation_id})


def accept_for_address(conn: Connection, person_id: int, address: str) -> None:
    """The person has proved that the address is theirs: the open invitations that wait for it become membership."""
    actor = Actor(person_id, [person_id, PUBLIC, AUTHENTICATED])
    for team_id in invitations.teams_inviting(conn, actor, address):
        joining.take_in(conn, require(conn, actor, TeamExists, team_id), person_id)
    invitations.forget_address(conn, actor, address)


def _row(conn: Connection, actor: Actor, invitation_id: int) -> InvitationRow:
    row = invitations.invitation(conn, actor, invitation_id)
    if row is None:
        raise NotFound(f"There is no invitation {invitation_id}.")
    return row
