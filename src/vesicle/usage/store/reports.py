"""Reports: the totals and days of the ledger added up."""

from __future__ import annotations

from datetime import date
from typing import Any, LiteralString

from psycopg import sql

from vesicle.access import Actor, MayCreate
from vesicle.db import Connection

KEYS: dict[str, LiteralString] = {
    "project": "project_id", "location": "location_id", "contributor": "contributor_id", "day": "day",
}  # fmt: skip
# The record of downloads never changes, so it names organizations that have become part of this one since.
WITH_MERGED: LiteralString = (
    "ARRAY(SELECT g.id FROM (SELECT %(organization)s::bigint AS id) g UNION ALL"
    " SELECT m.id FROM merged_organization m WHERE m.into_id = %(organization)s)"
)


def project(conn: Connection, grant: MayCreate) -> tuple[int, int, int, int]:
    """(bytes, of them in the trash can, files, bytes promised to uploads that named it) of a project."""
    row = conn.execute(
        "SELECT coalesce(sum(stored), 0)::bigint, coalesce(sum(in_trash), 0)::bigint, coalesce(sum(files), 0)::bigint,"
        " (SELECT coalesce(sum(bytes), 0)::bigint FROM reservation WHERE project_id = %(id)s AND project_id <> 0)"
        " FROM usage_total WHERE project_id = %(id)s",
        {"id": grant.id},
    ).fetchone()
    return row or (0, 0, 0, 0)


def stored_by(conn: Connection, actor: Actor, organization_id: int, by: str) -> list[tuple[int, int, int, int, int]]:
    """(key, counted bytes, custom bytes, bytes of both in the trash can, files), the largest first."""
    _ = actor
    query = sql.SQL(
        "SELECT {key}, coalesce(sum(u.stored) FILTER (WHERE l.kind = 'managed-s3'), 0)::bigint,"
        " coalesce(sum(u.stored) FILTER (WHERE l.kind <> 'managed-s3'), 0)::bigint, sum(u.in_trash)::bigint,"
        " sum(u.files)::bigint FROM usage_total u JOIN storage_location l ON l.id = u.location_id"
        " WHERE u.organization_id = %s GROUP BY 1 HAVING sum(u.files) <> 0 ORDER BY sum(u.stored) DESC, 1"
    ).format(key=sql.Identifier("u", KEYS[by]))
    return conn.execute(query, (organization_id,)).fetchall()


def promised_by(conn: Connection, actor: Actor, organization_id: int, by: str) -> list[tuple[int, int, int]]:
    """(key, counted bytes, custom bytes) that are promised to uploads; those that do not say for which project are
    under none.
    """
    _ = actor
    key = sql.Identifier("r" if by == "project" else "p", KEYS[by])
    query = sql.SQL(
        "SELECT {key}, coalesce(sum(r.bytes) FILTER (WHERE NOT r.is_custom), 0)::bigint,"
        " coalesce(sum(r.bytes) FILTER (WHERE r.is_custom), 0)::bigint"
        " FROM reservation r JOIN promised_upload p ON p.upload_id = r.upload_id"
        " WHERE r.organization_id = %s GROUP BY 1 ORDER BY 1"
    ).format(key=key)
    return conn.execute(query, (organization_id,)).fetchall()


def stored_days(conn: Connection, actor: Actor, organization_id: int, first: date, last: date) -> list[tuple[Any, ...]]:
    """(day, counted bytes, custom bytes, bytes of both in the trash can, files) at the end of each day."""
    _ = actor
    return conn.execute(
        "WITH changed AS (SELECT greatest(u.day, %(first)s) AS day,"
        " sum(u.stored) FILTER (WHERE l.kind = 'managed-s3') AS stored,"
        " sum(u.stored) FILTER (WHERE l.kind <> 'managed-s3') AS custom, sum(u.in_trash) AS in_trash,"
        " sum(u.files) AS files FROM usage_day u JOIN storage_location l ON l.id = u.location_id"
        " WHERE u.organization_id = %(id)s AND u.day <= %(last)s GROUP BY 1)"
        " SELECT d.day::date, coalesce(sum(c.stored) OVER w, 0)::bigint, coalesce(sum(c.custom) OVER w, 0)::bigint,"
        " coalesce(sum(c.in_trash) OVER w, 0)::bigint, coalesce(sum(c.files) OVER w, 0)::bigint"
        " FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS d (day)"
        " LEFT JOIN changed c ON c.day = d.day::date WINDOW w AS (ORDER BY d.day) ORDER BY 1",
        {"id": organization_id, "first": first, "last": last},
    ).fetchall()


# Days that are over are added up once; what is newer is in the record.
_SENT = """
SELECT key, sum(downloads)::bigint, sum(sent)::bigint, sum(charged)::bigint, sum(counted)::bigint FROM (
    SELECT {day_key} AS key, downloads, sent, charged, counted FROM {days}
    WHERE organization_id = %(organization)s AND day BETWEEN %(first)s AND %(last)s {of_days}
    UNION ALL
    SELECT {record_key}, 1, size, charged, counted
    FROM download_record WHERE organization_id = ANY({merged}) {of_record}
    AND issued_on >= greatest(%(first)s::date, coalesce((SELECT max(day) + 1 FROM egress_rollup), '-infinity'))
                     ::timestamp AT TIME ZONE 'UTC'
    AND issued_on < (%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC'
) sent GROUP BY 1 ORDER BY 1
"""
_SENT_KEYS: dict[str, tuple[LiteralString, LiteralString, LiteralString]] = {
    "project": ("egress_day", "project_id", "coalesce(project_id, 0)"),
    "location": ("egress_day", "location_id", "coalesce(storage_location_id, 0)"),
    "contributor": ("egress_person_day", "principal_id", "principal_id"),
    "day": ("egress_day", "day", "(issued_on AT TIME ZONE 'UTC')::date"),
}

_ONE_PROJECT: tuple[LiteralString, LiteralString] = (
    "AND project_id = %(project)s", "AND coalesce(project_id, 0) = %(project)s",
)  # fmt: skip


def sent_by(
    conn: Connection, actor: Actor, organization_id: int, by: str, first: date, last: date
) -> list[tuple[Any, int, int, int, int]]:
    """(key, URLs handed out, bytes that they were for, bytes charged, bytes counted) from the first day to the last. A
    contributor is here who downloaded.
    """
    _ = actor
    values = {"organization": organization_id, "first": first, "last": last}
    return conn.execute(_sent(by, ("", "")), values).fetchall()


def sent_of_project(conn: Connection, grant: MayCreate, organization_id: int, first: date) -> tuple[int, int, int]:
    """(bytes counted, bytes charged) of a project since the first day of a period of its organization, and the counter
    of that period, all of one moment.
    """
    query = sql.SQL(
        "SELECT coalesce(sum(s.counted), 0)::bigint, coalesce(sum(s.charged), 0)::bigint,"
        " coalesce((SELECT sum(e.bytes) FROM egress_counter e WHERE e.organization_id = %(organization)s"
        " AND e.begins_on = %(first)s::date), 0)::bigint FROM ({sent}) s (key, downloads, sent, charged, counted)"
    ).format(sent=_sent("project", _ONE_PROJECT))
    values = {"organization": organization_id, "first": first, "last": date.max, "project": grant.id}
    return conn.execute(query, values).fetchone() or (0, 0, 0)


def _sent(by: str, alone: tuple[LiteralString, LiteralString]) -> sql.Composed:
    days, day_key, record_key = _SENT_KEYS[by]
    return sql.SQL(_SENT).format(
        days=sql.Identifier(days), day_key=sql.Identifier(day_key), record_key=sql.SQL(record_key),
        of_days=sql.SQL(alone[0]), of_record=sql.SQL(alone[1]), merged=sql.SQL(WITH_MERGED),
    )  # fmt: skip


_ADDED_UP = (
    " FROM download_record r LEFT JOIN merged_organization m ON m.id = r.organization_id, begun"
    " WHERE r.issued_on >= begun.day::timestamp AT TIME ZONE 'UTC'"
    " AND r.issued_on < (now() AT TIME ZONE 'UTC')::date::timestamp AT TIME ZONE 'UTC'"
)
_OF_DAY = "coalesce(m.into_id, r.organization_id, 1), (r.issued_on AT TIME ZONE 'UTC')::date"
_SUMS = "count(*), sum(r.size), sum(r.charged), sum(r.counted)"
_ROLL_UP = f"""
WITH begun AS (
    SELECT coalesce((SELECT max(day) + 1 FROM egress_rollup),
                    (SELECT (min(issued_on) AT TIME ZONE 'UTC')::date FROM download_record)) AS day
), days AS (
    INSERT INTO egress_rollup SELECT d::date FROM begun,
    generate_series(begun.day, (now() AT TIME ZONE 'UTC')::date - 1, interval '1 day') d RETURNING day
), added AS (
    INSERT INTO egress_day (organization_id, day, project_id, location_id, downloads, sent, charged, counted)
    SELECT {_OF_DAY}, coalesce(r.project_id, 0), coalesce(r.storage_location_id, 0), {_SUMS}{_ADDED_UP}
    GROUP BY 1, 2, 3, 4 RETURNING 1
), by_person AS (
    INSERT INTO egress_person_day (organization_id, day, principal_id, downloads, sent, charged, counted)
    SELECT {_OF_DAY}, r.principal_id, {_SUMS}{_ADDED_UP} GROUP BY 1, 2, 3 RETURNING 1
) SELECT count(*) FROM days
"""


def roll_up(conn: Connection) -> int:
    """Add up the downloads of the days that are over, each once; how many days were added.

    Organizations are merged before or after it, so that no day is of one that is no more.
    """
    with conn.transaction():
        conn.execute("LOCK TABLE merged_organization IN SHARE MODE")
        done = conn.execute(_ROLL_UP).fetchone()
    return int(done[0]) if done else 0
