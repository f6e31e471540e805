"""Shapes of lists and look-ups: headers, versions, children, paths, references."""

from __future__ import annotations

from datetime import datetime

import msgspec

from vesicle.entities.model.entity import CLASS_OF, WORKING_VERSION, Reference, is_working_version
from vesicle.wire import UNSET, EntityId, Id, Maybe, Shape, stamp


class VersionInfo(Shape):
    """One version in a list. ``contentSize`` is a string in this shape only."""

    id: EntityId
    version_number: int
    version_label: str
    modified_by: str
    modified_by_principal_id: str
    modified_on: str
    is_latest_version: bool
    version_comment: Maybe[str] = UNSET
    content_md5: Maybe[str] = UNSET
    content_size: Maybe[str] = UNSET


class EntityHeader(Shape):
    """An entity in one line. ``benefactorId`` is a bare number."""

    id: EntityId
    name: str
    type: str
    version_number: int
    version_label: str
    is_latest_version: bool
    benefactor_id: int
    created_on: str
    modified_on: str
    created_by: str
    modified_by: str


class HeaderRow(msgspec.Struct, array_like=True):
    """What a header is made of."""

    id: int
    kind: str
    name: str
    benefactor_id: int
    created_by: int
    created_on: datetime
    modified_by: int
    modified_on: datetime
    current: int
    number: int
    label: str


def header_of(row: HeaderRow) -> EntityHeader:
    """A stored header as the wire says it."""
    working = is_working_version(row.kind, row.number, row.current)
    return EntityHeader(
        id=EntityId(row.id), name=row.name, type=CLASS_OF[row.kind], version_number=row.number,
        version_label=WORKING_VERSION if working else row.label,
        is_latest_version=row.number == row.current, benefactor_id=row.benefactor_id, created_on=stamp(row.created_on),
        modified_on=stamp(row.modified_on), created_by=str(row.created_by), modified_by=str(row.modified_by),
    )  # fmt: skip


class EntityIdShape(Shape):
    """The id of an entity, alone."""

    id: EntityId


class EntityLookupRequest(Shape):
    """A child by its name; without a parent, a project."""

    entity_name: str
    parent_id: Maybe[EntityId] = UNSET


class EntityChildrenRequest(Shape):
    """A page of what lies in a container; without a parent, of the projects that the caller can read."""

    include_types: list[str] = msgspec.field(default_factory=list)
    parent_id: Maybe[EntityId] = UNSET
    sort_by: Maybe[str] = UNSET
    sort_direction: Maybe[str] = UNSET
    include_total_child_count: bool = False
    include_sum_file_sizes: bool = False
    next_page_token: Maybe[str] = UNSET


class EntityChildrenResponse(Shape):
    """A page of children."""

    page: list[EntityHeader]
    next_page_token: Maybe[str] = UNSET
    total_child_count: Maybe[int] = UNSET
    sum_file_sizes_bytes: Maybe[int] = UNSET


class ReferenceList(Shape):
    """Many references."""

    references: list[Reference]


class PathElement(Shape):
    """One step of a path."""

    id: EntityId
    name: str
    type: str


class EntityPath(Shape):
    """From the root down to the entity itself."""

    path: list[PathElement]


class FileHandleUpdateRequest(Shape):
    """Which file handle of a version gives way to which."""

    old_file_handle_id: Id
    new_file_handle_id: Id
