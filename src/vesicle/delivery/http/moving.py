"""Doors of what leads bytes into a store, or people to them: uploads and copies in parts, temporary credentials."""

from __future__ import annotations

from vesicle.access import MayDownload, Scope
from vesicle.delivery import lending, part_copies
from vesicle.delivery.http.declaring import WRITE, door
from vesicle.delivery.model import StsCredentials
from vesicle.files import uploads
from vesicle.files.model import (
    AnyMultipartRequest,
    MultipartUploadCopyRequest,
    MultipartUploadRequest,
    MultipartUploadStatus,
)
from vesicle.web import Call, Needs, SignedIn, Transaction
from vesicle.wire import EntityId, tag_of


@door(
    "POST", "/file/v1/file/multipart", access=SignedIn(), scopes=WRITE, status=201,
    transaction=Transaction.STORY, default_tag=tag_of(MultipartUploadRequest),
)  # fmt: skip
def start_upload(
    call: Call, body: AnyMultipartRequest, force_restart: bool = False, parent_id: EntityId | None = None
) -> MultipartUploadStatus:
    """Begin an upload or a copy, or resume the caller's one of the same request; parentId says where it will lie."""
    if isinstance(body, MultipartUploadCopyRequest):
        return part_copies.start(
            call.conn, call.actor, call.settings, call.stores, body, force_restart=force_restart, parent_id=parent_id
        )
    return uploads.start(
        call.conn, call.actor, call.settings, call.stores, body, force_restart=force_restart, parent_id=parent_id
    )


@door(
    "GET", "/repo/v1/entity/{id}/sts", access=Needs(MayDownload), scopes=Scope.view | Scope.download,
    transaction=Transaction.STORY,
)  # fmt: skip
def credentials(call: Call, grant: MayDownload, permission: str) -> StsCredentials:
    """Temporary credentials for the storage location of an STS folder."""
    return lending.lend(call.conn, grant, call.stores, permission)
