"""Rows of access requirements, and the requirement that each node keeps: that of the nearest self-or-ancestor."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg.rows import args_row

from vesicle.access import Exists, MayCreate, MayRead, MayUpdate, OwnsTrashed, Reviews
from vesicle.db import Connection
from vesicle.tree.model import Requirement


def insert(conn: Connection, grant: MayUpdate) -> int:
    """A requirement for what the grant is for."""
    query = "INSERT INTO access_requirement (node_id, created_by) VALUES (%s, %s) RETURNING id"
    row = conn.execute(query, (grant.id, grant.actor.id)).fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no row")
    return int(row[0])


# Below a node with a requirement of its own everything has that one, or one that is nearer still.
_PLACE = """
WITH RECURSIVE below AS (
    SELECT id FROM node WHERE id = %(id)s AND requirement_id IS NOT DISTINCT FROM %(old)s::bigint
    UNION ALL
    SELECT n.id FROM node n JOIN below ON n.parent_id = below.id
    WHERE n.requirement_id IS NOT DISTINCT FROM %(old)s::bigint
)
UPDATE node SET requirement_id = %(new)s::bigint FROM below WHERE node.id = below.id
"""


def place_subtree(conn: Connection, proof: MayUpdate | OwnsTrashed, old: int | None, new: int | None) -> None:
    """What was under ``old`` in the subtree is under ``new``; requirements of its own stay. One statement."""
    conn.execute(_PLACE, {"id": proof.id, "old": old, "new": new})


def release(conn: Connection, proof: Reviews) -> None:
    """The requirement is gone; what was under it is under what holds above, in the trash can as well."""
    conn.execute(
        "UPDATE node SET requirement_id = (SELECT above.requirement_id FROM access_requirement r"
        " JOIN node own ON own.id = r.node_id JOIN node above ON above.id = own.parent_id WHERE r.id = %(id)s)"
        " WHERE requirement_id = %(id)s",
        {"id": proof.id},
    )
    conn.execute("DELETE FROM access_requirement WHERE id = %s", (proof.id,))


def inherited(conn: Connection, proof: MayUpdate | OwnsTrashed) -> int | None:
    """The requirement that a node is under through what it lies in, or lay in before it was deleted."""
    row = conn.execute(
        "SELECT CASE WHEN r.node_id = n.id THEN above.requirement_id ELSE n.requirement_id END FROM node n"
        " LEFT JOIN access_requirement r ON r.id = n.requirement_id LEFT JOIN node above ON above.id = n.parent_id"
        " WHERE n.id = %s",
        (proof.id,),
    ).fetchone()
    return row[0] if row else None


def subject(conn: Connection, requirement_id: int) -> int | None:
    """What a requirement is on; None when that was purged. Tells nothing else, so it takes no grant."""
    row = conn.execute("SELECT node_id FROM access_requirement WHERE id = %s", (requirement_id,)).fetchone()
    return row[0] if row else None


_UPON = """
WITH RECURSIVE upon AS (
    SELECT n.id AS asked, r.* FROM node n JOIN access_requirement r ON r.id = n.requirement_id
    WHERE n.id = ANY(%s::bigint[])
    UNION ALL
    SELECT upon.asked, r.* FROM upon JOIN node own ON own.id = upon.node_id JOIN node above ON above.id = own.parent_id
    JOIN access_requirement r ON r.id = above.requirement_id
)
SELECT asked, id, node_id, etag, created_by, created_on FROM upon ORDER BY asked, id
"""


def upon(conn: Connection, grants: Sequence[Exists | MayRead | MayCreate]) -> list[Requirement]:
    """Every requirement that holds for these: their own, and those of what they lie in."""
    with conn.cursor(row_factory=args_row(Requirement)) as cursor:
        return cursor.execute(_UPON, ([grant.id for grant in grants],)).fetchall()
