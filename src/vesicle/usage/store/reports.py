"""Reports: the totals and days of the ledger added up, and the handles and downloads behind each number."""

from __future__ import annotations

from datetime import date
from typing import Any, LiteralString

from psycopg import sql

from vesicle.access import Actor, MayCreate
from vesicle.db import Connection

KEYS: dict[str, LiteralString] = {
    "project": "project_id", "location": "location_id", "contributor": "contributor_id", "day": "day",
}  # fmt: skip


def summary(conn: Connection, actor: Actor, organization_id: int) -> tuple[int, int]:
    """(bytes in the trash can, files) of an organization."""
    _ = actor
    row = conn.execute(
        "SELECT coalesce(sum(in_trash), 0)::bigint, coalesce(sum(files), 0)::bigint FROM usage_total"
        " WHERE organization_id = %s",
        (organization_id,),
    ).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def project(conn: Connection, grant: MayCreate) -> tuple[int, int, int]:
    """(bytes, of them in the trash can, files) of a project."""
    row = conn.execute(
        "SELECT coalesce(sum(stored), 0)::bigint, coalesce(sum(in_trash), 0)::bigint, coalesce(sum(files), 0)::bigint"
        " FROM usage_total WHERE project_id = %s",
        (grant.id,),
    ).fetchone()
    return row or (0, 0, 0)


def stored_by(conn: Connection, actor: Actor, organization_id: int, by: str) -> list[tuple[int, int, int, int]]:
    """(key, bytes, of them in the trash can, files), the largest first."""
    _ = actor
    query = sql.SQL(
        "SELECT {key}, sum(stored)::bigint, sum(in_trash)::bigint, sum(files)::bigint FROM usage_total"
        " WHERE organization_id = %s GROUP BY {key} HAVING sum(files) <> 0 ORDER BY 2 DESC, 1"
    ).format(key=sql.Identifier(KEYS[by]))
    return conn.execute(query, (organization_id,)).fetchall()


def stored_days(conn: Connection, actor: Actor, organization_id: int, first: date, last: date) -> list[tuple[Any, ...]]:
    """(day, bytes, of them in the trash can, files) at the end of each day."""
    _ = actor
    return conn.execute(
        "WITH changed AS (SELECT greatest(day, %(first)s) AS day, sum(stored) AS stored, sum(in_trash) AS in_trash,"
        " sum(files) AS files FROM usage_day WHERE organization_id = %(id)s AND day <= %(last)s GROUP BY 1)"
        " SELECT d.day::date, coalesce(sum(c.stored) OVER w, 0)::bigint, coalesce(sum(c.in_trash) OVER w, 0)::bigint,"
        " coalesce(sum(c.files) OVER w, 0)::bigint"
        " FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS d (day)"
        " LEFT JOIN changed c ON c.day = d.day::date WINDOW w AS (ORDER BY d.day) ORDER BY 1",
        {"id": organization_id, "first": first, "last": last},
    ).fetchall()


# Days that are over are added up once; what is newer is in the record.
_SENT = """
SELECT {key}, sum(downloads)::bigint, sum(sent)::bigint, sum(charged)::bigint FROM (
    SELECT day, project_id, location_id, downloads, sent, charged FROM egress_day
    WHERE organization_id = %(id)s AND day BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT (issued_on AT TIME ZONE 'UTC')::date, coalesce(project_id, 0), coalesce(storage_location_id, 0), 1, size,
           charged
    FROM download_record WHERE organization_id = %(id)s
    AND issued_on >= greatest(%(first)s::date, coalesce((SELECT max(day) + 1 FROM egress_rollup), '-infinity'))
                     ::timestamp AT TIME ZONE 'UTC'
    AND issued_on < (%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC'
) sent GROUP BY 1 ORDER BY 1
"""


def sent_by(
    conn: Connection, actor: Actor, organization_id: int, by: str, first: date, last: date
) -> list[tuple[Any, int, int, int]]:
    """(key, URLs handed out, bytes that they were for, bytes charged) from the first day to the last."""
    _ = actor
    query = sql.SQL(_SENT).format(key=sql.Identifier(KEYS[by]))
    return conn.execute(query, {"id": organization_id, "first": first, "last": last}).fetchall()


def files(
    conn: Connection, actor: Actor, organization_id: int, project_id: int | None, location_id: int | None,
    contributor_id: int | None, after: tuple[int, int], limit: int,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """(handle, project, bytes, location, contributor, in the trash can): what a number of storage is the sum of."""
    _ = actor
    return conn.execute(
        "SELECT c.handle_id, c.project_id, h.bytes, h.location_id, h.contributor_id, c.in_trash"
        " FROM charge c JOIN charged_handle h ON h.handle_id = c.handle_id"
        " LEFT JOIN node p ON p.id = c.project_id WHERE coalesce(p.organization_id, h.home_id) = %(id)s"
        " AND (%(project)s::bigint IS NULL OR c.project_id = %(project)s)"
        " AND (%(location)s::bigint IS NULL OR h.location_id = %(location)s)"
        " AND (%(contributor)s::bigint IS NULL OR h.contributor_id = %(contributor)s)"
        " AND (c.handle_id, c.project_id) > (%(handle)s, %(place)s)"
        " ORDER BY c.handle_id, c.project_id LIMIT %(limit)s",
        {
            "id": organization_id, "project": project_id, "location": location_id, "contributor": contributor_id,
            "handle": after[0], "place": after[1], "limit": limit,
        },
    ).fetchall()  # fmt: skip


def roll_up(conn: Connection) -> int:
    """Add up the downloads of the days that are over, each once; how many days were added."""
    done = conn.execute(
        "WITH begun AS (SELECT coalesce((SELECT max(day) + 1 FROM egress_rollup),"
        " (SELECT (min(issued_on) AT TIME ZONE 'UTC')::date FROM download_record)) AS day),"
        " days AS (INSERT INTO egress_rollup SELECT d::date FROM begun, generate_series(begun.day,"
        " (now() AT TIME ZONE 'UTC')::date - 1, interval '1 day') d RETURNING day),"
        " added AS (INSERT INTO egress_day (organization_id, day, project_id, location_id, downloads, sent, charged)"
        " SELECT coalesce(organization_id, 1), (issued_on AT TIME ZONE 'UTC')::date, coalesce(project_id, 0),"
        " coalesce(storage_location_id, 0), count(*), sum(size), sum(charged) FROM download_record, begun"
        " WHERE issued_on >= begun.day::timestamp AT TIME ZONE 'UTC'"
        " AND issued_on < (now() AT TIME ZONE 'UTC')::date::timestamp AT TIME ZONE 'UTC' GROUP BY 1, 2, 3, 4"
        " RETURNING 1) SELECT count(*) FROM days"
    ).fetchone()
    return int(done[0]) if done else 0
