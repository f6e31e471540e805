"""Locks of whole projects: whoever changes the shape of a tree takes them alone, whoever adds to it shares them."""

from __future__ import annotations

from collections.abc import Iterable

from vesicle.db.pool import Connection


def lock_projects(conn: Connection, project_ids: Iterable[int]) -> None:
    """Until the end of the transaction no one else adds to, moves within or shares these projects anew.

    They are taken in the order of their ids, so that two movers never wait for each other.
    """
    for project_id in sorted(set(project_ids)):
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (project_id,))


def lock_projects_shared(conn: Connection, project_ids: Iterable[int]) -> None:
    """Until the end of the transaction the shape of these projects stays; others may add to them too."""
    for project_id in sorted(set(project_ids)):
        conn.execute("SELECT pg_advisory_xact_lock_shared(%s)", (project_id,))
