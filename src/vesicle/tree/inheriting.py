"""Lists of its own: a node parts from its parent's list, and joins it again."""

from __future__ import annotations

from vesicle.access import MayChangePermissions, lists
from vesicle.db import Connection
from vesicle.errors import Forbidden
from vesicle.tree.store import nodes


def part(conn: Connection, grant: MayChangePermissions, entries: list[tuple[int, int]]) -> None:
    """Give the node a list of its own: what inherited through it follows it from now on. One statement for the subtree.

    The lock of the project must be held. Raises Forbidden when it has one already, and BadRequest.
    """
    if grant.benefactor_id == grant.id or grant.project_id is None:
        raise Forbidden("Resource already has an ACL.")
    lists.part_list(conn, grant, entries)
    nodes.place_subtree(conn, grant, grant.id, grant.project_id)


def rejoin(conn: Connection, grant: MayChangePermissions) -> None:
    """Take the node's own list away: it and what followed it inherit from its parent's benefactor.

    The lock of the project must be held. Raises Forbidden for what inherits, and for projects.
    """
    if grant.benefactor_id != grant.id:
        raise Forbidden("Resource already inherits its permissions.")
    above = nodes.benefactor_of_parent(conn, grant)
    if grant.kind == "project" or grant.project_id is None or above is None:
        raise Forbidden(f"syn{grant.id} is a project, which has nothing to inherit from; change its ACL instead.")
    nodes.place_subtree(conn, grant, above, grant.project_id)
    lists.end_own_list(conn, grant)
