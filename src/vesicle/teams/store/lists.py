"""Rows of the teams' access control lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from vesicle.access import Actor, MayReadTeam, MayUpdateTeam, OnTeam, Right
from vesicle.db import Connection


def begin(conn: Connection, actor: Actor, team_id: int, entries: Iterable[tuple[int, Right]]) -> None:
    """The list of a team that the actor just made."""
    _ = actor
    _insert(conn, team_id, entries)


def stamps(conn: Connection, proof: MayReadTeam | MayUpdateTeam) -> tuple[UUID, datetime] | None:
    """Etag and creation date of a team's list; None when the team is gone."""
    return conn.execute("SELECT acl_etag, created_on FROM team WHERE id = %s", (proof.id,)).fetchone()


def entries(conn: Connection, proof: MayReadTeam | MayUpdateTeam) -> list[tuple[int, int]]:
    """(principal, rights), in the order of principals."""
    return conn.execute(
        "SELECT principal_id, rights FROM team_acl_entry WHERE team_id = %s ORDER BY principal_id", (proof.id,)
    ).fetchall()


def replace(conn: Connection, proof: MayUpdateTeam, etag: str, wanted: Iterable[tuple[int, Right]]) -> bool:
    """Another list in place of the old one; False when the etag is no longer the current one."""
    if not _touch(conn, proof, etag):
        return False
    conn.execute("DELETE FROM team_acl_entry WHERE team_id = %s", (proof.id,))
    _insert(conn, proof.id, wanted)
    return True


def give(conn: Connection, proof: MayUpdateTeam, principal_id: int, rights: Right) -> None:
    """A principal has exactly these rights from now on."""
    _touch(conn, proof, None)
    conn.execute(
        "INSERT INTO team_acl_entry (team_id, principal_id, rights) VALUES (%s, %s, %s)"
        " ON CONFLICT (team_id, principal_id) DO UPDATE SET rights = excluded.rights",
        (proof.id, principal_id, int(rights)),
    )


def drop(conn: Connection, proof: OnTeam, principal_id: int) -> None:
    """A principal has no rights of its own any more."""
    gone = conn.execute("DELETE FROM team_acl_entry WHERE team_id = %s AND principal_id = %s", (proof.id, principal_id))
    if gone.rowcount:
        _touch(conn, proof, None)


def _touch(conn: Connection, proof: OnTeam, etag: str | None) -> bool:
    query = (
        "UPDATE team SET acl_etag = gen_random_uuid()"
        " WHERE id = %(id)s AND (%(etag)s::text IS NULL OR acl_etag::text = %(etag)s)"
    )
    return conn.execute(query, {"id": proof.id, "etag": etag}).rowcount == 1


def _insert(conn: Connection, team_id: int, wanted: Iterable[tuple[int, Right]]) -> None:
    rows = [(team_id, principal, int(rights)) for principal, rights in wanted]
    conn.cursor().executemany("INSERT INTO team_acl_entry (team_id, principal_id, rights) VALUES (%s, %s, %s)", rows)
