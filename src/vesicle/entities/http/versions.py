"""Doors of versions."""

from __future__ import annotations

from typing import Any

from vesicle.access import MayRead, Scope
from vesicle.entities import reading, updates, versioning
from vesicle.entities.http.declaring import UNDER_LOCK, WRITE, door
from vesicle.entities.model.entity import AnyEntity
from vesicle.entities.model.headers import FileHandleUpdateRequest
from vesicle.web import Bare, Call, Needs
from vesicle.wire import EntityId, Id, Page, decode, encode


@door("GET", "/repo/v1/entity/{id}/version", access=Needs(MayRead))
def list_versions(call: Call, grant: MayRead, limit: int = 10, offset: int = 0) -> Page:
    """The versions of an entity, the newest first."""
    return versioning.listed(call.conn, grant, limit, offset)


@door("GET", "/repo/v1/entity/{id}/version/{versionNumber}", access=Needs(MayRead))
def read_version(call: Call, grant: MayRead, version_number: int) -> AnyEntity:
    """One version of an entity."""
    return reading.entity(call.conn, grant, version_number)


@door("DELETE", "/repo/v1/entity/{id}/version/{versionNumber}", access=UNDER_LOCK, scopes=Scope.modify, status=204)
def delete_version(call: Call, id: EntityId, version_number: int) -> Bare:
    """Delete one version; not the last one."""
    versioning.delete(call.conn, call.actor, id, version_number)
    return Bare(204)


@door("PUT", "/repo/v1/entity/{id}/version", access=UNDER_LOCK, scopes=WRITE)
def make_version(call: Call, id: EntityId, body: dict[str, Any], generated_by: Id | None = None) -> AnyEntity:
    """A new version, of what the body says or, without a body, of what there is; the old form of newVersion=true."""
    if not body:
        return versioning.repeat(call.conn, call.actor, id, generated_by)
    entity: AnyEntity = decode(encode(body), AnyEntity)  # type: ignore[arg-type]
    return updates.replace(
        call.conn, call.actor, call.settings, id, entity, new_version=True, generated_by=generated_by
    )


@door("PUT", "/vesicle/v1/entity/{id}/version/{versionNumber}/promote", access=UNDER_LOCK, scopes=WRITE)
def promote_version(call: Call, id: EntityId, version_number: int, etag: str) -> AnyEntity:
    """Make an old version current again: a new version that says what the old one says."""
    return versioning.promote(call.conn, call.actor, id, version_number, etag)


@door("PUT", "/repo/v1/entity/{id}/version/{versionNumber}/filehandle", access=UNDER_LOCK, scopes=WRITE)
def swap_handle(call: Call, id: EntityId, version_number: int, body: FileHandleUpdateRequest) -> Bare:
    """Another file handle of the same bytes for one version."""
    versioning.swap_handle(call.conn, call.actor, id, version_number, body)
    return Bare()
