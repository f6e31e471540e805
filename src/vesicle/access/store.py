"""Rows of access control lists, and the two look-ups that every permission is decided on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import errors, sql
from psycopg.rows import args_row

from vesicle.access.actors import PUBLIC, Actor
from vesicle.access.grants import TRASH, Exists, MayChangePermissions, MayCreate, MayRead, Subject
from vesicle.access.rights import Right
from vesicle.access.team_grants import TeamSubject
from vesicle.db import Connection

_SUBJECTS = """
SELECT o.id, o.kind, o.benefactor_id, o.created_by, o.project_id,
       coalesce((SELECT bit_or(e.rights) FROM acl_entry e
                 WHERE e.acl_id = o.benefactor_id AND e.principal_id = ANY(%s::bigint[])), 0), o.open_data,
       o.requirement_id
FROM protected_object o WHERE o.id"""


def _among(ids: Sequence[int]) -> tuple[str, int | list[int]]:
    """A condition for one id or for many, and its parameter. A statement for one is planned once; PostgreSQL plans one
    for a list anew each time, because it cannot know how long the next list is.
    """
    return (" = %s", int(ids[0])) if len(ids) == 1 else (" = ANY(%s::bigint[])", [int(one) for one in ids])


def subjects(conn: Connection, principals: list[int], ids: Sequence[int]) -> dict[int, Subject]:
    """Each known object with the rights that these principals have on it: one query for one or for a hundred."""
    among, wanted = _among(ids)
    with conn.cursor(row_factory=args_row(Subject)) as cursor:
        return {found.id: found for found in cursor.execute(_SUBJECTS + among, (principals, wanted))}


def owners(conn: Connection, kind: str, ids: Sequence[int]) -> dict[int, set[int]]:
    """Whose each of these things is: mostly one person's, sometimes a team's as well."""
    found: dict[int, set[int]] = {}
    among, wanted = _among(ids)
    # The kind chooses one table of many when the statement is planned, so it stands in the statement.
    query = f"SELECT id, owner_id FROM owned_object WHERE kind = '{kind}' AND id{among}"
    for thing, owner in conn.execute(query, (wanted,)):
        found.setdefault(thing, set()).add(owner)
    return found


_TEAMS = """
SELECT t.id, t.created_by,
       coalesce((SELECT bit_or(e.rights) FROM team_right e
                 WHERE e.team_id = t.id AND e.principal_id = ANY(%s::bigint[])), 0)
FROM protected_team t WHERE t.id = ANY(%s::bigint[])
"""


def team_subjects(conn: Connection, principals: list[int], ids: Sequence[int]) -> dict[int, TeamSubject]:
    """Each known team with the rights that these principals have on it."""
    with conn.cursor(row_factory=args_row(TeamSubject)) as cursor:
        return {found.id: found for found in cursor.execute(_TEAMS, (principals, [int(one) for one in ids]))}


_ATTACHMENTS = """
SELECT DISTINCT f.object_type, f.object_id, f.file_handle_id
FROM unnest(%s::text[], %s::bigint[]) AS asked (object_type, object_id)
JOIN attached_file f USING (object_type, object_id) WHERE f.reader_id = ANY(%s::bigint[]) OR %s
"""


def attachments(conn: Connection, actor: Actor, objects: Sequence[tuple[str, int]]) -> list[tuple[str, int, int]]:
    """(type, object, file handle) of what hangs on these objects, as far as the actor may have it."""
    kinds, ids = [kind for kind, _ in objects], [number for _, number in objects]
    return conn.execute(_ATTACHMENTS, (kinds, ids, actor.principals, actor.is_admin)).fetchall()


def insert_acl(conn: Connection, proof: MayCreate | MayChangePermissions, acl_id: int) -> bool:
    """An empty list of its own for an object; False when it has one."""
    _ = proof
    return conn.execute("INSERT INTO acl (id) VALUES (%s) ON CONFLICT DO NOTHING", (acl_id,)).rowcount == 1


def add_entry(conn: Connection, proof: MayCreate, acl_id: int, principal_id: int, rights: Right) -> None:
    """Give a principal rights on a list."""
    _ = proof
    conn.execute(
        "INSERT INTO acl_entry (acl_id, principal_id, rights) VALUES (%s, %s, %s)", (acl_id, principal_id, int(rights))
    )


def replace_entries(conn: Connection, proof: MayChangePermissions, entries: Sequence[tuple[int, int]]) -> bool:
    """These (principal, rights) and no others on the object's own list; False when a principal does not exist."""
    conn.execute("DELETE FROM acl_entry WHERE acl_id = %s", (proof.id,))
    try:
        with conn.transaction():
            conn.execute(
                "INSERT INTO acl_entry (acl_id, principal_id, rights)"
                " SELECT %s, * FROM unnest(%s::bigint[], %s::int[])",
                (proof.id, [principal for principal, _ in entries], [rights for _, rights in entries]),
            )
    except errors.ForeignKeyViolation:
        return False
    return True


def hold_acls(conn: Connection, actor: Actor, ids: Sequence[int]) -> None:
    """Whoever else changes these lists waits until this transaction ends."""
    _ = actor
    conn.execute("SELECT 1 FROM acl WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE", (list(ids),))


def widen_entries(
    conn: Connection, actor: Actor, acl_ids: Sequence[int], principal_id: int, rights: Right
) -> dict[int, int]:
    """Give a principal these rights besides those that it has on some lists, and the lists new etags; what it had."""
    _ = actor
    values = {"ids": list(acl_ids), "who": principal_id, "rights": int(rights)}
    before: dict[int, int] = dict(
        conn.execute(
            "SELECT acl_id, rights FROM acl_entry WHERE acl_id = ANY(%(ids)s::bigint[]) AND principal_id = %(who)s",
            values,
        ).fetchall()
    )
    conn.execute("UPDATE acl SET etag = gen_random_uuid() WHERE id = ANY(%(ids)s::bigint[])", values)
    conn.execute(
        "INSERT INTO acl_entry AS e (acl_id, principal_id, rights)"
        " SELECT id, %(who)s, %(rights)s FROM unnest(%(ids)s::bigint[]) AS given (id)"
        " ON CONFLICT (acl_id, principal_id) DO UPDATE SET rights = e.rights | EXCLUDED.rights",
        values,
    )
    return before


def renew_acl(conn: Connection, proof: MayChangePermissions, etag: str) -> bool:
    """A new etag for a list that still has this one; False when it has another."""
    renewed = conn.execute(
        "UPDATE acl SET etag = gen_random_uuid() WHERE id = %s AND etag::text = %s", (proof.id, etag)
    )
    return renewed.rowcount == 1


def delete_acl(conn: Connection, proof: MayChangePermissions) -> None:
    """Remove the list of an object; its entries go with it."""
    conn.execute("DELETE FROM acl WHERE id = %s", (proof.id,))


def acl_row(
    conn: Connection, grant: MayRead | Exists | MayChangePermissions, acl_id: int
) -> tuple[UUID, datetime] | None:
    """Etag and creation date of a list; None when the object inherits."""
    _ = grant
    return conn.execute("SELECT etag, created_on FROM acl WHERE id = %s", (acl_id,)).fetchone()


def entries(conn: Connection, grant: MayRead | Exists | MayChangePermissions, acl_id: int) -> list[tuple[int, int]]:
    """(principal, rights) of a list, in the order of principals."""
    _ = grant
    return conn.execute(
        "SELECT principal_id, rights FROM acl_entry WHERE acl_id = %s ORDER BY principal_id", (acl_id,)
    ).fetchall()


def read_by_public(conn: Connection, grants: Sequence[MayRead | Exists]) -> set[int]:
    """Those of the lists that decide about these objects by which everybody may read."""
    lists = list({grant.benefactor_id for grant in grants})
    query = "SELECT acl_id FROM acl_entry WHERE acl_id = ANY(%s::bigint[]) AND principal_id = %s AND rights & %s <> 0"
    return {row[0] for row in conn.execute(query, (lists, PUBLIC, int(Right.READ)))}


def visible_to(actor: Actor, node: str, *, one_by_one: bool = False) -> tuple[sql.Composable, dict[str, Any]]:
    """A condition on the table alias ``node`` that holds for the nodes the actor can READ, and its parameters.

    Nodes in the trash can are seen by nobody: their benefactor gives no rights. With ``one_by_one`` the list of each
    node is looked up by itself, as for a permission: for a page, whose rows are few. Without, the database may read all
    that the actor can READ instead, and is quicker so where the rows are many.
    """
    if actor.is_admin:
        return sql.SQL("{}.benefactor_id <> {}").format(sql.Identifier(node), sql.Literal(TRASH)), {}
    entries = sql.SQL(
        " FROM acl_entry seen WHERE seen.acl_id = {}.benefactor_id AND seen.principal_id = ANY(%(seers)s)"
    ).format(sql.Identifier(node))
    # What is added up for one row can neither be joined nor be worked out for all rows beforehand.
    form: LiteralString = "EXISTS (SELECT 1{} AND seen.rights & {} <> 0)"
    if one_by_one:
        form = "coalesce((SELECT bit_or(seen.rights){}), 0) & {} <> 0"
    return sql.SQL(form).format(entries, sql.Literal(int(Right.READ))), {"seers": actor.principals}


def downloadable_by(actor: Actor, node: str) -> tuple[sql.Composable, dict[str, Any]]:
    """The same for what the actor, who signed in, may download: by DOWNLOAD, or open data by READ; nothing locked."""
    if actor.is_admin:
        return visible_to(actor, node)
    condition = sql.SQL(
        "EXISTS (SELECT 1 FROM protected_object may JOIN acl_entry e ON e.acl_id = may.benefactor_id"
        " WHERE may.id = {}.id AND e.principal_id = ANY(%(seers)s)"
        " AND (e.rights & {} <> 0 OR may.open_data AND e.rights & {} <> 0) AND ({} OR may.requirement_id IS NULL))"
    ).format(
        sql.Identifier(node), sql.Literal(int(Right.DOWNLOAD)), sql.Literal(int(Right.READ)),
        sql.Literal(actor.reviews_data),
    )  # fmt: skip
    return condition, {"seers": actor.principals}
