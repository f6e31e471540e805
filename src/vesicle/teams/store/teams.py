"""Rows of teams."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg.rows import args_row

from vesicle.access import Actor, MayDeleteTeam, MayUpdateTeam, OnTeam
from vesicle.db import Connection
from vesicle.teams.model import TeamRow

_TEAM = """
SELECT t.id, a.alias, t.description, t.icon_handle_id, t.can_public_join, t.can_request_membership, t.etag,
       t.created_by, t.created_on, t.modified_by, t.modified_on
FROM team t JOIN alias a ON a.principal_id = t.id AND a.kind = 'TEAM_NAME'
"""
_NAMED = " WHERE t.id IN (SELECT principal_id FROM principal_prefix WHERE token >= %(begin)s AND token < %(end)s)"
LAST = "\U0010ffff"


def insert(
    conn: Connection, actor: Actor, team_id: int, description: str | None, icon: int | None, *, public: bool,
    requests: bool,
) -> None:  # fmt: skip
    """A new team of the actor's."""
    conn.execute(
        "INSERT INTO team (id, description, icon_handle_id, can_public_join, can_request_membership, created_by,"
        " modified_by) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (team_id, description, icon, public, requests, actor.id, actor.id),
    )


def lock(conn: Connection, proof: OnTeam) -> None:
    """Until the end of the transaction nobody else takes people or rights away from the team, or changes it."""
    conn.execute("SELECT 1 FROM team WHERE id = %s FOR UPDATE", (proof.id,))


def by_ids(conn: Connection, ids: Sequence[int]) -> dict[int, TeamRow]:
    """Those of the ids that are teams."""
    with conn.cursor(row_factory=args_row(TeamRow)) as cursor:
        rows = cursor.execute(_TEAM + " WHERE t.id = ANY(%s::bigint[])", ([int(one) for one in ids],))
        return {row.id: row for row in rows}


def by_prefix(conn: Connection, prefix: str, limit: int, offset: int) -> list[TeamRow]:
    """Teams whose squeezed name begins with the prefix, in the order of ids."""
    query = _TEAM + (_NAMED if prefix else "") + " ORDER BY t.id LIMIT %(limit)s OFFSET %(offset)s"
    asked = {"begin": prefix, "end": prefix + LAST, "limit": limit, "offset": offset}
    with conn.cursor(row_factory=args_row(TeamRow)) as cursor:
        return cursor.execute(query, asked).fetchall()


def of_member(conn: Connection, member_id: int, limit: int, offset: int) -> list[TeamRow]:
    """The teams that somebody is in, in the order of ids."""
    query = _TEAM + " JOIN membership m ON m.group_id = t.id WHERE m.member_id = %s ORDER BY t.id LIMIT %s OFFSET %s"
    with conn.cursor(row_factory=args_row(TeamRow)) as cursor:
        return cursor.execute(query, (member_id, limit, offset)).fetchall()


_IDS = """
SELECT a.alias, m.group_id FROM membership m
JOIN team t ON t.id = m.group_id JOIN alias a ON a.principal_id = m.group_id AND a.kind = 'TEAM_NAME'
WHERE m.member_id = %s AND (a.alias COLLATE "C", m.group_id) {after} (%s, %s)
ORDER BY a.alias COLLATE "C" {order}, m.group_id {order} LIMIT %s
"""


def ids_of_member(
    conn: Connection, member_id: int, after: tuple[str, int] | None, limit: int, *, ascending: bool
) -> list[tuple[str, int]]:
    """(name, id) of the teams that somebody is in, by name, from after a key on."""
    begin = after or (("", 0) if ascending else (LAST, 0))
    query = _IDS.format(after=">" if ascending else "<", order="ASC" if ascending else "DESC")
    return conn.execute(query, (member_id, *begin, limit)).fetchall()


def update(
    conn: Connection, proof: MayUpdateTeam, etag: str, description: str | None, icon: int | None, *, public: bool,
    requests: bool,
) -> bool:  # fmt: skip
    """Replace what a team says about itself; False when the etag is no longer the current one."""
    made = conn.execute(
        "UPDATE team SET description = %s, icon_handle_id = %s, can_public_join = %s, can_request_membership = %s,"
        " etag = gen_random_uuid(), modified_by = %s, modified_on = now() WHERE id = %s AND etag::text = %s",
        (description, icon, public, requests, proof.actor.id, proof.id, etag),
    )
    return made.rowcount == 1


def mentions(conn: Connection, proof: OnTeam) -> int:
    """In how many lists of other things the team is named."""
    row = conn.execute(
        "SELECT (SELECT count(*) FROM acl_entry WHERE principal_id = %(id)s)"
        " + (SELECT count(*) FROM team_acl_entry WHERE principal_id = %(id)s AND team_id <> %(id)s)",
        {"id": proof.id},
    ).fetchone()
    return int(row[0]) if row else 0


def delete(conn: Connection, proof: MayDeleteTeam) -> None:
    """Remove a team with its list, its invitations and its requests; its principal stays for the accounts to remove."""
    conn.execute("DELETE FROM team WHERE id = %s", (proof.id,))
