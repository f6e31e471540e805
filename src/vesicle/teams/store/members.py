"""Who is in a team. The rows of membership are the accounts' own; here they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vesicle.access import AUTHENTICATED, PUBLIC, OnTeam, Right
from vesicle.db import Connection
from vesicle.teams.model import Standing

MANAGES = int(Right.TEAM_MEMBERSHIP_UPDATE)
OPEN = "(expires_on IS NULL OR expires_on > now())"
_MEMBER = f"""
SELECT m.group_id, m.member_id, a.alias, p.first_name, p.last_name, coalesce(e.rights & {MANAGES} <> 0, false)
FROM membership m JOIN team t ON t.id = m.group_id
JOIN alias a ON a.principal_id = m.member_id AND a.kind = 'USER_NAME'
LEFT JOIN person p ON p.principal_id = m.member_id
LEFT JOIN team_acl_entry e ON e.team_id = m.group_id AND e.principal_id = m.member_id
"""
_OF_KIND = {
    "ALL": "",
    "ADMIN": f" AND e.rights & {MANAGES} <> 0",
    "MEMBER": f" AND coalesce(e.rights & {MANAGES}, 0) = 0",
}
_NAMED = " AND m.member_id IN (SELECT principal_id FROM principal_prefix WHERE token >= %(begin)s AND token < %(end)s)"


def page(conn: Connection, proof: OnTeam, prefix: str, kind: str, limit: int, offset: int) -> list[tuple[Any, ...]]:
    """Members whose name begins with the squeezed prefix, in the order of ids."""
    query = _MEMBER + " WHERE m.group_id = %(team)s" + _OF_KIND[kind] + (_NAMED if prefix else "")
    return conn.execute(
        query + " ORDER BY m.member_id LIMIT %(limit)s OFFSET %(offset)s",
        {"team": proof.id, "begin": prefix, "end": prefix + "\U0010ffff", "limit": limit, "offset": offset},
    ).fetchall()


def count(conn: Connection, proof: OnTeam, prefix: str) -> int:
    """How many members have a name that begins with the squeezed prefix."""
    query = "SELECT count(*) FROM membership m WHERE m.group_id = %(team)s" + (_NAMED if prefix else "")
    row = conn.execute(query, {"team": proof.id, "begin": prefix, "end": prefix + "\U0010ffff"}).fetchone()
    return int(row[0]) if row else 0


def of_team(conn: Connection, proof: OnTeam, person_ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """By person: the memberships in a team that there are."""
    rows = conn.execute(
        _MEMBER + " WHERE m.group_id = %s AND m.member_id = ANY(%s::bigint[])",
        (proof.id, [int(one) for one in person_ids]),
    )
    return {row[1]: row for row in rows}


def of_person(conn: Connection, person_id: int, team_ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """By team: the memberships of a person that there are."""
    rows = conn.execute(
        _MEMBER + " WHERE m.member_id = %s AND m.group_id = ANY(%s::bigint[])",
        (person_id, [int(one) for one in team_ids]),
    )
    return {row[0]: row for row in rows}


_STANDING = f"""
SELECT EXISTS (SELECT 1 FROM membership WHERE group_id = %(team)s AND member_id = %(person)s),
       EXISTS (SELECT 1 FROM team_acl_entry e WHERE e.team_id = %(team)s AND e.rights & {MANAGES} <> 0
               AND (e.principal_id IN (%(person)s, {PUBLIC}, {AUTHENTICATED})
                    OR e.principal_id IN (SELECT group_id FROM membership WHERE member_id = %(person)s))),
       EXISTS (SELECT 1 FROM membership_invitation WHERE team_id = %(team)s AND invitee_id = %(person)s AND {OPEN}),
       EXISTS (SELECT 1 FROM membership_request WHERE team_id = %(team)s AND person_id = %(person)s AND {OPEN})
"""


def standing(conn: Connection, proof: OnTeam, person_id: int) -> Standing:
    """How a person stands to the team."""
    row = conn.execute(_STANDING, {"team": proof.id, "person": person_id}).fetchone()
    return Standing(*row) if row else Standing(False, False, False, False)


def managers(conn: Connection, proof: OnTeam, most: int) -> list[int]:
    """Members who manage the team."""
    query = (
        "SELECT e.principal_id FROM team_acl_entry e JOIN membership m ON m.group_id = e.team_id"
        f" AND m.member_id = e.principal_id WHERE e.team_id = %s AND e.rights & {MANAGES} <> 0 ORDER BY 1 LIMIT %s"
    )
    return [row[0] for row in conn.execute(query, (proof.id, most))]


def has_other_members(conn: Connection, proof: OnTeam, person_ids: Sequence[int]) -> bool:
    """True when somebody else than these is in the team."""
    query = "SELECT 1 FROM membership WHERE group_id = %s AND member_id <> ALL(%s::bigint[]) LIMIT 1"
    return conn.execute(query, (proof.id, [int(one) for one in person_ids])).fetchone() is not None


def has_other_manager(conn: Connection, proof: OnTeam, person_id: int) -> bool:
    """True when the team is managed by another member, or by a group."""
    query = (
        f"SELECT 1 FROM team_acl_entry e JOIN principal q ON q.id = e.principal_id WHERE e.team_id = %(team)s"
        f" AND e.rights & {MANAGES} <> 0 AND e.principal_id <> %(person)s AND (q.kind <> 'user' OR EXISTS"
        " (SELECT 1 FROM membership m WHERE m.group_id = e.team_id AND m.member_id = e.principal_id)) LIMIT 1"
    )
    return conn.execute(query, {"team": proof.id, "person": person_id}).fetchone() is not None
