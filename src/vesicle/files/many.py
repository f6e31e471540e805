"""File handles of objects that somebody else put into a bucket, many at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vesicle.access import Actor, MayCreate, MayUpdate, OwnsLocation
from vesicle.db import Connection
from vesicle.files.model import Bytes
from vesicle.files.store import many
from vesicle.locations.model import Location
from vesicle.organizations import membership
from vesicle.usage import charging


def insert_many(conn: Connection, actor: Actor, location: Location, objects: Sequence[Bytes]) -> dict[str, int]:
    """A handle of the actor's for each object: the ids, by key. The objects are their owner's, and never removed.

    Call inside the transaction that ties every one of them, for they are charged with their ties.
    """
    if not objects:
        return {}
    made = many.insert(conn, actor, location, objects)
    charging.begin_with_ties(conn, membership.payer(conn, actor), list(made.values()))
    return made


def tie_many(
    conn: Connection, proofs: Sequence[MayCreate | MayUpdate], tied: Collection[tuple[int, int, int]]
) -> None:  # fmt: skip
    """(handle, entity, version): each version refers to its handle from now on."""
    if tied:
        for proof in {proof.project_id: proof for proof in proofs}.values():
            membership.require_contribution(conn, proof)
        many.associate(conn, proofs, tied)
        charging.settle(conn, sorted({handle for handle, _, _ in tied}))


def met_again(conn: Connection, location_id: int, handle_ids: Sequence[int]) -> None:
    """The objects of these handles of a location were seen just now, as they are on record.

    Serves a worker that acts for the house.
    """
    if handle_ids:
        many.note_checked(conn, location_id, handle_ids)


def met_no_more(conn: Connection, location_id: int, handle_ids: Sequence[int]) -> None:
    """The objects of these handles of a location were seen to be others, or gone: whoever wants one is told at once.

    Serves a worker that acts for the house.
    """
    if handle_ids:
        many.forget_checked(conn, location_id, handle_ids)


def repoint(
    conn: Connection, location: OwnsLocation, handle_id: int, key: str, etag: str, version_id: str | None
) -> None:  # fmt: skip
    """The bytes of a handle of the location lie under another key now, where its owner put them."""
    many.repoint(conn, location, handle_id, key, etag, version_id)


def verified(conn: Connection, location: OwnsLocation, handle_id: int, md5: str) -> None:
    """The bytes of a handle of the location were read: this is their MD5."""
    many.note_verified(conn, location, handle_id, md5)
