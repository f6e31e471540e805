"""Shapes of a person's lists: their projects, and what they deleted."""

from __future__ import annotations

from datetime import datetime

import msgspec

from vesicle.wire import UNSET, EntityId, Maybe, Shape, stamp


class ProjectHeader(Shape):
    """A project in one line."""

    id: EntityId
    name: str
    last_activity: str
    modified_on: str
    modified_by: int


class ProjectHeaderList(Shape):
    """A page of projects."""

    results: list[ProjectHeader]
    next_page_token: Maybe[str] = UNSET


class ProjectRow(msgspec.Struct, array_like=True):
    """What a project's line is made of."""

    id: int
    name: str
    active_on: datetime
    modified_on: datetime
    modified_by: int


def project_of(row: ProjectRow) -> ProjectHeader:
    """A stored line as the wire says it."""
    return ProjectHeader(
        id=EntityId(row.id), name=row.name, last_activity=stamp(row.active_on), modified_on=stamp(row.modified_on),
        modified_by=row.modified_by,
    )  # fmt: skip


class TrashedEntity(Shape):
    """Something in the trash can, and where it came from."""

    entity_id: EntityId
    entity_name: str
    entity_type: str
    deleted_by_principal_id: str
    deleted_on: str
    original_parent_id: EntityId
