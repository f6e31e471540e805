"""Rows behind the numbers of reports: file handles and promised uploads. The downloads are in the record of them."""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg import sql

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.usage.model import Behind

# The totals say which projects fill the page: one after the other, until there are enough files behind the first one,
# of which a part may have been told of already. Of each no more is read than a page holds.
_FILES: LiteralString = """
WITH RECURSIVE place (project_id, behind_first) AS (
    (SELECT u.project_id, 0::bigint FROM usage_total u WHERE u.organization_id = %(id)s AND u.files > 0 {totals}
     AND u.project_id >= %(after_project)s ORDER BY u.project_id LIMIT 1)
    UNION ALL
    SELECT n.project_id, place.behind_first + n.files FROM place, LATERAL (
        SELECT u.project_id, sum(u.files)::bigint AS files FROM usage_total u
        WHERE u.organization_id = %(id)s AND u.files > 0 {totals} AND u.project_id > place.project_id
        GROUP BY u.project_id ORDER BY u.project_id LIMIT 1
    ) n WHERE place.behind_first < %(limit)s
)
SELECT f.handle_id, p.project_id, f.bytes, f.location_id, f.contributor_id, f.in_trash, f.is_custom
FROM place p, LATERAL (
    SELECT c.handle_id, h.bytes, h.location_id, h.contributor_id, c.in_trash, h.is_custom
    FROM charge c JOIN charged_handle h ON h.handle_id = c.handle_id
    WHERE c.project_id = p.project_id AND c.home_id = CASE p.project_id WHEN 0 THEN %(id)s ELSE 0 END
    AND c.handle_id > CASE p.project_id WHEN %(after_project)s THEN %(after_handle)s ELSE 0 END {handles}
    ORDER BY c.handle_id LIMIT %(limit)s
) f ORDER BY p.project_id, f.handle_id LIMIT %(limit)s
"""


def files(
    conn: Connection, actor: Actor, organization_id: int, of: Behind, after: tuple[int, int], limit: int
) -> list[tuple[Any, ...]]:
    """(handle, project, bytes, location, contributor, in the trash can, custom) after a project and a handle: what a
    number of storage is the sum of.
    """
    _ = actor
    wanted = {"project_id": of.project_id, "location_id": of.location_id, "contributor_id": of.contributor_id}
    values = {name: value for name, value in wanted.items() if value is not None}

    def only(table: str, *columns: str) -> sql.Composable:
        """What is not asked for is left out, so that the database plans for what is."""
        asked = [column for column in columns if column in values]
        return sql.SQL(" ").join(
            sql.SQL("AND {} = {}").format(sql.Identifier(table, column), sql.Placeholder(column)) for column in asked
        )

    query = sql.SQL(_FILES).format(totals=only("u", *wanted), handles=only("h", "location_id", "contributor_id"))
    place = {"id": organization_id, "after_project": after[0], "after_handle": after[1], "limit": limit}
    return conn.execute(query, values | place).fetchall()


def uploads(
    conn: Connection, actor: Actor, organization_id: int, of: Behind, after: int, limit: int
) -> list[tuple[Any, ...]]:
    """(upload, bytes, location, contributor, custom, since, project): what a number of promised bytes is the sum of."""
    _ = actor
    return conn.execute(
        "SELECT r.upload_id, r.bytes, p.location_id, p.contributor_id, r.is_custom, r.reserved_on,"
        " r.project_id"
        " FROM reservation r JOIN promised_upload p ON p.upload_id = r.upload_id WHERE r.organization_id = %(id)s"
        " AND (%(project)s::bigint IS NULL OR r.project_id = %(project)s)"
        " AND (%(location)s::bigint IS NULL OR p.location_id = %(location)s)"
        " AND (%(contributor)s::bigint IS NULL OR p.contributor_id = %(contributor)s)"
        " AND r.upload_id > %(after)s ORDER BY r.upload_id LIMIT %(limit)s",
        {
            "id": organization_id, "project": of.project_id, "location": of.location_id,
            "contributor": of.contributor_id, "after": after, "limit": limit,
        },
    ).fetchall()  # fmt: skip
