"""The OpenAPI document, made from the route table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from vesicle import __version__
from vesicle.web.doors import Anyone, Door
from vesicle.web.refusals import ErrorResponse
from vesicle.web.replies import Reply
from vesicle.wire import EntityId, Id, Int64

FORM = "application/x-www-form-urlencoded"
_COMPONENT = "#/components/schemas/{name}"
_PLAIN: dict[Any, dict[str, Any]] = {
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    str: {"type": "string"},
    Id: {"type": "string", "pattern": "^[0-9]{1,19}$"},
    EntityId: {"type": "string", "pattern": "^syn[0-9]{1,19}$"},
    Int64: {"type": "integer", "format": "int64"},
}


def document(doors: Iterable[Door], url: str) -> dict[str, Any]:
    """The document for all doors, with ``url`` as the server."""
    table = list(doors)
    shapes = [kind for door in table for kind in (door.body, door.result) if _is_shape(kind)] + [ErrorResponse]
    schemas, components = msgspec.json.schema_components(
        shapes, ref_template="#/components/schemas/{name}", schema_hook=_schema_of
    )
    refs = iter(schemas[:-1])
    paths: dict[str, dict[str, Any]] = {}
    for door in table:
        body = next(refs) if _is_shape(door.body) else None
        result = next(refs) if _is_shape(door.result) else None
        paths.setdefault(door.path, {})[door.method.lower()] = _operation(door, body, result, schemas[-1])
    return {
        "openapi": "3.1.0",
        "info": {"title": "vesicle", "version": __version__},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _is_shape(kind: Any) -> bool:
    return kind not in (None, type(None)) and not (isinstance(kind, type) and issubclass(kind, Reply))


def _schema_of(kind: type) -> dict[str, Any]:
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    raise NotImplementedError(kind)


def _operation(door: Door, body: Any, result: Any, error: Any) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": door.summary or "Done."}
    if result is not None:
        answer["content"] = {"application/json": {"schema": result}}
    operation: dict[str, Any] = {
        "operationId": f"{door.room}.{door.method.lower()}.{door.path.strip('/').replace('/', '.')}",
        "summary": door.summary,
        "tags": [door.room],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _PLAIN[kind]}
            for name, kind in door.parameters.items()
        ]
        + [
            {"name": query.name, "in": "query", "required": query.required, "schema": _query_schema(query.kind)}
            for query in door.queries.values()
        ],
        "responses": {
            str(door.status): answer,
            "default": {"description": "A refusal.", "content": {"application/json": {"schema": error}}},
        },
        "x-access": type(door.access).__name__,
        "x-scopes": [scope.name for scope in door.scopes],
    }
    if body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {FORM if door.form else "application/json": {"schema": body}},
        }
    if not isinstance(door.access, Anyone):
        operation["security"] = [{"token": []}]
    return operation


def _query_schema(kind: Any) -> dict[str, Any]:
    return next((schema for plain, schema in _PLAIN.items() if kind in (plain, plain | None)), {"type": "string"})
