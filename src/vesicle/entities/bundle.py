"""Much of an entity in one answer."""

from __future__ import annotations

from vesicle.access import MayDownload, MayRead, require_each
from vesicle.db import Connection
from vesicle.entities import annotating, annotation_forms, provenance, reading, restricting, sharing
from vesicle.entities.model.bundles import EntityBundle, EntityBundleRequest, OldEntityBundle, Parts
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
    _fill(conn, grant, settings, asked, version, found)
    if asked.include_annotations:
        found.annotations = annotating.read(conn, grant, version)
    if asked.include_activity:
        found.activity = provenance.of_version_if_any(conn, grant, version) or UNSET
    return found


def by_mask(
    conn: Connection, grant: MayRead, settings: Settings, mask: int, version: int | None = None
) -> OldEntityBundle:
    """The same in the old form, where each bit of a mask asks for a part."""
    asked = EntityBundleRequest(**{name: bool(mask & bit) for bit, name in BITS.items()})
    found = OldEntityBundle()
    _fill(conn, grant, settings, asked, version, found)
    if asked.include_annotations:
        found.annotations = annotation_forms.old(annotating.read(conn, grant, version))
    return found


BITS = {
    0x1: "include_entity", 0x2: "include_annotations", 0x4: "include_permissions", 0x8: "include_entity_path",
    0x20: "include_has_children", 0x40: "include_access_control_list", 0x800: "include_file_handles",
    0x4000: "include_benefactor_acl", 0x10000: "include_file_name", 0x20000: "include_thread_count",
    0x40000: "include_restriction_information",
}  # fmt: skip


def _fill(
    conn: Connection, grant: MayRead, settings: Settings, asked: EntityBundleRequest, version: int | None, found: Parts
) -> None:
    if asked.include_entity:
        found.entity = reading.entity(conn, grant, version)
        found.entity_type = grant.kind
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
        found.restriction_information = restricting.of_entities(conn, [grant], settings)[0]


def _downloadable(conn: Connection, grant: MayRead, version: int | None) -> list[AnyFileHandle]:
    """The handle of the version; none for who may read but not download, which clients understand."""
    handle = reading.handle_of(conn, grant, version)
    may = require_each(conn, grant.actor, MayDownload, [grant.id])[grant.id]
    return [] if handle is None or isinstance(may, Refusal) else [shape_of(handle)]
