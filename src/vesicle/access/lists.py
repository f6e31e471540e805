"""Stories of access control lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from vesicle.access import store
from vesicle.access.actors import Actor
from vesicle.access.grants import Exists, MayChangePermissions, MayCreate, MayRead
from vesicle.access.rights import OWNER_RIGHTS
from vesicle.db import Connection
from vesicle.errors import BadRequest, NotFound, Stale


def begin_own_list(conn: Connection, proof: MayCreate, object_id: int) -> None:
    """A list of its own for a project that has none: the actor gets every right of an owner."""
    if store.insert_acl(conn, proof, object_id):
        store.add_entry(conn, proof, object_id, proof.actor.id, OWNER_RIGHTS)


def entries(conn: Connection, grant: Exists | MayRead | MayChangePermissions) -> list[tuple[int, int]]:
    """(principal, rights) of the list that decides about an object."""
    return store.entries(conn, grant, grant.benefactor_id)


def read_by_public(conn: Connection, grants: Sequence[Exists | MayRead]) -> set[int]:
    """The ids of those lists, among the ones that decide about these objects, that let everybody read."""
    return store.read_by_public(conn, grants)


def stamps(conn: Connection, grant: Exists | MayRead | MayChangePermissions) -> tuple[UUID, datetime]:
    """Etag and creation date of the list that decides about an object."""
    row = store.acl_row(conn, grant, grant.benefactor_id)
    if row is None:
        raise NotFound(f"Resource: 'syn{grant.benefactor_id}' does not exist")
    return row


def hold(conn: Connection, actor: Actor, object_ids: Sequence[int]) -> None:
    """Nobody else changes the lists of these objects until the end of the transaction."""
    store.hold_acls(conn, actor, object_ids)


def add_administrator(conn: Connection, actor: Actor, object_ids: Sequence[int], principal_id: int) -> dict[int, int]:
    """A principal has every right of an owner on the lists of these objects; which rights it had there before.

    For stories that decide by themselves whether this may be: the lists must be held.
    """
    return store.widen_entries(conn, actor, object_ids, principal_id, OWNER_RIGHTS)


def part_list(conn: Connection, proof: MayChangePermissions, entries: Sequence[tuple[int, int]]) -> None:
    """A list of its own for something that inherited. Raises BadRequest for a principal that does not exist."""
    store.insert_acl(conn, proof, proof.id)
    _write(conn, proof, entries)


def replace_list(conn: Connection, proof: MayChangePermissions, entries: Sequence[tuple[int, int]], etag: str) -> None:
    """Other entries for the object's own list. Raises Stale, and BadRequest for a principal that does not exist."""
    if not store.renew_acl(conn, proof, etag):
        raise Stale(f"The ACL of syn{proof.id} was updated since you last fetched it, retrieve it again and re-apply.")
    _write(conn, proof, entries)


def _write(conn: Connection, proof: MayChangePermissions, entries: Sequence[tuple[int, int]]) -> None:
    if not store.replace_entries(conn, proof, entries):
        raise BadRequest("resourceAccess names a principalId that is nobody's: take it off the list.")


def end_own_list(conn: Connection, proof: MayChangePermissions) -> None:
    """What inherits again loses the list that it had."""
    store.delete_acl(conn, proof)
