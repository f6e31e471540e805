"""Doors of file handles and uploads."""

from __future__ import annotations

from tests import sending
from tests.samples.sample import Sample
from tests.world import World


def furnish(world: World) -> None:
    """An upload that is never finished, and a job."""
    world.things["fileHandleId"] = world.things["handleId"] = world.handle_id
    unfinished = sending.request(b"never finished" + world.owner.name.encode(), "a.bin")
    world.things["uploadId"] = sending.start(world.owner, unfinished)["uploadId"]
    world.things["partNumber"] = "1"
    to_abort = sending.request(b"aborted" + world.owner.name.encode(), "a.bin")
    world.things["upload"] = sending.start(world.owner, to_abort)["uploadId"]
    restore = {"fileHandleIds": [world.handle_id]}
    job = world.owner.ok("POST", "/file/v1/fileHandle/restore/async/start", restore)["token"]
    world.things["asyncToken"] = world.things["jobId"] = job


def object_of_the_owner(world: World) -> dict[str, str]:
    """An object in a bucket of the owner's."""
    number = world.things["external location"]
    return {
        "storageLocationId": number,
        "bucketName": "sample-bucket",
        "key": f"{world.owner.name}/a",
        "contentMd5": "0" * 32,
    }


SAMPLES: dict[str, Sample] = {
    "DELETE /vesicle/v1/upload/{id}": Sample(),
    "DELETE /file/v1/fileHandle/{handleId}": Sample(),
    "POST /file/v1/externalFileHandle/s3": Sample(object_of_the_owner),
}
