"""Rows of storage locations and of the settings that name them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg.rows import args_row

from vesicle.access import (
    Actor,
    Grant,
    MayCheckLocation,
    MayCreate,
    MayDelete,
    MayDownload,
    MayRead,
    MayUpdate,
    OwnsLocation,
)
from vesicle.db import Connection
from vesicle.locations.model import Location

_COLUMNS = (
    "l.id, l.kind, l.created_by, l.created_on, l.etag, l.upload_type, l.banner, l.description, l.sts_enabled, l.bucket,"
    " l.base_key, l.endpoint_url, l.endpoint, l.url, l.supports_subfolders, l.benefactor_id, l.readable, l.writable"
)

# ----------------------------------------------------------- storage locations


def location(conn: Connection, location_id: int) -> Location | None:
    """One storage location.

    Anybody may upload into any location (contract, 8.4), so this takes no grant; who may place the result is asked
    later.
    """
    return next(iter(locations(conn, [location_id])), None)


def locations(conn: Connection, ids: Sequence[int]) -> list[Location]:
    """Those of the ids that there are, in the order given."""
    query = (
        f"SELECT {_COLUMNS} FROM storage_location l WHERE l.id = ANY(%s::bigint[])"
        " ORDER BY array_position(%s::bigint[], l.id)"
    )
    wanted = [int(one) for one in ids]
    with conn.cursor(row_factory=args_row(_row)) as cursor:
        return cursor.execute(query, (wanted, wanted)).fetchall()


def owned_location(conn: Connection, grant: OwnsLocation) -> Location | None:
    """The location of the grant."""
    return location(conn, grant.id)


def made_by(conn: Connection, actor: Actor, limit: int) -> list[Location]:
    """The newest locations of the actor."""
    query = f"SELECT {_COLUMNS} FROM storage_location l WHERE l.created_by = %s ORDER BY l.id DESC LIMIT %s"
    with conn.cursor(row_factory=args_row(_row)) as cursor:
        return cursor.execute(query, (actor.id, limit)).fetchall()


def same(conn: Connection, actor: Actor, digest: bytes) -> Location | None:
    """The location that this very request of the actor made before."""
    query = f"SELECT {_COLUMNS} FROM storage_location l WHERE l.created_by = %s AND l.digest = %s"
    with conn.cursor(row_factory=args_row(_row)) as cursor:
        return cursor.execute(query, (actor.id, digest)).fetchone()


def insert_location(
    conn: Connection, actor: Actor, new: Location, digest: bytes | None, secret: bytes | None
) -> Location | None:
    """A new location; None when the same request made one a moment ago."""
    query = (
        "INSERT INTO storage_location AS l (kind, created_by, upload_type, banner, description, sts_enabled, bucket,"
        " base_key, endpoint_url, endpoint, url, supports_subfolders, benefactor_id, readable, writable, digest,"
        " secret) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        f" ON CONFLICT (created_by, digest) DO NOTHING RETURNING {_COLUMNS}"
    )
    values = (
        new.kind, actor.id, new.upload_type, new.banner, new.description, new.sts_enabled, new.bucket, new.base_key,
        new.endpoint_url, new.endpoint, new.url, new.supports_subfolders, new.benefactor_id, new.readable, new.writable,
        digest, secret,
    )  # fmt: skip
    with conn.cursor(row_factory=args_row(_row)) as cursor:
        return cursor.execute(query, values).fetchone()


def keep_reference(conn: Connection, grant: OwnsLocation, reference: str | None) -> None:
    """Which store the location is in, and with whose keys."""
    conn.execute("UPDATE storage_location SET endpoint = %s WHERE id = %s", (reference, grant.id))


def keep_powers(conn: Connection, grant: MayCheckLocation | OwnsLocation, *, readable: bool, writable: bool) -> None:
    """What this server can do in the bucket of the location, as it is now."""
    conn.execute(
        "UPDATE storage_location SET readable = %s, writable = %s WHERE id = %s AND (readable, writable) <> (%s, %s)",
        (readable, writable, grant.id, readable, writable),
    )


# Two-part keys are a name space of their own, beside that of the projects' locks.
_CHECKS = 7_346_203


def begin_check(conn: Connection, actor: Actor) -> bool:
    """Hold the actor's one check of a bucket on this connection; False when they have one under way."""
    row = conn.execute("SELECT pg_try_advisory_lock(%s, (%s %% 2147483647)::int)", (_CHECKS, actor.id)).fetchone()
    return bool(row and row[0])


def end_check(conn: Connection, actor: Actor) -> None:
    """The actor may have another check."""
    conn.execute("SELECT pg_advisory_unlock(%s, (%s %% 2147483647)::int)", (_CHECKS, actor.id))


def insert_teams(conn: Connection, actor: Actor, location_id: int, numbers: Sequence[int], besides: list[int]) -> None:
    """Those of the numbers that are teams get the rights of the location's creator."""
    _ = actor
    conn.execute(
        "INSERT INTO storage_location_team (location_id, team_id) SELECT %s, id FROM principal"
        " WHERE kind = 'team' AND id = ANY(%s::bigint[]) AND NOT id = ANY(%s::bigint[]) ON CONFLICT DO NOTHING",
        (location_id, list(numbers), besides),
    )


def _row(*values: object) -> Location:
    return Location(**dict(zip(Location.__struct_fields__, values, strict=True)))  # type: ignore[arg-type]


# ------------------------------------------------------------ project settings

Setting = tuple[int, int, UUID, list[int]]
"""(id, container, etag, locations) of a project setting."""
_SETTING = (
    "SELECT s.id, s.node_id, s.etag, (SELECT array_agg(p.location_id ORDER BY p.position)"
    " FROM project_setting_location p WHERE p.setting_id = s.id) FROM project_setting s"
)


def container_of(conn: Connection, setting_id: int) -> int | None:
    """Which project or folder a setting is of, so that a grant for it can be asked for."""
    row = conn.execute("SELECT node_id FROM project_setting WHERE id = %s", (setting_id,)).fetchone()
    return row[0] if row else None


def setting_of(conn: Connection, grant: Grant) -> Setting | None:
    """The own setting of a container, without what it inherits."""
    return conn.execute(_SETTING + " WHERE s.node_id = %s", (grant.id,)).fetchone()


def insert_setting(conn: Connection, grant: MayCreate, ids: Sequence[int]) -> int | None:
    """A new setting; None when the container has one."""
    row = conn.execute(
        "INSERT INTO project_setting (node_id) VALUES (%s) ON CONFLICT DO NOTHING RETURNING id", (grant.id,)
    ).fetchone()
    if row is not None:
        _fill(conn, row[0], ids)
    return row[0] if row else None


def replace_setting(conn: Connection, grant: MayUpdate, etag: str, ids: Sequence[int]) -> bool:
    """Other locations for the container's setting; False when its etag is another one by now."""
    row = conn.execute(
        "UPDATE project_setting SET etag = gen_random_uuid() WHERE node_id = %s AND etag::text = %s RETURNING id",
        (grant.id, etag),
    ).fetchone()
    if row is None:
        return False
    conn.execute("DELETE FROM project_setting_location WHERE setting_id = %s", (row[0],))
    _fill(conn, row[0], ids)
    return True


def private_to_others(conn: Connection, grant: MayCreate | MayUpdate | MayDownload, ids: Sequence[int]) -> int | None:
    """The first of these locations that is private to another organization than the one of the grant's project."""
    row = conn.execute(
        "SELECT t.location_id FROM storage_terms t WHERE t.location_id = ANY(%s::bigint[]) AND t.private_to"
        " <> (SELECT organization_id FROM node WHERE id = %s) ORDER BY 1 LIMIT 1",
        ([int(one) for one in ids], grant.project_id),
    ).fetchone()
    return row[0] if row else None


def delete_setting(conn: Connection, grant: MayDelete) -> None:
    """The container inherits again."""
    conn.execute("DELETE FROM project_setting WHERE node_id = %s", (grant.id,))


def _fill(conn: Connection, setting_id: int, ids: Sequence[int]) -> None:
    conn.execute(
        "INSERT INTO project_setting_location (setting_id, position, location_id)"
        " SELECT %s, position, id FROM unnest(%s::bigint[]) WITH ORDINALITY AS given (id, position)",
        (setting_id, [int(one) for one in ids]),
    )


_NEAREST = """
WITH RECURSIVE line AS (
    SELECT id, parent_id, 0 AS up FROM node WHERE id = %s
    UNION ALL
    SELECT n.id, n.parent_id, up + 1 FROM node n JOIN line ON n.id = line.parent_id WHERE up < 200
)
SELECT s.node_id, p.location_id, l.sts_enabled, up, position
FROM line JOIN project_setting s ON s.node_id = line.id JOIN project_setting_location p ON p.setting_id = s.id
JOIN storage_location l ON l.id = p.location_id
UNION ALL
SELECT NULL, o.default_location_id, false, 1000, 0
FROM node n JOIN node project ON project.id = n.project_id JOIN organization o ON o.id = project.organization_id
WHERE n.id = %s AND o.default_location_id IS NOT NULL
ORDER BY up, position
"""


def settings_above(conn: Connection, node_id: int) -> list[tuple[int | None, int, bool]]:
    """(container, location, STS) of every setting on the line from a node up to the root, the nearest first; at the end
    the default storage of the organization, if it has one, without a container.

    Which storage location holds for a place is no secret to who may see or use the place; every caller has asked.
    """
    return [row[:3] for row in conn.execute(_NEAREST, (node_id, node_id))]


def containers_with_sts(conn: Connection, container_ids: Sequence[int]) -> set[int]:
    """Those whose own setting is a location with STS. No secret to who may use the place, as above."""
    rows = conn.execute(
        "SELECT s.node_id FROM project_setting s JOIN project_setting_location p ON p.setting_id = s.id"
        " JOIN storage_location l ON l.id = p.location_id WHERE s.node_id = ANY(%s::bigint[]) AND l.sts_enabled",
        (list(container_ids),),
    )
    return {row[0] for row in rows}


def holds_anything(conn: Connection, grant: MayRead | MayCreate | MayUpdate | MayDelete) -> bool:
    """True when something lies in the container, or lies in the trash can and came from there."""
    row = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM node WHERE parent_id = %(id)s)"
        " OR EXISTS (SELECT 1 FROM trashed WHERE parent_id = %(id)s)",
        {"id": grant.id},
    ).fetchone()
    return bool(row and row[0])
