"""Uploading as a client does, step by step, so that a test can stop at any of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.live import Person

MIB = 1024**2


def md5(content: bytes) -> str:
    """Hex MD5."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def request(content: bytes, name: str, part_size: int = 5 * MIB, **more: Any) -> dict[str, Any]:
    """The body that starts an upload."""
    return {
        "concreteType": "org.sagebionetworks.repo.model.file.MultipartUploadRequest", "fileName": name,
        "fileSizeBytes": len(content), "partSizeBytes": part_size, "contentMD5Hex": md5(content),
        "contentType": "text/plain", **more,
    }  # fmt: skip


def start(person: Person, body: dict[str, Any], **query: Any) -> dict[str, Any]:
    """POST /file/multipart."""
    status: dict[str, Any] = person.ok("POST", "/file/v1/file/multipart", body, **query)
    return status


def part_urls(person: Person, upload_id: str, numbers: list[int]) -> dict[int, str]:
    """Where to PUT these parts."""
    answer = person.ok("POST", f"/file/v1/file/multipart/{upload_id}/presigned/url/batch", {"partNumbers": numbers})
    return {item["partNumber"]: item["uploadPresignedUrl"] for item in answer["partPresignedUrls"]}


def put_part(person: Person, upload_id: str, number: int, part: bytes) -> httpx.Response:
    """PUT the bytes of one part to the store."""
    url = part_urls(person, upload_id, [number])[number]
    return person.http.put(url, content=part, timeout=60)


def add_part(person: Person, upload_id: str, number: int, part: bytes) -> dict[str, Any]:
    """Tell the server about a part."""
    path = f"/file/v1/file/multipart/{upload_id}/add/{number}"
    answer: dict[str, Any] = person.ok("PUT", path, partMD5Hex=md5(part))
    return answer


def complete(person: Person, upload_id: str) -> dict[str, Any]:
    """PUT …/complete."""
    status: dict[str, Any] = person.ok("PUT", f"/file/v1/file/multipart/{upload_id}/complete")
    return status


def send(person: Person, content: bytes, name: str, part_size: int = 5 * MIB, **more: Any) -> str:
    """All of it; the id of the file handle."""
    upload = start(person, request(content, name, part_size, **more))["uploadId"]
    for number, begin in enumerate(range(0, len(content), part_size), start=1):
        part = content[begin : begin + part_size]
        assert put_part(person, upload, number, part).status_code == 200
        assert add_part(person, upload, number, part)["addPartState"] == "ADD_SUCCESS"
    handle: str = complete(person, upload)["resultFileHandleId"]
    return handle
