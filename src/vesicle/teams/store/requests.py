"""Rows of requests for membership."""

from __future__ import annotations

from datetime import datetime

from psycopg.rows import args_row

from vesicle.access import Actor, MayManageTeam, OnTeam
from vesicle.db import Connection
from vesicle.teams.model import RequestRow
from vesicle.teams.store.members import MANAGES, OPEN

_COLUMNS = "id, team_id, person_id, message, created_on, expires_on"


def put_request(
    conn: Connection, proof: OnTeam, message: str | None, expires_on: datetime | None
) -> RequestRow:  # fmt: skip
    """The actor's request; an earlier one for the same team changes into this one."""
    with conn.cursor(row_factory=args_row(RequestRow)) as cursor:
        row = cursor.execute(
            "INSERT INTO membership_request (team_id, person_id, message, expires_on) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (team_id, person_id) DO UPDATE SET message = excluded.message,"
            f" expires_on = excluded.expires_on, created_on = now() RETURNING {_COLUMNS}",
            (proof.id, proof.actor.id, message, expires_on),
        ).fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no row")
    return row


def request(conn: Connection, actor: Actor, request_id: int) -> RequestRow | None:
    """One request; whether the actor may see it is decided on what it says."""
    _ = actor
    query = f"SELECT {_COLUMNS} FROM membership_request WHERE id = %s"
    with conn.cursor(row_factory=args_row(RequestRow)) as cursor:
        return cursor.execute(query, (request_id,)).fetchone()


def delete_request(conn: Connection, actor: Actor, request_id: int) -> None:
    """Withdrawn or declined."""
    _ = actor
    conn.execute("DELETE FROM membership_request WHERE id = %s", (request_id,))


def requests_of_team(
    conn: Connection, proof: MayManageTeam, person_id: int | None, limit: int, offset: int
) -> list[RequestRow]:
    """Open requests for the team, in the order in which they were made."""
    query = (
        f"SELECT {_COLUMNS} FROM membership_request WHERE team_id = %s AND {OPEN}"
        " AND (%s::bigint IS NULL OR person_id = %s) ORDER BY id LIMIT %s OFFSET %s"
    )
    with conn.cursor(row_factory=args_row(RequestRow)) as cursor:
        return cursor.execute(query, (proof.id, person_id, person_id, limit, offset)).fetchall()


def requests_of_person(
    conn: Connection, actor: Actor, person_id: int, team_id: int | None, limit: int, offset: int
) -> list[RequestRow]:
    """Open requests of a person, in the order in which they were made."""
    _ = actor
    query = (
        f"SELECT {_COLUMNS} FROM membership_request WHERE person_id = %s AND {OPEN}"
        " AND (%s::bigint IS NULL OR team_id = %s) ORDER BY id LIMIT %s OFFSET %s"
    )
    with conn.cursor(row_factory=args_row(RequestRow)) as cursor:
        return cursor.execute(query, (person_id, team_id, team_id, limit, offset)).fetchall()


def count_requests_for(conn: Connection, actor: Actor) -> int:
    """How many open requests there are for the teams whose lists let the actor decide."""
    query = (
        f"SELECT count(*) FROM membership_request WHERE {OPEN} AND team_id IN (SELECT team_id FROM team_acl_entry"
        f" WHERE principal_id = ANY(%s::bigint[]) AND rights & {MANAGES} <> 0)"
    )
    row = conn.execute(query, (actor.principals,)).fetchone()
    return int(row[0]) if row else 0
