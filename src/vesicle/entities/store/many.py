"""Rows of the versions of many files at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vesicle.access import MayCreate, MayUpdate
from vesicle.db import Connection


def insert_first(
    conn: Connection, grants: Sequence[MayCreate], handles: Mapping[int, int | None], label: str, comment: str | None
) -> None:
    """The first version of each node; its handle, by node."""
    conn.execute(
        "INSERT INTO entity_version (node_id, number, label, comment, modified_by, file_handle_id)"
        " SELECT new.node, 1, %s, %s, %s, new.handle FROM unnest(%s::bigint[], %s::bigint[]) AS new (node, handle)",
        (label or "1", comment, grants[0].actor.id, list(handles), list(handles.values())),
    )


def without_label(conn: Connection, grants: Sequence[MayUpdate], label: str, most: int) -> set[int]:
    """Those of the nodes that have fewer versions than ``most``, and none of this label (or number)."""
    rows = conn.execute(
        "SELECT n.id FROM node n WHERE n.id = ANY(%s::bigint[]) AND NOT EXISTS (SELECT 1 FROM entity_version v"
        " WHERE v.node_id = n.id AND v.label = coalesce(nullif(%s, ''), (n.highest_version + 1)::text))"
        " AND (SELECT count(*) FROM entity_version v WHERE v.node_id = n.id) < %s",
        ([grant.id for grant in grants], label, most),
    )
    return {row[0] for row in rows}


_NEXT = """
INSERT INTO entity_version (node_id, number, label, comment, description, modified_by, file_handle_id, content,
    annotations)
SELECT n.id, new.number, coalesce(nullif(%s, ''), new.number::text), %s, v.description, %s, new.handle, v.content,
    v.annotations
FROM unnest(%s::bigint[], %s::int[], %s::bigint[]) AS new (node, number, handle)
JOIN node n ON n.id = new.node JOIN entity_version v ON v.node_id = n.id AND v.number = n.version
WHERE n.id = ANY(%s::bigint[])
ON CONFLICT (node_id, label) DO NOTHING RETURNING node_id
"""


def insert_next(
    conn: Connection, grants: Sequence[MayUpdate], new: Mapping[int, tuple[int, int]], label: str, comment: str | None
) -> list[int]:
    """A version of (number, handle) for each node, with what the current one says; those nodes that got it."""
    if not new:
        return []
    numbers, handles = zip(*new.values(), strict=True)
    values = (label, comment, grants[0].actor.id, list(new), list(numbers), list(handles), [one.id for one in grants])
    return [row[0] for row in conn.execute(_NEXT, values)]
