"""Doors of bundles."""

from __future__ import annotations

from vesicle.access import MayRead
from vesicle.entities import bundle, bundling
from vesicle.entities.http.declaring import IN_BODY, READ, UNDER_LOCK, WRITE, door
from vesicle.entities.model.bundles import EntityBundle, EntityBundleCreate, EntityBundleRequest, OldEntityBundle
from vesicle.errors import Gone
from vesicle.web import Anyone, Bare, Call, Needs
from vesicle.wire import EntityId, Id

GONE = "This call is gone; use bundle2 instead."


@door("POST", "/repo/v1/entity/{id}/bundle2", access=Needs(MayRead), transaction=READ)
def read_bundle(call: Call, grant: MayRead, body: EntityBundleRequest) -> EntityBundle:
    """Many parts of an entity at once."""
    return bundle.bundle(call.conn, grant, call.settings, body)


@door("POST", "/repo/v1/entity/{id}/version/{versionNumber}/bundle2", access=Needs(MayRead), transaction=READ)
def read_version_bundle(call: Call, grant: MayRead, version_number: int, body: EntityBundleRequest) -> EntityBundle:
    """Many parts of one version at once."""
    return bundle.bundle(call.conn, grant, call.settings, body, version_number)


@door("POST", "/repo/v1/entity/bundle2/create", access=IN_BODY, scopes=WRITE, status=201)
def create_bundle(call: Call, body: EntityBundleCreate, generated_by: Id | None = None) -> EntityBundle:
    """Make an entity with its annotations and its access control list."""
    return bundling.create(call.conn, call.actor, call.settings, body, generated_by)


@door("PUT", "/repo/v1/entity/{id}/bundle2", access=UNDER_LOCK, scopes=WRITE)
def update_bundle(call: Call, id: EntityId, body: EntityBundleCreate, generated_by: Id | None = None) -> EntityBundle:
    """Change an entity, its annotations (merged into what is there) and its access control list."""
    return bundling.update(call.conn, call.actor, call.settings, id, body, generated_by)


@door("GET", "/repo/v1/entity/{id}/bundle", access=Needs(MayRead))
def read_old_bundle(call: Call, grant: MayRead, mask: int) -> OldEntityBundle:
    """Many parts of an entity, chosen by a mask."""
    return bundle.by_mask(call.conn, grant, call.settings, mask)


@door("GET", "/repo/v1/entity/{id}/version/{versionNumber}/bundle", access=Needs(MayRead))
def read_old_version_bundle(call: Call, grant: MayRead, version_number: int, mask: int) -> OldEntityBundle:
    """Many parts of one version, chosen by a mask."""
    return bundle.by_mask(call.conn, grant, call.settings, mask, version_number)


@door("POST", "/repo/v1/entity/bundle", access=Anyone("only says that it is gone"), scopes=WRITE, status=410)
def create_old_bundle() -> Bare:
    """Gone: use bundle2/create."""
    raise Gone(GONE)


@door("PUT", "/repo/v1/entity/{id}/bundle", access=Anyone("only says that it is gone"), scopes=WRITE, status=410)
def update_old_bundle(id: EntityId) -> Bare:
    """Gone: use PUT bundle2."""
    _ = id
    raise Gone(GONE)
