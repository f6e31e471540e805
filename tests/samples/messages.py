"""Doors of messages."""

from __future__ import annotations

from tests.samples.sample import Sample
from tests.world import World


def furnish(world: World) -> None:
    """A message of the owner's to the reader, with the owner's file as its text."""
    world.things["messageId"] = world.owner.ok("POST", "/repo/v1/message", to_reader(world))["id"]


def to_reader(world: World) -> dict[str, object]:
    return {"recipients": [str(world.reader.id)], "subject": "hello", "fileHandleId": world.handle_id}


SAMPLES: dict[str, Sample] = {
    "POST /repo/v1/message": Sample(to_reader),
    "POST /repo/v1/entity/{id}/message": Sample(to_reader),
    "POST /repo/v1/message/{messageId}/forward": Sample(lambda world: {"recipients": [str(world.reader.id)]}),
    "GET /repo/v1/message/{messageId}": Sample(),
    "GET /repo/v1/message/{messageId}/conversation": Sample(),
    "PUT /repo/v1/message/status": Sample(lambda world: {"messageId": world.things["messageId"], "status": "ARCHIVED"}),
}
