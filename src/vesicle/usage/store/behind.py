"""Rows behind the numbers of reports: file handles and promised uploads. The downloads are in the record of them."""

from __future__ import annotations

from typing import Any

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.usage.model import Behind


def files(
    conn: Connection, actor: Actor, organization_id: int, of: Behind, after: tuple[int, int], limit: int
) -> list[tuple[Any, ...]]:
    """(handle, project, bytes, location, contributor, in the trash can, custom): what a number of storage is the sum
    of.
    """
    _ = actor
    return conn.execute(
        "SELECT c.handle_id, c.project_id, h.bytes, h.location_id, h.contributor_id, c.in_trash, h.is_custom"
        " FROM charge c JOIN charged_handle h ON h.handle_id = c.handle_id"
        " LEFT JOIN node p ON p.id = c.project_id WHERE coalesce(p.organization_id, h.home_id) = %(id)s"
        " AND (%(project)s::bigint IS NULL OR c.project_id = %(project)s)"
        " AND (%(location)s::bigint IS NULL OR h.location_id = %(location)s)"
        " AND (%(contributor)s::bigint IS NULL OR h.contributor_id = %(contributor)s)"
        " AND (c.handle_id, c.project_id) > (%(handle)s, %(place)s)"
        " ORDER BY c.handle_id, c.project_id LIMIT %(limit)s",
        {
            "id": organization_id, "project": of.project_id, "location": of.location_id,
            "contributor": of.contributor_id, "handle": after[0], "place": after[1], "limit": limit,
        },
    ).fetchall()  # fmt: skip


def uploads(
    conn: Connection, actor: Actor, organization_id: int, of: Behind, after: int, limit: int
) -> list[tuple[Any, ...]]:
    """(upload, bytes, location, contributor, custom, since): what a number of promised bytes is the sum of."""
    _ = actor
    return conn.execute(
        "SELECT r.upload_id, r.bytes, p.location_id, p.contributor_id, r.is_custom, r.reserved_on"
        " FROM reservation r JOIN promised_upload p ON p.upload_id = r.upload_id WHERE r.organization_id = %(id)s"
        " AND (%(location)s::bigint IS NULL OR p.location_id = %(location)s)"
        " AND (%(contributor)s::bigint IS NULL OR p.contributor_id = %(contributor)s)"
        " AND r.upload_id > %(after)s ORDER BY r.upload_id LIMIT %(limit)s",
        {
            "id": organization_id, "location": of.location_id, "contributor": of.contributor_id, "after": after,
            "limit": limit,
        },
    ).fetchall()  # fmt: skip
