"""Rows behind the numbers of reports: file handles and promised uploads. The downloads are in the record of them."""

from __future__ import annotations

from datetime import date
from typing import Any, LiteralString, NamedTuple, TypeAlias

from psycopg import sql
from psycopg.rows import class_row

from vesicle.access import Actor, MayCreate
from vesicle.db import Connection
from vesicle.usage.model import Behind


class Counted(NamedTuple):
    """A file handle as it counted in a project from the first day on, until the last one if there is one."""

    handle_id: int
    project_id: int
    bytes: int
    location_id: int
    contributor_id: int
    in_trash: bool
    is_custom: bool
    last_day: date | None
    first_day: date


Key: TypeAlias = tuple[int, date | None, date, int]
"""Project, last day, first day, handle: the order in which handles are told of; what counts now comes last."""
BEGIN: Key = (-1, None, date(1, 1, 1), 0)


# Whose a project was at the end of a day: until its next stay ended, and else it has not moved since.
_OWNER: LiteralString = """coalesce(
    (SELECT s.organization_id FROM past_stay s WHERE s.project_id = {project} AND s.last_day >= %(day)s::date
     ORDER BY s.last_day LIMIT 1),
    (SELECT n.organization_id FROM node n WHERE n.id = {project}))"""
# Handles are told of cell by cell: a cell is what one project, or none, had until the same day, if some of it had begun
# by the day that is asked about. Every project that ever had something has totals, which say where to look. One cell
# is counted after the other until there is enough for the page, and each is read in the order of an index, so a page
# costs the same whatever else there is. Home -1 is nobody's: that of a project which is not the organization's, or
# which nobody asks about.
_PROJECTS: LiteralString = """
FROM usage_total u WHERE u.organization_id = %(id)s {totals} AND (u.project_id = 0 OR {owner} = %(id)s)
"""
_END: LiteralString = """coalesce((
    SELECT p.last_day FROM past_charge p WHERE p.project_id = {cell}.project_id AND p.home_id = {cell}.home_id
    AND p.last_day {behind} AND p.first_day <= %(day)s::date ORDER BY p.last_day LIMIT 1), 'infinity')"""
_CELL: LiteralString = """
FROM day_charge d WHERE d.project_id = {cell}.project_id AND d.home_id = {cell}.home_id
AND d.last_day = {cell}.last_day AND %(day)s::date BETWEEN d.first_day AND d.last_day {handles}
"""
_FILES: LiteralString = """
WITH RECURSIVE cell (project_id, home_id, last_day, after_day, after_handle, enough) AS (
    SELECT f.*, (SELECT count(*) FROM (
        SELECT 1 {in_first} AND (d.first_day, d.handle_id) > (f.after_day, f.after_handle) LIMIT %(limit)s) found)
    FROM (SELECT %(after_project)s::bigint AS project_id,
                 CASE WHEN NOT EXISTS (SELECT 1 {projects} AND u.project_id = %(after_project)s::bigint) THEN -1
                      WHEN %(after_project)s::bigint = 0 THEN %(id)s::bigint ELSE 0 END AS home_id,
                 %(after_last)s::date AS last_day, %(after_first)s::date AS after_day,
                 %(after_handle)s::bigint AS after_handle) f
    UNION ALL
    SELECT n.project_id, n.home_id, n.last_day, '-infinity'::date, 0, cell.enough + (
        SELECT count(*) FROM (SELECT 1 {in_next} LIMIT %(limit)s) found)
    FROM cell, LATERAL (
        SELECT cell.project_id, cell.home_id, {next_end} AS last_day WHERE cell.last_day < 'infinity'
        UNION ALL
        SELECT o.project_id, o.home_id, {first_end} FROM (
            SELECT u.project_id, CASE u.project_id WHEN 0 THEN u.organization_id ELSE 0 END AS home_id
            {projects} AND u.project_id > cell.project_id AND cell.last_day = 'infinity' ORDER BY u.project_id LIMIT 1
        ) o
    ) n WHERE cell.enough < %(limit)s
)
SELECT f.handle_id, f.project_id, f.bytes, f.location_id, f.contributor_id, f.in_trash, f.is_custom,
       nullif(f.last_day, 'infinity') AS last_day, f.first_day
FROM cell, LATERAL (
    SELECT d.* {in_cell} AND (d.first_day, d.handle_id) > (cell.after_day, cell.after_handle)
    ORDER BY d.first_day, d.handle_id LIMIT %(limit)s
) f ORDER BY f.project_id, f.last_day, f.first_day, f.handle_id LIMIT %(limit)s
"""


def files(
    conn: Connection, actor: Actor, organization_id: int, of: Behind, day: date | None, after: Key, limit: int
) -> list[Counted]:
    """What a number of storage is the sum of, at present or at the end of a day, after the key of the one before."""
    _ = actor
    wanted = {"project_id": of.project_id, "location_id": of.location_id, "contributor_id": of.contributor_id}
    values: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}

    def only(table: str, *columns: str) -> sql.Composable:
        """What is not asked for is left out, so that the database plans for what is."""
        asked = [column for column in columns if column in values]
        return sql.SQL(" ").join(
            sql.SQL("AND {} = {}").format(sql.Identifier(table, column), sql.Placeholder(column)) for column in asked
        )

    def of_cell(text: LiteralString, cell: LiteralString, behind: LiteralString = "") -> sql.Composed:
        handles = only("d", "location_id", "contributor_id")
        return sql.SQL(text).format(cell=sql.SQL(cell), behind=sql.SQL(behind), handles=handles)

    query = sql.SQL(_FILES).format(
        projects=sql.SQL(_PROJECTS).format(
            totals=only("u", *wanted) + sql.SQL("" if day else " AND u.files > 0"),
            owner=sql.SQL(_OWNER).format(project=sql.SQL("u.project_id")),
        ),
        in_first=of_cell(_CELL, "f"), in_next=of_cell(_CELL, "n"), in_cell=of_cell(_CELL, "cell"),
        next_end=of_cell(_END, "cell", "> cell.last_day"), first_end=of_cell(_END, "o", ">= %(day)s::date"),
    )  # fmt: skip
    values |= {
        "id": organization_id, "day": day or "infinity", "after_project": after[0],
        "after_last": after[1] or "infinity", "after_first": after[2], "after_handle": after[3], "limit": limit,
    }  # fmt: skip
    with conn.cursor(row_factory=class_row(Counted)) as cursor:
        return cursor.execute(query, values).fetchall()


def followed_from(conn: Connection, actor: Actor) -> date:
    """The first day of which it is known what has gone since."""
    _ = actor
    row = conn.execute("SELECT first_day FROM past_begin").fetchone()
    return row[0] if row else date.min


def owner(conn: Connection, grant: MayCreate, day: date | None) -> int:
    """Whose a project is, or was at the end of a day."""
    query = sql.SQL("SELECT " + _OWNER).format(project=sql.Literal(grant.id))
    row = conn.execute(query, {"day": day or "infinity"}).fetchone()
    return row[0] if row else 1


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
