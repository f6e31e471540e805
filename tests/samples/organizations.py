"""Doors of organizations, plans and invitations."""

from __future__ import annotations

from typing import Any

from tests.samples.sample import Sample
from tests.world import World


def furnish(world: World) -> None:
    """An organization that the owner owns and manages, with an invitation and an open request for a plan."""
    name, things = f"Organization of {world.owner.name}", world.things
    plan = world.admin.ok("POST", "/vesicle/v1/plan", {"offer": "SELF_MANAGED"})["id"]
    body = {"name": name, "planId": plan, "ownerId": str(world.owner.id)}
    things["organization"] = world.admin.ok("POST", "/vesicle/v1/organization", body)["id"]
    other = world.admin.ok("POST", "/vesicle/v1/plan", {"offer": "SELF_MANAGED"})["id"]
    body = {**body, "name": f"other {name}", "planId": other}
    things["otherOrganization"] = world.admin.ok("POST", "/vesicle/v1/organization", body)["id"]
    things["projectId"] = things["project"] = world.project["id"]
    things["plan"], things["memberId"] = plan, str(world.owner.id)
    things["ownerId"], things["name"] = str(world.owner.id), "NO_SUCH_OFFER"
    things["what"] = "file"
    path = f"/vesicle/v1/organization/{things['organization']}/invitation"
    things["invitation"] = world.owner.ok("POST", path, {"inviteeEmail": f"guest-{world.owner.name}@example.org"})["id"]
    asked = {"organizationId": things["organization"], "offer": "SELF_MANAGED"}
    things["planRequest"] = world.owner.ok("POST", "/vesicle/v1/planRequest", asked)["id"]


def change(world: World) -> Any:
    return {**world.owner.ok("GET", f"/vesicle/v1/organization/{world.things['organization']}"), "name": "taken over"}


SAMPLES: dict[str, Sample] = {
    "GET /vesicle/v1/organization/{id}": Sample(),
    "PUT /vesicle/v1/organization/{id}": Sample(change),
    "PUT /vesicle/v1/organization/{id}/owner/{ownerId}": Sample(),
    "GET /vesicle/v1/organization/{id}/member": Sample(),
    "PUT /vesicle/v1/organization/{id}/member/{memberId}": Sample(lambda _: {"isManager": True}),
    "DELETE /vesicle/v1/organization/{id}/member/{memberId}": Sample(),
    "POST /vesicle/v1/organization/{id}/invitation": Sample(lambda _: {"inviteeEmail": "a@example.org"}),
    "GET /vesicle/v1/organization/{id}/invitation": Sample(),
    "POST /vesicle/v1/invitation/{id}/accept": Sample(),
    "POST /vesicle/v1/invitation/{id}/decline": Sample(),
    "DELETE /vesicle/v1/invitation/{id}": Sample(),
    "PUT /vesicle/v1/plan/catalogue": Sample(lambda _: {"name": "BASIC", "type": "BASIC"}),
    "DELETE /vesicle/v1/plan/catalogue/{name}": Sample(),
    "POST /vesicle/v1/plan": Sample(lambda _: {"offer": "BASIC"}),
    "GET /vesicle/v1/plan/{id}": Sample(),
    "PUT /vesicle/v1/plan/{id}": Sample(lambda _: {"etag": "00000000-0000-0000-0000-000000000000"}),
    "GET /vesicle/v1/organization/{id}/notice": Sample(),
    "GET /vesicle/v1/organization/{id}/project": Sample(),
    "PUT /vesicle/v1/organization/{id}/project/{projectId}": Sample(),
    "DELETE /vesicle/v1/organization/{id}/project/{projectId}": Sample(),
    "POST /vesicle/v1/organization/{id}/merge": Sample(
        lambda world: {"organizationId": world.things["otherOrganization"], "dryRun": True}
    ),
    "GET /vesicle/v1/usage": Sample(),
    "GET /vesicle/v1/usage/csv": Sample(),
    "GET /vesicle/v1/usage/organization/{id}": Sample(),
    "GET /vesicle/v1/usage/organization/{id}/report": Sample(),
    "GET /vesicle/v1/usage/organization/{id}/report/csv": Sample(),
    "GET /vesicle/v1/usage/organization/{id}/file": Sample(),
    "GET /vesicle/v1/usage/organization/{id}/download": Sample(),
    "GET /vesicle/v1/usage/organization/{id}/upload": Sample(),
    "GET /vesicle/v1/usage/organization/{id}/{what}/csv": Sample(),
    "PUT /repo/v1/project/{projectId}/storage/limit": Sample(
        lambda world: {"projectId": world.project["id"], "storageLocationId": 1}
    ),
    "POST /vesicle/v1/planRequest": Sample(
        lambda world: {"organizationId": world.things["organization"], "offer": "SELF_MANAGED"}
    ),
    "POST /vesicle/v1/planRequest/{id}/decision": Sample(lambda _: {"granted": True}),
}
