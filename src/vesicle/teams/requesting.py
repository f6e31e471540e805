"""Requests for membership."""

from __future__ import annotations

from vesicle.access import Actor, MayManageTeam, TeamExists, require
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden, NotFound
from vesicle.teams import mailing, reading
from vesicle.teams.inviting import MOST, check_concerned, check_self
from vesicle.teams.mailing import Ends
from vesicle.teams.model import Count, MembershipRequest, RequestRow, check_not_given, check_text, moment_from
from vesicle.teams.store import members, requests
from vesicle.web import limits
from vesicle.wire import UNSET, Id, Page, check_window, offset_page, or_unset, stamp

MOST_MANAGERS = 20
"""How many managers of one team get mail about a request."""


def ask(conn: Connection, actor: Actor, given: MembershipRequest, letter: Ends | None = None) -> MembershipRequest:
    """Ask to join a team. Asking once more changes what was said. With ``letter`` the managers get mail about it, once.

    Raises BadRequest for a team that everybody may join, or that takes nobody who was not invited, Forbidden for
    somebody else, and TooManyRequests for who writes too much.
    """
    check_not_given(id=given.id, createdBy=given.created_by, createdOn=given.created_on)
    if given.team_id is UNSET:
        raise BadRequest("A request names a teamId.")
    if given.user_id is not UNSET and given.user_id != actor.id:
        raise Forbidden("People ask to join a team for themselves only; to bring somebody in, invite them.")
    grant = require(conn, actor, TeamExists, given.team_id)
    team = reading.row(conn, grant)
    if not team.takes_requests:
        why = "anybody may join it without asking" if team.can_public_join else "it takes only people whom it invites"
        raise BadRequest(f"Team {grant.id} takes no requests: {why}.")
    standing = members.standing(conn, grant, actor.id)
    if standing.is_member:
        raise BadRequest(f"You are in team {grant.id} already.")
    message, expires_on = check_text("message", given.message), moment_from("expiresOn", given.expires_on)
    row = requests.put_request(conn, grant, message, expires_on)
    if letter is not None and not standing.has_request:
        limits.count_mail(conn, letter.settings, actor)
        mailing.ask(conn, letter, team, row, members.managers(conn, grant, MOST_MANAGERS))
    recording.note(conn, actor.id, "team.request.create", "team", grant.id, {"request": row.id})
    return _shape(row)


def read(conn: Connection, actor: Actor, request_id: int) -> MembershipRequest:
    """One request, for who asked and for those who decide."""
    row = requests.request(conn, actor, request_id)
    if row is None:
        raise NotFound(f"There is no request {request_id}.")
    _check_concerned(conn, actor, row)
    return _shape(row)


def delete(conn: Connection, actor: Actor, request_id: int) -> None:
    """Withdraw or decline a request. One that does not exist is no error."""
    row = requests.request(conn, actor, request_id)
    if row is None:
        return
    _check_concerned(conn, actor, row)
    requests.delete_request(conn, actor, request_id)
    recording.note(conn, actor.id, "team.request.delete", "team", row.team_id, {"request": row.id})


def _check_concerned(conn: Connection, actor: Actor, row: RequestRow) -> None:
    check_concerned(conn, actor, row.team_id, row.person_id, f"Request {row.id} concerns only who asked")


def of_team(conn: Connection, grant: MayManageTeam, person_id: int | None, limit: int, offset: int) -> Page:
    """Open requests for the team."""
    check_window(limit, offset, MOST)
    found = requests.requests_of_team(conn, grant, person_id, limit, offset)
    return offset_page([_shape(one) for one in found], limit, offset)


def of_person(conn: Connection, actor: Actor, person_id: int, team_id: int | None, limit: int, offset: int) -> Page:
    """A person's open requests. Raises Forbidden for others."""
    check_window(limit, offset, MOST)
    check_self(actor, person_id)
    found = requests.requests_of_person(conn, actor, person_id, team_id, limit, offset)
    return offset_page([_shape(one) for one in found], limit, offset)


def count(conn: Connection, actor: Actor) -> Count:
    """How many open requests the actor can decide about."""
    return Count(count=requests.count_requests_for(conn, actor))


def _shape(row: RequestRow) -> MembershipRequest:
    return MembershipRequest(
        id=Id(row.id), team_id=Id(row.team_id), user_id=Id(row.person_id), message=or_unset(row.message),
        created_by=str(row.person_id), created_on=stamp(row.created_on),
        expires_on=UNSET if row.expires_on is None else stamp(row.expires_on),
    )  # fmt: skip
