"""Doors of people and tokens."""

from __future__ import annotations

from tests.samples.sample import Sample
from tests.world import World


def furnish(world: World) -> None:
    """The owner's token."""
    for name in ("profileId", "user", "account", "targetUserId"):
        world.things[name] = str(world.owner.id)
    world.things["personalAccessToken"] = world.owner.ok("GET", "/auth/v1/personalAccessToken")["results"][0]["id"]


SAMPLES: dict[str, Sample] = {
    "PUT /repo/v1/userProfile": Sample(lambda world: world.owner.ok("GET", "/repo/v1/userProfile")),
    "POST /repo/v1/account/{id}/emailValidation": Sample(
        lambda world: {"email": f"{world.owner.name}@new.example.org"}
    ),
    "PUT /repo/v1/admin/user/{id}/certificationStatus": Sample(query=lambda _: {"isCertified": "true"}),
    "DELETE /auth/v1/user/{targetUserId}/sessionAccessToken/all": Sample(),
}
