"""Rows of nodes."""

from __future__ import annotations

from typing import Any

from psycopg.rows import args_row

from vesicle.access import (
    Exists,
    Grant,
    MayChangePermissions,
    MayCreate,
    MayDelete,
    MayRead,
    MayUpdate,
    OwnsTrashed,
)
from vesicle.db import Connection
from vesicle.tree.model import Node

_COLUMNS = (
    "id, kind, parent_id, project_id, benefactor_id, name, etag, version, highest_version,"
    " created_by, created_on, modified_by, modified_on"
)


def node(conn: Connection, grant: Grant) -> Node | None:
    """The row of what the grant is for."""
    with conn.cursor(row_factory=args_row(Node)) as cursor:
        return cursor.execute(f"SELECT {_COLUMNS} FROM node WHERE id = %s", (grant.id,)).fetchone()


def locked(conn: Connection, grant: MayUpdate | MayDelete | MayChangePermissions) -> Node | None:
    """The row, held until the end of the transaction."""
    with conn.cursor(row_factory=args_row(Node)) as cursor:
        query = f"SELECT {_COLUMNS} FROM node WHERE id = %s FOR NO KEY UPDATE"
        return cursor.execute(query, (grant.id,)).fetchone()


def project_of(conn: Connection, node_id: int) -> int | None:
    """Which project's lock guards a node. Tells nothing else, so it takes no grant."""
    row = conn.execute("SELECT project_id FROM node WHERE id = %s", (node_id,)).fetchone()
    return row[0] if row else None


_INSERT = f"""
INSERT INTO node (id, kind, parent_id, project_id, benefactor_id, requirement_id, organization_id, name, created_by,
                  modified_by)
SELECT new.id, %(kind)s, %(parent)s,
       CASE WHEN %(kind)s = 'project' THEN new.id ELSE %(project)s END,
       CASE WHEN %(kind)s = 'project' THEN new.id ELSE %(benefactor)s END,
       %(requirement)s, %(organization)s, coalesce(nullif(%(name)s, ''), 'syn' || new.id), %(actor)s, %(actor)s
FROM (SELECT nextval('node_id_seq') AS id) new
ON CONFLICT (parent_id, name) DO NOTHING
RETURNING {_COLUMNS}
"""


def insert(conn: Connection, parent: MayCreate, kind: str, name: str, organization_id: int | None) -> Node | None:
    """A new node below what the grant is for; None when the name is taken there. An empty name becomes the id."""
    values = {
        "kind": kind, "parent": parent.id, "project": parent.project_id, "benefactor": parent.benefactor_id,
        "requirement": parent.requirement_id, "organization": organization_id, "name": name, "actor": parent.actor.id,
    }  # fmt: skip
    with conn.cursor(row_factory=args_row(Node)) as cursor:
        return cursor.execute(_INSERT, values).fetchone()


def touch(conn: Connection, grant: MayUpdate | MayDelete | MayChangePermissions | OwnsTrashed, **changes: Any) -> Node:
    """Give the node a new etag and modifier, and these columns new values."""
    settable = {"name", "parent_id", "version", "highest_version"}
    if not changes.keys() <= settable:
        raise TypeError(f"only {settable} change here")
    assignments = "".join(f", {column} = %({column})s" for column in changes)
    query = (
        f"UPDATE node SET etag = gen_random_uuid(), modified_on = now(), modified_by = %(actor)s{assignments}"
        f" WHERE id = %(id)s RETURNING {_COLUMNS}"
    )
    with conn.cursor(row_factory=args_row(Node)) as cursor:
        found = cursor.execute(query, {"actor": grant.actor.id, "id": grant.id, **changes}).fetchone()
    if found is None:
        raise RuntimeError(f"node {grant.id} vanished under its lock")
    return found


def name_is_taken(conn: Connection, parent_id: int, name: str, besides: int) -> bool:
    """True when another node of that parent has the name."""
    query = "SELECT 1 FROM node WHERE parent_id = %s AND name = %s AND id <> %s"
    return conn.execute(query, (parent_id, name, besides)).fetchone() is not None


_ANCESTORS = """
WITH RECURSIVE line AS (
    SELECT id, parent_id, name, kind, benefactor_id, 0 AS up FROM node WHERE id = %(id)s
    UNION ALL
    SELECT n.id, n.parent_id, n.name, n.kind, n.benefactor_id, up + 1 FROM node n JOIN line ON n.id = line.parent_id
    WHERE up < 200
)
"""


def line(conn: Connection, grant: Grant) -> list[tuple[int, str, str]]:
    """(id, name, kind) from the root down to the node itself."""
    query = _ANCESTORS + "SELECT id, name, kind FROM line ORDER BY up DESC"
    return conn.execute(query, {"id": grant.id}).fetchall()


def depth(conn: Connection, grant: Grant) -> int:
    """How many steps the node lies below the root."""
    row = conn.execute(_ANCESTORS + "SELECT max(up) FROM line", {"id": grant.id}).fetchone()
    return int(row[0]) if row else 0


SUBTREE = """
WITH RECURSIVE below AS (
    SELECT id, 0 AS down FROM node WHERE id = %(id)s
    UNION ALL
    SELECT n.id, down + 1 FROM node n JOIN below ON n.parent_id = below.id
)
"""


def height_without(conn: Connection, grant: MayUpdate, forbidden: int) -> int | None:
    """How many levels lie below the node; None when ``forbidden`` is the node or lies below it."""
    query = SUBTREE + "SELECT max(down), bool_or(id = %(forbidden)s) FROM below"
    row = conn.execute(query, {"id": grant.id, "forbidden": forbidden}).fetchone()
    return None if row is None or row[1] else int(row[0])


_INHERITING = """
WITH RECURSIVE below AS (
    SELECT id FROM node WHERE id = %(id)s
    UNION ALL
    SELECT n.id FROM node n JOIN below ON n.parent_id = below.id
)
UPDATE node SET project_id = %(project)s,
    benefactor_id = CASE WHEN benefactor_id = %(old)s THEN %(new)s ELSE benefactor_id END
FROM below WHERE node.id = below.id AND (benefactor_id = %(old)s OR project_id IS DISTINCT FROM %(project)s)
"""


def place_subtree(
    conn: Connection, grant: MayUpdate | MayChangePermissions, new_benefactor: int, project_id: int
) -> None:
    """After a move, or with another list: who inherited inherits from the new place; own lists stay. One statement."""
    values = {"id": grant.id, "old": grant.benefactor_id, "new": new_benefactor, "project": project_id}
    conn.execute(_INHERITING, values)


def benefactor_of_parent(conn: Connection, grant: MayChangePermissions) -> int | None:
    """Whose list decides about the node's parent."""
    query = "SELECT p.benefactor_id FROM node n JOIN node p ON p.id = n.parent_id WHERE n.id = %s"
    row = conn.execute(query, (grant.id,)).fetchone()
    return int(row[0]) if row else None


def child(conn: Connection, parent: MayRead | Exists, name: str) -> int | None:
    """The id of a child by its exact name."""
    row = conn.execute("SELECT id FROM node WHERE parent_id = %s AND name = %s", (parent.id, name)).fetchone()
    return int(row[0]) if row else None


def has_children(conn: Connection, grant: MayRead) -> bool:
    """True when anything lies below."""
    row = conn.execute("SELECT EXISTS (SELECT 1 FROM node WHERE parent_id = %s)", (grant.id,)).fetchone()
    return bool(row and row[0])


def has_more_children_than(conn: Connection, parent: MayCreate, kinds: list[str], most: int) -> bool:
    """True when the container holds at least ``most`` children of these kinds."""
    query = "SELECT count(*) FROM (SELECT 1 FROM node WHERE parent_id = %s AND kind = ANY(%s) LIMIT %s) counted"
    row = conn.execute(query, (parent.id, kinds, most)).fetchone()
    return bool(row and row[0] >= most)
