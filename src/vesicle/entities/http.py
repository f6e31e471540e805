"""Doors of entities."""

from __future__ import annotations

from vesicle.access import Exists, MayRead, Scope
from vesicle.entities import annotating, bundle, creation, reading, sharing, updates
from vesicle.entities.model import (
    AccessControlList,
    Annotations,
    AnyEntity,
    EntityBundle,
    EntityBundleRequest,
    EntityChildrenRequest,
    EntityChildrenResponse,
    EntityHeader,
    EntityIdShape,
    EntityLookupRequest,
    EntityPath,
    ReferenceList,
    UserEntityPermissions,
)
from vesicle.tree import growth
from vesicle.web import Bare, Call, Doors, InStory, Needs, Transaction
from vesicle.wire import EntityId, Page

door = Doors("entities")
WRITE = Scope.view | Scope.modify
READ = Transaction.READ
UNDER_LOCK = InStory("permission is decided again under the lock that the deed holds")
IN_BODY = InStory("the ids are in the body")


@door("POST", "/repo/v1/entity", access=IN_BODY, scopes=WRITE, status=201)
def create(call: Call, body: AnyEntity) -> AnyEntity:
    """Make a project, a folder or a file."""
    return creation.create(call.conn, call.actor, call.settings, body)


@door("GET", "/repo/v1/entity/{id}", access=Needs(MayRead))
def read(call: Call, grant: MayRead) -> AnyEntity:
    """The current version of an entity."""
    return reading.entity(call.conn, grant)


@door("PUT", "/repo/v1/entity/{id}", access=UNDER_LOCK, scopes=WRITE)
def update(call: Call, id: EntityId, body: AnyEntity, new_version: bool = False) -> AnyEntity:
    """Replace an entity; with newVersion=true, or when its bytes change, a file gets a new version."""
    return updates.replace(call.conn, call.actor, id, body, new_version=new_version)


@door("DELETE", "/repo/v1/entity/{id}", access=UNDER_LOCK, scopes=Scope.modify, status=204)
def delete(call: Call, id: EntityId, skip_trash_can: bool = False) -> Bare:
    """Move an entity with all that is in it to the trash can."""
    growth.fell(call.conn, call.actor, id, purge_soon=skip_trash_can)
    return Bare(204)


@door("GET", "/repo/v1/entity/{id}/version", access=Needs(MayRead))
def list_versions(call: Call, grant: MayRead, limit: int = 10, offset: int = 0) -> Page:
    """The versions of an entity, the newest first."""
    return reading.versions(call.conn, grant, limit, offset)


@door("GET", "/repo/v1/entity/{id}/version/{versionNumber}", access=Needs(MayRead))
def read_version(call: Call, grant: MayRead, version_number: int) -> AnyEntity:
    """One version of an entity."""
    return reading.entity(call.conn, grant, version_number)


@door("DELETE", "/repo/v1/entity/{id}/version/{versionNumber}", access=UNDER_LOCK, scopes=Scope.modify, status=204)
def delete_version(call: Call, id: EntityId, version_number: int) -> Bare:
    """Delete one version; not the last one."""
    updates.delete_version(call.conn, call.actor, id, version_number)
    return Bare(204)


@door("GET", "/repo/v1/entity/{id}/annotations2", access=Needs(MayRead))
def read_annotations(call: Call, grant: MayRead) -> Annotations:
    """The annotations of the current version."""
    return annotating.read(call.conn, grant)


@door("GET", "/repo/v1/entity/{id}/version/{versionNumber}/annotations2", access=Needs(MayRead))
def read_version_annotations(call: Call, grant: MayRead, version_number: int) -> Annotations:
    """The annotations of one version."""
    return annotating.read(call.conn, grant, version_number)


@door("PUT", "/repo/v1/entity/{id}/annotations2", access=UNDER_LOCK, scopes=WRITE)
def replace_annotations(call: Call, id: EntityId, body: Annotations) -> Annotations:
    """Replace all annotations of the current version."""
    return annotating.replace(call.conn, call.actor, id, body)


@door("POST", "/repo/v1/entity/{id}/bundle2", access=Needs(MayRead), transaction=READ)
def read_bundle(call: Call, grant: MayRead, body: EntityBundleRequest) -> EntityBundle:
    """Many parts of an entity at once."""
    return bundle.bundle(call.conn, grant, call.settings, body)


@door("POST", "/repo/v1/entity/{id}/version/{versionNumber}/bundle2", access=Needs(MayRead), transaction=READ)
def read_version_bundle(call: Call, grant: MayRead, version_number: int, body: EntityBundleRequest) -> EntityBundle:
    """Many parts of one version at once."""
    return bundle.bundle(call.conn, grant, call.settings, body, version_number)


@door("POST", "/repo/v1/entity/child", access=IN_BODY, transaction=READ)
def find_child(call: Call, body: EntityLookupRequest) -> EntityIdShape:
    """A child by its exact name; without a parent, a project."""
    return reading.child(call.conn, call.actor, body.parent_id, body.entity_name)


@door("POST", "/repo/v1/entity/children", access=IN_BODY, transaction=READ)
def list_children(call: Call, body: EntityChildrenRequest) -> EntityChildrenResponse:
    """A page of what lies in a container."""
    return reading.children(call.conn, call.actor, body)


@door("GET", "/repo/v1/entity/{id}/type", access=Needs(MayRead))
def read_header(call: Call, grant: MayRead) -> EntityHeader:
    """An entity in one line."""
    return reading.header(call.conn, grant)


@door("GET", "/repo/v1/entity/type", access=IN_BODY)
def read_headers(call: Call, batch: str) -> Page:
    """Headers of many entities, ids with commas between; what may not be read is left out."""
    return reading.headers(call.conn, call.actor, reading.references(batch))


@door("POST", "/repo/v1/entity/header", access=IN_BODY, transaction=READ)
def read_versioned_headers(call: Call, body: ReferenceList) -> Page:
    """Headers of many entities, or of named versions; what may not be read is left out."""
    return reading.headers(call.conn, call.actor, list(body.references))


@door("GET", "/repo/v1/entity/{id}/path", access=Needs(MayRead))
def read_path(call: Call, grant: MayRead) -> EntityPath:
    """From the root down to the entity."""
    return reading.path(call.conn, grant)


@door("GET", "/repo/v1/entity/{id}/acl", access=Needs(Exists))
def read_acl(call: Call, grant: Exists) -> AccessControlList:
    """The entity's own access control list; 404 when it inherits. The contract lets everybody see it."""
    return sharing.own_list(call.conn, grant)


@door("GET", "/repo/v1/entity/{id}/benefactor", access=Needs(MayRead))
def read_benefactor(call: Call, grant: MayRead) -> EntityHeader:
    """Whose access control list decides."""
    return reading.header(call.conn, grant, grant.benefactor_id)


@door("GET", "/repo/v1/entity/{id}/permissions", access=Needs(Exists))
def read_permissions(call: Call, grant: Exists) -> UserEntityPermissions:
    """What the caller may do; answered for everybody, because it tells nothing but that."""
    return sharing.permissions(call.conn, grant, call.settings)
