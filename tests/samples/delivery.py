"""Doors of downloads."""

from __future__ import annotations

from typing import Any

import httpx
from tests.samples.sample import Sample
from tests.world import World


def gets_no_file(answer: httpx.Response) -> bool:
    """Every item failed, and no URL or handle came along."""
    return answer.status_code == 201 and all(
        item.keys() == {"fileHandleId", "failureCode"} for item in answer.json()["requestedFiles"]
    )


def associations(world: World) -> Any:
    item = {
        "fileHandleId": world.handle_id,
        "associateObjectId": world.file["id"],
        "associateObjectType": "FileEntity",
    }
    return {"requestedFiles": [item], "includeFileHandles": True, "includePreSignedURLs": True}


SAMPLES: dict[str, Sample] = {
    # The contract answers each item by itself.
    "POST /file/v1/fileHandle/batch": Sample(associations, kept_out=gets_no_file),
    "GET /file/v1/file/{fileHandleId}": Sample(query=lambda world: {"fileAssociateId": world.file["id"]}),
}
