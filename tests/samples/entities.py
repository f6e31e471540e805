"""Doors of entities."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import httpx
from tests.samples.sample import Sample, sees_nothing
from tests.world import World


def entity_body(world: World) -> dict[str, Any]:
    return {**world.file, "name": "taken over"}


def references(world: World) -> Any:
    return {"references": [{"targetId": world.file["id"]}, {"targetId": world.file["id"], "targetVersionNumber": 1}]}


def furnish(world: World) -> None:
    """Something in the trash can, an activity that made the file, a folder with a list of its own, an alias."""
    owner, project = world.owner, world.project["id"]
    trashed = owner.folder(project)["id"]
    owner.ok("DELETE", f"/repo/v1/entity/{trashed}")
    world.things |= {"restore": trashed, "purge": trashed, "trash": world.file["id"], "parentId": world.folder["id"]}
    activity = owner.ok("POST", "/repo/v1/activity", {"name": "made the file"})["id"]
    owner.ok("PUT", f"/repo/v1/entity/{world.file['id']}/generatedBy", generatedBy=activity)
    world.things |= {"activity": activity, "favorite": world.file["id"], "principalId": str(owner.id)}
    shared = owner.folder(project)["id"]
    acl = owner.ok("GET", f"/repo/v1/entity/{project}/acl")
    owner.ok("POST", f"/repo/v1/entity/{shared}/acl", acl)
    world.things |= {f"{method} /repo/v1/entity/{{id}}/acl": shared for method in ("PUT", "DELETE")}
    restricted = owner.folder(project)["id"]
    world.things["requirementId"] = str(owner.ok("POST", f"/repo/v1/entity/{restricted}/lockAccessRequirement")["id"])
    alias = f"alias_{secrets.token_hex(6)}"
    world.project = owner.ok("PUT", f"/repo/v1/entity/{project}", {**world.project, "alias": alias})
    world.file = owner.ok("GET", f"/repo/v1/entity/{world.file['id']}")
    world.things["repository"] = f"docker.example.org/{alias}"
    owner.make("docker.DockerRepository", parentId=project, repositoryName=world.things["repository"])
    world.things |= {"alias": alias, "md5": hashlib.md5(b"one of each noun").hexdigest()}


def is_not_there(answer: httpx.Response) -> bool:
    """404."""
    return answer.status_code == 404


def acl_of(world: World, entity_id: str) -> Any:
    return world.owner.ok("GET", f"/repo/v1/entity/{entity_id}/acl")


def restriction(world: World) -> Any:
    return {"objectId": world.file["id"], "restrictableObjectType": "ENTITY"}


def may_nothing(answer: httpx.Response) -> bool:
    """The answer tells only that the caller may do nothing."""
    found = answer.json().get("restrictionInformation", [answer.json()])
    return answer.status_code == 200 and not any(one["userEntityPermissions"]["canView"] for one in found)


def same_bytes(world: World) -> Any:
    return {"oldFileHandleId": world.handle_id, "newFileHandleId": world.handle_id}


def below_the_folder(world: World) -> dict[str, Any]:
    kind = "org.sagebionetworks.repo.model.Folder"
    return {"concreteType": kind, "name": "mine", "parentId": world.folder["id"]}


SAMPLES: dict[str, Sample] = {
    "POST /repo/v1/entity": Sample(below_the_folder),
    "POST /repo/v1/entity/bundle2/create": Sample(lambda world: {"entity": below_the_folder(world)}),
    "PUT /repo/v1/entity/{id}/bundle2": Sample(lambda world: {"entity": entity_body(world)}),
    "PUT /repo/v1/entity/{id}/version": Sample(),
    "PUT /vesicle/v1/entity/{id}/version/{versionNumber}/promote": Sample(
        query=lambda world: {"etag": world.file["etag"]}
    ),
    "PUT /repo/v1/entity/{id}/version/{versionNumber}/filehandle": Sample(same_bytes),
    "PUT /repo/v1/entity/{id}/annotations": Sample(lambda world: {"etag": world.file["etag"]}),
    "PUT /repo/v1/entity/{id}/json": Sample(lambda world: world.file),
    "POST /repo/v1/entity/{id}/acl": Sample(lambda world: acl_of(world, world.project["id"])),
    "PUT /repo/v1/entity/{id}/acl": Sample(
        lambda world: acl_of(world, world.things["PUT /repo/v1/entity/{id}/acl"]),
    ),
    "DELETE /repo/v1/entity/{id}/acl": Sample(),
    "PUT /repo/v1/entity/{id}/datatype": Sample(query=lambda _: {"type": "SENSITIVE_DATA"}),
    "GET /repo/v1/entity/md5/{md5}": Sample(kept_out=sees_nothing),
    "GET /repo/v1/entity/dockerRepo/id": Sample(
        query=lambda world: {"repositoryName": world.things["repository"]}, kept_out=is_not_there
    ),
    "POST /repo/v1/restrictionInformation": Sample(restriction, kept_out=may_nothing),
    "POST /repo/v1/restrictionInformation/batch": Sample(
        lambda world: {"objectIds": [world.file["id"]], "restrictableObjectType": "ENTITY"}, kept_out=may_nothing
    ),
    "POST /repo/v1/entity/{id}/lockAccessRequirement": Sample(),
    "GET /repo/v1/accessRequirement/{requirementId}": Sample(),
    "DELETE /repo/v1/accessRequirement/{requirementId}": Sample(),
    "GET /repo/v1/activity/{id}": Sample(),
    "PUT /repo/v1/activity/{id}": Sample(
        lambda world: world.owner.ok("GET", f"/repo/v1/activity/{world.things['activity']}")
    ),
    "DELETE /repo/v1/activity/{id}": Sample(),
    "GET /repo/v1/activity/{id}/generated": Sample(),
    "PUT /repo/v1/entity/{id}/generatedBy": Sample(query=lambda world: {"generatedBy": world.things["activity"]}),
    "DELETE /repo/v1/entity/{id}/generatedBy": Sample(),
    "GET /vesicle/v1/trashcan": Sample(),
    "PUT /repo/v1/trashcan/trash/{id}": Sample(),
    "PUT /repo/v1/trashcan/restore/{id}": Sample(),
    "PUT /repo/v1/trashcan/restore/{id}/{parentId}": Sample(),
    "PUT /repo/v1/trashcan/purge/{id}": Sample(),
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
