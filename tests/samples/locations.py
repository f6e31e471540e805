"""Doors of storage locations and project settings."""

from __future__ import annotations

from typing import Any

from tests.samples.sample import Sample
from tests.world import World

LOCATION = "org.sagebionetworks.repo.model.project.S3StorageLocationSetting"
EXTERNAL = "org.sagebionetworks.repo.model.project.ExternalS3StorageLocationSetting"
SETTING = "org.sagebionetworks.repo.model.project.UploadDestinationListSetting"


def furnish(world: World) -> None:
    """A location of the owner's, and the setting of their project."""
    made = world.owner.ok("POST", "/repo/v1/storageLocation", {"concreteType": LOCATION, "description": "a sample"})
    world.things["storageLocation"] = str(made["storageLocationId"])
    world.server.store().ensure_bucket("sample-bucket")
    # Several worlds may be made at once, so each has a place of its own in the bucket.
    base_key = world.owner.name
    world.server.store().put("sample-bucket", f"{base_key}/owner.txt", str(world.owner.id).encode())
    external = {"concreteType": EXTERNAL, "bucket": "sample-bucket", "baseKey": base_key}
    their_own = world.owner.ok("POST", "/repo/v1/storageLocation", external)
    world.things["external location"] = str(their_own["storageLocationId"])
    body = {"concreteType": SETTING, "projectId": world.project["id"], "locations": [made["storageLocationId"]]}
    setting = world.owner.ok("POST", "/repo/v1/projectSettings", body)
    world.things["projectSettings"] = setting["id"]
    world.things["projectId"] = world.project["id"]
    world.things["type"] = "upload"


def setting_of(name: str) -> Any:
    def body(world: World) -> dict[str, Any]:
        container = {"project": world.project, "folder": world.folder}[name]
        mine = {"id": world.things["projectSettings"], "etag": "0"} if name == "project" else {}
        return {"concreteType": SETTING, "projectId": container["id"], "locations": [1], **mine}

    return body


SAMPLES: dict[str, Sample] = {
    "POST /repo/v1/projectSettings": Sample(setting_of("folder")),
    "PUT /repo/v1/projectSettings": Sample(setting_of("project")),
    "GET /repo/v1/projectSettings/{id}": Sample(),
    "DELETE /repo/v1/projectSettings/{id}": Sample(),
}
