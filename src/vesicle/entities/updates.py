"""Changing an entity: its fields, its place, its bytes; and its versions."""

from __future__ import annotations

from vesicle.access import (
    Actor,
    MayChangeSettings,
    MayDelete,
    MayUpdate,
    OwnsFileHandle,
    require,
)
from vesicle.db import Connection
from vesicle.entities import reading, store
from vesicle.entities.model import KIND_OF, AnyEntity, EntityRow, FileEntity, Project, handle_id_of
from vesicle.errors import BadRequest, Conflict, NotFound
from vesicle.files import handles
from vesicle.tree import growth, looking
from vesicle.tree.model import Node
from vesicle.wire import UNSET

MOST_VERSIONS = 15_000


def replace(conn: Connection, actor: Actor, entity_id: int, entity: AnyEntity, *, new_version: bool) -> AnyEntity:
    """Replace an entity whole: what is left out becomes empty. Call inside a transaction.

    A file gets a new version when one is asked for, and when its bytes change (another MD5). Raises Stale for an etag
    that is not current, Forbidden, NotFound, BadRequest and Conflict.
    """
    _check_body(entity, entity_id)
    parent_id = int(entity.parent_id) if entity.parent_id is not UNSET else None
    before = require(conn, actor, MayUpdate, entity_id)
    now = looking.node(conn, before)
    if parent_id is None:
        raise BadRequest("parentId is required: an update replaces the entity whole.")
    if now.parent_id != parent_id:
        growth.lock_for_move(conn, entity_id, parent_id)
    grant = require(conn, actor, MayUpdate, entity_id)
    node = looking.locked(conn, grant, entity.etag or None)
    if KIND_OF[type(entity)] != node.kind:
        raise BadRequest(f"syn{entity_id} is a {node.kind}; an update cannot make it a {KIND_OF[type(entity)]}.")
    name = entity.name or ""
    stays = node.parent_id == parent_id
    name = growth.rename(conn, node, name) if stays else growth.move(conn, grant, node, parent_id, name)
    row = store.entity(conn, grant)
    if row is None:
        raise NotFound(f"Resource: 'syn{entity_id}' does not exist")
    number = _replace_content(conn, grant, node, row, entity, new_version=new_version)
    growth.amend(conn, grant, node, name=name, parent_id=parent_id, version=number)
    return reading.entity(conn, grant)


def _check_body(entity: AnyEntity, entity_id: int) -> None:
    if entity.id is not UNSET and entity.id != entity_id:
        raise BadRequest(f"The path says syn{entity_id} and the body says syn{entity.id}.")
    if not entity.etag:
        raise BadRequest("etag is required: send the one that came with the entity you changed.")


def _replace_content(
    conn: Connection, grant: MayUpdate, node: Node, row: EntityRow, entity: AnyEntity, *, new_version: bool
) -> int:
    """The number of the version that is current afterwards."""
    if isinstance(entity, Project) and (entity.alias or None) != row.alias:
        settings_grant = require(conn, grant.actor, MayChangeSettings, grant.id)
        if not store.set_alias(conn, settings_grant, grant.id, entity.alias or None):
            raise Conflict(f"The alias {entity.alias} is another project's.")
    description = entity.description or None
    if not isinstance(entity, FileEntity):
        store.update_version(
            conn, grant, row.number, label=row.label, comment=None, description=description, handle_id=None
        )
        return row.number
    handle_id = handle_id_of(entity)
    new_bytes = handle_id != row.handle_id and _bytes_differ(conn, grant, row.handle_id, handle_id)
    label, comment = entity.version_label or None, entity.version_comment or None
    if new_version or new_bytes:
        # When the bytes alone made the version, the label and comment that came along belong to the old one.
        label, comment = (label, comment) if new_version else (None, None)
        return _cut_version(conn, grant, node, row, label, comment, description, handle_id)
    if not store.update_version(
        conn,
        grant,
        row.number,
        label=label or str(row.number),
        comment=comment,
        description=description,
        handle_id=handle_id,
    ):
        raise _label_taken(label)
    if handle_id is not None and handle_id != row.handle_id:
        handles.untie(conn, grant, grant.id, row.number)
        handles.tie(conn, grant, handle_id, grant.id, row.number)
    return row.number


def _bytes_differ(conn: Connection, grant: MayUpdate, old_id: int | None, new_id: int | None) -> bool:
    """A file handle that is new to the entity must be the caller's own.

    An MD5 that is not known counts as different.
    """
    if new_id is not None:
        require(conn, grant.actor, OwnsFileHandle, new_id)
    md5 = store.contents(conn, grant, [number for number in (old_id, new_id) if number is not None])
    old, new = md5.get(old_id or 0), md5.get(new_id or 0)
    return old is None or old != new


def _cut_version(
    conn: Connection, grant: MayUpdate, node: Node, row: EntityRow, label: str | None, comment: str | None,
    description: str | None, handle_id: int | None,
) -> int:  # fmt: skip
    if store.version_count(conn, grant) >= MOST_VERSIONS:
        raise BadRequest(f"syn{grant.id} has {MOST_VERSIONS} versions, which is the most; delete some first.")
    number = node.highest_version + 1
    if not store.insert_version(
        conn, grant, grant.id, number, label=label or str(number), comment=comment, description=description,
        handle_id=handle_id, annotations_from=row.number,
    ):  # fmt: skip
        raise _label_taken(label or str(number))
    if handle_id is not None:
        handles.tie(conn, grant, handle_id, grant.id, number)
    return number


def _label_taken(label: str | None) -> BadRequest:
    return BadRequest(f"The label '{label}' has already been used for a version of this entity")


def delete_version(conn: Connection, actor: Actor, entity_id: int, number: int) -> None:
    """Remove one version; the highest that remains becomes the current one. Call inside a transaction.

    A version or entity that does not exist is no error. Raises BadRequest for the only version, and Forbidden.
    """
    try:
        grant = require(conn, actor, MayDelete, entity_id)
    except NotFound:
        return
    node = looking.locked(conn, grant, None)
    handles.untie(conn, grant, entity_id, number)
    if not store.delete_version(conn, grant, number):
        return
    highest = store.highest_version(conn, grant)
    if highest is None:
        raise BadRequest("Cannot delete the last version of a node")
    growth.amend(conn, grant, node, version=highest if node.version == number else node.version)
