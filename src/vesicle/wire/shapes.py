"""The base of everything that crosses the wire."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

T = TypeVar("T")
Maybe: TypeAlias = T | UnsetType
"""A member that may be left out. Absent values are UNSET inside and never null outside."""


class Shape(msgspec.Struct, rename="camel", kw_only=True):
    """A JSON object of the API. Members are camelCase on the wire; UNSET members are left out."""


def or_unset(value: T | None) -> T | UnsetType:
    """None, as the database says it, becomes UNSET, as the wire says it."""
    return UNSET if value is None else value


def tag_of(shape: type[Shape]) -> str:
    """The concreteType of a tagged shape."""
    tag = shape.__struct_config__.tag
    if not isinstance(tag, str):
        raise TypeError(f"{shape.__name__} has no concreteType")
    return tag


def leaves(base: type[Any]) -> set[type[Any]]:
    """All shapes below ``base`` that carry a concreteType: what a union of that base must list."""
    below = base.__subclasses__()
    found = {base} if not below and base.__struct_config__.tag else set()
    return found.union(*(leaves(kind) for kind in below)) if below else found
