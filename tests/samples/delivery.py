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


def copies_nothing(answer: httpx.Response) -> bool:
    """Every item failed, and no handle was made."""
    return answer.status_code in (200, 401) and all(
        item.keys() == {"originalFileHandleId", "failureCode"} for item in answer.json().get("copyResults", [])
    )


def copies(world: World) -> Any:
    (item,) = associations(world)["requestedFiles"]
    return {"copyRequests": [{"originalFile": item, "newFileName": "mine.txt"}]}


def associations(world: World) -> Any:
    item = {
        "fileHandleId": world.handle_id,
        "associateObjectId": world.file["id"],
        "associateObjectType": "FileEntity",
    }
    return {"requestedFiles": [item], "includeFileHandles": True, "includePreSignedURLs": True}


SAMPLES: dict[str, Sample] = {
    "GET /repo/v1/message/{messageId}/file": Sample(),
    "POST /file/v1/filehandles/copy": Sample(copies, kept_out=copies_nothing),
    # The contract answers each item by itself.
    "POST /file/v1/fileHandle/batch": Sample(associations, kept_out=gets_no_file),
    "GET /repo/v1/entity/{id}/sts": Sample(query=lambda _: {"permission": "read_only"}),
    "GET /file/v1/file/{fileHandleId}": Sample(query=lambda world: {"fileAssociateId": world.file["id"]}),
}
