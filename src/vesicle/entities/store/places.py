"""What lies in a subtree, as far as its storage is concerned."""

from __future__ import annotations

from typing import NamedTuple

from vesicle.db import Connection


class Inside(NamedTuple):
    """The (location, STS) of files for which no setting inside the subtree holds, and what else there is."""

    locations: list[tuple[int | None, bool]]
    has_settings: bool
    has_other_kinds: bool


_PLAIN = """
WITH RECURSIVE below AS (
    SELECT id, kind, EXISTS (SELECT 1 FROM project_setting s WHERE s.node_id = n.id) AS own FROM node n WHERE id = %s
    UNION ALL
    SELECT n.id, n.kind, EXISTS (SELECT 1 FROM project_setting s WHERE s.node_id = n.id)
    FROM node n JOIN below ON n.parent_id = below.id WHERE NOT below.own
)
"""
_LOCATIONS = (
    _PLAIN
    + """
SELECT DISTINCT h.storage_location_id, coalesce(l.sts_enabled, false)
FROM below JOIN node n ON n.id = below.id AND n.kind = 'file' AND NOT below.own
JOIN entity_version v ON v.node_id = n.id AND v.number = n.version JOIN file_handle h ON h.id = v.file_handle_id
LEFT JOIN storage_location l ON l.id = h.storage_location_id
"""
)
_OTHERS = _PLAIN + "SELECT bool_or(own), bool_or(kind NOT IN ('file', 'folder')) FROM below"


def inside(conn: Connection, node_id: int) -> Inside:
    """Of a subtree whose mover or restorer has shown that they may. Settings deeper down govern what is below them."""
    others = conn.execute(_OTHERS, (node_id,)).fetchone() or (False, False)
    return Inside(conn.execute(_LOCATIONS, (node_id,)).fetchall(), bool(others[0]), bool(others[1]))
