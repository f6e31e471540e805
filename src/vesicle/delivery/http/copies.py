"""Doors of copies that share the bytes."""

from __future__ import annotations

from vesicle.access import OwnsFileHandle
from vesicle.delivery import copies
from vesicle.delivery.copies import BatchFileHandleCopyRequest, BatchFileHandleCopyResult
from vesicle.delivery.http.declaring import COPY, WRITE, door
from vesicle.files.model import AnyFileHandle, S3FileHandle
from vesicle.web import Call, InStory, Needs
from vesicle.wire import tag_of


@door(
    "POST", "/file/v1/fileHandle/{handleId}/copy", access=Needs(OwnsFileHandle, "handleId"), scopes=WRITE, status=201,
    default_tag=tag_of(S3FileHandle),
)  # fmt: skip
def copy_own(call: Call, grant: OwnsFileHandle, body: S3FileHandle) -> AnyFileHandle:
    """Another handle of the same bytes, with another name or type."""
    return copies.copy_own(call.conn, grant, call.settings, body)


@door(
    "POST", "/file/v1/filehandles/copy", scopes=COPY,
    access=InStory("the handles are in the body, and each is allowed by itself"),
)  # fmt: skip
def copy_batch(call: Call, body: BatchFileHandleCopyRequest) -> BatchFileHandleCopyResult:
    """Handles of the caller's own for what the caller may download."""
    return copies.copy_batch(call.conn, call.actor, call.settings, body)
