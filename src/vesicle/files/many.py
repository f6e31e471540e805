"""File handles of objects that somebody else put into a bucket, many at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vesicle.access import Actor, MayCreate, MayUpdate
from vesicle.db import Connection
from vesicle.files.model import Bytes
from vesicle.files.store import many
from vesicle.locations.model import Location


def insert_many(conn: Connection, actor: Actor, location: Location, objects: Sequence[Bytes]) -> dict[str, int]:
    """A handle of the actor's for each object: the ids, by key. The objects are their owner's, and never removed.

    Call inside a transaction.
    """
    return many.insert(conn, actor, location, objects) if objects else {}


def tie_many(
    conn: Connection, proofs: Sequence[MayCreate | MayUpdate], tied: Collection[tuple[int, int, int]]
) -> None:  # fmt: skip
    """(handle, entity, version): each version refers to its handle from now on."""
    if tied:
        many.associate(conn, proofs, tied)
