"""From the text of a request to the arguments of a handler."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from vesicle.errors import BadRequest
from vesicle.web.doors import Door, Query, snake
from vesicle.wire import EntityId, Id, decode, decode_form

MOST_QUERY_PARAMETERS = 100


def path_values(door: Door, texts: list[str]) -> dict[str, Any]:
    """The path parameters, as their annotations say. Raises BadRequest for a bad id or number."""
    return {
        snake(name): _read(name, kind, text) for (name, kind), text in zip(door.parameters.items(), texts, strict=True)
    }


def query_values(door: Door, query: bytes) -> dict[str, Any]:
    """The query parameters that the door knows; others are ignored, as everywhere in this API."""
    if not door.queries:
        return {}
    try:
        given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_QUERY_PARAMETERS))
    except ValueError:
        raise BadRequest(f"A request takes at most {MOST_QUERY_PARAMETERS} query parameters.") from None
    return {name: _query_value(declared, given.get(declared.name)) for name, declared in door.queries.items()}


def _query_value(declared: Query, text: str | None) -> Any:
    if text is None or text == "":
        if declared.required:
            raise BadRequest(f"The query parameter {declared.name} is required.")
        return declared.default
    return _read(declared.name, declared.kind, text)


def body_value(door: Door, body: bytes) -> Any:
    """The body as the door's shape."""
    if door.form:
        return decode_form(body, door.body)
    return decode(body, door.body, door.default_tag)


def _read(name: str, kind: Any, text: str) -> Any:
    if "\0" in text or not text.isprintable():
        raise BadRequest(f"{name} contains control characters.")
    try:
        if kind is EntityId or kind == EntityId | None:
            return EntityId.parse(text)
        if kind is Id or kind == Id | None:
            return Id.parse(text)
        if kind is int or kind == int | None:
            return int(Id.parse(text)) if not text.startswith("-") else int(text[:19])
        if kind is bool or kind == bool | None:
            return _flag(name, text)
    except ValueError as error:
        raise BadRequest(f"{name}: {error}") from None
    return text


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise BadRequest(f"{name} is true or false, not {text[:50]!r}.")
    return text.lower() == "true"
