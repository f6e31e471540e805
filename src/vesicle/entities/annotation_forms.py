"""Annotations in their other two forms: one member for each type, and flat beside the fields of the entity."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from vesicle.access import Actor, MayRead, MayUpdate, require
from vesicle.db import Connection
from vesicle.entities import annotating, reading
from vesicle.entities.model.annotations import Annotations, AnnotationsValue, OldAnnotations
from vesicle.entities.model.entity import AnyEntity
from vesicle.errors import BadRequest
from vesicle.wire import EntityId, encode, stamp

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOT_FINITE = ("NaN", "Infinity", "-Infinity")


def old(given: Annotations) -> OldAnnotations:
    """One member for each type; booleans are strings there."""
    found = OldAnnotations(id=given.id, etag=given.etag)
    for key, held in given.annotations.items():
        if held.type == "LONG":
            found.long_annotations[key] = [int(value) for value in held.value]
        elif held.type == "DOUBLE":
            found.double_annotations[key] = [_number(value) for value in held.value]
        elif held.type == "TIMESTAMP_MS":
            found.date_annotations[key] = [int(value) for value in held.value]
        else:
            found.string_annotations[key] = held.value
    return found


def of_old(given: OldAnnotations) -> Annotations:
    """The inverse. Raises BadRequest for a key that has two types, and for blobs, which cannot be kept."""
    if any(given.blob_annotations.values()):
        raise BadRequest("blobAnnotations cannot be stored; use strings.")
    members: list[tuple[str, dict[str, Any]]] = [
        ("STRING", given.string_annotations), ("LONG", given.long_annotations), ("DOUBLE", given.double_annotations),
        ("TIMESTAMP_MS", given.date_annotations),
    ]  # fmt: skip
    found: dict[str, AnnotationsValue] = {}
    for kind, values in members:
        for key, value in values.items():
            if key in found:
                raise BadRequest(f"The annotation {key[:100]} has values of two types.")
            found[key] = AnnotationsValue(type=kind, value=[_text(one) for one in value])
    return Annotations(id=given.id, etag=given.etag, annotations=found)


def flat(conn: Connection, grant: MayRead | MayUpdate, version: int | None = None) -> dict[str, Any]:
    """The fields of an entity, and beside them its annotations, except those that are named like a field."""
    entity = reading.entity(conn, grant, version)
    values = annotating.read(conn, grant, version).annotations
    fields: dict[str, Any] = msgspec.json.decode(encode(entity))
    hidden = _fields(fields["concreteType"])
    return {key: _plain(held) for key, held in values.items() if key not in hidden} | fields


def replace_flat(conn: Connection, actor: Actor, entity_id: int, given: dict[str, Any]) -> dict[str, Any]:
    """Replace the annotations; what is named like a field of the entity is ignored. Call inside a transaction."""
    try:
        named = EntityId.parse(given.get("id"))
    except ValueError as error:
        raise BadRequest(f"id: {error}") from None
    if not isinstance(given.get("etag"), str) or not isinstance(given.get("concreteType"), str):
        raise BadRequest("id, etag and concreteType are required: send what came with the JSON that you changed.")
    fields = _fields(str(given["concreteType"]))
    values = {key: _typed(key, value) for key, value in given.items() if key not in fields}
    annotating.replace(conn, actor, entity_id, Annotations(id=named, etag=given["etag"], annotations=values))
    return flat(conn, require(conn, actor, MayUpdate, entity_id))


def _fields(concrete_type: str) -> set[str]:
    """The names of the fields of a kind of entity."""
    for shape in AnyEntity.__args__:
        if shape.__struct_config__.tag == concrete_type:
            return {one.encode_name for one in msgspec.structs.fields(shape)} | {"concreteType"}
    raise BadRequest(f"concreteType {concrete_type[:200]!r} is no kind of entity.")


def _plain(held: AnnotationsValue) -> Any:
    """One value stands alone, several are a list, none is an empty text."""
    values = [_value(held.type, value) for value in held.value]
    return values[0] if len(values) == 1 else values or ""


def _value(kind: str, text: str) -> Any:
    if kind == "LONG":
        return int(text)
    if kind == "DOUBLE":
        return _number(text)
    if kind == "BOOLEAN":
        return text == "true"
    return _moment(int(text)) if kind == "TIMESTAMP_MS" else text


def _moment(milliseconds: int) -> str | int:
    """A date, as far as the calendar goes."""
    try:
        return stamp(EPOCH + timedelta(milliseconds=milliseconds))
    except OverflowError:
        return milliseconds


def _number(text: str) -> float | str:
    """JSON has no name for what is not finite, so that stays a text."""
    value = float(text)
    return value if math.isfinite(value) else text


def _text(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def _typed(key: str, value: Any) -> AnnotationsValue:
    """The type that the values have in common. Raises BadRequest when they have none."""
    values = value if isinstance(value, list) else [value]
    kinds = {_kind(key, one) for one in values}
    if kinds == {"LONG", "DOUBLE"}:
        kinds = {"DOUBLE"}
    if len(kinds) > 1:
        raise BadRequest(f"The values of the annotation {key[:100]} are of the types {', '.join(sorted(kinds))}.")
    kind = kinds.pop() if kinds else "STRING"
    return AnnotationsValue(type=kind, value=[_stored(kind, one) for one in values])


def _kind(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "BOOLEAN"
    if isinstance(value, float) or value in NOT_FINITE:
        return "DOUBLE"
    if isinstance(value, int):
        return "LONG"
    if not isinstance(value, str):
        raise BadRequest(f"The annotation {key[:100]} has a value that is neither text, nor number, nor boolean.")
    return "STRING" if _milliseconds(value) is None else "TIMESTAMP_MS"


def _stored(kind: str, value: Any) -> str:
    if kind == "BOOLEAN":
        return str(value).lower()
    if kind == "TIMESTAMP_MS":
        return str(_milliseconds(value))
    return _text(float(value)) if kind == "DOUBLE" and value not in NOT_FINITE else str(value)


def _milliseconds(text: str) -> int | None:
    """A whole date and time of day with its zone; anything else is just a text."""
    if len(text) < len("2024-01-01T00:00Z") or text[10] != "T":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else (moment - EPOCH) // timedelta(milliseconds=1)
