"""Stored entities, and how they become shapes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from vesicle.entities.model.entity import (
    KINDS,
    WORKING_VERSION,
    AnyEntity,
    DockerRepository,
    FileEntity,
    Project,
    RecordSet,
    Versionable,
    is_working_version,
)
from vesicle.wire import UNSET, EntityId, Id, decode, encode, or_unset, stamp, tag_of

# These members have columns of their own, or are for the server alone to say.
_ELSEWHERE = {
    *(one.encode_name for one in msgspec.structs.fields(Versionable)), "alias", "dataFileHandleId", "fileNameOverride",
    "isManaged", "size", "checksum", "count", "validationSummary", "validationFileHandleId", "concreteType",
}  # fmt: skip


class EntityRow(msgspec.Struct, array_like=True):
    """One version of an entity, as stored."""

    id: int
    kind: str
    name: str
    parent_id: int | None
    etag: UUID
    created_by: int
    created_on: datetime
    modified_by: int
    modified_on: datetime
    current: int
    number: int
    label: str
    comment: str | None
    description: str | None
    handle_id: int | None
    alias: str | None
    content: dict[str, Any]


class Said(msgspec.Struct):
    """What a version says, as a body gives it."""

    label: str
    comment: str | None
    description: str | None
    handle_id: int | None
    content: dict[str, Any]


def content_of(entity: AnyEntity) -> dict[str, Any]:
    """What only this kind of entity has, as it is stored."""
    written: dict[str, Any] = msgspec.json.decode(encode(entity))
    return {name: value for name, value in written.items() if name not in _ELSEWHERE}


def shape_of(row: EntityRow) -> AnyEntity:
    """A stored version as the wire says it."""
    shape: AnyEntity = decode(encode(row.content), KINDS[row.kind], tag_of(KINDS[row.kind]))  # type: ignore[assignment]
    shape.name, shape.description = row.name, or_unset(row.description)
    shape.id, shape.etag = EntityId(row.id), str(row.etag)
    shape.created_on, shape.modified_on = stamp(row.created_on), stamp(row.modified_on)
    shape.created_by, shape.modified_by = str(row.created_by), str(row.modified_by)
    shape.parent_id = UNSET if row.parent_id is None else EntityId(row.parent_id)
    if isinstance(shape, Project):
        shape.alias = or_unset(row.alias)
    if isinstance(shape, DockerRepository):
        shape.is_managed = False
    if isinstance(shape, FileEntity | RecordSet):
        shape.data_file_handle_id = UNSET if row.handle_id is None else Id(row.handle_id)
    if isinstance(shape, Versionable):
        working = is_working_version(row.kind, row.number, row.current)
        shape.version_number, shape.is_latest_version = row.number, row.number == row.current
        shape.version_label = WORKING_VERSION if working else row.label
        shape.version_comment = WORKING_VERSION if working else or_unset(row.comment)
    return shape
