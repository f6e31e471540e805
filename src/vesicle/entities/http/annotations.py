"""Doors of annotations, in their three forms."""

from __future__ import annotations

from typing import Any

from vesicle.access import MayRead
from vesicle.entities import annotating, annotation_forms
from vesicle.entities.http.declaring import UNDER_LOCK, WRITE, door
from vesicle.entities.model.annotations import Annotations, Keys, OldAnnotations
from vesicle.web import Call, Needs
from vesicle.wire import EntityId


@door("GET", "/repo/v1/entity/{id}/annotations2", access=Needs(MayRead))
def read_annotations(call: Call, grant: MayRead, include_derived: bool = False) -> Annotations:
    """The annotations of the current version. Nothing is derived from schemas here, so there is nothing to add."""
    _ = include_derived
    return annotating.read(call.conn, grant)


@door("GET", "/repo/v1/entity/{id}/version/{versionNumber}/annotations2", access=Needs(MayRead))
def read_version_annotations(call: Call, grant: MayRead, version_number: int) -> Annotations:
    """The annotations of one version."""
    return annotating.read(call.conn, grant, version_number)


@door("PUT", "/repo/v1/entity/{id}/annotations2", access=UNDER_LOCK, scopes=WRITE)
def replace_annotations(call: Call, id: EntityId, body: Annotations) -> Annotations:
    """Replace all annotations of the current version."""
    return annotating.replace(call.conn, call.actor, id, body)


@door("GET", "/repo/v1/entity/{id}/derivedKeys", access=Needs(MayRead))
def read_derived_keys(call: Call) -> Keys:
    """Keys of annotations that a schema adds; none on this server."""
    _ = call
    return Keys(keys=[])


@door("GET", "/repo/v1/entity/{id}/annotations", access=Needs(MayRead))
def read_old_annotations(call: Call, grant: MayRead) -> OldAnnotations:
    """The annotations of the current version in the old form."""
    return annotation_forms.old(annotating.read(call.conn, grant))


@door("GET", "/repo/v1/entity/{id}/version/{versionNumber}/annotations", access=Needs(MayRead))
def read_old_version_annotations(call: Call, grant: MayRead, version_number: int) -> OldAnnotations:
    """The annotations of one version in the old form."""
    return annotation_forms.old(annotating.read(call.conn, grant, version_number))


@door("PUT", "/repo/v1/entity/{id}/annotations", access=UNDER_LOCK, scopes=WRITE)
def replace_old_annotations(call: Call, id: EntityId, body: OldAnnotations) -> OldAnnotations:
    """Replace all annotations of the current version, in the old form."""
    given = annotation_forms.of_old(body)
    return annotation_forms.old(annotating.replace(call.conn, call.actor, id, given))


@door("GET", "/repo/v1/entity/{id}/json", access=Needs(MayRead))
def read_json(call: Call, grant: MayRead, include_derived_annotations: bool = False) -> dict[str, Any]:
    """Fields and annotations as one flat JSON object."""
    _ = include_derived_annotations
    return annotation_forms.flat(call.conn, grant)


@door("GET", "/repo/v1/entity/{id}/version/{versionNumber}/json", access=Needs(MayRead))
def read_version_json(call: Call, grant: MayRead, version_number: int) -> dict[str, Any]:
    """The same of one version."""
    return annotation_forms.flat(call.conn, grant, version_number)


@door("PUT", "/repo/v1/entity/{id}/json", access=UNDER_LOCK, scopes=WRITE)
def replace_json(call: Call, id: EntityId, body: dict[str, Any]) -> dict[str, Any]:
    """Replace the annotations by the members of a flat JSON object that are no fields of the entity."""
    return annotation_forms.replace_flat(call.conn, call.actor, id, body)
