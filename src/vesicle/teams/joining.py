"""Coming into teams and leaving them, and who manages them."""

from __future__ import annotations

from collections.abc import Callable

from vesicle.access import (
    ADMINISTRATORS,
    FIRST_ADMIN,
    Actor,
    MayManageTeam,
    MayUpdateTeam,
    OnTeam,
    Right,
    TeamExists,
    allows,
    require,
)
from vesicle.accounts import groups
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden
from vesicle.teams import mailing, reading
from vesicle.teams.founding import AS_MANAGER
from vesicle.teams.mailing import Ends
from vesicle.teams.model import OF_THE_INSTALLATION, Standing, TeamMembershipStatus, TeamRow
from vesicle.teams.store import invitations, lists, members, teams
from vesicle.web import limits

Left = Callable[[Connection, Actor, int, int], None]
_when_left: list[Left] = []


def status(conn: Connection, grant: TeamExists, person_id: int) -> TeamMembershipStatus:
    """How a person stands to a team. What is still open between them is told to both sides only."""
    groups.require_person(conn, person_id)
    team, standing = reading.row(conn, grant), members.standing(conn, grant, person_id)
    decides = allows(grant, Right.TEAM_MEMBERSHIP_UPDATE)
    told = decides or grant.actor.id == person_id
    invited, asked = told and standing.has_invitation, told and standing.has_request
    free = team.can_public_join or standing.is_manager or (grant.actor.is_admin and grant.actor.id == person_id)
    return TeamMembershipStatus(
        team_id=str(grant.id), user_id=str(person_id), is_member=standing.is_member,
        has_open_invitation=invited, has_open_request=asked,
        can_join=free or invited or (asked and decides and grant.actor.id != person_id),
        membership_approval_required=not free, has_unmet_access_requirement=False,
        can_send_email=allows(grant, Right.SEND_MESSAGE),
    )  # fmt: skip


def add(conn: Connection, actor: Actor, team_id: int, person_id: int, letter: Ends | None = None) -> None:
    """Join a team, or take somebody in. Who is in it already stays, without a word.

    With ``letter`` those who invited the person hear of it, or the person who was taken in. Raises NotFound,
    Forbidden with what is missing, and TooManyRequests for who writes too much.
    """
    grant = require(conn, actor, TeamExists, team_id)
    if actor.is_anonymous:
        require(conn, actor, MayManageTeam, team_id)
    groups.require_person(conn, person_id)
    standing = members.standing(conn, grant, person_id)
    if standing.is_member:
        return
    team = reading.row(conn, grant)
    if actor.id == person_id:
        _check_joining(team, grant, standing)
    else:
        require(conn, actor, MayManageTeam, team_id)
        if not actor.is_admin and not standing.has_request:
            raise Forbidden("The prospective member must request to join the team.")
    if letter is not None:
        limits.count_mail(conn, letter.settings, actor)
        readers = [person_id] if actor.id != person_id else invitations.inviters(conn, grant, person_id)
        mailing.welcome(conn, letter, team, person_id, readers)
    take_in(conn, grant, person_id)


def _check_joining(team: TeamRow, grant: OnTeam, standing: Standing) -> None:
    if not (team.can_public_join or standing.has_invitation or allows(grant, Right.TEAM_MEMBERSHIP_UPDATE)):
        raise Forbidden("An invitation is required to join the team.")


def take_in(conn: Connection, grant: OnTeam, person_id: int) -> None:
    """The person is in the team from now on; what was open between them is answered."""
    if groups.join(conn, grant, person_id):
        recording.note(conn, grant.actor.id, "team.member.add", "team", grant.id, {"member": person_id})
    invitations.forget_pair(conn, grant, person_id)


def when_left(story: Left) -> Left:
    """Have a story of a room above told, in the same transaction, that somebody is in a team no more: it gets the
    connection, who did it, the team's id and the person's.
    """
    _when_left.append(story)
    return story


def remove(conn: Connection, actor: Actor, team_id: int, person_id: int) -> None:
    """Leave a team, or put somebody out; the rights that they had in the team are gone too.

    Raises Forbidden for the last member, and BadRequest for the last manager.
    """
    grant = require(conn, actor, TeamExists, team_id)
    if actor.is_anonymous or actor.id != person_id:
        require(conn, actor, MayManageTeam, team_id)
    teams.lock(conn, grant)
    standing = members.standing(conn, grant, person_id)
    if not standing.is_member:
        return
    _check_leaving(conn, grant, person_id)
    groups.leave(conn, grant, person_id)
    lists.drop(conn, grant, person_id)
    recording.note(conn, actor.id, "team.member.remove", "team", team_id, {"member": person_id})
    for story in _when_left:
        story(conn, actor, team_id, person_id)


def _check_leaving(conn: Connection, grant: OnTeam, person_id: int) -> None:
    if grant.id == ADMINISTRATORS:
        # User 1 is of the contract and cannot sign in, so it counts for nobody here.
        if person_id == FIRST_ADMIN or not members.has_other_members(conn, grant, [person_id, FIRST_ADMIN]):
            raise Forbidden("An installation keeps at least one administrator; make another one first.")
        return
    if grant.id in OF_THE_INSTALLATION:
        return
    if not members.has_other_members(conn, grant, [person_id]):
        raise Forbidden(f"The last member cannot leave team {grant.id}; delete the team instead.")
    if not members.has_other_manager(conn, grant, person_id):
        raise BadRequest(f"Team {grant.id} must have at least one manager; make somebody else one first.")


def set_manager(conn: Connection, grant: MayUpdateTeam, person_id: int, is_manager: bool | None) -> None:
    """Make a member a manager, or a mere member again. Raises BadRequest for others, and for the last manager."""
    if is_manager is None:
        raise BadRequest("The query parameter isAdmin is required.")
    groups.require_person(conn, person_id)
    teams.lock(conn, grant)
    if not members.standing(conn, grant, person_id).is_member:
        raise BadRequest(f"User {person_id} is not in team {grant.id}; only members can be managers.")
    if is_manager:
        lists.give(conn, grant, person_id, AS_MANAGER)
    else:
        if not members.has_other_manager(conn, grant, person_id) and grant.id not in OF_THE_INSTALLATION:
            raise BadRequest(f"Team {grant.id} must have at least one manager; make somebody else one first.")
        lists.drop(conn, grant, person_id)
    recording.note(
        conn, grant.actor.id, "team.manager.set", "team", grant.id, {"member": person_id, "isAdmin": is_manager}
    )
