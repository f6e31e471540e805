"""Much of an entity in one answer."""

from __future__ import annotations

from vesicle.access import MayDownload, MayRead, require_each
from vesicle.db import Connection
from vesicle.entities import annotating, reading, sharing
from vesicle.entities.model import EntityBundle, EntityBundleRequest
from vesicle.errors import Refusal
from vesicle.files.model import AnyFileHandle, shape_of
from vesicle.settings import Settings
from vesicle.tree import looking
from vesicle.wire import UNSET


def bundle(
    conn: Connection, grant: MayRead, settings: Settings, asked: EntityBundleRequest, version: int | None = None
) -> EntityBundle:
    """The parts that were asked for. Raises NotFound for a version that there is not."""
    found = EntityBundle()
    if asked.include_entity:
        found.entity = reading.entity(conn, grant, version)
        found.entity_type = grant.kind
    if asked.include_annotations:
        found.annotations = annotating.read(conn, grant, version)
    if asked.include_permissions:
        found.permissions = sharing.permissions(conn, grant, settings)
    if asked.include_entity_path:
        found.path = reading.path(conn, grant)
    if asked.include_has_children:
        found.has_children = looking.has_children(conn, grant)
    if asked.include_access_control_list and grant.benefactor_id == grant.id:
        found.access_control_list = sharing.own_list(conn, grant)
    if asked.include_benefactor_acl:
        found.benefactor_acl = sharing.effective_list(conn, grant)
    if asked.include_file_handles:
        found.file_handles = _downloadable(conn, grant, version)
    if asked.include_file_name:
        handle = reading.handle_of(conn, grant, version)
        found.file_name = UNSET if handle is None else handle.file_name
    if asked.include_thread_count:
        found.thread_count = 0
    if asked.include_restriction_information:
        found.restriction_information = sharing.restrictions(conn, grant, settings)
    return found


def _downloadable(conn: Connection, grant: MayRead, version: int | None) -> list[AnyFileHandle]:
    """The handle of the version; none for who may read but not download, which clients understand."""
    handle = reading.handle_of(conn, grant, version)
    may = require_each(conn, grant.actor, MayDownload, [grant.id])[grant.id]
    return [] if handle is None or isinstance(may, Refusal) else [shape_of(handle)]
