"""Many files at once: their first versions, and new versions of what is there, in a few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vesicle.access import MayCreate, MayUpdate
from vesicle.db import Connection
from vesicle.entities.store import many
from vesicle.entities.updates import MOST_VERSIONS
from vesicle.files import many as bytes_of_many
from vesicle.tree import planting


def begin(
    conn: Connection, grants: Sequence[MayCreate], handles: Mapping[int, int | None], label: str, comment: str | None
) -> None:
    """First versions of nodes that were planted a moment ago below what the grants are for: handles, by node.

    Folders have None for a handle. Call inside the transaction that planted them.
    """
    if handles:
        many.insert_first(conn, grants, handles, label, comment)
        tied = [(handle, node, 1) for node, handle in handles.items() if handle is not None]
        bytes_of_many.tie_many(conn, grants, tied)


def without_label(conn: Connection, grants: Sequence[MayUpdate], label: str) -> set[int]:
    """Those of the nodes, whose rows are held from now on, that can get a version of this label (or number)."""
    planting.hold_nodes(conn, grants)
    return many.without_label(conn, grants, label, MOST_VERSIONS)


def cut(
    conn: Connection, grants: Sequence[MayUpdate], handles: Mapping[int, int], label: str, comment: str | None
) -> dict[int, int]:
    """New versions with other bytes, and the annotations of the current ones: the numbers, by node.

    Without a label a version's number is its label; a node that has a version of that label gets none. Call inside a
    transaction.
    """
    highest = planting.hold_nodes(conn, grants)
    numbers = {node: highest[node] + 1 for node in handles if node in highest}
    made = many.insert_next(conn, grants, {node: (numbers[node], handles[node]) for node in numbers}, label, comment)
    cut_now = {node: numbers[node] for node in made}
    planting.advance(conn, grants, cut_now)
    bytes_of_many.tie_many(conn, grants, [(handles[node], node, number) for node, number in cut_now.items()])
    return cut_now
