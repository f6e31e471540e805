"""Rows of members and invitations."""

from __future__ import annotations

from datetime import datetime

from psycopg.rows import args_row

from vesicle.access import ANONYMOUS, Actor
from vesicle.db import Connection
from vesicle.organizations.model.invitations import InvitationRow

MemberRow = tuple[int, bool, bool, datetime]


def members(conn: Connection, actor: Actor, organization_id: int, after: int, limit: int) -> list[MemberRow]:
    """(principal, manager, contributor, since) after a principal."""
    _ = actor
    return conn.execute(
        "SELECT principal_id, is_manager, is_contributor, joined_on FROM organization_member"
        " WHERE organization_id = %s AND principal_id > %s ORDER BY principal_id LIMIT %s",
        (organization_id, after, limit),
    ).fetchall()


def member(conn: Connection, actor: Actor, organization_id: int, principal_id: int) -> MemberRow | None:
    """One member."""
    _ = actor
    return conn.execute(
        "SELECT principal_id, is_manager, is_contributor, joined_on FROM organization_member"
        " WHERE organization_id = %s AND principal_id = %s",
        (organization_id, principal_id),
    ).fetchone()


def put(
    conn: Connection, actor: Actor, organization_id: int, principal_id: int, *, is_manager: bool, is_contributor: bool
) -> None:
    """A member, with these roles in place of earlier ones."""
    _ = actor
    conn.execute(
        "INSERT INTO organization_member (organization_id, principal_id, is_manager, is_contributor)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT (organization_id, principal_id)"
        " DO UPDATE SET is_manager = EXCLUDED.is_manager, is_contributor = EXCLUDED.is_contributor",
        (organization_id, principal_id, is_manager, is_contributor),
    )


def delete(conn: Connection, actor: Actor, organization_id: int, principal_id: int) -> None:
    """A member no more."""
    _ = actor
    conn.execute(
        "DELETE FROM organization_member WHERE organization_id = %s AND principal_id = %s",
        (organization_id, principal_id),
    )


def manager_ids(conn: Connection, actor: Actor, organization_id: int) -> list[int]:
    """Who manages it."""
    _ = actor
    query = "SELECT principal_id FROM organization_member WHERE organization_id = %s AND is_manager ORDER BY 1"
    return [row[0] for row in conn.execute(query, (organization_id,))]


def is_last_manager(conn: Connection, actor: Actor, organization_id: int, principal_id: int) -> bool:
    """Whether this member manages it and nobody else does, by themself or in a team."""
    _ = actor
    query = "SELECT 1 FROM management WHERE organization_id = %s AND principal_id = %s AND alone"
    return conn.execute(query, (organization_id, principal_id)).fetchone() is not None


_PEOPLE = """
SELECT count(DISTINCT coalesce(t.member_id, m.principal_id)) FROM organization_member m
JOIN principal q ON q.id = m.principal_id LEFT JOIN membership t ON q.kind <> 'user' AND t.group_id = m.principal_id
WHERE m.organization_id = %s AND m.is_contributor AND (q.kind = 'user' OR t.member_id IS NOT NULL)
"""


def has_seat(conn: Connection, actor: Actor, organization_id: int, person_id: int) -> bool:
    """Whether a person is one of them, by themself or in a team."""
    _ = actor
    query = f"{_PEOPLE} AND coalesce(t.member_id, m.principal_id) = %s"
    row = conn.execute(query, (organization_id, person_id)).fetchone()
    return bool(row and row[0])


def contributors(conn: Connection, actor: Actor, organization_id: int) -> int:
    """How many people may make projects and upload, those of its teams counted one by one."""
    _ = actor
    row = conn.execute(_PEOPLE, (organization_id,)).fetchone()
    return int(row[0]) if row else 0


_INVITATION = (
    "SELECT i.id, i.organization_id, o.name, i.invitee_id, i.email, i.as_manager, i.as_contributor, i.invited_by,"
    " i.invited_on, i.expires_on, i.state, i.expires_on < now()"
    " FROM organization_invitation i JOIN organization o ON o.id = i.organization_id"
)


def insert_invitation(
    conn: Connection, actor: Actor, organization_id: int, invitee_id: int | None, email: str | None, days: int, *,
    as_manager: bool, as_contributor: bool,
) -> int:  # fmt: skip
    """A new invitation, and its id. An open one of the same person or address is revoked."""
    conn.execute(
        "UPDATE organization_invitation SET state = 'REVOKED' WHERE organization_id = %s AND state = 'OPEN'"
        " AND (invitee_id = %s OR lower(email) = lower(%s))",
        (organization_id, invitee_id, email),
    )
    row = conn.execute(
        "INSERT INTO organization_invitation (organization_id, invitee_id, email, as_manager, as_contributor,"
        " invited_by, expires_on) VALUES (%s, %s, %s, %s, %s, %s, now() + make_interval(days => %s)) RETURNING id",
        (organization_id, invitee_id, email, as_manager, as_contributor, actor.id, days),
    ).fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no id")
    return int(row[0])


def note_mail(conn: Connection, actor: Actor, invitation_id: int, mail_id: int) -> None:
    """Which e-mail carries the invitation."""
    _ = actor
    conn.execute("UPDATE organization_invitation SET mail_id = %s WHERE id = %s", (mail_id, invitation_id))


BOUNCED = (
    "SELECT CASE WHEN e.state = 'failed' THEN coalesce(e.trouble, '') END FROM organization_invitation i"
    " JOIN email e ON e.id = i.mail_id WHERE lower(i.email) = lower(%s) ORDER BY i.id DESC LIMIT 1"
)


def bounced(conn: Connection, actor: Actor, email: str) -> str | None:
    """Why the last invitation to an address did not arrive; None when nothing says so."""
    _ = actor
    row = conn.execute(BOUNCED, (email,)).fetchone()
    return row[0] if row else None


def invitation(conn: Connection, actor: Actor, invitation_id: int, *, lock: bool = False) -> InvitationRow | None:
    """One invitation."""
    _ = actor
    query = f"{_INVITATION} WHERE i.id = %s" + (" FOR UPDATE OF i" if lock else "")
    with conn.cursor(row_factory=args_row(InvitationRow)) as cursor:
        return cursor.execute(query, (invitation_id,)).fetchone()


def invitations_of(conn: Connection, actor: Actor, organization_id: int, limit: int) -> list[InvitationRow]:
    """The invitations of an organization, the newest first."""
    _ = actor
    query = f"{_INVITATION} WHERE i.organization_id = %s ORDER BY i.id DESC LIMIT %s"
    with conn.cursor(row_factory=args_row(InvitationRow)) as cursor:
        return cursor.execute(query, (organization_id, limit)).fetchall()


def invitations_to(conn: Connection, actor: Actor, limit: int) -> list[InvitationRow]:
    """The open invitations to a person, by id or by one of their addresses."""
    query = (
        f"{_INVITATION} WHERE i.state = 'OPEN' AND i.expires_on > now() AND (i.invitee_id = %(me)s OR lower(i.email) IN"
        " (SELECT lower(alias) FROM alias WHERE principal_id = %(me)s AND kind = 'USER_EMAIL'))"
        " ORDER BY i.id DESC LIMIT %(limit)s"
    )
    with conn.cursor(row_factory=args_row(InvitationRow)) as cursor:
        return cursor.execute(query, {"me": actor.id, "limit": limit}).fetchall()


def is_invited(conn: Connection, actor: Actor, email: str) -> bool:
    """True while some organization invites the address."""
    _ = actor
    query = (
        "SELECT 1 FROM organization_invitation WHERE lower(email) = lower(%s) AND state = 'OPEN' AND expires_on > now()"
        " LIMIT 1"
    )
    return conn.execute(query, (email,)).fetchone() is not None


def invited_today(conn: Connection, actor: Actor, organization_id: int) -> int:
    """How many invitations went out in the last 24 hours."""
    _ = actor
    row = conn.execute(
        "SELECT count(*) FROM organization_invitation WHERE organization_id = %s"
        " AND invited_on > now() - interval '1 day'",
        (organization_id,),
    ).fetchone()
    return int(row[0]) if row else 0


def settle_invitation(conn: Connection, actor: Actor, invitation_id: int, state: str) -> None:
    """What became of an invitation."""
    _ = actor
    conn.execute("UPDATE organization_invitation SET state = %s WHERE id = %s", (state, invitation_id))


def revoke_invitations(conn: Connection, actor: Actor, organization_id: int, person_id: int) -> None:
    """Nothing that is open for somebody, by name or by address, makes them a member of the organization any more."""
    _ = actor
    conn.execute(
        "UPDATE organization_invitation SET state = 'REVOKED' WHERE organization_id = %(organization)s"
        " AND state = 'OPEN' AND (invitee_id = %(person)s OR lower(email) IN ("
        "SELECT lower(alias) FROM alias WHERE principal_id = %(person)s AND kind = 'USER_EMAIL'))",
        {"organization": organization_id, "person": person_id},
    )


def addresses(conn: Connection, actor: Actor, principal_ids: list[int]) -> list[str]:
    """Where mail to each of these people goes, and to each member of these teams."""
    _ = actor
    return [
        row[0]
        for row in conn.execute(
            "SELECT a.alias FROM (SELECT unnest(%(ids)s::bigint[]) AS id UNION"
            " SELECT member_id FROM membership WHERE group_id = ANY(%(ids)s::bigint[])) q"
            " JOIN alias a ON a.principal_id = q.id AND a.notified ORDER BY q.id",
            {"ids": principal_ids},
        )
    ]


def kind_of(conn: Connection, actor: Actor, principal_id: int) -> str | None:
    """Whether a principal is a user, a team or a group; None for one that there is not. Those who did not sign in are
    many, and so a group.
    """
    _ = actor
    row = conn.execute("SELECT kind FROM principal WHERE id = %s", (principal_id,)).fetchone()
    return None if row is None else "group" if principal_id == ANONYMOUS else row[0]


def addresses_of(conn: Connection, actor: Actor) -> set[str]:
    """The actor's own addresses, in lower case."""
    query = "SELECT lower(alias) FROM alias WHERE principal_id = %s AND kind = 'USER_EMAIL'"
    return {row[0] for row in conn.execute(query, (actor.id,))}


def person_with(conn: Connection, actor: Actor, email: str) -> int | None:
    """Whose address this is."""
    _ = actor
    query = "SELECT principal_id FROM alias WHERE lower(alias) = lower(%s) AND kind = 'USER_EMAIL'"
    row = conn.execute(query, (email,)).fetchone()
    return row[0] if row else None


def contributors_together(conn: Connection, actor: Actor, *organization_ids: int) -> int:
    """How many people may make projects in any of these organizations."""
    _ = actor
    query = _PEOPLE.replace("m.organization_id = %s", "m.organization_id = ANY(%s::bigint[])")
    row = conn.execute(query, (list(organization_ids),)).fetchone()
    return int(row[0]) if row else 0


def move_all(conn: Connection, actor: Actor, source_id: int, target_id: int) -> None:
    """The members of one organization are members of another, with what either let them do; preferences and open
    invitations go along. Whose default organization it was prefers the other one, unless they chose where to go.
    """
    _ = actor
    values = {"source": source_id, "target": target_id}
    conn.execute(
        "INSERT INTO organization_member AS t (organization_id, principal_id, is_manager, is_contributor, joined_on)"
        " SELECT %(target)s, principal_id, is_manager, is_contributor, joined_on FROM organization_member"
        " WHERE organization_id = %(source)s ON CONFLICT (organization_id, principal_id) DO UPDATE SET"
        " is_manager = t.is_manager OR EXCLUDED.is_manager,"
        " is_contributor = t.is_contributor OR EXCLUDED.is_contributor",
        values,
    )
    conn.execute(
        "UPDATE organization_invitation i SET organization_id = %(target)s WHERE i.organization_id = %(source)s"
        " AND i.state = 'OPEN' AND NOT EXISTS (SELECT 1 FROM organization_invitation t WHERE"
        " t.organization_id = %(target)s AND t.state = 'OPEN'"
        " AND (t.invitee_id = i.invitee_id OR lower(t.email) = lower(i.email)))",
        values,
    )
    conn.execute(
        "UPDATE organization_preference SET organization_id = %(target)s WHERE organization_id = %(source)s", values
    )
    conn.execute(
        "INSERT INTO organization_preference (person_id, organization_id) SELECT owner_id, %(target)s FROM organization"
        " WHERE id = %(source)s AND is_default AND owner_id IS NOT NULL ON CONFLICT DO NOTHING",
        values,
    )
