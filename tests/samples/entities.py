"""Doors of entities."""

from __future__ import annotations

from typing import Any

from tests.samples.sample import Sample, sees_nothing
from tests.world import World


def entity_body(world: World) -> dict[str, Any]:
    return {**world.file, "name": "taken over"}


def references(world: World) -> Any:
    return {"references": [{"targetId": world.file["id"]}, {"targetId": world.file["id"], "targetVersionNumber": 1}]}


SAMPLES: dict[str, Sample] = {
    "POST /repo/v1/entity": Sample(
        lambda world: {
            "concreteType": "org.sagebionetworks.repo.model.Folder",
            "name": "mine",
            "parentId": world.folder["id"],
        }
    ),
    "PUT /repo/v1/entity/{id}": Sample(entity_body),
    "DELETE /repo/v1/entity/{id}": Sample(),
    "DELETE /repo/v1/entity/{id}/version/{versionNumber}": Sample(),
    "PUT /repo/v1/entity/{id}/annotations2": Sample(
        lambda world: {"id": world.file["id"], "etag": world.file["etag"], "annotations": {}}
    ),
    "POST /repo/v1/entity/child": Sample(
        lambda world: {"parentId": world.folder["id"], "entityName": world.file["name"]}
    ),
    "POST /repo/v1/entity/children": Sample(
        lambda world: {"parentId": world.folder["id"], "includeTypes": ["file"]},
    ),
    # The contract leaves out, without a word, what may not be read.
    "GET /repo/v1/entity/type": Sample(query=lambda world: {"batch": world.file["id"]}, kept_out=sees_nothing),
    "POST /repo/v1/entity/header": Sample(references, kept_out=sees_nothing),
}
