"""Rows of invitations."""

from __future__ import annotations

from datetime import datetime

from psycopg.rows import args_row

from vesicle.access import Actor, MayManageTeam, OnTeam
from vesicle.db import Connection
from vesicle.teams.model import InvitationRow
from vesicle.teams.store.members import OPEN

_COLUMNS = "id, team_id, invitee_id, invitee_email, message, created_by, created_on, expires_on"


def insert_invitation(
    conn: Connection, proof: MayManageTeam, invitee_id: int | None, email: str | None, message: str | None,
    expires_on: datetime | None,
) -> InvitationRow:  # fmt: skip
    """A new invitation into the team."""
    with conn.cursor(row_factory=args_row(InvitationRow)) as cursor:
        row = cursor.execute(
            "INSERT INTO membership_invitation (team_id, invitee_id, invitee_email, message, created_by, expires_on)"
            f" VALUES (%s, %s, %s, %s, %s, %s) RETURNING {_COLUMNS}",
            (proof.id, invitee_id, email, message, proof.actor.id, expires_on),
        ).fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no row")
    return row


def invitation(conn: Connection, actor: Actor, invitation_id: int) -> InvitationRow | None:
    """One invitation; whether the actor may see it is decided on what it says."""
    _ = actor
    query = f"SELECT {_COLUMNS} FROM membership_invitation WHERE id = %s"
    with conn.cursor(row_factory=args_row(InvitationRow)) as cursor:
        return cursor.execute(query, (invitation_id,)).fetchone()


def delete_invitation(conn: Connection, actor: Actor, invitation_id: int) -> None:
    """Withdrawn or declined."""
    _ = actor
    conn.execute("DELETE FROM membership_invitation WHERE id = %s", (invitation_id,))


def forget_pair(conn: Connection, proof: OnTeam, person_id: int) -> None:
    """A person came in: their invitations and requests are answered."""
    ids = (proof.id, person_id)
    conn.execute("DELETE FROM membership_invitation WHERE team_id = %s AND invitee_id = %s", ids)
    conn.execute("DELETE FROM membership_request WHERE team_id = %s AND person_id = %s", ids)


def inviters(conn: Connection, proof: OnTeam, person_id: int) -> list[int]:
    """Who invited a person into the team."""
    query = f"SELECT DISTINCT created_by FROM membership_invitation WHERE team_id = %s AND invitee_id = %s AND {OPEN}"
    return [row[0] for row in conn.execute(query, (proof.id, person_id))]


def name_invitee(conn: Connection, actor: Actor, invitation_id: int) -> None:
    """An invitation of an address becomes one of the actor, who proved that the address is theirs."""
    conn.execute(
        "UPDATE membership_invitation SET invitee_id = %s, invitee_email = NULL WHERE id = %s"
        " AND invitee_email IS NOT NULL",
        (actor.id, invitation_id),
    )


def teams_inviting(conn: Connection, actor: Actor, address: str) -> list[int]:
    """The teams with open invitations of an address that is the actor's."""
    _ = actor
    query = f"SELECT DISTINCT team_id FROM membership_invitation WHERE lower(invitee_email) = lower(%s) AND {OPEN}"
    return [row[0] for row in conn.execute(query, (address,))]


def forget_address(conn: Connection, actor: Actor, address: str) -> None:
    """The invitations of an address that is the actor's are answered, or too old."""
    _ = actor
    conn.execute("DELETE FROM membership_invitation WHERE lower(invitee_email) = lower(%s)", (address,))


def invitations_of_team(
    conn: Connection, proof: MayManageTeam, invitee_id: int | None, limit: int, offset: int
) -> list[InvitationRow]:
    """Open invitations into the team, in the order in which they were made."""
    query = (
        f"SELECT {_COLUMNS} FROM membership_invitation WHERE team_id = %s AND {OPEN}"
        " AND (%s::bigint IS NULL OR invitee_id = %s) ORDER BY id LIMIT %s OFFSET %s"
    )
    with conn.cursor(row_factory=args_row(InvitationRow)) as cursor:
        return cursor.execute(query, (proof.id, invitee_id, invitee_id, limit, offset)).fetchall()


def invitations_of_person(
    conn: Connection, actor: Actor, person_id: int, team_id: int | None, limit: int, offset: int
) -> list[InvitationRow]:
    """Open invitations of a person, in the order in which they were made."""
    _ = actor
    query = (
        f"SELECT {_COLUMNS} FROM membership_invitation WHERE invitee_id = %s AND {OPEN}"
        " AND (%s::bigint IS NULL OR team_id = %s) ORDER BY id LIMIT %s OFFSET %s"
    )
    with conn.cursor(row_factory=args_row(InvitationRow)) as cursor:
        return cursor.execute(query, (person_id, team_id, team_id, limit, offset)).fetchall()


def count_invitations_of(conn: Connection, actor: Actor) -> int:
    """How many open invitations the actor has."""
    query = f"SELECT count(*) FROM membership_invitation WHERE invitee_id = %s AND {OPEN}"
    row = conn.execute(query, (actor.id,)).fetchone()
    return int(row[0]) if row else 0


def count_invitations_by(conn: Connection, actor: Actor) -> int:
    """How many of the actor's invitations nobody has answered yet."""
    query = f"SELECT count(*) FROM membership_invitation WHERE created_by = %s AND {OPEN}"
    row = conn.execute(query, (actor.id,)).fetchone()
    return int(row[0]) if row else 0
