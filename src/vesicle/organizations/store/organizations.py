"""Rows of organizations, and of where people's new projects go."""

from __future__ import annotations

from typing import Any

from psycopg import errors, sql
from psycopg.rows import args_row

from vesicle.access import Actor, Right, visible_to
from vesicle.db import Connection
from vesicle.organizations.model.organizations import OrganizationRow

_COLUMNS = (
    "o.id, o.name, o.etag, o.plan_id, o.owner_id, o.created_by, o.created_on, o.is_default, o.default_location_id,"
    " o.outsiders_may_upload, o.thresholds, o.own_storage_limit, o.own_egress_limit, o.own_custom_limit, p.kind,"
    " p.storage_limit, p.egress_limit, p.egress_period, p.certified_user_limit, p.project_limit, p.custom_limit"
)
_FROM = f"SELECT {_COLUMNS} FROM organization o JOIN plan p ON p.id = o.plan_id"


def organization(conn: Connection, actor: Actor, organization_id: int, *, lock: bool = False) -> OrganizationRow | None:
    """One organization; held until the end of the transaction when ``lock``."""
    _ = actor
    query = f"{_FROM} WHERE o.id = %s" + (" FOR NO KEY UPDATE OF o" if lock else "")
    with conn.cursor(row_factory=args_row(OrganizationRow)) as cursor:
        return cursor.execute(query, (organization_id,)).fetchone()


_OWN = """
WHERE o.id > %(after)s AND (%(all)s OR o.owner_id = %(me)s OR EXISTS (
    SELECT 1 FROM organization_member m
    WHERE m.organization_id = o.id AND m.principal_id = ANY(%(principals)s::bigint[])
)) ORDER BY o.id LIMIT %(limit)s
"""


def organizations(
    conn: Connection, actor: Actor, after: int, limit: int, *, all_of_them: bool
) -> list[OrganizationRow]:
    """Those that the actor owns or is a member of, or all, after an id."""
    values = {"after": after, "all": all_of_them, "me": actor.id, "principals": actor.principals, "limit": limit}
    with conn.cursor(row_factory=args_row(OrganizationRow)) as cursor:
        return cursor.execute(f"{_FROM} {_OWN}", values).fetchall()


def kinds_of_plans(conn: Connection, actor: Actor, organization_ids: list[int]) -> dict[int, str]:
    """The kind of plan of each organization."""
    _ = actor
    query = "SELECT o.id, p.kind FROM organization o JOIN plan p ON p.id = o.plan_id WHERE o.id = ANY(%s::bigint[])"
    return dict(conn.execute(query, (organization_ids,)).fetchall())


SEAT_OF_MINE = (
    "(m.principal_id = %(me)s OR m.principal_id IN (SELECT t.group_id FROM membership t WHERE t.member_id = %(me)s))"
)
"""Whether a row of organization_member is a seat of somebody's, by themself or in a team."""


def membership(conn: Connection, actor: Actor, organization_id: int) -> tuple[bool, bool, bool]:
    """Whether the actor is a member, a manager, a contributor: by themself or through a team.

    Of their teams those count that they are in by now, not when the request began: who waits for the organization may
    have been put out of one meanwhile.
    """
    row = conn.execute(
        "SELECT count(*) > 0, coalesce(bool_or(is_manager), false), coalesce(bool_or(is_contributor), false)"
        f" FROM organization_member m WHERE m.organization_id = %(organization)s AND {SEAT_OF_MINE}",
        {"organization": organization_id, "me": actor.id},
    ).fetchone()
    return row or (False, False, False)


def insert(
    conn: Connection, actor: Actor, name: str, plan_id: int, owner_id: int, *, is_default: bool, outsiders: bool
) -> int | None:
    """A new organization, and its id; None when the name is taken, or the owner has a default one already."""
    row = conn.execute(
        "INSERT INTO organization (name, plan_id, owner_id, created_by, is_default, outsiders_may_upload)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        (name, plan_id, owner_id, actor.id, is_default, outsiders),
    ).fetchone()
    return int(row[0]) if row else None


MOST_DOUBLED = 2**40
# Counted, and not asked by EXISTS, which the database may answer by reading all names: each is one look-up by index.
_TAKEN = "(SELECT count(*) FROM organization o WHERE lower(o.name) = lower(%(stem)s::text || {number})) > 0"
# The bare name when nobody has it. Else a number is doubled until the name with it is free, and the number is sought
# between that one and its half, by halves: a few look-ups among any number of namesakes, whichever numbers they have.
_FREE = f"""
WITH RECURSIVE doubled (number) AS (
    SELECT 2::bigint UNION ALL
    SELECT d.number * 2 FROM doubled d WHERE d.number < {MOST_DOUBLED} AND {_TAKEN.format(number="d.number")}
), span (taken, free) AS (
    SELECT max(number) / 2, max(number) FROM doubled UNION ALL
    SELECT CASE WHEN half.is_taken THEN half.number ELSE s.taken END,
           CASE WHEN half.is_taken THEN s.free ELSE half.number END
    FROM span s CROSS JOIN LATERAL (SELECT (s.taken + s.free) / 2 AS number) middle
    CROSS JOIN LATERAL (SELECT middle.number, {_TAKEN.format(number="middle.number")} AS is_taken) half
    WHERE s.free - s.taken > 1
)
SELECT %(stem)s::text || CASE WHEN {_TAKEN.format(number="''")} THEN (SELECT min(free)::text FROM span) ELSE '' END
"""


def free_name(conn: Connection, actor: Actor, stem: str) -> str:
    """A name that no organization has at this moment: this one, else this one with a number after it."""
    _ = actor
    row = conn.execute(_FREE, {"stem": stem}).fetchone()
    if row is None:
        raise RuntimeError("SELECT gave no name")
    return str(row[0])


def change(conn: Connection, actor: Actor, organization_id: int, **values: Any) -> bool:
    """Give columns new values, and the organization a new etag; False when the name is taken."""
    _ = actor
    settable = {
        "name", "default_location_id", "outsiders_may_upload", "thresholds", "own_storage_limit", "own_egress_limit",
        "own_custom_limit", "owner_id", "is_default", "plan_id",
    }  # fmt: skip
    if not values.keys() <= settable:
        raise TypeError(f"only {settable} change here")
    assignments = ", ".join(f"{column} = %({column})s" for column in values)
    try:
        with conn.transaction():
            conn.execute(
                f"UPDATE organization SET etag = gen_random_uuid(), {assignments} WHERE id = %(id)s",
                {"id": organization_id, **values},
            )
    except errors.UniqueViolation:
        return False
    return True


def default_of(conn: Connection, actor: Actor) -> int | None:
    """The actor's default organization."""
    row = conn.execute("SELECT id FROM organization WHERE owner_id = %s AND is_default", (actor.id,)).fetchone()
    return row[0] if row else None


def homes(conn: Connection, actor: Actor) -> tuple[int | None, int | None]:
    """The organization that the actor chose, if they still contribute to it, and their default one; of one moment."""
    row = conn.execute(
        "SELECT (SELECT p.organization_id FROM organization_preference p WHERE p.person_id = %(me)s AND EXISTS ("
        "SELECT 1 FROM organization_member m WHERE m.organization_id = p.organization_id AND m.is_contributor"
        f" AND {SEAT_OF_MINE})), (SELECT id FROM organization WHERE owner_id = %(me)s AND is_default)",
        {"me": actor.id},
    ).fetchone()
    return row or (None, None)


def prefer(conn: Connection, actor: Actor, organization_id: int) -> None:
    """From now on the actor's new projects go there."""
    conn.execute(
        "INSERT INTO organization_preference (person_id, organization_id) VALUES (%s, %s)"
        " ON CONFLICT (person_id) DO UPDATE SET organization_id = EXCLUDED.organization_id",
        (actor.id, organization_id),
    )


def prefer_none(conn: Connection, actor: Actor, person_id: int, organization_id: int | None = None) -> None:
    """A person prefers no organization any more (or, if one is named, not that one)."""
    _ = actor
    conn.execute(
        "DELETE FROM organization_preference WHERE person_id = %s AND organization_id = coalesce(%s, organization_id)",
        (person_id, organization_id),
    )


def project_count(conn: Connection, actor: Actor, organization_id: int) -> int:
    """How many projects it has, those in the trash can too."""
    _ = actor
    row = conn.execute("SELECT count(*) FROM node WHERE organization_id = %s", (organization_id,)).fetchone()
    return int(row[0]) if row else 0


def of_project(conn: Connection, actor: Actor, project_id: int) -> int | None:
    """Which organization a project belongs to."""
    _ = actor
    row = conn.execute("SELECT organization_id FROM node WHERE id = %s", (project_id,)).fetchone()
    return row[0] if row else None


_PROJECT = """
SELECT n.id, CASE WHEN {seen} THEN n.name END, n.created_by, n.created_on, n.benefactor_id = 1681355, n.organization_id
FROM node n WHERE
"""


def projects(conn: Connection, actor: Actor, organization_id: int, after: int, limit: int) -> list[tuple[Any, ...]]:
    """(id, name if the actor may read it, creator, date, in the trash can, organization) after an id."""
    seen, values = visible_to(actor, "n", one_by_one=True)
    query = sql.SQL(_PROJECT).format(seen=seen) + sql.SQL(
        " n.organization_id = %(organization)s AND n.id > %(after)s ORDER BY n.id LIMIT %(limit)s"
    )
    values |= {"organization": organization_id, "after": after, "limit": limit}
    return conn.execute(query, values).fetchall()


def project(conn: Connection, actor: Actor, project_id: int) -> tuple[Any, ...] | None:
    """One project, as in :func:`projects`."""
    seen, values = visible_to(actor, "n", one_by_one=True)
    query = sql.SQL(_PROJECT).format(seen=seen) + sql.SQL(" n.id = %(id)s")
    return conn.execute(query, values | {"id": project_id}).fetchone()


def lets_create(conn: Connection, actor: Actor, organization_id: int) -> bool:
    """Whether a list anywhere in the projects of an organization lets the actor create something."""
    query = sql.SQL(
        "SELECT 1 FROM acl_entry e JOIN node n ON n.id = e.acl_id JOIN node p ON p.id = n.project_id"
        " WHERE e.principal_id = ANY(%s::bigint[]) AND e.rights & {create} <> 0 AND p.organization_id = %s LIMIT 1"
    ).format(create=sql.Literal(int(Right.CREATE)))
    return conn.execute(query, (actor.principals, organization_id)).fetchone() is not None


def maker_of(conn: Connection, actor: Actor, project_id: int) -> int:
    """Who made a project."""
    _ = actor
    row = conn.execute("SELECT created_by FROM node WHERE id = %s", (project_id,)).fetchone()
    return int(row[0]) if row else 1


def delete(conn: Connection, actor: Actor, organization_id: int) -> None:
    """An organization that has nothing any more is gone; with it its invitations and requests."""
    _ = actor
    conn.execute("DELETE FROM organization WHERE id = %s", (organization_id,))
