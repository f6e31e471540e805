"""The one decoding step. Everything a client can get wrong in a body becomes a clear 400 here."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from vesicle.errors import BadRequest
from vesicle.wire.ids import LARGEST, from_wire

T = TypeVar("T")


def decode(body: bytes, kind: type[T], default_tag: str | None = None) -> T:
    """Read a body as ``kind``: nulls are dropped, a missing concreteType gets the door's default.

    Raises BadRequest for malformed JSON, NUL characters, numbers past 64 bits, wrong types and unknown concreteTypes.
    """
    try:
        raw = msgspec.json.decode(body or b"{}")
        value = _clean(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadRequest(f"The request body is not valid JSON: {_first_line(error)}") from None
    if default_tag and isinstance(value, dict):
        value.setdefault("concreteType", default_tag)
    try:
        return msgspec.convert(value, kind, strict=True, dec_hook=from_wire)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadRequest(f"The request body does not fit: {_first_line(error)}") from None


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {_clean(key): _clean(member) for key, member in value.items() if member is not None}
    if isinstance(value, list):
        return [_clean(member) for member in value]
    if isinstance(value, str):
        if "\0" in value:
            raise BadRequest("The request body contains a NUL character, which no text here may have.")
        if not value.isascii():
            value.encode()  # a lone surrogate cannot be stored
    elif isinstance(value, int) and not -LARGEST - 1 <= value <= LARGEST:
        raise BadRequest("The request body contains a number of more than 64 bits.")
    return value


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:300] if str(error) else type(error).__name__
