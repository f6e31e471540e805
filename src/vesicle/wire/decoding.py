"""The one decoding step. Everything a client can get wrong in a body becomes a clear 400 here."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from vesicle.errors import BadRequest
from vesicle.wire.ids import LARGEST, from_wire

T = TypeVar("T")
MOST_FIELDS = 100


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
    return _convert(value, kind)


def decode_form(body: bytes, kind: type[T]) -> T:
    """Read what a form of a web page sends (application/x-www-form-urlencoded) as ``kind``, whose members are texts.

    Raises BadRequest for what is not UTF-8, for NUL characters, for too many and for missing fields.
    """
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadRequest(f"The request body is not a form of at most {MOST_FIELDS} fields in UTF-8.") from None
    return _convert(_clean(dict(fields)), kind)


def _convert(value: Any, kind: type[T]) -> T:
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
