"""Versions: a new one of what is there, other bytes for an old one, and one less.

Each is charged for under the lock of the project, which is taken before any row, as by those who move things.
"""

from __future__ import annotations

from vesicle.access import Actor, MayDelete, MayRead, MayUpdate, require
from vesicle.db import Connection
from vesicle.entities import placing, provenance, reading, updates
from vesicle.entities.model.entity import TABLES, AnyEntity, Versionable
from vesicle.entities.model.headers import FileHandleUpdateRequest, VersionInfo
from vesicle.entities.model.rows import Said, shape_of
from vesicle.entities.store import versions
from vesicle.errors import BadRequest, NotFound, Stale
from vesicle.files import handles
from vesicle.tree import growth, looking
from vesicle.wire import UNSET, EntityId, Page, check_window, offset_page, or_unset, stamp


def listed(conn: Connection, grant: MayRead, limit: int, offset: int) -> Page:
    """Versions of an entity, the newest first. Of a table only snapshots: its newest version is still changing."""
    check_window(limit, offset)
    rows = versions.versions(conn, grant, limit, offset, with_current=grant.kind not in TABLES)
    return offset_page([_info(grant.id, *row) for row in rows], limit, offset)


def _info(  # type: ignore[no-untyped-def]
    entity_id, number, label, comment, modified_by, modified_on, is_current, md5, size
) -> VersionInfo:
    return VersionInfo(
        id=EntityId(entity_id), version_number=number, version_label=label, version_comment=or_unset(comment),
        modified_by=str(modified_by), modified_by_principal_id=str(modified_by), modified_on=stamp(modified_on),
        is_latest_version=is_current, content_md5=or_unset(md5), content_size=UNSET if size is None else str(size),
    )  # fmt: skip


def repeat(conn: Connection, actor: Actor, entity_id: int, generated_by: int | None) -> AnyEntity:
    """A new version that says what the current one says. Call inside a transaction. Raises BadRequest, Forbidden."""
    growth.lock_shape(conn, entity_id, alone=False)
    grant = require(conn, actor, MayUpdate, entity_id)
    node = looking.locked(conn, grant, None)
    row = versions.entity(conn, grant)
    if row is None or not isinstance(shape_of(row), Versionable) or node.kind in TABLES:
        raise BadRequest(f"syn{entity_id} is a {node.kind}, of which no new version can be made like this.")
    if generated_by is not None:
        provenance.check_usable(conn, actor, generated_by)
    said = Said("", row.comment, row.description, row.handle_id, row.content)
    growth.amend(conn, grant, node, version=updates.cut(conn, grant, node, row, said, generated_by))
    return reading.entity(conn, grant)


def promote(conn: Connection, actor: Actor, entity_id: int, number: int, etag: str) -> AnyEntity:
    """A new current version with the content, the annotations and the provenance of an old one.

    No version changes, and what is current now stays as it is under its number. The label of the new one is its number,
    because the old one keeps its own. Call inside a transaction. Raises Stale for an etag that is not current,
    NotFound, Forbidden, and BadRequest for the current version, a table, or bytes that may not stand here any more.
    """
    growth.lock_shape(conn, entity_id, alone=False)
    grant = require(conn, actor, MayUpdate, entity_id)
    node = looking.locked(conn, grant, etag)
    row = versions.entity(conn, grant, number)
    if row is None:
        raise NotFound(f"syn{entity_id} has no version {number}.")
    if not isinstance(shape_of(row), Versionable) or node.kind in TABLES:
        raise BadRequest(f"syn{entity_id} is a {node.kind}, of which no new version can be made like this.")
    if number == node.version:
        raise BadRequest(f"Version {number} of syn{entity_id} is the current one already.")
    placing.check_changed(conn, node, node.parent_id or 0, row.handle_id)
    said = Said("", row.comment, row.description, row.handle_id, row.content)
    activity_id = versions.activity_of(conn, grant, number)
    growth.amend(conn, grant, node, version=updates.cut(conn, grant, node, row, said, activity_id))
    return reading.entity(conn, grant)


def swap_handle(conn: Connection, actor: Actor, entity_id: int, number: int, asked: FileHandleUpdateRequest) -> None:
    """Another file handle of the same bytes for one version: what moving files between buckets takes.

    Call inside a transaction. Raises NotFound, Forbidden, and Stale when the version has another handle, or when the
    bytes are not known to be the same.
    """
    growth.lock_shape(conn, entity_id, alone=False)
    require(conn, actor, MayRead, entity_id)
    grant = require(conn, actor, MayUpdate, entity_id)
    node = looking.locked(conn, grant, None)
    row = versions.entity(conn, grant, number)
    if row is None or row.handle_id is None:
        raise NotFound(f"Entity syn{entity_id} has no file in version {number}.")
    old_id, new_id = int(asked.old_file_handle_id), int(asked.new_file_handle_id)
    placing.check(conn, actor, new_id, had=row.handle_id)
    if row.handle_id != old_id:
        raise Stale(f"Version {number} of syn{entity_id} has the file handle {row.handle_id}, not {old_id}.")
    if new_id == old_id:
        return
    md5 = versions.contents(conn, grant, [old_id, new_id])
    if md5.get(old_id) is None or md5.get(old_id) != md5.get(new_id):
        raise Stale(f"The file handles {old_id} and {new_id} are not known to have the same bytes: their MD5 differ.")
    placing.check_changed(conn, node, node.parent_id or 0, new_id, had=old_id)
    versions.set_handle(conn, grant, number, new_id)
    handles.untie(conn, grant, entity_id, number)
    handles.tie(conn, grant, new_id, entity_id, number)
    growth.amend(conn, grant, node)


def delete(conn: Connection, actor: Actor, entity_id: int, number: int) -> None:
    """Remove one version; the highest that remains becomes the current one. Call inside a transaction.

    A version or entity that does not exist is no error. Raises BadRequest for the only version, and Forbidden.
    """
    growth.lock_shape(conn, entity_id, alone=False)
    try:
        grant = require(conn, actor, MayDelete, entity_id)
    except NotFound:
        return
    node = looking.locked(conn, grant, None)
    handles.untie_removed(conn, grant, entity_id, number)
    if not versions.delete_version(conn, grant, number):
        return
    highest = versions.highest_version(conn, grant)
    if highest is None:
        raise BadRequest("Cannot delete the last version of a node")
    growth.amend(conn, grant, node, version=highest if node.version == number else node.version)
