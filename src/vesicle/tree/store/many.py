"""Rows of many nodes at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vesicle.access import MayCreate, MayUpdate
from vesicle.db import Connection

Named = tuple[int, str]
"""A parent, and a name below it."""


def children(conn: Connection, places: Iterable[Named]) -> list[tuple[int, str, int, str]]:
    """(parent, name, id, kind) of what stands in these places. Tells that a name is taken, so it takes no grant."""
    asked = list(places)
    return conn.execute(
        "SELECT n.parent_id, n.name, n.id, n.kind FROM unnest(%s::bigint[], %s::text[]) AS asked (parent, name)"
        " JOIN node n ON n.parent_id = asked.parent AND n.name = asked.name",
        ([parent for parent, _ in asked], [name for _, name in asked]),
    ).fetchall()


# In the order of the unique key, so that two that add the same names wait for each other and never cross.
_INSERT = """
INSERT INTO node (kind, parent_id, project_id, benefactor_id, requirement_id, name, created_by, modified_by)
SELECT %(kind)s, p.id, p.project_id, p.benefactor_id, p.requirement_id, new.name, %(actor)s, %(actor)s
FROM unnest(%(parents)s::bigint[], %(names)s::text[]) AS new (parent, name) JOIN node p ON p.id = new.parent
WHERE p.id = ANY(%(granted)s::bigint[]) AND p.kind IN ('project', 'folder')
ORDER BY p.id, new.name COLLATE "C"
ON CONFLICT (parent_id, name) DO NOTHING RETURNING id, parent_id, name
"""


def insert(
    conn: Connection, grants: Sequence[MayCreate], kind: str, places: Sequence[Named]
) -> list[tuple[int, int, str]]:  # fmt: skip
    """(id, parent, name) of new nodes below what the grants are for. A name that is taken makes none."""
    values = {
        "kind": kind, "actor": grants[0].actor.id, "granted": [grant.id for grant in grants],
        "parents": [parent for parent, _ in places], "names": [name for _, name in places],
    }  # fmt: skip
    return conn.execute(_INSERT, values).fetchall()


def counts(conn: Connection, grants: Sequence[MayCreate], kinds: Sequence[str]) -> dict[int, int]:
    """How many children of these kinds each container has."""
    query = "SELECT parent_id, count(*) FROM node WHERE parent_id = ANY(%s::bigint[]) AND kind = ANY(%s) GROUP BY 1"
    return dict(conn.execute(query, ([grant.id for grant in grants], list(kinds))).fetchall())


def locked(conn: Connection, grants: Sequence[MayUpdate]) -> dict[int, int]:
    """The highest version by node; the rows are held until the end of the transaction."""
    query = "SELECT id, highest_version FROM node WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
    return dict(conn.execute(query, ([grant.id for grant in grants],)).fetchall())


def advance(conn: Connection, grants: Sequence[MayUpdate], versions: Mapping[int, int]) -> None:
    """New current versions, and what goes with a change: etag and modifier."""
    granted = [grant.id for grant in grants if grant.id in versions]
    if granted:
        conn.execute(
            "UPDATE node SET version = new.number, highest_version = greatest(highest_version, new.number),"
            " etag = gen_random_uuid(), modified_on = now(), modified_by = %s"
            " FROM unnest(%s::bigint[], %s::int[]) AS new (id, number) WHERE node.id = new.id",
            (grants[0].actor.id, granted, [versions[one] for one in granted]),
        )
