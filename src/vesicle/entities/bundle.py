"""Much of an entity in one answer."""

from __future__ import annotations

from vesicle.access import MayRead, Right, allows
from vesicle.db import Connection
from vesicle.entities import annotating, annotation_forms, provenance, reading, restricting, sharing
from vesicle.entities.model.bundles import EntityBundle, EntityBundleRequest, OldEntityBundle, Parts
from vesicle.entities.model.rows import shape_of as shape_of_entity
from vesicle.files.model import shape_of
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
    row = reading.row(conn, grant, version) if asked.include_entity else None
    if row is not None:
        found.entity, found.entity_type = shape_of_entity(row), grant.kind
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
        handle = reading.handle_named(conn, grant, row.handle_id) if row else reading.handle_of(conn, grant, version)
        # Who may read but not download gets none, which clients understand.
        found.file_handles = [shape_of(handle)] if handle and allows(grant, Right.DOWNLOAD) else []
    if asked.include_file_name:
        handle = reading.handle_of(conn, grant, version)
        found.file_name = UNSET if handle is None else handle.file_name
    if asked.include_thread_count:
        found.thread_count = 0
    if asked.include_restriction_information:
        found.restriction_information = restricting.of_entities(conn, [grant], settings)[0]
