"""Making, changing and dissolving teams."""

from __future__ import annotations

from collections.abc import Callable

from vesicle.access import (
    AUTHENTICATED,
    Actor,
    MayDeleteTeam,
    MayUpdateTeam,
    OwnsFileHandle,
    Right,
    TeamExists,
    require,
)
from vesicle.accounts import groups
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden, NotFound, Stale
from vesicle.teams import reading
from vesicle.teams.model import OF_THE_INSTALLATION, Team, check_not_given, check_text
from vesicle.teams.store import lists
from vesicle.teams.store import teams as rows
from vesicle.wire import UNSET

Dissolved = Callable[[Connection, Actor, int], None]
_when_dissolved: list[Dissolved] = []
AS_MEMBER = Right.READ | Right.SEND_MESSAGE
AS_MANAGER = AS_MEMBER | Right.UPDATE | Right.DELETE | Right.TEAM_MEMBERSHIP_UPDATE


def create(conn: Connection, actor: Actor, given: Team) -> Team:
    """A new team, with the actor as its first member and manager.

    Raises BadRequest for what the server decides itself, Forbidden for somebody else's icon, Conflict for a taken name.
    """
    check_not_given(
        id=given.id, etag=given.etag, createdBy=given.created_by, createdOn=given.created_on,
        modifiedBy=given.modified_by, modifiedOn=given.modified_on,
    )  # fmt: skip
    description, icon = check_text("description", given.description), given.icon or None
    if icon is not None:
        require(conn, actor, OwnsFileHandle, icon)
    team_id = groups.found(conn, actor, given.name or "")
    public, requests = _openness(given)
    rows.insert(conn, actor, team_id, description, icon, public=public, requests=requests)
    lists.begin(conn, actor, team_id, [(actor.id, AS_MANAGER), (team_id, AS_MEMBER), (AUTHENTICATED, AS_MEMBER)])
    proof = require(conn, actor, TeamExists, team_id)
    groups.join(conn, proof, actor.id)
    recording.note(conn, actor.id, "team.create", "team", team_id, {"name": given.name or ""})
    return reading.team(conn, proof)


def update(conn: Connection, actor: Actor, given: Team) -> Team:
    """Replace what a team says about itself, its name included. Raises Stale for an old etag."""
    if given.id is UNSET or not given.name:
        raise BadRequest("A team is changed by its id, and keeps a name: give both.")
    proof = require(conn, actor, MayUpdateTeam, given.id)
    refuse_own(proof.id, "be changed")
    rows.lock(conn, proof)
    old, icon = reading.row(conn, proof), given.icon or None
    if icon is not None and icon != old.icon_handle_id:
        require(conn, actor, OwnsFileHandle, icon)
    public, requests = _openness(given)
    description = check_text("description", given.description)
    if not rows.update(conn, proof, given.etag or "", description, icon, public=public, requests=requests):
        raise Stale(f"Team {proof.id} was changed since you read it; read it anew and repeat your change.")
    if given.name != old.name:
        groups.rename(conn, proof, given.name)
    said = {"name": given.name, "canPublicJoin": public, "canRequestMembership": requests}
    recording.note(conn, actor.id, "team.update", "team", proof.id, said)
    return reading.team(conn, proof)


def when_dissolved(story: Dissolved) -> Dissolved:
    """Have a story of a room above told, in the same transaction, that a team is about to be dissolved: it gets the
    connection, who does it and the team's id.
    """
    _when_dissolved.append(story)
    return story


def delete(conn: Connection, actor: Actor, team_id: int) -> None:
    """Dissolve a team. One that does not exist is no error.

    Raises Forbidden, and BadRequest while lists of other things name the team, or nobody else manages what it manages.
    """
    try:
        proof = require(conn, actor, MayDeleteTeam, team_id)
    except NotFound:
        return
    refuse_own(team_id, "be deleted")
    rows.lock(conn, proof)
    groups.check_manages_nothing_alone(conn, actor, team_id, f"Team {team_id}")
    name, mentions = reading.row(conn, proof).name, rows.mentions(conn, proof)
    for story in _when_dissolved:
        story(conn, actor, team_id)
    rows.delete(conn, proof)
    # A list that names the team from this moment on is found by the foreign key.
    if mentions or not groups.dissolve(conn, proof):
        raise BadRequest(
            f"Team {team_id} is named in the sharing settings of other things ({mentions or 'some'}); remove it there"
            " first. What lies in the trash can counts until it is purged."
        )
    recording.note(conn, actor.id, "team.delete", "team", team_id, {"name": name})


def refuse_own(team_id: int, what: str) -> None:
    """Raises Forbidden for a team that the installation itself relies on."""
    if team_id in OF_THE_INSTALLATION:
        raise Forbidden(f"Team {team_id} is one of this installation's own and cannot {what}; only its members can.")


def _openness(given: Team) -> tuple[bool, bool]:
    """(anybody may join, anybody may ask), with the contract's defaults."""
    return given.can_public_join is True, given.can_request_membership is not False
