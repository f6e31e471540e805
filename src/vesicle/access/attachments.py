"""Grants on files that hang on something else than an entity: icons of teams, pictures of people, letters."""

from __future__ import annotations

from collections.abc import Sequence

from vesicle.access import store
from vesicle.access.actors import Actor
from vesicle.access.grants import _SEAL
from vesicle.db import Connection


class MaySeeAttachment:
    """The file handle really hangs on the object, and the actor is one of those who may have it."""

    __slots__ = ("actor", "handle_id", "id", "object_type")

    def __init__(self, seal: object, actor: Actor, object_type: str, object_id: int, handle_id: int) -> None:
        if seal is not _SEAL:
            raise TypeError(f"{type(self).__name__} is made by access alone")
        self.actor, self.object_type, self.id, self.handle_id = actor, object_type, object_id, handle_id


def attachments(conn: Connection, actor: Actor, objects: Sequence[tuple[str, int]]) -> list[MaySeeAttachment]:
    """Proofs for everything that hangs on these (type, id) and that the actor may have, in one query."""
    found = store.attachments(conn, actor, objects)
    return [MaySeeAttachment(_SEAL, actor, kind, object_id, handle_id) for kind, object_id, handle_id in found]
