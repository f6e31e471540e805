"""Every counter of the ledger against what it should be, as the file handles and their ties say, and setting it right.

These functions serve the operator alone.
"""

from __future__ import annotations

from typing import Any

from vesicle.db import Connection

# Handles: each stored file is charged to somebody with its size, and nothing else is.
_HANDLES = """
SELECT coalesce(s.handle_id, c.handle_id), 'file handle ' || coalesce(s.handle_id, c.handle_id), c.bytes, s.bytes
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
SELECT coalesce(u.upload_id, r.upload_id), 'upload ' || coalesce(u.upload_id, r.upload_id), r.bytes, u.bytes
FROM (SELECT * FROM open_upload) u FULL JOIN reservation r ON r.upload_id = u.upload_id
WHERE (u.is_current AND r.bytes IS NULL) OR u.upload_id IS NULL OR u.bytes <> r.bytes OR u.is_custom <> r.is_custom
ORDER BY 1
"""
# Counters: sums of the above, added up once and compared with all that is kept.
_COUNT = """
CREATE TEMPORARY TABLE recounted ON COMMIT DROP AS
SELECT coalesce(p.organization_id, h.home_id) AS organization_id, c.project_id, h.location_id, h.contributor_id,
       h.is_custom, sum(h.bytes)::bigint AS stored, count(*) AS files,
       coalesce(sum(h.bytes) FILTER (WHERE c.in_trash), 0)::bigint AS in_trash
FROM charge c JOIN charged_handle h ON h.handle_id = c.handle_id LEFT JOIN node p ON p.id = c.project_id
GROUP BY 1, 2, 3, 4, 5
"""
_ACCOUNTS = """
WITH counted AS MATERIALIZED (
    SELECT organization_id, coalesce(sum(stored) FILTER (WHERE NOT is_custom), 0)::bigint AS stored,
           coalesce(sum(stored) FILTER (WHERE is_custom), 0)::bigint AS custom_stored,
           sum(in_trash)::bigint AS in_trash, sum(files)::bigint AS files FROM recounted GROUP BY 1
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
FROM (%s) t FULL JOIN recounted c USING ({_KEY})
WHERE (coalesce(t.stored, 0), coalesce(t.in_trash, 0), coalesce(t.files, 0))
    <> (coalesce(c.stored, 0), coalesce(c.in_trash, 0), coalesce(c.files, 0)) ORDER BY 1, 2, 3, 4
"""
_DAYS = (
    f"SELECT {_KEY}, sum(stored) AS stored, sum(in_trash) AS in_trash, sum(files) AS files FROM usage_day"
    " GROUP BY 1, 2, 3, 4"
)
_PLACES = """
SELECT n.organization_id, d.* FROM (
    SELECT project_id, location_id, coalesce(s.stored, 0)::bigint AS stored, coalesce(c.stored, 0)::bigint AS counted
    FROM project_storage s FULL JOIN (
        SELECT project_id, location_id, sum(stored) AS stored FROM recounted WHERE project_id <> 0 GROUP BY 1, 2
    ) c USING (project_id, location_id) WHERE coalesce(s.stored, 0) <> coalesce(c.stored, 0)
) d JOIN node n ON n.id = d.project_id ORDER BY 1, 2, 3
"""
_MORE = (
    "stored = t.stored + EXCLUDED.stored, in_trash = t.in_trash + EXCLUDED.in_trash, files = t.files + EXCLUDED.files"
)


def keep_to_one(conn: Connection) -> bool:
    """Nobody else mends on another connection until this one says that it is done; False when somebody does."""
    row = conn.execute("SELECT pg_try_advisory_lock(hashtext('usage.mend'))").fetchone()
    return bool(row and row[0])


def let_others(conn: Connection) -> None:
    """Somebody else may mend."""
    conn.execute("SELECT pg_advisory_unlock(hashtext('usage.mend'))")


def begin_looking(conn: Connection) -> None:
    """All that is read until the end of the transaction is of one moment, however long that takes; nobody waits for it.
    What the handles are charged for is added up.
    """
    conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    conn.execute("SET LOCAL statement_timeout = 0")
    conn.execute(_COUNT)
    conn.execute("ANALYZE recounted")


def wrong_handles(conn: Connection) -> list[tuple[Any, ...]]:
    """(handle, what, is, should be) of handles that are not charged as they are."""
    return conn.execute(_HANDLES).fetchall()


def wrong_charges(conn: Connection) -> list[tuple[Any, ...]]:
    """(handle, what, is, should be) of handles that count where nothing refers to them, or not where something does."""
    return conn.execute(_CHARGES).fetchall()


def wrong_promises(conn: Connection) -> list[tuple[Any, ...]]:
    """(upload, what, is, should be), also of what is promised to uploads that are done."""
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
    """(organization, project, location, is, should be)."""
    return conn.execute(_PLACES).fetchall()


_PAYER = """
coalesce((SELECT p.organization_id FROM file_reference r JOIN node p ON p.id = r.project_id
          WHERE r.handle_id = s.handle_id ORDER BY p.id LIMIT 1), 1)
"""


def charge_missing(conn: Connection, handle_ids: list[int]) -> None:
    """These stored files get the charges that they lack, at the organization of their project or of the installation,
    and the bytes that they have; what is no stored file is charged no more.
    """
    conn.execute(
        "DELETE FROM charged_handle c WHERE c.handle_id = ANY(%(ids)s::bigint[])"
        " AND NOT EXISTS (SELECT 1 FROM stored_file s WHERE s.handle_id = c.handle_id)",
        {"ids": handle_ids},
    )
    conn.execute(
        "INSERT INTO charged_handle AS c (handle_id, home_id, bytes, location_id, contributor_id, is_custom)"
        f" SELECT s.handle_id, {_PAYER}, s.bytes, s.location_id, s.contributor_id, s.is_custom FROM stored_file s"
        " WHERE s.handle_id = ANY(%(ids)s::bigint[]) ON CONFLICT (handle_id) DO UPDATE SET bytes = EXCLUDED.bytes,"
        " location_id = EXCLUDED.location_id, is_custom = EXCLUDED.is_custom"
        " WHERE (c.bytes, c.location_id, c.is_custom) <> (EXCLUDED.bytes, EXCLUDED.location_id, EXCLUDED.is_custom)",
        {"ids": handle_ids},
    )


def put_promises(conn: Connection, upload_ids: list[int]) -> list[int]:
    """Those of these uploads that can be completed get their promises, by the installation's organization where there
    was none, and the others have none; whose promises changed.
    """
    changed = conn.execute(
        "INSERT INTO reservation AS r (upload_id, organization_id, bytes, is_custom)"
        " SELECT u.upload_id, 1, u.bytes, u.is_custom FROM open_upload u LEFT JOIN reservation r USING (upload_id)"
        " WHERE u.upload_id = ANY(%(ids)s::bigint[]) AND (u.is_current OR r.upload_id IS NOT NULL)"
        " ON CONFLICT (upload_id) DO UPDATE SET bytes = EXCLUDED.bytes, is_custom = EXCLUDED.is_custom"
        " RETURNING organization_id",
        {"ids": upload_ids},
    ).fetchall()
    # After it, because an upload that was completed meanwhile needs none any more.
    changed += conn.execute(
        "DELETE FROM reservation r WHERE r.upload_id = ANY(%(ids)s::bigint[])"
        " AND NOT EXISTS (SELECT 1 FROM open_upload u WHERE u.upload_id = r.upload_id) RETURNING organization_id",
        {"ids": upload_ids},
    ).fetchall()
    return sorted({row[0] for row in changed})


def hold_account(conn: Connection, organization_id: int) -> None:
    """No counter of the organization changes before the end of the transaction: deeds change the account first."""
    conn.execute("SELECT 1 FROM ledger_account WHERE organization_id = %s FOR NO KEY UPDATE", (organization_id,))


def count_promises(conn: Connection, organization_id: int) -> None:
    """What an account that is held says is promised is what is promised."""
    conn.execute(
        "UPDATE ledger_account SET (reserved, custom_reserved) = ("
        "SELECT coalesce(sum(bytes) FILTER (WHERE NOT is_custom), 0), coalesce(sum(bytes) FILTER (WHERE is_custom), 0)"
        " FROM reservation WHERE organization_id = %(id)s) WHERE organization_id = %(id)s",
        {"id": organization_id},
    )


def add_to_account(conn: Connection, row: tuple[Any, ...]) -> None:
    """The counters of an account change by what they lack."""
    conn.execute(
        "UPDATE ledger_account SET stored = stored + %s, reserved = reserved + %s, custom_stored = custom_stored + %s,"
        " custom_reserved = custom_reserved + %s, in_trash = in_trash + %s, files = files + %s"
        " WHERE organization_id = %s",
        (*_lacking(row[1:7], row[7:13]), row[0]),
    )


def add_to_total(conn: Connection, row: tuple[Any, ...]) -> None:
    """A total changes by what it lacks."""
    conn.execute(
        f"INSERT INTO usage_total AS t ({_KEY}, stored, in_trash, files) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        f" ON CONFLICT ({_KEY}) DO UPDATE SET {_MORE}",
        (*row[:4], *_lacking(row[4:7], row[7:10])),
    )


def begin_totals(conn: Connection) -> None:
    """Whatever the days tell of has a total, if only of nothing: those say where to look for what was there once."""
    conn.execute("SET LOCAL statement_timeout = 0")
    conn.execute(
        f"INSERT INTO usage_total ({_KEY}, stored, in_trash, files) SELECT DISTINCT {_KEY}, 0, 0, 0 FROM usage_day"
        f" ON CONFLICT ({_KEY}) DO NOTHING"
    )


def add_to_day(conn: Connection, row: tuple[Any, ...]) -> None:
    """What the days lack, or have too much, is told as of today."""
    conn.execute(
        f"INSERT INTO usage_day AS t (day, {_KEY}, stored, in_trash, files)"
        " VALUES ((now() AT TIME ZONE 'UTC')::date, %s, %s, %s, %s, %s, %s, %s)"
        f" ON CONFLICT (organization_id, day, project_id, location_id, contributor_id) DO UPDATE SET {_MORE}",
        (*row[:4], *_lacking(row[4:7], row[7:10])),
    )


def add_to_place(conn: Connection, row: tuple[Any, ...]) -> None:
    """What a project stores at a location changes by what it lacks."""
    conn.execute(
        "INSERT INTO project_storage (project_id, location_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", row[1:3]
    )
    conn.execute(
        "UPDATE project_storage SET stored = stored + %s WHERE project_id = %s AND location_id = %s",
        (row[4] - row[3], *row[1:3]),
    )


def _lacking(there: tuple[int, ...], should: tuple[int, ...]) -> list[int]:
    return [right - now for now, right in zip(there, should, strict=True)]
