"""Rows of who goes when a seat is taken away, of what they alone administered, and of who follows."""

from __future__ import annotations

from psycopg import sql

from vesicle.access import Actor, Right
from vesicle.db import Connection
from vesicle.organizations.store.organizations import SEAT_OF_MINE

_LEAVERS = """
SELECT %(seat)s::bigint UNION SELECT t.member_id FROM membership t WHERE t.group_id = %(seat)s AND NOT EXISTS (
    SELECT 1 FROM organization_member m WHERE m.organization_id = %(organization)s
    AND (m.principal_id = t.member_id OR EXISTS (
        SELECT 1 FROM membership o WHERE o.group_id = m.principal_id AND o.member_id = t.member_id)))
ORDER BY 1
"""


def leavers(conn: Connection, actor: Actor, organization_id: int, principal_id: int) -> list[int]:
    """Who goes with a seat that was taken away: whose it was, and of a team those who have no other seat."""
    _ = actor
    return [row[0] for row in conn.execute(_LEAVERS, {"seat": principal_id, "organization": organization_id})]


# A team is what its people are: one that only leavers are in goes with them, and one that nobody is in administers
# nothing. What has no entry at all is of who made it.
_ALONE = """
WITH gone (id) AS MATERIALIZED (
    SELECT unnest(%(leavers)s::bigint[]) UNION
    SELECT t.group_id FROM membership t JOIN principal q ON q.id = t.group_id AND q.kind = 'team'
    WHERE t.member_id = ANY(%(leavers)s::bigint[]) AND NOT EXISTS (
        SELECT 1 FROM membership o WHERE o.group_id = t.group_id AND o.member_id <> ALL(%(leavers)s::bigint[]))
), theirs (id) AS (
    SELECT e.acl_id FROM acl_entry e JOIN gone ON gone.id = e.principal_id WHERE e.rights & {share} <> 0 UNION
    SELECT n.id FROM node n JOIN acl a ON a.id = n.id
    WHERE n.organization_id = %(organization)s AND n.created_by = ANY(%(leavers)s::bigint[])
)
SELECT n.id FROM theirs JOIN node n ON n.id = theirs.id JOIN node p ON p.id = n.project_id
WHERE p.organization_id = %(organization)s AND NOT EXISTS (
    SELECT 1 FROM acl_entry e JOIN principal q ON q.id = e.principal_id
    WHERE e.acl_id = n.id AND e.rights & {share} <> 0 AND e.principal_id NOT IN (SELECT id FROM gone)
    AND (q.kind <> 'team' OR EXISTS (SELECT 1 FROM membership t WHERE t.group_id = q.id))
) ORDER BY n.id
"""


def administered_alone(conn: Connection, actor: Actor, organization_id: int, leavers: list[int]) -> list[int]:
    """What has a list of its own in the projects of an organization, projects themselves above all, and nobody else who
    may change that list.
    """
    _ = actor
    query = sql.SQL(_ALONE).format(share=sql.Literal(int(Right.CHANGE_PERMISSIONS)))
    return [row[0] for row in conn.execute(query, {"organization": organization_id, "leavers": leavers})]


def seats_of(conn: Connection, actor: Actor, principal_id: int) -> list[int]:
    """The organizations in which a principal has a seat of its own, held until the end of the transaction.

    Asked twice: seats in an organization that was being merged are seats in the other one after it was waited for.
    """
    _ = actor
    query = (
        "SELECT o.id FROM organization_member m JOIN organization o ON o.id = m.organization_id"
        " WHERE m.principal_id = %s ORDER BY o.id FOR NO KEY UPDATE OF o"
    )
    conn.execute(query, (principal_id,))
    return [row[0] for row in conn.execute(query, (principal_id,))]


def is_seated(conn: Connection, actor: Actor, organization_id: int, person_id: int) -> bool:
    """Whether somebody is a member of an organization, by themself or in a team."""
    _ = actor
    query = f"SELECT 1 FROM organization_member m WHERE m.organization_id = %(organization)s AND {SEAT_OF_MINE} LIMIT 1"
    return conn.execute(query, {"organization": organization_id, "me": person_id}).fetchone() is not None


_MANAGER = """
SELECT m.principal_id FROM organization_member m JOIN principal q ON q.id = m.principal_id
WHERE m.organization_id = %(organization)s AND m.is_manager AND m.principal_id <> ALL(%(leavers)s::bigint[])
AND (q.kind = 'user' OR EXISTS (
    SELECT 1 FROM membership t WHERE t.group_id = m.principal_id AND t.member_id <> ALL(%(leavers)s::bigint[])))
ORDER BY q.kind <> 'user', m.principal_id LIMIT 1
"""


def manager_beside(conn: Connection, actor: Actor, organization_id: int, leavers: list[int]) -> int | None:
    """A manager who stays: a person, or else a team in which somebody stays."""
    _ = actor
    row = conn.execute(_MANAGER, {"organization": organization_id, "leavers": leavers}).fetchone()
    return row[0] if row else None
