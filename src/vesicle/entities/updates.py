"""Changing an entity: its fields, its place, its bytes."""

from __future__ import annotations

from vesicle.access import Actor, MayChangeSettings, MayCreate, MayUpdate, require
from vesicle.db import Connection
from vesicle.entities import placing, provenance, reading
from vesicle.entities.model.entity import (
    KIND_OF,
    TABLES,
    AnyEntity,
    Project,
    Versionable,
    check_members,
    handle_id_of,
)
from vesicle.entities.model.rows import EntityRow, Said, content_of
from vesicle.entities.store import versions
from vesicle.errors import BadRequest, Conflict, NotFound
from vesicle.files import handles
from vesicle.organizations import membership
from vesicle.settings import Settings
from vesicle.tree import growth, looking
from vesicle.tree.model import Node
from vesicle.usage import charging
from vesicle.wire import UNSET

MOST_VERSIONS = 15_000


def replace(
    conn: Connection, actor: Actor, settings: Settings, entity_id: int, entity: AnyEntity, *, new_version: bool,
    generated_by: int | None = None,
) -> AnyEntity:  # fmt: skip
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
    elif handle_id_of(entity) is not None:
        # Other bytes are charged under the lock of the project, which is taken before any row, as by those who move.
        growth.lock_shape(conn, entity_id, alone=False)
    grant = require(conn, actor, MayUpdate, entity_id)
    node = looking.locked(conn, grant, entity.etag or None)
    if KIND_OF[type(entity)] != node.kind:
        raise BadRequest(f"syn{entity_id} is a {node.kind}; an update cannot make it a {KIND_OF[type(entity)]}.")
    name = entity.name or ""
    if node.parent_id == parent_id:
        name = growth.rename(conn, node, name)
    else:
        name = growth.move(conn, grant, node, parent_id, name, settings.max_children)
        membership.require_contribution_of_moved(conn, require(conn, actor, MayCreate, parent_id), node.project_id)
        charging.settle_below(conn, entity_id)
    number = _replace_content(conn, grant, node, parent_id, entity, new_version=new_version, generated_by=generated_by)
    growth.amend(conn, grant, node, name=name, parent_id=parent_id, version=number)
    return reading.entity(conn, grant)


def _check_body(entity: AnyEntity, entity_id: int) -> None:
    if entity.id is not UNSET and entity.id != entity_id:
        raise BadRequest(f"The path says syn{entity_id} and the body says syn{entity.id}.")
    if not entity.etag:
        raise BadRequest("etag is required: send the one that came with the entity you changed.")
    check_members(entity)


def _replace_content(
    conn: Connection, grant: MayUpdate, node: Node, parent_id: int, entity: AnyEntity, *, new_version: bool,
    generated_by: int | None,
) -> int:  # fmt: skip
    """The number of the version that is current afterwards."""
    row = versions.entity(conn, grant)
    if row is None:
        raise NotFound(f"Resource: 'syn{grant.id}' does not exist")
    if isinstance(entity, Project):
        _replace_alias(conn, grant, entity, row)
    if generated_by is not None:
        provenance.check_usable(conn, grant.actor, generated_by)
    handle_id = handle_id_of(entity)
    placing.check(conn, grant.actor, handle_id, had=row.handle_id)
    placing.check_changed(conn, node, parent_id, handle_id, had=row.handle_id)
    said = Said(row.label, row.comment, entity.description or None, handle_id, content_of(entity))
    if not isinstance(entity, Versionable) or node.kind in TABLES:
        return _change(conn, grant, row, said, generated_by)
    if new_version or _bytes_differ(conn, grant, row.handle_id, handle_id):
        # When the bytes alone made the version, the label and comment that came along belong to the old one.
        said.label = entity.version_label or "" if new_version else ""
        said.comment = entity.version_comment or None if new_version else None
        return cut(conn, grant, node, row, said, generated_by)
    said.label, said.comment = entity.version_label or str(row.number), entity.version_comment or None
    return _change(conn, grant, row, said, generated_by)


def _replace_alias(conn: Connection, grant: MayUpdate, entity: Project, row: EntityRow) -> None:
    if (entity.alias or None) != row.alias:
        settings_grant = require(conn, grant.actor, MayChangeSettings, grant.id)
        if not versions.set_alias(conn, settings_grant, grant.id, entity.alias or None):
            raise Conflict(f"The alias {entity.alias} is another project's.")


def _bytes_differ(conn: Connection, grant: MayUpdate, old_id: int | None, new_id: int | None) -> bool:
    """An MD5 that is not known counts as different."""
    if new_id == old_id:
        return False
    md5 = versions.contents(conn, grant, [number for number in (old_id, new_id) if number is not None])
    old, new = md5.get(old_id or 0), md5.get(new_id or 0)
    return old is None or old != new


def _change(conn: Connection, grant: MayUpdate, row: EntityRow, said: Said, generated_by: int | None) -> int:
    """Change the current version in place."""
    if not versions.update_version(conn, grant, row.number, said):
        raise _label_taken(said.label)
    if said.handle_id is not None and said.handle_id != row.handle_id:
        handles.untie(conn, grant, grant.id, row.number)
        handles.tie(conn, grant, said.handle_id, grant.id, row.number)
    if generated_by is not None:
        versions.set_activity(conn, grant, row.number, generated_by)
    return row.number


def cut(
    conn: Connection, grant: MayUpdate, node: Node, row: EntityRow, said: Said, generated_by: int | None
) -> int:  # fmt: skip
    """A new version with the annotations of the old one; its number. Without a label, its number is its label."""
    if versions.version_count(conn, grant) >= MOST_VERSIONS:
        raise BadRequest(f"syn{grant.id} has {MOST_VERSIONS} versions, which is the most; delete some first.")
    number = node.highest_version + 1
    said.label = said.label or str(number)
    if not versions.insert_version(
        conn, grant, grant.id, number, said, activity_id=generated_by, annotations_from=row.number
    ):
        raise _label_taken(said.label)
    if said.handle_id is not None:
        handles.tie(conn, grant, said.handle_id, grant.id, number)
    return number


def _label_taken(label: str) -> BadRequest:
    return BadRequest(f"The label '{label}' has already been used for a version of this entity")
