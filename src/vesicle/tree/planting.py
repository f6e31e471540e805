"""Many nodes at once: what bulk work adds to a tree, in a few statements for hundreds of names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from vesicle.access import MayCreate, MayUpdate
from vesicle.db import Connection, lock_projects_shared
from vesicle.tree.growth import COUNTED, hold
from vesicle.tree.store import many, nodes


class Place(NamedTuple):
    """A name below a parent."""

    parent_id: int
    name: str


def hold_shape(conn: Connection, node_id: int) -> None:
    """The shape of the node's project stays until the end of the transaction; others may add to it, too."""
    hold(conn, lock_projects_shared, node_id)


def depth(conn: Connection, grant: MayCreate) -> int:
    """How many steps the container lies below the root."""
    return nodes.depth(conn, grant)


def there(conn: Connection, places: Iterable[Place]) -> dict[Place, tuple[int, str]]:
    """Id and kind of what stands in these places. The caller asks for a grant before it does anything with it."""
    return {Place(parent, name): (number, kind) for parent, name, number, kind in many.children(conn, places)}


def plant(
    conn: Connection, parents: Mapping[int, MayCreate], kind: str, places: Collection[Place], most_children: int
) -> dict[Place, int]:
    """New nodes in these places, each below one of the parents; those whose name is taken are left out.

    The lock of the shape is held, the names are clean, and the depth was looked at. Containers that would get more than
    ``most_children`` (0: no limit) get none. Call inside a transaction.
    """
    wanted = list(places)
    if most_children and wanted:
        full = _full(conn, parents, wanted, most_children)
        wanted = [place for place in wanted if place.parent_id not in full]
    made = many.insert(conn, list(parents.values()), kind, wanted) if wanted else []
    return {Place(parent, name): number for number, parent, name in made}


def _full(conn: Connection, parents: Mapping[int, MayCreate], wanted: Sequence[Place], most: int) -> set[int]:
    have = many.counts(conn, list(parents.values()), COUNTED)
    for place in wanted:
        have[place.parent_id] = have.get(place.parent_id, 0) + 1
    return {parent for parent, count in have.items() if count > most}


def hold_nodes(conn: Connection, grants: Sequence[MayUpdate]) -> dict[int, int]:
    """The highest version number of each node, whose rows are held until the end of the transaction."""
    return many.locked(conn, grants)


def advance(conn: Connection, grants: Sequence[MayUpdate], versions: Mapping[int, int]) -> None:
    """New current versions for nodes whose rows are held: the numbers, by node."""
    many.advance(conn, grants, versions)
