"""Invitations into teams."""

from __future__ import annotations

from vesicle.access import Actor, MayManageTeam, Right, TeamExists, allows, require
from vesicle.access.decisions import UNCERTIFIED
from vesicle.accounts import groups, signing_up
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden, NotFound
from vesicle.mail.model import check_address
from vesicle.teams import mailing, reading
from vesicle.teams.mailing import Ends
from vesicle.teams.model import (
    Count,
    InvitationRow,
    MembershipInvitation,
    check_not_given,
    check_text,
    moment_from,
)
from vesicle.teams.store import invitations, members
from vesicle.web import limits
from vesicle.wire import UNSET, Id, Page, check_window, offset_page, or_unset, stamp

MOST = 50
MOST_OPEN = 2000
"""How many invitations one person may have open at a time: a mail for each is a way to bother many."""


def invite(
    conn: Connection, actor: Actor, given: MembershipInvitation, letter: Ends | None = None
) -> MembershipInvitation:
    """Invite a person, or whoever has a mail address; with ``letter`` they get mail about it.

    Raises Forbidden unless the actor manages the team (and is certified, for an address), BadRequest, and
    TooManyRequests for who writes too much.
    """
    check_not_given(id=given.id, createdBy=given.created_by, createdOn=given.created_on)
    if given.team_id is UNSET or (given.invitee_id is UNSET) == (given.invitee_email is UNSET):
        raise BadRequest("An invitation names a teamId, and either an inviteeId or an inviteeEmail.")
    proof = require(conn, actor, MayManageTeam, given.team_id)
    if given.invitee_email is not UNSET:
        _check_address(actor, given.invitee_email)
    if given.invitee_id is not UNSET:
        _check_invitee(conn, proof, given.invitee_id)
    message, expires_on = check_text("message", given.message), moment_from("expiresOn", given.expires_on)
    if invitations.count_invitations_by(conn, actor) >= MOST_OPEN:
        raise BadRequest(
            f"You have {MOST_OPEN} open invitations, as many as one person may have; withdraw some that nobody answers."
        )
    row = invitations.insert_invitation(
        conn, proof, given.invitee_id or None, given.invitee_email or None, message, expires_on
    )
    if row.invitee_email is not None:
        signing_up.invite(conn, row.invitee_email, mailing.life_of(row.expires_on), signing_up.INVITED_TO_TEAM)
    if letter is not None:
        limits.count_mail(conn, letter.settings, actor)
        mailing.invite(conn, letter, reading.row(conn, proof), row)
    said = {"invitation": row.id, "invitee": row.invitee_id or row.invitee_email}
    recording.note(conn, actor.id, "team.invitation.create", "team", proof.id, said)
    return shape(row)


def _check_address(actor: Actor, address: str) -> None:
    check_address(address)
    if not actor.certified:
        raise Forbidden(UNCERTIFIED, "USER_CERTIFICATION_REQUIRED")


def _check_invitee(conn: Connection, proof: MayManageTeam, person_id: int) -> None:
    groups.require_person(conn, person_id)
    if members.standing(conn, proof, person_id).is_member:
        raise BadRequest(f"User {person_id} is in team {proof.id} already.")


def read(conn: Connection, actor: Actor, invitation_id: int) -> MembershipInvitation:
    """One invitation, for who was invited and for those who manage the team."""
    row = invitations.invitation(conn, actor, invitation_id)
    if row is None:
        raise NotFound(f"There is no invitation {invitation_id}.")
    _check_concerned(conn, actor, row)
    return shape(row)


def delete(conn: Connection, actor: Actor, invitation_id: int) -> None:
    """Withdraw or decline an invitation. One that does not exist is no error."""
    row = invitations.invitation(conn, actor, invitation_id)
    if row is None:
        return
    _check_concerned(conn, actor, row)
    answered(conn, actor, row)
    recording.note(conn, actor.id, "team.invitation.delete", "team", row.team_id, {"invitation": row.id})


def answered(conn: Connection, actor: Actor, row: InvitationRow) -> None:
    """The invitation is no more, and an address that no team invites any more may not sign up for one."""
    invitations.delete_invitation(conn, actor, row.id)
    if row.invitee_email is not None and not invitations.teams_inviting(conn, actor, row.invitee_email):
        signing_up.withdraw(conn, row.invitee_email, signing_up.INVITED_TO_TEAM)


def _check_concerned(conn: Connection, actor: Actor, row: InvitationRow) -> None:
    check_concerned(conn, actor, row.team_id, row.invitee_id, f"Invitation {row.id} concerns only who is invited")


def check_concerned(conn: Connection, actor: Actor, team_id: int, person_id: int | None, whom: str) -> None:
    """Raises Forbidden for all but the person whom something between them and a team is about, and its managers."""
    if person_id == actor.id:
        return
    if not allows(require(conn, actor, TeamExists, team_id), Right.TEAM_MEMBERSHIP_UPDATE):
        raise Forbidden(f"{whom} and who manages the team.")


def of_team(conn: Connection, grant: MayManageTeam, invitee_id: int | None, limit: int, offset: int) -> Page:
    """Open invitations into the team."""
    check_window(limit, offset, MOST)
    found = invitations.invitations_of_team(conn, grant, invitee_id, limit, offset)
    return offset_page([shape(one) for one in found], limit, offset)


def of_person(conn: Connection, actor: Actor, person_id: int, team_id: int | None, limit: int, offset: int) -> Page:
    """A person's open invitations. Raises Forbidden for others."""
    check_window(limit, offset, MOST)
    check_self(actor, person_id)
    found = invitations.invitations_of_person(conn, actor, person_id, team_id, limit, offset)
    return offset_page([shape(one) for one in found], limit, offset)


def check_self(actor: Actor, person_id: int) -> None:
    """Raises Forbidden unless the actor asks about themself, or is an administrator."""
    if actor.is_anonymous or not actor.is_self_or_admin(person_id):
        raise Forbidden("This list is shown to the person whom it is about, and to nobody else.")


def count(conn: Connection, actor: Actor) -> Count:
    """How many open invitations the actor has."""
    return Count(count=invitations.count_invitations_of(conn, actor))


def shape(row: InvitationRow) -> MembershipInvitation:
    """As the wire says it."""
    return MembershipInvitation(
        id=Id(row.id), team_id=Id(row.team_id), invitee_id=UNSET if row.invitee_id is None else Id(row.invitee_id),
        invitee_email=or_unset(row.invitee_email), message=or_unset(row.message), created_by=str(row.created_by),
        created_on=stamp(row.created_on), expires_on=UNSET if row.expires_on is None else stamp(row.expires_on),
    )  # fmt: skip
