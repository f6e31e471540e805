"""Doors of entities themselves."""

from __future__ import annotations

from vesicle.access import MayRead, Scope
from vesicle.entities import creation, reading, trash, updates
from vesicle.entities.http.declaring import IN_BODY, UNDER_LOCK, WRITE, door
from vesicle.entities.model.entity import AnyEntity
from vesicle.web import Bare, Call, Needs
from vesicle.wire import EntityId, Id


@door("POST", "/repo/v1/entity", access=IN_BODY, scopes=WRITE, status=201)
def create(call: Call, body: AnyEntity, generated_by: Id | None = None, organization_id: Id | None = None) -> AnyEntity:
    """Make an entity; organizationId says which organization a project belongs to."""
    return creation.create(call.conn, call.actor, call.settings, body, generated_by, organization_id)


@door("GET", "/repo/v1/entity/{id}", access=Needs(MayRead))
def read(call: Call, grant: MayRead) -> AnyEntity:
    """The current version of an entity."""
    return reading.entity(call.conn, grant)


@door("PUT", "/repo/v1/entity/{id}", access=UNDER_LOCK, scopes=WRITE)
def update(
    call: Call, id: EntityId, body: AnyEntity, new_version: bool = False, generated_by: Id | None = None
) -> AnyEntity:
    """Replace an entity; with newVersion=true, or when its bytes change, a file gets a new version."""
    return updates.replace(
        call.conn, call.actor, call.settings, id, body, new_version=new_version, generated_by=generated_by
    )


@door("DELETE", "/repo/v1/entity/{id}", access=UNDER_LOCK, scopes=Scope.modify, status=204)
def delete(call: Call, id: EntityId, skip_trash_can: bool = False) -> Bare:
    """Move an entity with all that is in it to the trash can."""
    trash.delete(call.conn, call.actor, id, purge_soon=skip_trash_can)
    return Bare(204)
