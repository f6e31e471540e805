"""Rows of storage locations, as far as who may put something there depends on them, and their terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg.rows import args_row, dict_row

from vesicle.access import TRASH, Actor
from vesicle.db import Connection
from vesicle.usage.model import Terms

DEFAULT = 1


def terms(conn: Connection, actor: Actor, location_id: int) -> Terms | None:
    """What holds for a location."""
    _ = actor
    with conn.cursor(row_factory=args_row(Terms)) as cursor:
        return cursor.execute(
            "SELECT l.id, l.kind, l.sts_enabled, l.writable, t.private_to FROM storage_location l"
            " LEFT JOIN storage_terms t ON t.location_id = l.id WHERE l.id = %s",
            (location_id,),
        ).fetchone()


def default_of_others(conn: Connection, actor: Actor, location_id: int, organization_id: int) -> list[int]:
    """Which other organizations have their new files put there."""
    _ = actor
    rows = conn.execute(
        "SELECT id FROM organization WHERE default_location_id = %s AND id <> %s ORDER BY 1",
        (location_id, organization_id),
    )
    return [row[0] for row in rows]


def named_by_others(conn: Connection, actor: Actor, location_id: int, organization_id: int) -> list[int]:
    """Projects and folders of other organizations, outside of the trash can, whose new files are put there."""
    _ = actor
    rows = conn.execute(
        "SELECT n.id FROM project_setting_location l JOIN project_setting s ON s.id = l.setting_id"
        " JOIN node n ON n.id = s.node_id JOIN node p ON p.id = n.project_id"
        " WHERE l.location_id = %s AND p.organization_id <> %s AND n.benefactor_id <> %s ORDER BY 1",
        (location_id, organization_id, TRASH),
    )
    return [row[0] for row in rows]


def said(conn: Connection, actor: Actor, location_id: int) -> dict[str, Any]:
    """All that the operator said of a location, or what holds while nothing is said."""
    _ = actor
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            "SELECT private_to, egress, region::text[] FROM storage_terms WHERE location_id = %s FOR NO KEY UPDATE",
            (location_id,),
        ).fetchone()
    return found or {"private_to": None, "egress": "limited", "region": []}


def location(conn: Connection, location_id: int) -> tuple[bool, int | None] | None:
    """Whether a location is custom, and to which organization it is private."""
    return conn.execute(
        "SELECT l.kind <> 'managed-s3', t.private_to FROM storage_location l"
        " LEFT JOIN storage_terms t ON t.location_id = l.id WHERE l.id = %s",
        (location_id,),
    ).fetchone()


def hold_alone(conn: Connection, location_id: int) -> None:
    """Nobody begins an upload to a location, or a charge at it, before the end of the transaction. An upload holds the
    location by its key to it, and is looked at behind that.
    """
    conn.execute("SELECT 1 FROM storage_location WHERE id = %s FOR UPDATE", (location_id,))


def hold(conn: Connection, location_ids: Iterable[int]) -> None:
    """What the operator says of these locations stays until the end of the transaction; others may hold them too. The
    default one is never private, and so needs no lock that everybody would share.
    """
    held = sorted(set(location_ids) - {DEFAULT})
    if held:
        query = "SELECT 1 FROM storage_location WHERE id = ANY(%s::bigint[]) ORDER BY id FOR KEY SHARE"
        conn.execute(query, (held,))


def private_elsewhere(conn: Connection, pairs: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    """The first (location, organization) of these whose location is private to another organization."""
    locations, organizations = zip(*pairs, strict=True)
    return conn.execute(
        "SELECT w.location_id, w.organization_id FROM unnest(%s::bigint[], %s::bigint[])"
        " AS w (location_id, organization_id) JOIN storage_terms t ON t.location_id = w.location_id"
        " WHERE t.private_to <> w.organization_id LIMIT 1",
        (list(locations), list(organizations)),
    ).fetchone()


def others_in(conn: Connection, location_id: int, organization_id: int) -> list[int]:
    """Which other organizations have something at a location."""
    rows = conn.execute(
        "SELECT DISTINCT organization_id FROM usage_total WHERE location_id = %s AND organization_id <> %s"
        " AND files > 0 ORDER BY 1",
        (location_id, organization_id),
    )
    return [row[0] for row in rows]


def promised_by_others(conn: Connection, location_id: int, organization_id: int) -> list[int]:
    """Which other organizations promised room at a location to uploads that are not finished."""
    rows = conn.execute(
        "SELECT DISTINCT r.organization_id FROM reservation r JOIN promised_upload p ON p.upload_id = r.upload_id"
        " WHERE p.location_id = %s AND r.organization_id <> %s ORDER BY 1",
        (location_id, organization_id),
    )
    return [row[0] for row in rows]


def put_terms(conn: Connection, location_id: int, private_to: int | None, egress: str, region: list[str]) -> None:
    """What holds for a location."""
    conn.execute(
        "INSERT INTO storage_terms (location_id, private_to, egress, region) VALUES (%s, %s, %s, %s::cidr[])"
        " ON CONFLICT (location_id) DO UPDATE SET private_to = EXCLUDED.private_to, egress = EXCLUDED.egress,"
        " region = EXCLUDED.region",
        (location_id, private_to, egress, region),
    )
