"""Rows of the trash can."""

from __future__ import annotations

from psycopg.rows import args_row

from vesicle.access import TRASH, Actor, MayDelete, OwnsTrashed
from vesicle.db import Connection
from vesicle.tree.model import Node, Trashed
from vesicle.tree.store.nodes import SUBTREE


def trash_subtree(conn: Connection, grant: MayDelete) -> None:
    """The trash can's list decides about the whole subtree; lists of its own lie idle. One statement."""
    query = SUBTREE + "UPDATE node SET benefactor_id = %(trash)s FROM below WHERE node.id = below.id"
    conn.execute(query, {"id": grant.id, "trash": TRASH})


def insert_trashed(conn: Connection, grant: MayDelete, old: Node, *, purge_soon: bool, may_move: bool) -> None:
    """Remember what was deleted, from where, by whom, and whether they might have moved it."""
    conn.execute(
        "INSERT INTO trashed (node_id, name, parent_id, deleted_by, purge_soon, may_move)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (old.id, old.name, old.parent_id, grant.actor.id, purge_soon, may_move),
    )


_TRASHED = (
    "SELECT t.node_id, n.kind, t.name, t.parent_id, n.project_id, t.deleted_by, t.deleted_on, t.may_move"
    " FROM trashed t JOIN node n ON n.id = t.node_id WHERE NOT t.purging"
)


def trashed(conn: Connection, proof: OwnsTrashed) -> Trashed | None:
    """What is remembered of it, held until the end of the transaction; None when it is being purged."""
    with conn.cursor(row_factory=args_row(Trashed)) as cursor:
        return cursor.execute(_TRASHED + " AND t.node_id = %s FOR UPDATE OF t", (proof.id,)).fetchone()


def deleted(conn: Connection, actor: Actor, limit: int, offset: int, *, everybodys: bool) -> list[Trashed]:
    """A page of what the actor deleted, or of what anybody did; the newest first."""
    whose = "" if everybodys else " AND t.deleted_by = %(actor)s"
    query = f"{_TRASHED}{whose} ORDER BY t.deleted_on DESC, t.node_id DESC LIMIT %(limit)s OFFSET %(offset)s"
    with conn.cursor(row_factory=args_row(Trashed)) as cursor:
        return cursor.execute(query, {"actor": actor.id, "limit": limit, "offset": offset}).fetchall()


def flag_trashed(conn: Connection, proof: OwnsTrashed) -> None:
    """It is due at once."""
    conn.execute("UPDATE trashed SET purge_soon = true WHERE node_id = %s", (proof.id,))


def delete_trashed(conn: Connection, proof: OwnsTrashed) -> None:
    """It does not lie in the trash can any more."""
    conn.execute("DELETE FROM trashed WHERE node_id = %s", (proof.id,))


def height(conn: Connection, proof: OwnsTrashed) -> int:
    """How many levels lie below it."""
    row = conn.execute(SUBTREE + "SELECT max(down) FROM below", {"id": proof.id}).fetchone()
    return int(row[0]) if row else 0


_RESTORED = """
WITH RECURSIVE below AS (
    SELECT n.id, coalesce(own.id, %(benefactor)s) AS benefactor_id
    FROM node n LEFT JOIN acl own ON own.id = n.id WHERE n.id = %(id)s
    UNION ALL
    SELECT n.id, coalesce(own.id, below.benefactor_id)
    FROM below JOIN node n ON n.parent_id = below.id LEFT JOIN acl own ON own.id = n.id
)
UPDATE node SET benefactor_id = below.benefactor_id, project_id = %(project)s FROM below WHERE node.id = below.id
"""


def place_restored(conn: Connection, proof: OwnsTrashed, benefactor_id: int, project_id: int) -> None:
    """What has a list of its own follows it again; the rest of the subtree inherits from one place. One statement."""
    conn.execute(_RESTORED, {"id": proof.id, "benefactor": benefactor_id, "project": project_id})


_DUE = "(purging OR purge_soon OR deleted_on <= now() - make_interval(days => %(days)s))"


def due(conn: Connection, days: int, most: int) -> list[int]:
    """What is to be purged, the oldest first."""
    query = f"SELECT node_id FROM trashed WHERE {_DUE} ORDER BY deleted_on, node_id LIMIT %(most)s"
    return [row[0] for row in conn.execute(query, {"days": days, "most": most})]


def begin_purge(conn: Connection, node_id: int, days: int) -> bool:
    """Nobody can restore it any more; False when it is not due, or not there."""
    query = f"UPDATE trashed SET purging = true WHERE node_id = %(id)s AND {_DUE}"
    return conn.execute(query, {"id": node_id, "days": days}).rowcount == 1


_DOOMED = """
WITH RECURSIVE top AS (
    SELECT id FROM node WHERE id = %(id)s
    UNION
    SELECT id FROM node WHERE project_id = %(id)s AND parent_id = %(trash)s
), marked AS (
    UPDATE trashed SET purging = true FROM top WHERE node_id = top.id
), below AS (
    SELECT id, 0 AS down FROM top
    UNION ALL
    SELECT n.id, down + 1 FROM node n JOIN below ON n.parent_id = below.id
)
SELECT id FROM below ORDER BY down DESC, id
"""


def doomed(conn: Connection, node_id: int) -> list[int]:
    """Every node below what is purged, the deepest first; of a project also what was deleted from it before."""
    return [row[0] for row in conn.execute(_DOOMED, {"id": node_id, "trash": TRASH})]


def delete_doomed(conn: Connection, node_ids: list[int]) -> None:
    """Delete nodes; only such as lie in the trash can."""
    conn.execute("DELETE FROM node WHERE id = ANY(%s::bigint[]) AND benefactor_id = %s", (node_ids, TRASH))
