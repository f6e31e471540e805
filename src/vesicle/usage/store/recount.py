"""Every counter of the ledger against what it should be, as the file handles and their ties say, and setting it right.

These functions serve the operator alone.
"""

from __future__ import annotations

from typing import Any

from vesicle.db import Connection

# Handles: each stored file is charged to somebody with its size, and nothing else is.
_HANDLES = """
SELECT 'file handle ' || coalesce(s.handle_id, c.handle_id), 'bytes', c.bytes, s.bytes
FROM stored_file s FULL JOIN charged_handle c ON c.handle_id = s.handle_id
WHERE c.handle_id IS NULL OR s.handle_id IS NULL OR c.bytes <> s.bytes OR c.location_id <> s.location_id
    OR c.is_custom <> s.is_custom ORDER BY 1
"""
# Charges: each handle counts once in every project that refers to it, else in none, which is 0.
_REFERRED = """
SELECT r.handle_id, r.project_id, bool_and(r.in_trash) AS in_trash FROM file_reference r
JOIN stored_file s ON s.handle_id = r.handle_id GROUP BY 1, 2
UNION ALL SELECT s.handle_id, 0, false FROM stored_file s
WHERE NOT EXISTS (SELECT 1 FROM file_reference r WHERE r.handle_id = s.handle_id)
"""
_CHARGES = f"""
SELECT handle_id,
       'file handle ' || handle_id || ' in ' || CASE project_id WHEN 0 THEN 'no project' ELSE 'syn' || project_id END,
       CASE WHEN c.handle_id IS NULL THEN 'not charged' WHEN c.in_trash THEN 'in trash' ELSE 'charged' END,
       CASE WHEN w.in_trash IS NULL THEN 'not charged' WHEN w.in_trash THEN 'in trash' ELSE 'charged' END
FROM ({_REFERRED}) w FULL JOIN charge c USING (handle_id, project_id)
WHERE w.in_trash IS DISTINCT FROM c.in_trash ORDER BY 1, project_id
"""
# Promises: each upload that can be completed as it is has its bytes promised.
_PROMISES = """
SELECT u.upload_id, 'upload ' || coalesce(u.upload_id, r.upload_id), r.bytes, u.bytes
FROM (SELECT * FROM open_upload) u FULL JOIN reservation r ON r.upload_id = u.upload_id
WHERE (u.is_current AND r.bytes IS NULL) OR u.upload_id IS NULL OR u.bytes <> r.bytes OR u.is_custom <> r.is_custom
ORDER BY 1
"""
# Counters: sums of the above.
_COUNTED = """
SELECT coalesce(p.organization_id, h.home_id) AS organization_id, c.project_id, h.location_id, h.contributor_id,
       h.is_custom, sum(h.bytes)::bigint AS stored, count(*) AS files,
       coalesce(sum(h.bytes) FILTER (WHERE c.in_trash), 0)::bigint AS in_trash
FROM charge c JOIN charged_handle h ON h.handle_id = c.handle_id LEFT JOIN node p ON p.id = c.project_id
GROUP BY 1, 2, 3, 4, 5
"""
_ACCOUNTS = f"""
WITH counted AS MATERIALIZED (
    SELECT organization_id, coalesce(sum(stored) FILTER (WHERE NOT is_custom), 0)::bigint AS stored,
           coalesce(sum(stored) FILTER (WHERE is_custom), 0)::bigint AS custom_stored,
           sum(in_trash)::bigint AS in_trash, sum(files)::bigint AS files
    FROM ({_COUNTED}) c GROUP BY 1
), promised AS MATERIALIZED (
    SELECT organization_id, coalesce(sum(bytes) FILTER (WHERE NOT is_custom), 0)::bigint AS reserved,
           coalesce(sum(bytes) FILTER (WHERE is_custom), 0)::bigint AS custom_reserved FROM reservation GROUP BY 1
)
SELECT a.organization_id, a.stored, a.reserved, a.custom_stored, a.custom_reserved, a.in_trash, a.files,
       coalesce(c.stored, 0), coalesce(p.reserved, 0), coalesce(c.custom_stored, 0), coalesce(p.custom_reserved, 0),
       coalesce(c.in_trash, 0), coalesce(c.files, 0)
FROM ledger_account a LEFT JOIN counted c USING (organization_id) LEFT JOIN promised p USING (organization_id)
WHERE (a.stored, a.reserved, a.custom_stored, a.custom_reserved, a.in_trash, a.files) IS DISTINCT FROM (
       coalesce(c.stored, 0), coalesce(p.reserved, 0), coalesce(c.custom_stored, 0), coalesce(p.custom_reserved, 0),
       coalesce(c.in_trash, 0), coalesce(c.files, 0)) ORDER BY 1
"""
_KEY = "organization_id, project_id, location_id, contributor_id"
_TOTALS = f"""
SELECT {_KEY}, coalesce(t.stored, 0)::bigint, coalesce(t.in_trash, 0)::bigint, coalesce(t.files, 0)::bigint,
       coalesce(c.stored, 0)::bigint, coalesce(c.in_trash, 0)::bigint, coalesce(c.files, 0)::bigint
FROM (%s) t FULL JOIN ({_COUNTED}) c USING ({_KEY})
WHERE (coalesce(t.stored, 0), coalesce(t.in_trash, 0), coalesce(t.files, 0))
    <> (coalesce(c.stored, 0), coalesce(c.in_trash, 0), coalesce(c.files, 0)) ORDER BY 1, 2, 3, 4
"""
_DAYS = (
    f"SELECT {_KEY}, sum(stored) AS stored, sum(in_trash) AS in_trash, sum(files) AS files FROM usage_day"
    " GROUP BY 1, 2, 3, 4"
)
_PLACES = f"""
SELECT project_id, location_id, coalesce(s.stored, 0), coalesce(c.stored, 0)
FROM project_storage s FULL JOIN (
    SELECT project_id, location_id, sum(stored)::bigint AS stored FROM ({_COUNTED}) x
    WHERE project_id <> 0 GROUP BY 1, 2
) c USING (project_id, location_id) WHERE coalesce(s.stored, 0) <> coalesce(c.stored, 0) ORDER BY 1, 2
"""


_MORE = (
    "stored = t.stored + EXCLUDED.stored, in_trash = t.in_trash + EXCLUDED.in_trash, files = t.files + EXCLUDED.files"
)


def begin_looking(conn: Connection) -> None:
    """All that is read until the end of the transaction is of one moment. Nobody waits for it."""
    conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def hold_accounts(conn: Connection) -> None:
    """No counter changes before the end of the transaction: every deed changes an account before the sums."""
    conn.execute("LOCK TABLE ledger_account IN SHARE ROW EXCLUSIVE MODE")


def wrong_handles(conn: Connection) -> list[tuple[Any, ...]]:
    """(what, which, is, should be) of handles that are not charged as they are."""
    return conn.execute(_HANDLES).fetchall()


def wrong_charges(conn: Connection) -> list[tuple[Any, ...]]:
    """(handle, what, is, should be) of handles that count where nothing refers to them, or not where something does."""
    return conn.execute(_CHARGES).fetchall()


def wrong_promises(conn: Connection) -> list[tuple[Any, ...]]:
    """(upload, what, is, should be); without an upload where something is promised to one that is done."""
    return conn.execute(_PROMISES).fetchall()


def wrong_accounts(conn: Connection) -> list[tuple[Any, ...]]:
    """(organization, the six counters as they are, and as they should be)."""
    return conn.execute(_ACCOUNTS).fetchall()


def wrong_totals(conn: Connection) -> list[tuple[Any, ...]]:
    """(the four parts of the key, the three sums as they are, and as they should be)."""
    return conn.execute(_TOTALS % "SELECT * FROM usage_total").fetchall()


def wrong_days(conn: Connection) -> list[tuple[Any, ...]]:
    """As of the totals, for the sums over all days."""
    return conn.execute(_TOTALS % _DAYS).fetchall()


def wrong_places(conn: Connection) -> list[tuple[Any, ...]]:
    """(project, location, is, should be)."""
    return conn.execute(_PLACES).fetchall()


def charge_missing(conn: Connection) -> list[int]:
    """Every stored file gets the charge that it lacks, at the organization of its project or of the installation, and
    the bytes that it has; which ones those were.
    """
    rows = conn.execute(
        "INSERT INTO charged_handle (handle_id, home_id, bytes, location_id, contributor_id, is_custom)"
        " SELECT s.handle_id, coalesce((SELECT p.organization_id FROM file_reference r"
        " JOIN node p ON p.id = r.project_id WHERE r.handle_id = s.handle_id ORDER BY p.id LIMIT 1), 1), s.bytes,"
        " s.location_id, s.contributor_id,"
        " s.is_custom FROM stored_file s LEFT JOIN charged_handle c ON c.handle_id = s.handle_id"
        " WHERE c.handle_id IS NULL OR c.bytes <> s.bytes OR c.location_id <> s.location_id"
        " OR c.is_custom <> s.is_custom"
        " ON CONFLICT (handle_id) DO UPDATE SET bytes = EXCLUDED.bytes, location_id = EXCLUDED.location_id,"
        " is_custom = EXCLUDED.is_custom RETURNING handle_id"
    )
    return [row[0] for row in rows]


def put_promises(conn: Connection) -> None:
    """Every upload that can be completed gets its promise, by the installation's organization, and no other has one."""
    conn.execute(
        "DELETE FROM reservation r WHERE NOT EXISTS (SELECT 1 FROM open_upload u WHERE u.upload_id = r.upload_id)"
    )
    conn.execute(
        "INSERT INTO reservation (upload_id, organization_id, bytes, is_custom)"
        " SELECT u.upload_id, 1, u.bytes, u.is_custom FROM open_upload u LEFT JOIN reservation r USING (upload_id)"
        " WHERE u.is_current AND r.upload_id IS NULL OR r.bytes <> u.bytes OR r.is_custom <> u.is_custom"
        " ON CONFLICT (upload_id) DO UPDATE SET bytes = EXCLUDED.bytes, is_custom = EXCLUDED.is_custom"
    )


def put_account(conn: Connection, row: tuple[Any, ...]) -> None:
    """The counters of an account become what they should be."""
    conn.execute(
        "UPDATE ledger_account SET stored = %s, reserved = %s, custom_stored = %s, custom_reserved = %s,"
        " in_trash = %s, files = %s WHERE organization_id = %s",
        (*row[7:13], row[0]),
    )


def put_total(conn: Connection, row: tuple[Any, ...]) -> None:
    """A total becomes what it should be."""
    conn.execute(
        f"INSERT INTO usage_total ({_KEY}, stored, in_trash, files) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        f" ON CONFLICT ({_KEY}) DO UPDATE SET stored = EXCLUDED.stored, in_trash = EXCLUDED.in_trash,"
        " files = EXCLUDED.files",
        (*row[:4], *row[7:10]),
    )


def put_day(conn: Connection, row: tuple[Any, ...]) -> None:
    """What the days lack, or have too much, is told as of today."""
    more = [should - there for there, should in zip(row[4:7], row[7:10], strict=True)]
    conn.execute(
        f"INSERT INTO usage_day AS t (day, {_KEY}, stored, in_trash, files)"
        " VALUES ((now() AT TIME ZONE 'UTC')::date, %s, %s, %s, %s, %s, %s, %s)"
        f" ON CONFLICT (organization_id, day, project_id, location_id, contributor_id) DO UPDATE SET {_MORE}",
        (*row[:4], *more),
    )


def put_place(conn: Connection, row: tuple[Any, ...]) -> None:
    """What a project stores at a location becomes what it should be."""
    conn.execute(
        "INSERT INTO project_storage (project_id, location_id, stored) VALUES (%s, %s, %s)"
        " ON CONFLICT (project_id, location_id) DO UPDATE SET stored = EXCLUDED.stored",
        (row[0], row[1], row[3]),
    )
