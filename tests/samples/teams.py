"""Doors of teams."""

from __future__ import annotations

from typing import Any

from tests.samples.sample import Sample
from tests.world import World

EVERYBODY = 273948


def furnish(world: World) -> None:
    """A team whose list tells strangers nothing, and somebody invited into it; somebody else asked."""
    team = world.owner.ok("POST", "/repo/v1/team", {"name": f"team of {world.owner.name}"})
    things, team_id = world.things, str(team["id"])
    things["team"] = things["teamMembers"] = things["count"] = team_id
    things["user"], things["principalId"] = str(world.owner.id), str(world.reader.id)
    world.owner.ok("PUT", "/repo/v1/team/acl", private_list(world))
    invitation = {"teamId": team_id, "inviteeEmail": f"guest-{world.owner.name}@example.org"}
    things["membershipInvitation"] = world.owner.ok("POST", "/repo/v1/membershipInvitation", invitation)["id"]
    request = world.reader.ok("POST", "/repo/v1/membershipRequest", {"teamId": team_id})
    things["membershipRequest"] = request["id"]


def private_list(world: World) -> Any:
    listed = world.owner.ok("GET", f"/repo/v1/team/{world.things['team']}/acl")
    kept = [one for one in listed["resourceAccess"] if one["principalId"] != EVERYBODY]
    return {**listed, "resourceAccess": kept}


def team_body(world: World) -> dict[str, Any]:
    return {**world.owner.ok("GET", f"/repo/v1/team/{world.things['team']}"), "description": "taken over"}


SAMPLES: dict[str, Sample] = {
    "PUT /repo/v1/team": Sample(team_body),
    "DELETE /repo/v1/team/{id}": Sample(),
    "PUT /repo/v1/team/acl": Sample(private_list),
    "PUT /repo/v1/team/{id}/member/{principalId}": Sample(),
    "DELETE /repo/v1/team/{id}/member/{principalId}": Sample(),
    "PUT /repo/v1/team/{id}/member/{principalId}/permission": Sample(query=lambda _: {"isAdmin": "true"}),
    "POST /repo/v1/membershipInvitation": Sample(
        lambda world: {"teamId": world.things["team"], "inviteeId": str(world.reader.id)}
    ),
    "GET /repo/v1/membershipInvitation/{id}": Sample(),
    "DELETE /repo/v1/membershipInvitation/{id}": Sample(),
    "GET /repo/v1/membershipInvitation/{id}/inviteeVerificationSignedToken": Sample(),
    "GET /repo/v1/user/{id}/openInvitation": Sample(),
    "GET /repo/v1/membershipRequest/{id}": Sample(),
    "DELETE /repo/v1/membershipRequest/{id}": Sample(),
    "GET /repo/v1/user/{id}/openRequest": Sample(),
}
