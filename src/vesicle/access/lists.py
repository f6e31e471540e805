"""Stories of access control lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from vesicle.access import store
from vesicle.access.grants import Exists, MayCreate, MayDelete, MayRead
from vesicle.access.rights import OWNER_RIGHTS
from vesicle.db import Connection
from vesicle.errors import NotFound


def begin_own_list(conn: Connection, proof: MayCreate, object_id: int) -> None:
    """A list of its own for a new project: its creator gets every right of an owner."""
    store.insert_acl(conn, proof, object_id)
    store.add_entry(conn, proof, object_id, proof.actor.id, OWNER_RIGHTS)


def entries(conn: Connection, grant: Exists | MayRead) -> list[tuple[int, int]]:
    """(principal, rights) of the list that decides about an object."""
    return store.entries(conn, grant, grant.benefactor_id)


def stamps(conn: Connection, grant: Exists | MayRead) -> tuple[UUID, datetime]:
    """Etag and creation date of the list that decides about an object."""
    row = store.acl_row(conn, grant, grant.benefactor_id)
    if row is None:
        raise NotFound(f"Resource: 'syn{grant.benefactor_id}' does not exist")
    return row


def end_own_lists(conn: Connection, proof: MayDelete, object_ids: Iterable[int]) -> None:
    """What goes to the trash can loses the lists that it had."""
    store.delete_acls(conn, proof, object_ids)
