"""A new project, folder or file."""

from __future__ import annotations

from vesicle.access import Actor, OwnsFileHandle, require
from vesicle.db import Connection
from vesicle.entities import store
from vesicle.entities.model import KIND_OF, AnyEntity, FileEntity, Project, handle_id_of, shape_of
from vesicle.errors import BadRequest, Conflict
from vesicle.files import handles
from vesicle.organizations import membership
from vesicle.settings import Settings
from vesicle.tree import growth
from vesicle.tree.model import ROOT
from vesicle.wire import UNSET


def create(conn: Connection, actor: Actor, settings: Settings, entity: AnyEntity) -> AnyEntity:
    """Plant the node, give it its first version, tie its file handle. Call inside a transaction.

    Raises NotFound and Forbidden (parent, file handle), BadRequest (place, name, limits) and Conflict (name, alias).
    """
    kind = KIND_OF[type(entity)]
    handle_id = handle_id_of(entity)
    if entity.parent_id is UNSET and kind != "project":
        raise BadRequest(f"A {kind} lies in a project or in a folder: give its parentId.")
    parent_id = ROOT if entity.parent_id is UNSET else int(entity.parent_id)
    if handle_id is not None:
        require(conn, actor, OwnsFileHandle, handle_id)
    organization = membership.of_new_project() if kind == "project" else None
    parent, node = growth.plant(conn, actor, kind, entity.name or "", parent_id, organization, settings.max_children)
    label, comment = _label(entity)
    store.insert_version(
        conn,
        parent,
        node.id,
        1,
        label=label,
        comment=comment,
        description=entity.description or None,
        handle_id=handle_id,
    )
    if handle_id is not None:
        handles.tie(conn, parent, handle_id, node.id, 1)
    if isinstance(entity, Project) and entity.alias and not store.set_alias(conn, parent, node.id, entity.alias):
        raise Conflict(f"The alias {entity.alias} is another project's.")
    row = store.planted(conn, parent, node.id)
    if row is None:
        raise RuntimeError(f"syn{node.id} vanished in the transaction that made it")
    return shape_of(row)


def _label(entity: AnyEntity) -> tuple[str, str | None]:
    if isinstance(entity, FileEntity):
        return entity.version_label or "1", entity.version_comment or None
    return "1", None
