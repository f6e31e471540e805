"""Ids and numbers as the wire spells them.

Entity ids are ``"syn123"`` outside and integers inside; all other ids are decimal strings outside. Clients also send
bare numbers, ``SYN123`` and numeric strings, so reading is lenient and writing is exact.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

LARGEST = 2**63 - 1
_ENTITY_ID = re.compile(r"\s*(?:syn)?([0-9]{1,19})\s*", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,19})\s*", re.ASCII)


class EntityId(int):
    """The number of an entity; ``syn<number>`` on the wire."""

    @classmethod
    def parse(cls, text: object) -> EntityId:
        """Read ``syn12``, ``SYN12``, ``12`` or 12. Raises ValueError with a reason for anything else."""
        found = _ENTITY_ID.fullmatch(str(text)) if isinstance(text, str | int) and not isinstance(text, bool) else None
        if found is None or int(found[1]) > LARGEST:
            raise ValueError(f"{str(text)[:100]} is not a valid Synapse ID.")
        return cls(found[1])


class Id(int):
    """Any other id: a decimal string on the wire."""

    @classmethod
    def parse(cls, text: object) -> Id:
        """Read ``"12"`` or 12. Raises ValueError with a reason for anything else."""
        return cls(_bounded(text, least=0))


if TYPE_CHECKING:
    Int64 = int
else:

    class Int64(int):
        """An integer of at most 64 bits that clients may also send as a string of digits."""

        @classmethod
        def parse(cls, text: object) -> Int64:
            return cls(_bounded(text, least=-LARGEST - 1))


def _bounded(value: object, least: int) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    found = _NUMBER.fullmatch(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if found is None or not least <= int(found[1]) <= LARGEST:
        raise ValueError(f"{str(value)[:100]!r} is not a whole number from {least} to {LARGEST}")
    return int(found[1])


def from_wire(kind: type, value: Any) -> Any:
    """msgspec's hook for our own types."""
    if kind in (EntityId, Id, Int64):
        return kind.parse(value)  # type: ignore[attr-defined]
    raise NotImplementedError(kind)


def to_wire(value: Any) -> Any:
    """The inverse of :func:`from_wire`."""
    if isinstance(value, EntityId):
        return f"syn{int(value)}"
    if isinstance(value, Id):
        return str(int(value))
    if isinstance(value, int):
        return int(value)
    raise NotImplementedError(type(value))
