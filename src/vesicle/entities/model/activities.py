"""Shapes of provenance."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from vesicle.entities.model.entity import Reference
from vesicle.wire import UNSET, Id, Maybe, Shape, decode, encode, or_unset, stamp


class Used(Shape, tag_field="concreteType", kw_only=True):
    """Something that an activity used, or that it ran."""

    was_executed: Maybe[bool] = UNSET


class UsedEntity(Used, tag="org.sagebionetworks.repo.model.provenance.UsedEntity", kw_only=True):
    """A version of an entity."""

    reference: Reference


class UsedURL(Used, tag="org.sagebionetworks.repo.model.provenance.UsedURL", kw_only=True):
    """Something that lies elsewhere."""

    url: str
    name: Maybe[str] = UNSET


AnyUsed: TypeAlias = UsedEntity | UsedURL


class Activity(Shape):
    """What was done to make something, and with what."""

    id: Maybe[Id] = UNSET
    name: Maybe[str] = UNSET
    description: Maybe[str] = UNSET
    etag: Maybe[str] = UNSET
    created_on: Maybe[str] = UNSET
    modified_on: Maybe[str] = UNSET
    created_by: Maybe[str] = UNSET
    modified_by: Maybe[str] = UNSET
    used: list[AnyUsed] = msgspec.field(default_factory=list)


class ActivityRow(msgspec.Struct, array_like=True):
    """One activity, as stored."""

    id: int
    name: str | None
    description: str | None
    etag: UUID
    created_by: int
    created_on: datetime
    modified_by: int
    modified_on: datetime
    used: list[Any]


def shape_of(row: ActivityRow) -> Activity:
    """A stored activity as the wire says it."""
    return Activity(
        id=Id(row.id), name=or_unset(row.name), description=or_unset(row.description), etag=str(row.etag),
        created_on=stamp(row.created_on), modified_on=stamp(row.modified_on), created_by=str(row.created_by),
        modified_by=str(row.modified_by), used=decode(encode(row.used), list[AnyUsed]),
    )  # fmt: skip
