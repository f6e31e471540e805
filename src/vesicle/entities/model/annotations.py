"""Shapes of annotations."""

from __future__ import annotations

import msgspec

from vesicle.wire import UNSET, EntityId, Int64, Maybe, Shape

ZERO_ETAG = "00000000-0000-0000-0000-000000000000"


class AnnotationsValue(Shape):
    """The values under one key, as strings whatever their type."""

    type: str
    value: list[str]


class Annotations(Shape):
    """Keys and values of an entity's current version."""

    annotations: dict[str, AnnotationsValue]
    id: Maybe[EntityId] = UNSET
    etag: Maybe[str] = UNSET


class OldAnnotations(Shape):
    """The same in the old form: one member for each type. Numbers that JSON does not have are strings."""

    id: Maybe[EntityId] = UNSET
    etag: Maybe[str] = UNSET
    string_annotations: dict[str, list[str]] = msgspec.field(default_factory=dict)
    long_annotations: dict[str, list[Int64]] = msgspec.field(default_factory=dict)
    double_annotations: dict[str, list[float | str]] = msgspec.field(default_factory=dict)
    date_annotations: dict[str, list[Int64]] = msgspec.field(default_factory=dict)
    blob_annotations: dict[str, list[str]] = msgspec.field(default_factory=dict)


class Keys(Shape):
    """Keys of annotations."""

    keys: list[str]
