"""A new entity."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.entities import placing, provenance
from vesicle.entities.model.entity import (
    KIND_OF,
    TABLES,
    AnyEntity,
    Project,
    Versionable,
    check_members,
    handle_id_of,
)
from vesicle.entities.model.rows import Said, content_of, shape_of
from vesicle.entities.store import versions
from vesicle.errors import BadRequest, Conflict
from vesicle.files import handles
from vesicle.organizations import membership
from vesicle.settings import Settings
from vesicle.tree import growth
from vesicle.tree.model import ROOT
from vesicle.wire import UNSET


def create(
    conn: Connection, actor: Actor, settings: Settings, entity: AnyEntity, generated_by: int | None = None,
    organization_id: int | None = None,
) -> AnyEntity:  # fmt: skip
    """Plant the node, give it its first version, tie its file handle. Call inside a transaction.

    Raises NotFound and Forbidden (parent, file handle, activity), BadRequest (place, name, limits) and Conflict (name,
    alias).
    """
    kind = KIND_OF[type(entity)]
    check_members(entity)
    handle_id = handle_id_of(entity)
    if entity.parent_id is UNSET and kind != "project":
        raise BadRequest(f"A {kind} lies in a project or in a folder: give its parentId.")
    parent_id = ROOT if entity.parent_id is UNSET else int(entity.parent_id)
    placing.check(conn, actor, handle_id)
    organization = None
    if kind == "project":
        organization = membership.of_new_project(conn, actor, settings, organization_id)
    parent, node = growth.plant(conn, actor, kind, entity.name or "", parent_id, organization, settings.max_children)
    placing.check_new(conn, kind, parent_id, handle_id)
    if generated_by is not None:
        provenance.check_usable(conn, actor, generated_by)
    versions.insert_version(conn, parent, node.id, 1, _said(kind, entity, handle_id), activity_id=generated_by)
    if handle_id is not None:
        handles.tie(conn, parent, handle_id, node.id, 1)
    if isinstance(entity, Project) and entity.alias and not versions.set_alias(conn, parent, node.id, entity.alias):
        raise Conflict(f"The alias {entity.alias} is another project's.")
    row = versions.planted(conn, parent, node.id)
    if row is None:
        raise RuntimeError(f"syn{node.id} vanished in the transaction that made it")
    return shape_of(row)


def _said(kind: str, entity: AnyEntity, handle_id: int | None) -> Said:
    """What the first version says. Tables have no label before their first snapshot."""
    label, comment = "1", None
    if isinstance(entity, Versionable) and kind not in TABLES:
        label, comment = entity.version_label or "1", entity.version_comment or None
    return Said(label, comment, entity.description or None, handle_id, content_of(entity))
