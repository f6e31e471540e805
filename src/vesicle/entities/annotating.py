"""Annotations: keys with typed lists of values, of an entity's current version."""

from __future__ import annotations

import re
from typing import Any

from vesicle.access import Actor, MayRead, MayUpdate, require
from vesicle.db import Connection
from vesicle.entities.model.annotations import ZERO_ETAG, Annotations, AnnotationsValue
from vesicle.entities.store import versions
from vesicle.errors import BadRequest, NotFound
from vesicle.tree import growth, looking
from vesicle.wire import UNSET, EntityId
from vesicle.wire.ids import LARGEST

MOST_KEYS = 100
MOST_VALUES = 100
MOST_CHARACTERS = 500
_KEY = re.compile(r"[a-zA-Z0-9,_.]{1,256}", re.ASCII)
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(
    r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?|nan|[+-]?inf(inity)?", re.ASCII | re.IGNORECASE
)
_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "infinity": "Infinity"}


def read(conn: Connection, grant: MayRead | MayUpdate, version: int | None = None) -> Annotations:
    """Annotations with the entity's etag; those of a named version carry an etag of zeros, and cannot be written
    back.
    """
    row = versions.annotations_of(conn, grant, version)
    if row is None:
        raise NotFound(f"Entity syn{grant.id} has no version {version}.")
    etag, stored, _ = row
    return Annotations(
        id=EntityId(grant.id), etag=str(etag) if version is None else ZERO_ETAG,
        annotations={key: AnnotationsValue(type=held["type"], value=held["value"]) for key, held in stored.items()},
    )  # fmt: skip


def replace(conn: Connection, actor: Actor, entity_id: int, given: Annotations) -> Annotations:
    """Replace every key of the current version. Call inside a transaction. Raises Stale and BadRequest."""
    values = checked(given)
    if given.id is not UNSET and given.id != entity_id:
        raise BadRequest(f"The path says syn{entity_id} and the body says syn{given.id}.")
    if not given.etag:
        raise BadRequest("etag is required: send the one that came with the annotations you changed.")
    grant = require(conn, actor, MayUpdate, entity_id)
    node = looking.locked(conn, grant, given.etag)
    versions.set_annotations(conn, grant, node.version, values)
    growth.amend(conn, grant, node)
    return read(conn, grant)


def merge(conn: Connection, actor: Actor, entity_id: int, given: Annotations) -> None:
    """Add these keys to those of the current version, in place of the same keys. Call inside a transaction."""
    grant = require(conn, actor, MayUpdate, entity_id)
    node = looking.locked(conn, grant, None)
    given.annotations = read(conn, grant).annotations | given.annotations
    versions.set_annotations(conn, grant, node.version, checked(given))
    growth.amend(conn, grant, node)


def checked(given: Annotations) -> dict[str, Any]:
    """The annotations as they are stored. Raises BadRequest past the contract's limits."""
    if len(given.annotations) > MOST_KEYS:
        raise BadRequest(f"An entity has at most {MOST_KEYS} annotations, not {len(given.annotations)}.")
    stored = {}
    for raw, held in given.annotations.items():
        key = raw.strip()
        if not _KEY.fullmatch(key) or key == "_accessRequirementIds":
            raise BadRequest(
                f"Invalid annotation name: '{key[:100]}'. It takes letters, digits, underscores, commas and dots."
            )
        if len(held.value) > MOST_VALUES:
            raise BadRequest(f"The annotation {key} has more than {MOST_VALUES} values.")
        if held.type == "STRING" and sum(map(len, held.value)) > MOST_CHARACTERS:
            raise BadRequest(
                f"The values of the annotation {key} have more than {MOST_CHARACTERS} characters together."
            )
        stored[key] = {"type": held.type, "value": [_value(key, held.type, value) for value in held.value]}
    return stored


def _value(key: str, kind: str, text: str) -> str:
    if kind == "STRING":
        return text
    if kind in ("LONG", "TIMESTAMP_MS") and _WHOLE.fullmatch(text) and abs(int(text)) <= LARGEST:
        return text
    if kind == "DOUBLE" and _DECIMAL.fullmatch(text):
        sign = "-" if text.startswith("-") else ""
        name = _NOT_FINITE.get(text.lstrip("+-").lower())
        return text if name is None else (name if name == "NaN" else sign + name)
    if kind == "BOOLEAN" and text.lower() in ("true", "false"):
        return text.lower()
    if kind not in ("LONG", "TIMESTAMP_MS", "DOUBLE", "BOOLEAN"):
        raise BadRequest(f"The annotation {key} has the unknown type {kind[:50]!r}.")
    raise BadRequest(f"Value associated with key={key} is not valid for type={kind}: {text[:100]}")
