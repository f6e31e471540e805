"""Who may do what with a team."""

from __future__ import annotations

from vesicle.access import ANONYMOUS, Actor, MayReadTeam, MayUpdateTeam, Right, require
from vesicle.access.rights import names_of, rights_from
from vesicle.accounts import groups
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, NotFound, Stale
from vesicle.teams.founding import refuse_own
from vesicle.teams.model import TeamAccessControlList, TeamResourceAccess
from vesicle.teams.store import lists
from vesicle.teams.store import teams as rows
from vesicle.wire import UNSET, Id, stamp

MOST_ENTRIES = 1000


def read(conn: Connection, grant: MayReadTeam | MayUpdateTeam) -> TeamAccessControlList:
    """The list of a team. Raises NotFound when it is gone since."""
    found = lists.stamps(conn, grant)
    if found is None:
        raise NotFound(f"There is no team {grant.id}.")
    etag, created_on = found
    return TeamAccessControlList(
        id=Id(grant.id), etag=str(etag), creation_date=stamp(created_on),
        resource_access=[
            TeamResourceAccess(principal_id=principal, access_type=names_of(Right(rights)))
            for principal, rights in lists.entries(conn, grant)
        ],
    )  # fmt: skip


def replace(conn: Connection, actor: Actor, given: TeamAccessControlList) -> TeamAccessControlList:
    """Another list in place of the old one. Raises Stale for an old etag, BadRequest when nobody would manage."""
    if given.id is UNSET or given.resource_access is UNSET:
        raise BadRequest("The list of a team names the team's id, and who may what in resourceAccess.")
    grant = require(conn, actor, MayUpdateTeam, given.id)
    refuse_own(grant.id, "be shared anew")
    rows.lock(conn, grant)
    wanted = _entries(conn, given.resource_access)
    if not lists.replace(conn, grant, given.etag or "", wanted.items()):
        raise Stale(f"The list of team {grant.id} was changed since you read it; read it anew and repeat your change.")
    said = {str(principal): names_of(rights) for principal, rights in wanted.items()}
    recording.note(conn, actor.id, "acl.update", "team", grant.id, {"resourceAccess": said})
    return read(conn, grant)


def _entries(conn: Connection, given: list[TeamResourceAccess]) -> dict[int, Right]:
    if len(given) > MOST_ENTRIES:
        raise BadRequest(f"resourceAccess has at most {MOST_ENTRIES} entries, not {len(given)}.")
    wanted: dict[int, Right] = {}
    for one in given:
        rights = rights_from(one.access_type)
        if not rights:
            raise BadRequest(f"Principal {one.principal_id} gets no access type; leave the entry out.")
        wanted[one.principal_id] = wanted.get(one.principal_id, Right(0)) | rights
    unknown = set(wanted) - groups.known(conn, list(wanted)) | ({ANONYMOUS} & set(wanted))
    if unknown:
        raise BadRequest(f"These principals cannot stand in a list: {', '.join(map(str, sorted(unknown)))}.")
    if not any(rights & Right.TEAM_MEMBERSHIP_UPDATE for rights in wanted.values()):
        raise BadRequest("Somebody must keep TEAM_MEMBERSHIP_UPDATE, or nobody could manage the team.")
    return wanted
