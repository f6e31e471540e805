"""Doors of people and tokens."""

from __future__ import annotations

from tests.world import World


def furnish(world: World) -> None:
    """The owner's token."""
    world.things["profileId"] = str(world.owner.id)
    world.things["personalAccessToken"] = world.owner.ok("GET", "/auth/v1/personalAccessToken")["results"][0]["id"]
