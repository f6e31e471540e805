"""Teams as principals: their names, and who is in them. What else a team is, the room `teams` knows."""

from __future__ import annotations

import re

from vesicle.access import ANONYMOUS, Actor, MayDeleteTeam, MayUpdateTeam, OnTeam
from vesicle.accounts import store
from vesicle.accounts.model import squeezed
from vesicle.accounts.store import profiles
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, NotFound

_TEAM_NAME = re.compile(r"[A-Za-z0-9._ -]{3,256}", re.ASCII)


def found(conn: Connection, actor: Actor, name: str) -> int:
    """A new principal for a team, and its id. Raises BadRequest for a bad name and Conflict for a taken one."""
    check_name(name)
    team_id = store.insert_team_principal(conn, actor)
    if not store.insert_alias(conn, team_id, "TEAM_NAME", name, squeezed(name)):
        raise _taken(name)
    store.insert_prefixes(conn, team_id, {squeezed(name)})
    return team_id


def rename(conn: Connection, proof: MayUpdateTeam, name: str) -> None:
    """Another name for a team. Raises BadRequest for a bad name and Conflict for a taken one."""
    check_name(name)
    if not store.rename_team(conn, proof, name, squeezed(name)):
        raise _taken(name)


def dissolve(conn: Connection, proof: MayDeleteTeam) -> bool:
    """Remove the principal, with its name and memberships; False when something still names it."""
    return store.delete_team_principal(conn, proof)


def check_manages_nothing_alone(conn: Connection, actor: Actor, principal_id: int, named: str) -> None:
    """Before a person or team is removed: an organization keeps somebody who manages it. Raises BadRequest."""
    for organization_id, name in profiles.managed_alone(conn, actor, principal_id):
        raise BadRequest(
            f"{named} is the last manager of the organization {name} ({organization_id}); make somebody else a manager"
            " there first."
        )


def join(conn: Connection, proof: OnTeam, person_id: int) -> bool:
    """The person is in the team from now on; False when they were."""
    return store.insert_team_member(conn, proof, person_id)


def leave(conn: Connection, proof: OnTeam, person_id: int) -> None:
    """The person is in the team no more, and what the team gave them is gone with their next request."""
    store.delete_team_member(conn, proof, person_id)


def require_person(conn: Connection, person_id: int) -> None:
    """Raises NotFound unless the id is that of somebody who can be in a team."""
    if person_id == ANONYMOUS:
        raise BadRequest("The anonymous user cannot be in a team.")
    if not profiles.profiles(conn, [person_id]):
        raise NotFound(f"There is no user {person_id}.")


def known(conn: Connection, ids: list[int]) -> set[int]:
    """Those of the ids that are principals."""
    return store.known_principals(conn, ids)


def check_name(name: str) -> None:
    """Raises BadRequest unless the name may be a team's."""
    if not _TEAM_NAME.fullmatch(name) or not squeezed(name):
        raise BadRequest(
            f"{name[:50]!r} cannot be the name of a team: it takes 3 to 256 letters, digits, spaces, dots, dashes or"
            " underscores."
        )


def _taken(name: str) -> Conflict:
    return Conflict(f"Name {name} is already used.")
