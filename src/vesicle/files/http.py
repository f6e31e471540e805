"""Doors of file handles and multipart uploads."""

from __future__ import annotations

from vesicle.access import OwnsFileHandle, OwnsJob, OwnsUpload, Scope
from vesicle.errors import BadRequest
from vesicle.files import completing, ending, handles, registering, uploads
from vesicle.files.model import (
    AddPartResponse,
    AnyFileHandle,
    BatchPresignedUploadUrlRequest,
    BatchPresignedUploadUrlResponse,
    ExternalFileHandle,
    GoogleCloudFileHandle,
    MultipartUploadStatus,
    ProxyFileHandle,
    S3FileHandle,
    shape_of,
)
from vesicle.files.registering import AnyExternalFileHandle
from vesicle.files.restoring import RESTORE, FileHandleRestoreRequest, check
from vesicle.jobs import frame
from vesicle.jobs.model import AsyncJobId
from vesicle.web import Bare, Call, Doors, InStory, Needs, Reply, SignedIn, Transaction
from vesicle.wire import Id, tag_of

door = Doors("files")
WRITE = Scope.view | Scope.modify


@door(
    "POST", "/file/v1/file/multipart/{uploadId}/presigned/url/batch", access=Needs(OwnsUpload, "uploadId"),
    scopes=WRITE, status=201, transaction=Transaction.STORY,
)  # fmt: skip
def sign_parts(call: Call, grant: OwnsUpload, body: BatchPresignedUploadUrlRequest) -> BatchPresignedUploadUrlResponse:
    """URLs to PUT parts to."""
    life_s = call.settings.url_life_seconds
    return uploads.sign_parts(call.conn, grant, call.stores, list(body.part_numbers), life_s)


@door(
    "PUT", "/file/v1/file/multipart/{uploadId}/add/{partNumber}", access=Needs(OwnsUpload, "uploadId"),
    scopes=WRITE, status=201, transaction=Transaction.STORY,
)  # fmt: skip
def add_part(call: Call, grant: OwnsUpload, part_number: int, part_md5_hex: str) -> AddPartResponse:
    """Tell that a part was sent; the server looks it up in the store."""
    return uploads.add_part(call.conn, grant, call.stores, part_number, part_md5_hex)


@door(
    "PUT", "/file/v1/file/multipart/{uploadId}/complete", access=Needs(OwnsUpload, "uploadId"),
    scopes=WRITE, status=201, transaction=Transaction.STORY,
)  # fmt: skip
def complete(call: Call, grant: OwnsUpload) -> MultipartUploadStatus:
    """Put the parts together and make the file handle."""
    return completing.complete(call.conn, grant, call.stores)


@door(
    "DELETE", "/vesicle/v1/upload/{id}", scopes=Scope.modify, status=204, transaction=Transaction.STORY,
    access=InStory("also for the owner and the managers of the organization that promised the bytes; the story asks"),
)  # fmt: skip
def abort(call: Call, id: Id) -> Bare:
    """End an unfinished upload; what was promised to it is free again, and what was sent is removed."""
    ending.abort(call.conn, call.actor, call.stores, id)
    return Bare(204)


@door("POST", "/file/v1/externalFileHandle", access=SignedIn(), scopes=WRITE, default_tag=tag_of(ExternalFileHandle))
def register_external(call: Call, body: AnyExternalFileHandle) -> AnyFileHandle:
    """A file handle for bytes that somebody else serves."""
    return registering.external(call.conn, call.actor, call.settings, body)


@door("POST", "/file/v1/externalFileHandle/proxy", access=SignedIn(), scopes=WRITE, default_tag=tag_of(ProxyFileHandle))
def register_proxy(call: Call, body: ProxyFileHandle) -> AnyFileHandle:
    """A file handle for bytes behind a proxy."""
    return registering.external(call.conn, call.actor, call.settings, body)


@door(
    "POST", "/file/v1/externalFileHandle/s3", scopes=WRITE, transaction=Transaction.STORY,
    access=InStory("the storage location is in the body, and has to be the caller's"),
    default_tag=tag_of(S3FileHandle),
)  # fmt: skip
def register_object(call: Call, body: S3FileHandle) -> AnyFileHandle:
    """A file handle for an object that is in the caller's bucket already."""
    return registering.in_bucket(call.conn, call.actor, call.settings, call.stores, body)


@door(
    "POST", "/file/v1/externalFileHandle/googleCloud", access=SignedIn(), scopes=WRITE,
    default_tag=tag_of(GoogleCloudFileHandle),
)  # fmt: skip
def register_google_object(body: GoogleCloudFileHandle) -> AnyFileHandle:
    """Refused: this server has no way to buckets of Google's."""
    raise BadRequest(f"This server cannot use buckets of Google's, such as {(body.bucket_name or '')[:100]!r}.")


@door("GET", "/file/v1/fileHandle/{handleId}", access=Needs(OwnsFileHandle, "handleId"))
def read(call: Call, grant: OwnsFileHandle) -> AnyFileHandle:
    """One of the caller's file handles."""
    return shape_of(handles.owned(call.conn, grant))


@door(
    "DELETE", "/file/v1/fileHandle/{handleId}", scopes=Scope.modify,
    access=InStory("deleting what does not exist answers 200, so the story asks for the proof itself"),
)  # fmt: skip
def delete(call: Call, handle_id: Id) -> Bare:
    """Delete a file handle, and its object unless another handle refers to it."""
    handles.delete(call.conn, call.actor, handle_id)
    return Bare()


@door(
    "POST", "/file/v1/fileHandle/restore/async/start", access=SignedIn(), scopes=RESTORE.scopes, status=201,
    default_tag=tag_of(FileHandleRestoreRequest),
)  # fmt: skip
def start_restore(call: Call, body: FileHandleRestoreRequest) -> AsyncJobId:
    """Ask for archived files to be made available again."""
    check(body)
    return frame.start(call.conn, call.actor, RESTORE, body)


@door("GET", "/file/v1/fileHandle/restore/async/get/{asyncToken}", access=Needs(OwnsJob, "asyncToken"), status=201)
def restore_result(call: Call, grant: OwnsJob) -> Reply:
    """What became of a restore job."""
    return frame.result(call.conn, grant, RESTORE)
