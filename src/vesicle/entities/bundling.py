"""Making and changing an entity with its annotations and its access control list, in one call."""

from __future__ import annotations

from vesicle.access import Actor, Exists, MayUpdate, require
from vesicle.db import Connection
from vesicle.entities import annotating, creation, granting, reading, sharing, updates
from vesicle.entities.model.bundles import EntityBundle, EntityBundleCreate
from vesicle.entities.model.entity import KIND_OF, AnyEntity
from vesicle.entities.model.sharing import AccessControlList
from vesicle.errors import BadRequest
from vesicle.settings import Settings
from vesicle.tree import growth
from vesicle.wire import UNSET, EntityId, Maybe


def create(
    conn: Connection, actor: Actor, settings: Settings, given: EntityBundleCreate, generated_by: int | None
) -> EntityBundle:
    """Make what the bundle has. Call inside a transaction. Raises what making each of its parts raises."""
    if given.entity is UNSET:
        raise BadRequest("entity is required: a bundle is made around one.")
    if given.access_control_list is not UNSET and given.entity.parent_id is not UNSET:
        growth.lock_shape(conn, given.entity.parent_id)
    made = creation.create(conn, actor, settings, given.entity, generated_by)
    return _with_the_rest(conn, actor, made, given, EntityId(made.id or 0))


def update(
    conn: Connection, actor: Actor, settings: Settings, entity_id: int, given: EntityBundleCreate,
    generated_by: int | None,
) -> EntityBundle:  # fmt: skip
    """Change what the bundle has; annotations are merged into those that are there. Call inside a transaction."""
    for part in (given.entity, given.annotations, given.access_control_list):
        if part is not UNSET and part.id is not UNSET and part.id != entity_id:
            raise BadRequest(f"The path says syn{entity_id} and a part of the body says syn{part.id}.")
    if given.access_control_list is not UNSET:
        growth.lock_shape(conn, entity_id)
    entity: Maybe[AnyEntity] = UNSET
    if given.entity is not UNSET:
        entity = updates.replace(
            conn, actor, settings, entity_id, given.entity, new_version=False, generated_by=generated_by
        )
    return _with_the_rest(conn, actor, entity, given, EntityId(entity_id))


def _with_the_rest(
    conn: Connection, actor: Actor, entity: Maybe[AnyEntity], given: EntityBundleCreate, entity_id: EntityId
) -> EntityBundle:
    found = EntityBundle(entity=entity)
    if given.access_control_list is not UNSET:
        found.access_control_list = _share(conn, actor, entity_id, given.access_control_list)
    if given.annotations is not UNSET:
        annotating.merge(conn, actor, entity_id, given.annotations)
        found.annotations = annotating.read(conn, require(conn, actor, MayUpdate, entity_id))
    if entity is not UNSET:
        found.entity_type = KIND_OF[type(entity)]
        if found.access_control_list is not UNSET or found.annotations is not UNSET:
            # Each part that was written gave the entity another etag; the answer has the last one.
            found.entity = reading.entity(conn, require(conn, actor, MayUpdate, entity_id))
    return found


def _share(conn: Connection, actor: Actor, entity_id: int, given: AccessControlList) -> AccessControlList:
    """A list of its own, or, for what has one, these entries instead."""
    exists = require(conn, actor, Exists, entity_id)
    if exists.benefactor_id != entity_id:
        return granting.part(conn, actor, entity_id, given)
    given.id, given.etag = EntityId(entity_id), sharing.own_list(conn, exists).etag
    return granting.replace(conn, actor, entity_id, given)
