"""Rows of what people say of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg import errors
from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from vesicle.access import Actor, OwnsFileHandle
from vesicle.accounts.model import ProfileRow
from vesicle.db import Connection

_PROFILE = """
SELECT p.principal_id, p.etag, a.alias, p.first_name, p.last_name, q.created_on,
       ARRAY(SELECT m.alias FROM alias m WHERE m.principal_id = p.principal_id AND m.kind = 'USER_EMAIL'
             ORDER BY m.alias),
       p.details, p.preferences, p.picture_handle_id, p.send_mail, p.mark_mailed_read
FROM person p JOIN principal q ON q.id = p.principal_id
JOIN alias a ON a.principal_id = p.principal_id AND a.kind = 'USER_NAME'
"""


def profiles(conn: Connection, ids: Sequence[int]) -> list[ProfileRow]:
    """Those of the ids that are people, in the order given."""
    numbers = [int(one) for one in ids]
    with conn.cursor(row_factory=args_row(ProfileRow)) as cursor:
        return cursor.execute(
            _PROFILE + "WHERE p.principal_id = ANY(%s::bigint[]) ORDER BY array_position(%s::bigint[], p.principal_id)",
            (numbers, numbers),
        ).fetchall()


def profile_page(conn: Connection, limit: int, offset: int) -> list[ProfileRow]:
    """People in the order of their ids."""
    with conn.cursor(row_factory=args_row(ProfileRow)) as cursor:
        query = _PROFILE + "ORDER BY p.principal_id LIMIT %s OFFSET %s"
        return cursor.execute(query, (limit, offset)).fetchall()


def locked_profile(conn: Connection, actor: Actor, person_id: int) -> ProfileRow | None:
    """The profile that the actor is about to change; nobody else changes it meanwhile."""
    _ = actor
    with conn.cursor(row_factory=args_row(ProfileRow)) as cursor:
        return cursor.execute(_PROFILE + "WHERE p.principal_id = %s FOR UPDATE OF p", (person_id,)).fetchone()


def update_profile(conn: Connection, actor: Actor, row: ProfileRow, picture: OwnsFileHandle | None) -> None:
    """Replace what a person says of themself. A new picture comes with its proof, a kept one is in the row."""
    _ = actor
    conn.execute(
        "UPDATE person SET first_name = %s, last_name = %s, details = %s, preferences = %s, picture_handle_id = %s,"
        " send_mail = %s, mark_mailed_read = %s, etag = gen_random_uuid() WHERE principal_id = %s",
        (
            row.first_name, row.last_name, Jsonb(row.details), Jsonb(row.preferences),
            picture.id if picture else row.picture_handle_id, row.send_mail, row.mark_mailed_read, row.principal_id,
        ),
    )  # fmt: skip


def set_notification(conn: Connection, person_id: int, send_mail: bool, mark_mailed_read: bool) -> None:
    """Whether messages go out as mail."""
    conn.execute(
        "UPDATE person SET send_mail = %s, mark_mailed_read = %s, etag = gen_random_uuid() WHERE principal_id = %s",
        (send_mail, mark_mailed_read, person_id),
    )


def rename(conn: Connection, actor: Actor, person_id: int, name: str, squeezed: str) -> bool:
    """Give a person another user name; False when it is somebody's."""
    _ = actor
    try:
        with conn.transaction():
            conn.execute(
                "UPDATE alias SET alias = %s, squeezed = %s WHERE principal_id = %s AND kind = 'USER_NAME'",
                (name, squeezed, person_id),
            )
    except errors.UniqueViolation:
        return False
    return True


def set_certified(conn: Connection, actor: Actor | None, person_id: int, certified: bool) -> None:
    """Since when a person is certified. ``actor`` is None for the operator."""
    _ = actor
    conn.execute(
        "UPDATE person SET certified_on = CASE WHEN %s THEN coalesce(certified_on, now()) END WHERE principal_id = %s",
        (certified, person_id),
    )


def certified_on(conn: Connection, person_id: int) -> datetime | None:
    """Since when a person is certified; that is public."""
    row = conn.execute("SELECT certified_on FROM person WHERE principal_id = %s", (person_id,)).fetchone()
    return row[0] if row else None


def agree(conn: Connection, person_id: int, version: str) -> None:
    """The person agreed to this version of the terms; the moment of a version is that of the first time."""
    conn.execute(
        "UPDATE person SET terms_agreed_on = CASE WHEN terms_version = %(version)s THEN terms_agreed_on ELSE now() END,"
        " terms_version = %(version)s WHERE principal_id = %(id)s",
        {"version": version, "id": person_id},
    )


def agreed_version(conn: Connection, person_id: int) -> str | None:
    """Which version of the terms a person agreed to."""
    row = conn.execute("SELECT terms_version FROM person WHERE principal_id = %s", (person_id,)).fetchone()
    return row[0] if row else None


def agreement(conn: Connection, actor: Actor) -> tuple[str | None, datetime | None] | None:
    """Which version of the terms the actor agreed to, and when."""
    return conn.execute(
        "SELECT terms_version, terms_agreed_on FROM person WHERE principal_id = %s", (actor.id,)
    ).fetchone()


def managed_alone(conn: Connection, actor: Actor, principal_id: int) -> list[tuple[int, str]]:
    """(id, name) of the organizations that nobody else manages. All that the person or team manages are held, so that
    nobody else stops managing them meanwhile.
    """
    _ = actor
    query = "SELECT organization_id, organization_name FROM management WHERE principal_id = %s"
    conn.execute(f"{query} ORDER BY 1 FOR NO KEY UPDATE", (principal_id,))
    return conn.execute(f"{query} AND alone ORDER BY 1", (principal_id,)).fetchall()


def delete_person(conn: Connection, actor: Actor, person_id: int) -> bool:
    """Remove a person; False when something that they made, or shared, is still there."""
    _ = actor
    try:
        with conn.transaction():
            conn.execute("DELETE FROM principal WHERE id = %s AND kind = 'user'", (person_id,))
    except (errors.ForeignKeyViolation, errors.RestrictViolation):
        return False
    return True
