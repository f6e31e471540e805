"""Doors of the trash can."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.entities import trash
from vesicle.entities.http.declaring import UNDER_LOCK, door
from vesicle.web import Bare, Call, InStory, SignedIn
from vesicle.wire import EntityId, Page


@door("GET", "/repo/v1/trashcan/view", access=SignedIn())
def list_deleted(call: Call, limit: int = 10, offset: int = 0) -> Page:
    """What the caller deleted."""
    return trash.listed(call.conn, call.actor, limit, offset)


@door("GET", "/vesicle/v1/trashcan", access=InStory("for administrators"))
def list_all_deleted(call: Call, limit: int = 10, offset: int = 0) -> Page:
    """What anybody deleted; for administrators."""
    return trash.listed(call.conn, call.actor, limit, offset, everybodys=True)


@door("PUT", "/repo/v1/trashcan/trash/{id}", access=UNDER_LOCK, scopes=Scope.modify)
def move_to_trash(call: Call, id: EntityId) -> Bare:
    """Move an entity with all that is in it to the trash can."""
    trash.delete(call.conn, call.actor, id, purge_soon=False)
    return Bare()


@door("PUT", "/repo/v1/trashcan/restore/{id}", access=UNDER_LOCK, scopes=Scope.modify)
def restore(call: Call, id: EntityId) -> Bare:
    """Put what was deleted back where it was."""
    trash.restore(call.conn, call.actor, call.settings, id)
    return Bare()


@door("PUT", "/repo/v1/trashcan/restore/{id}/{parentId}", access=UNDER_LOCK, scopes=Scope.modify)
def restore_elsewhere(call: Call, id: EntityId, parent_id: EntityId) -> Bare:
    """Put what was deleted into another container."""
    trash.restore(call.conn, call.actor, call.settings, id, parent_id)
    return Bare()


@door("PUT", "/repo/v1/trashcan/purge/{id}", access=UNDER_LOCK, scopes=Scope.modify)
def purge(call: Call, id: EntityId) -> Bare:
    """Delete for good, soon."""
    trash.flag(call.conn, call.actor, id)
    return Bare()
