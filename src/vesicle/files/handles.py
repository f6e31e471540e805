"""File handles: registering what lies elsewhere, reading, deleting, and who refers to them."""

from __future__ import annotations

from collections.abc import Sequence

from vesicle.access import (
    Actor,
    MayCreate,
    MayDelete,
    MayDownload,
    MayRead,
    MaySeeAttachment,
    MayUpdate,
    OwnsFileHandle,
    require,
)
from vesicle.db import Connection
from vesicle.errors import Conflict, NotFound
from vesicle.files import removal, store
from vesicle.files.model import Handle
from vesicle.files.store import reaping
from vesicle.organizations import membership
from vesicle.usage import charging


def owned(conn: Connection, grant: OwnsFileHandle) -> Handle:
    """The handle of the grant. Raises NotFound when it is gone since."""
    row = store.owned_handle(conn, grant)
    if row is None:
        raise NotFound(f"There is no file handle {grant.id}.")
    return row


def associated(
    conn: Connection, grants: Sequence[MayDownload | MayRead], handle_ids: Sequence[int]
) -> dict[tuple[int, int], Handle]:
    """By (entity, handle): those of the handles that really are the data of a version of these entities."""
    return store.associated_handles(conn, grants, handle_ids)


def location_of(conn: Connection, handle_id: int) -> tuple[int | None, bool]:
    """The storage location of a handle, and whether it has STS enabled; (None, False) for a plain URL."""
    return store.location_of(conn, handle_id)


def note_seen(conn: Connection, proof: MayDownload | MaySeeAttachment | OwnsFileHandle, handle_id: int) -> None:
    """The object was looked at, and is as the handle says."""
    store.note_seen(conn, proof, handle_id)


def by_proof(conn: Connection, proofs: Sequence[OwnsFileHandle | MaySeeAttachment]) -> dict[int, Handle]:
    """The handles of the proofs, by their ids; one that is gone since is left out."""
    return store.handles_by_proof(conn, proofs)


def delete(conn: Connection, actor: Actor, handle_id: int) -> None:
    """Remove a handle, and then its object unless another handle says it too. One that does not exist is no error.

    Call inside a transaction. Raises Forbidden, and Conflict while an entity refers to the handle.
    """
    try:
        grant = require(conn, actor, OwnsFileHandle, handle_id)
    except NotFound:
        return
    if not reaping.hold_handle(conn, grant):
        return
    row = owned(conn, grant)
    charging.discharge(conn, handle_id)
    if not store.delete_handle(conn, grant):
        raise Conflict(f"File handle {handle_id} is in use; delete what refers to it first.")
    removal.remove_later(conn, row)


def tie(conn: Connection, proof: MayCreate | MayUpdate, handle_id: int, entity_id: int, version: int) -> None:
    """A version of an entity refers to the handle from now on; its project's organization pays for the bytes.

    Raises BadRequest when they do not fit there, and Forbidden when it takes nothing from the caller.
    """
    membership.require_contribution(conn, proof)
    store.associate(conn, proof, handle_id, entity_id, version)
    charging.settle(conn, [handle_id])


def untie(conn: Connection, proof: MayUpdate, entity_id: int, version: int) -> None:
    """A version of an entity refers to its handle no more, but to another."""
    charging.settle(conn, store.dissociate(conn, proof, entity_id, version))


def untie_removed(conn: Connection, proof: MayDelete, entity_id: int, version: int) -> None:
    """A version of an entity, which is being removed, refers to its handle no more."""
    charging.settle_purged(conn, store.dissociate(conn, proof, entity_id, version))


def untie_purged(conn: Connection, entity_ids: Sequence[int]) -> None:
    """No version of these entities, which are being purged, refers to a handle any more."""
    charging.settle_purged(conn, store.dissociate_purged(conn, entity_ids))
