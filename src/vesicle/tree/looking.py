"""Looking at the shape of the tree."""

from __future__ import annotations

from vesicle.access import Exists, Grant, MayChangePermissions, MayDelete, MayRead, MayUpdate
from vesicle.db import Connection
from vesicle.errors import NotFound, Stale
from vesicle.tree.model import Node
from vesicle.tree.store import nodes


def node(conn: Connection, grant: Grant) -> Node:
    """The node of the grant. Raises NotFound when it was purged since."""
    return _there(nodes.node(conn, grant), grant)


def locked(conn: Connection, grant: MayUpdate | MayDelete | MayChangePermissions, etag: str | None) -> Node:
    """The node, held until the end of the transaction, and checked against an etag when one is given. Raises Stale."""
    found = _there(nodes.locked(conn, grant), grant)
    if etag is not None and str(found.etag) != etag:
        raise Stale(
            f"Object: syn{grant.id} was updated since you last fetched it, retrieve it again and re-apply the update"
        )
    return found


def line(conn: Connection, grant: MayRead) -> list[tuple[int, str, str]]:
    """(id, name, kind) from the root down to the node itself."""
    return nodes.line(conn, grant)


def child(conn: Connection, parent: MayRead | Exists, name: str) -> int | None:
    """The id of a child by its exact name."""
    return nodes.child(conn, parent, name)


def has_children(conn: Connection, grant: MayRead) -> bool:
    """True when anything lies below."""
    return nodes.has_children(conn, grant)


def _there(found: Node | None, grant: Grant) -> Node:
    if found is None:
        raise NotFound(f"Resource: 'syn{grant.id}' does not exist")
    return found
