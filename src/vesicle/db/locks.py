"""Locks of whole projects: whoever changes the shape of a tree takes them alone, whoever adds to it shares them."""

from __future__ import annotations

from collections.abc import Iterable

from vesicle.db.pool import Connection

SUBTREE_WITHIN = "1h"
"""How long a statement may take that rewrites a subtree: a million nodes need a minute, and more where others work."""


def lock_projects(conn: Connection, project_ids: Iterable[int]) -> None:
    """Until the end of the transaction no one else adds to, moves within or shares these projects anew.

    They are taken in the order of their ids, so that two movers never wait for each other. What follows is about whole
    subtrees, and each statement has the time that a large one takes.
    """
    for project_id in sorted(set(project_ids)):
        conn.execute(
            "SELECT set_config('statement_timeout', %s, true), pg_advisory_xact_lock(%s)", (SUBTREE_WITHIN, project_id)
        )


def lock_projects_shared(conn: Connection, project_ids: Iterable[int]) -> None:
    """Until the end of the transaction the shape of these projects stays; others may add to them too."""
    for project_id in sorted(set(project_ids)):
        conn.execute("SELECT pg_advisory_xact_lock_shared(%s)", (project_id,))
