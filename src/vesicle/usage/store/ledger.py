"""Rows of accounts and charges. Everything here acts on what a story above has allowed already."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import errors
from psycopg.rows import args_row

from vesicle.db import Connection
from vesicle.usage.model import Account, Flow

ACCOUNT = """
a.organization_id, o.name, a.storage_limit, a.custom_limit, a.egress_limit, a.egress_period,
a.opens_on <= now() AND (a.closes_on IS NULL OR a.closes_on > now()),
a.stored, a.reserved, a.custom_stored, a.custom_reserved, a.in_trash, a.files
"""
ACCOUNTS = "FROM ledger_account a JOIN organization o ON o.id = a.organization_id"


def account(conn: Connection, organization_id: int, *, lock: bool = False) -> Account:
    """The account of an organization. One that was merged away a moment ago makes the caller's deed begin anew."""
    query = f"SELECT {ACCOUNT} {ACCOUNTS} WHERE a.organization_id = %s" + (" FOR NO KEY UPDATE OF a" if lock else "")
    with conn.cursor(row_factory=args_row(Account)) as cursor:
        found = cursor.execute(query, (organization_id,)).fetchone()
    if found is None:
        raise errors.SerializationFailure(f"organization {organization_id} has no account any more")
    return found


# Whether the growth by %(stored)s and %(reserved)s fits. What does not grow always does.
_MOVE = """
UPDATE ledger_account SET stored = stored + %(stored)s, reserved = reserved + %(reserved)s,
    custom_stored = custom_stored + %(custom_stored)s, custom_reserved = custom_reserved + %(custom_reserved)s,
    in_trash = in_trash + %(in_trash)s, files = files + %(files)s
WHERE organization_id = %(id)s
AND (%(grows)s <= 0 OR (opens_on <= now() AND (closes_on IS NULL OR closes_on > now())
     AND (storage_limit IS NULL OR stored + reserved + %(grows)s <= storage_limit)))
AND (%(custom_grows)s <= 0 OR (opens_on <= now() AND (closes_on IS NULL OR closes_on > now())
     AND (custom_limit IS NULL OR custom_stored + custom_reserved + %(custom_grows)s <= custom_limit)))
"""


def change_account(
    conn: Connection, organization_id: int, *, stored: int = 0, reserved: int = 0, custom_stored: int = 0,
    custom_reserved: int = 0, in_trash: int = 0, files: int = 0,
) -> bool:  # fmt: skip
    """Add to the counters, if that stays within the limits; False when it would not. One statement, so it is exact."""
    done = conn.execute(
        _MOVE,
        {
            "id": organization_id, "stored": stored, "reserved": reserved, "custom_stored": custom_stored,
            "custom_reserved": custom_reserved, "grows": stored + reserved,
            "custom_grows": custom_stored + custom_reserved, "in_trash": in_trash, "files": files,
        },
    )  # fmt: skip
    return done.rowcount == 1


def open_account(conn: Connection, organization_id: int) -> None:
    """An account for an organization, if it has none."""
    conn.execute("INSERT INTO ledger_account (organization_id) VALUES (%s) ON CONFLICT DO NOTHING", (organization_id,))


def set_limits(conn: Connection, organization_id: int, values: dict[str, object]) -> None:
    """The limits that hold from now on."""
    conn.execute(
        "UPDATE ledger_account SET storage_limit = %(storage_limit)s, custom_limit = %(custom_limit)s,"
        " egress_limit = %(egress_limit)s, egress_period = %(egress_period)s, opens_on = %(opens_on)s,"
        " closes_on = %(closes_on)s WHERE organization_id = %(id)s",
        values | {"id": organization_id},
    )


def note_told(conn: Connection, organization_id: int, kind: str, before: int, now: int) -> bool:
    """Remember which threshold was told of; False when somebody else did so a moment ago."""
    column = {"STORAGE": "told_of_storage", "EGRESS": "told_of_egress"}[kind]
    done = conn.execute(
        f"UPDATE ledger_account SET {column} = %s WHERE organization_id = %s AND {column} = %s",
        (now, organization_id, before),
    )
    return done.rowcount == 1


# --------------------------------------------------------------------- charges


def insert_handles(conn: Connection, handle_ids: Sequence[int], home_id: int) -> None:
    """File handles begin to count: for now in no project."""
    conn.execute(
        "INSERT INTO charged_handle (handle_id, home_id, bytes, location_id, contributor_id, is_custom)"
        " SELECT handle_id, %s, bytes, location_id, contributor_id, is_custom FROM stored_file"
        " WHERE handle_id = ANY(%s::bigint[]) ON CONFLICT (handle_id) DO NOTHING",
        (home_id, [int(one) for one in handle_ids]),
    )


def delete_handle(conn: Connection, handle_id: int) -> list[Flow]:
    """A file handle counts no more; what that takes away."""
    rows = conn.execute(
        "SELECT coalesce(p.organization_id, h.home_id), c.project_id, h.location_id, h.contributor_id, h.is_custom,"
        " -h.bytes, CASE WHEN c.in_trash THEN -h.bytes ELSE 0 END, -1 FROM charged_handle h"
        " JOIN charge c ON c.handle_id = h.handle_id LEFT JOIN node p ON p.id = c.project_id WHERE h.handle_id = %s",
        (handle_id,),
    ).fetchall()
    conn.execute("DELETE FROM charged_handle WHERE handle_id = %s", (handle_id,))
    return [Flow(*row) for row in rows]


def projects_of(conn: Connection, handle_ids: Sequence[int]) -> list[int]:
    """The projects in which these handles count, or will count from now on."""
    rows = conn.execute(
        "SELECT project_id FROM file_reference WHERE handle_id = ANY(%(ids)s::bigint[])"
        " UNION SELECT project_id FROM charge WHERE handle_id = ANY(%(ids)s::bigint[]) AND project_id <> 0",
        {"ids": [int(one) for one in handle_ids]},
    )
    return [row[0] for row in rows]


def lock_handles(conn: Connection, handle_ids: Sequence[int]) -> None:
    """Whoever else settles these handles waits until this transaction ends."""
    conn.execute(
        "SELECT 1 FROM charged_handle WHERE handle_id = ANY(%s::bigint[]) ORDER BY handle_id FOR NO KEY UPDATE",
        ([int(one) for one in handle_ids],),
    )


def mark_purged(conn: Connection, handle_ids: Sequence[int]) -> None:
    """Those of the handles that no project has any more were removed on purpose."""
    conn.execute(
        "UPDATE charge SET purged = true WHERE handle_id = ANY(%s::bigint[]) AND project_id = 0",
        ([int(one) for one in handle_ids],),
    )


def keep_for_hours(conn: Connection, handle_ids: Sequence[int], hours: int) -> None:
    """Those of the handles that no project has are kept for so long."""
    conn.execute(
        "UPDATE charge SET kept_until = now() + make_interval(hours => %s)"
        " WHERE handle_id = ANY(%s::bigint[]) AND project_id = 0",
        (hours, [int(one) for one in handle_ids]),
    )


def held_loose(conn: Connection, organization_id: int, contributor_id: int) -> int:
    """The bytes of a contributor at an organization that are in no project."""
    row = conn.execute(
        "SELECT coalesce(sum(stored), 0)::bigint FROM usage_total WHERE organization_id = %s AND project_id = 0"
        " AND contributor_id = %s",
        (organization_id, contributor_id),
    ).fetchone()
    return int(row[0]) if row else 0


def handles_below(conn: Connection, node_id: int) -> list[int]:
    """The handles that a subtree refers to."""
    rows = conn.execute(
        "WITH RECURSIVE below AS (SELECT id FROM node WHERE id = %s UNION ALL"
        " SELECT n.id FROM node n JOIN below ON n.parent_id = below.id)"
        " SELECT DISTINCT r.handle_id FROM below JOIN file_reference r ON r.node_id = below.id",
        (node_id,),
    )
    return [row[0] for row in rows]


# Where the handles should count, against where they do; the difference is put right, and told as flows.
_SETTLE = """
WITH handle AS MATERIALIZED (
    SELECT * FROM charged_handle WHERE handle_id = ANY(%(ids)s::bigint[])
), referred AS MATERIALIZED (
    SELECT r.handle_id, r.project_id, bool_and(r.in_trash) AS in_trash
    FROM file_reference r JOIN handle h ON h.handle_id = r.handle_id GROUP BY 1, 2
), wanted AS (
    SELECT handle_id, project_id, in_trash FROM referred UNION ALL
    SELECT h.handle_id, 0, false FROM handle h
    WHERE NOT EXISTS (SELECT 1 FROM referred r WHERE r.handle_id = h.handle_id)
), counted AS (
    SELECT c.handle_id, c.project_id, c.in_trash FROM charge c JOIN handle h ON h.handle_id = c.handle_id
), diff AS MATERIALIZED (
    SELECT handle_id, project_id, w.in_trash IS NOT NULL AS is_now, c.in_trash IS NOT NULL AS was,
           coalesce(w.in_trash, false) AS trash_now, coalesce(c.in_trash, false) AS trash_was
    FROM wanted w FULL JOIN counted c USING (handle_id, project_id) WHERE w.in_trash IS DISTINCT FROM c.in_trash
), left_all AS MATERIALIZED (
    -- What no project refers to any more stays with the organization that paid for it last: it needs no room anywhere.
    SELECT DISTINCT ON (d.handle_id) d.handle_id, p.organization_id AS home_id
    FROM diff d JOIN diff g ON g.handle_id = d.handle_id AND NOT g.is_now JOIN node p ON p.id = g.project_id
    WHERE d.project_id = 0 AND d.is_now ORDER BY d.handle_id, g.project_id
), home AS (
    UPDATE charged_handle h SET home_id = l.home_id FROM left_all l
    WHERE h.handle_id = l.handle_id AND h.home_id <> l.home_id
), gone AS (
    DELETE FROM charge c USING diff d
    WHERE NOT d.is_now AND c.handle_id = d.handle_id AND c.project_id = d.project_id
), put AS (
    INSERT INTO charge (handle_id, project_id, home_id, in_trash)
    SELECT d.handle_id, d.project_id, CASE d.project_id WHEN 0 THEN coalesce(l.home_id, h.home_id) ELSE 0 END,
           d.trash_now
    FROM diff d JOIN handle h USING (handle_id) LEFT JOIN left_all l USING (handle_id) WHERE d.is_now
    ON CONFLICT (handle_id, project_id) DO UPDATE SET in_trash = EXCLUDED.in_trash
)
SELECT coalesce(p.organization_id, l.home_id, h.home_id), d.project_id, h.location_id, h.contributor_id, h.is_custom,
       sum(h.bytes * (d.is_now::int - d.was::int))::bigint,
       sum(h.bytes * (d.trash_now::int - d.trash_was::int))::bigint,
       sum(d.is_now::int - d.was::int)::bigint
FROM diff d JOIN handle h USING (handle_id) LEFT JOIN node p ON p.id = d.project_id
LEFT JOIN left_all l ON l.handle_id = d.handle_id AND d.project_id = 0
GROUP BY 1, 2, 3, 4, 5
"""


def settle(conn: Connection, handle_ids: Sequence[int]) -> list[Flow]:
    """Let each of these handles count once in every project that refers to it; what that changes.

    The handles must be locked, and the projects held.
    """
    rows = conn.execute(_SETTLE, {"ids": [int(one) for one in handle_ids]})
    return [Flow(*row) for row in rows]


_COLUMNS = "organization_id, project_id, location_id, contributor_id"
_ADD = (
    "stored = t.stored + EXCLUDED.stored, in_trash = t.in_trash + EXCLUDED.in_trash, files = t.files + EXCLUDED.files"
)
_GIVEN = (
    "unnest(%(o)s::bigint[], %(p)s::bigint[], %(l)s::bigint[], %(c)s::bigint[], %(s)s::bigint[], %(t)s::bigint[],"
    f" %(f)s::bigint[]) AS given ({_COLUMNS}, stored, in_trash, files)"
)


def add_totals(conn: Connection, flows: Sequence[Flow]) -> None:
    """Add flows to the totals, and to what happened today. In one order, so that two never wait for each other."""
    ordered = sorted(flows, key=lambda f: (f.organization_id, f.project_id, f.location_id, f.contributor_id))
    values = {
        "o": [f.organization_id for f in ordered], "p": [f.project_id for f in ordered],
        "l": [f.location_id for f in ordered], "c": [f.contributor_id for f in ordered],
        "s": [f.stored for f in ordered], "t": [f.in_trash for f in ordered], "f": [f.files for f in ordered],
    }  # fmt: skip
    conn.execute(
        f"INSERT INTO usage_total AS t ({_COLUMNS}, stored, in_trash, files) SELECT * FROM {_GIVEN}"
        f" ON CONFLICT ({_COLUMNS}) DO UPDATE SET {_ADD}",
        values,
    )
    conn.execute(
        f"INSERT INTO usage_day AS t (day, {_COLUMNS}, stored, in_trash, files)"
        f" SELECT (now() AT TIME ZONE 'UTC')::date, given.* FROM {_GIVEN}"
        f" ON CONFLICT (organization_id, day, project_id, location_id, contributor_id) DO UPDATE SET {_ADD}",
        values,
    )


def add_to_project(conn: Connection, project_id: int, location_id: int, stored: int) -> bool:
    """Add to what a project stores at a location, if its limit there allows it; False when not."""
    values = {"project": project_id, "location": location_id, "by": stored}
    conn.execute(
        "INSERT INTO project_storage (project_id, location_id) VALUES (%(project)s, %(location)s)"
        " ON CONFLICT (project_id, location_id) DO NOTHING",
        values,
    )
    done = conn.execute(
        "UPDATE project_storage SET stored = stored + %(by)s WHERE project_id = %(project)s"
        " AND location_id = %(location)s AND (%(by)s <= 0 OR max_bytes IS NULL OR stored + %(by)s <= max_bytes)",
        values,
    )
    return done.rowcount == 1


def project_storage(conn: Connection, project_id: int) -> list[tuple[int, int, int | None]]:
    """(location, bytes, limit) of a project."""
    return conn.execute(
        "SELECT location_id, stored, max_bytes FROM project_storage WHERE project_id = %s ORDER BY location_id",
        (project_id,),
    ).fetchall()


def project_storage_at(conn: Connection, project_id: int, location_id: int) -> tuple[int, int | None]:
    """What a project stores at one of them, and how much it may."""
    query = "SELECT stored, max_bytes FROM project_storage WHERE project_id = %s AND location_id = %s"
    return conn.execute(query, (project_id, location_id)).fetchone() or (0, None)


def limit_project(conn: Connection, project_id: int, location_id: int, max_bytes: int | None) -> None:
    """What a project may store at a location from now on."""
    conn.execute(
        "INSERT INTO project_storage (project_id, location_id, max_bytes) VALUES (%s, %s, %s)"
        " ON CONFLICT (project_id, location_id) DO UPDATE SET max_bytes = EXCLUDED.max_bytes",
        (project_id, location_id, max_bytes),
    )
