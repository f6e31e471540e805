"""Looking at teams and at who is in them. All of it is public, as the contract has it."""

from __future__ import annotations

from typing import Any

from vesicle.access import OnTeam
from vesicle.accounts.model import UserGroupHeader, squeezed
from vesicle.db import Connection
from vesicle.errors import BadRequest, NotFound
from vesicle.teams.model import Count, PaginatedTeamIds, Team, TeamList, TeamMember, TeamMemberList, TeamRow
from vesicle.teams.store import members as member_rows
from vesicle.teams.store import teams as rows
from vesicle.wire import UNSET, Id, Page, check_window, key_of_token, offset_page, or_unset, stamp, token_of_key

MOST = 50
MOST_IDS = 1000
KINDS = ("ALL", "ADMIN", "MEMBER")


def row(conn: Connection, grant: OnTeam) -> TeamRow:
    """The team of the grant, as stored. Raises NotFound when it is gone since."""
    found = rows.by_ids(conn, [grant.id]).get(grant.id)
    if found is None:
        raise NotFound(f"There is no team {grant.id}.")
    return found


def team(conn: Connection, grant: OnTeam) -> Team:
    """The team of the grant."""
    return _shape(row(conn, grant))


def teams(conn: Connection, ids: list[int]) -> TeamList:
    """Teams in the order of their ids here. Raises NotFound when one of them is none."""
    _check_ids(ids)
    found = rows.by_ids(conn, ids)
    for one in ids:
        if one not in found:
            raise NotFound(f"There is no team {one}.")
    return TeamList(teams=[_shape(found[one]) for one in ids])


def search(conn: Connection, fragment: str, limit: int, offset: int) -> Page:
    """Teams whose name begins with the fragment, whatever its case and punctuation."""
    check_window(limit, offset, MOST)
    found = rows.by_prefix(conn, squeezed(fragment), limit, offset)
    return offset_page([_shape(one) for one in found], limit, offset)


def teams_of(conn: Connection, member_id: int, limit: int, offset: int) -> Page:
    """The teams that somebody is in; none for groups and for ids that nobody has."""
    check_window(limit, offset, MOST)
    return offset_page([_shape(one) for one in rows.of_member(conn, member_id, limit, offset)], limit, offset)


def ids_of_teams_of(
    conn: Connection, member_id: int, token: str | None, sort: str, ascending: bool
) -> PaginatedTeamIds:
    """The ids of the teams that somebody is in, in the order of names."""
    if sort != "TEAM_NAME":
        raise BadRequest(f"sort takes TEAM_NAME, not {sort[:50]!r}.")
    after = key_of_token(token, tuple[str, int]) if token else None
    found = rows.ids_of_member(conn, member_id, after, MOST + 1, ascending=ascending)
    more = token_of_key(*found[MOST - 1]) if len(found) > MOST else UNSET
    return PaginatedTeamIds(team_ids=[str(team_id) for _, team_id in found[:MOST]], next_page_token=more)


def members(conn: Connection, grant: OnTeam, fragment: str, kind: str, limit: int, offset: int) -> Page:
    """Who is in the team: all, its managers (ADMIN), or all others (MEMBER)."""
    check_window(limit, offset, MOST)
    if kind not in KINDS:
        raise BadRequest(f"memberType is one of {', '.join(KINDS)}, not {kind[:50]!r}.")
    found = member_rows.page(conn, grant, squeezed(fragment), kind, limit, offset)
    return offset_page([_member(*one) for one in found], limit, offset)


def count(conn: Connection, grant: OnTeam, fragment: str) -> Count:
    """How many are in the team."""
    return Count(count=member_rows.count(conn, grant, squeezed(fragment)))


def member(conn: Connection, grant: OnTeam, person_id: int) -> TeamMember:
    """One membership. Raises NotFound when there is none."""
    return members_among(conn, grant, [person_id]).members[0]


def members_among(conn: Connection, grant: OnTeam, person_ids: list[int]) -> TeamMemberList:
    """The memberships of these people. Raises NotFound when one of them is not in the team."""
    _check_ids(person_ids)
    found = member_rows.of_team(conn, grant, person_ids)
    return TeamMemberList(members=[_known(found, one, f"User {one} is not in team {grant.id}.") for one in person_ids])


def memberships_of(conn: Connection, person_id: int, team_ids: list[int]) -> TeamMemberList:
    """The memberships of a person in these teams. Raises NotFound when they are not in one of them."""
    _check_ids(team_ids)
    found = member_rows.of_person(conn, person_id, team_ids)
    return TeamMemberList(members=[_known(found, one, f"User {person_id} is not in team {one}.") for one in team_ids])


def _check_ids(ids: list[int]) -> None:
    if len(ids) > MOST_IDS:
        raise BadRequest(f"list takes at most {MOST_IDS} ids.")


def _known(found: dict[int, tuple[Any, ...]], key: int, otherwise: str) -> TeamMember:
    if key not in found:
        raise NotFound(otherwise)
    return _member(*found[key])


def _member(
    team_id: int, person_id: int, name: str, first: str | None, last: str | None, is_admin: bool
) -> TeamMember:  # fmt: skip
    header = UserGroupHeader(
        owner_id=str(person_id), user_name=name, is_individual=True, first_name=or_unset(first or None),
        last_name=or_unset(last or None),
    )  # fmt: skip
    return TeamMember(team_id=str(team_id), member=header, is_admin=is_admin)


def _shape(found: TeamRow) -> Team:
    return Team(
        id=Id(found.id), name=found.name, description=or_unset(found.description),
        icon=UNSET if found.icon_handle_id is None else Id(found.icon_handle_id),
        can_public_join=found.can_public_join, can_request_membership=found.can_request_membership,
        etag=str(found.etag), created_by=str(found.created_by), created_on=stamp(found.created_on),
        modified_by=str(found.modified_by), modified_on=stamp(found.modified_on),
    )  # fmt: skip
