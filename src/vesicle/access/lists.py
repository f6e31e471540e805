"""Stories of access control lists."""

from __future__ import annotations

from collections.abc import Iterable

from vesicle.access import store
from vesicle.access.grants import MayCreate, MayDelete
from vesicle.access.rights import OWNER_RIGHTS
from vesicle.db import Connection


def begin_own_list(conn: Connection, proof: MayCreate, object_id: int) -> None:
    """A list of its own for a new project: its creator gets every right of an owner."""
    store.insert_acl(conn, proof, object_id)
    store.add_entry(conn, proof, object_id, proof.actor.id, OWNER_RIGHTS)


def end_own_lists(conn: Connection, proof: MayDelete, object_ids: Iterable[int]) -> None:
    """What goes to the trash can loses the lists that it had."""
    store.delete_acls(conn, proof, object_ids)
