"""Copies of files inside a store, for moving content between storage locations (contract, 8.8).

The server looks at the source, begins the upload and checks the end; the client asks the store for each part by a
presigned URL, so no byte passes through either of them.
"""

from __future__ import annotations

from vesicle.access import Actor, OwnsLocation, require
from vesicle.db import Connection
from vesicle.delivery import associations, presence
from vesicle.delivery.model import FileHandleAssociation
from vesicle.errors import BadRequest
from vesicle.files import part_copying, uploads
from vesicle.files.model import Handle, MultipartUploadCopyRequest, MultipartUploadStatus
from vesicle.locations import resolving
from vesicle.locations.resolving import Place
from vesicle.objectstore.contract import ByteRange
from vesicle.objectstore.stores import Stores
from vesicle.settings import Settings


def start(
    conn: Connection, actor: Actor, settings: Settings, stores: Stores, request: MultipartUploadCopyRequest, *,
    force_restart: bool, parent_id: int | None = None,
) -> MultipartUploadStatus:  # fmt: skip
    """Begin a copy, or go on with the caller's copy of the very same request, whatever became of it.

    Its bytes are as new as those of any upload, and promised by the same organization, within the same limits.
    Raises Forbidden for a source that the caller may not download or a location that is somebody else's, NotFound for
    a location that there is not, Gone and Conflict for a source that vanished or changed, BadRequest for the rest.
    """
    digest = part_copying.digest_of(request)
    earlier = uploads.earlier_of(conn, actor, digest)
    if earlier is not None and not force_restart and uploads.is_alive(earlier, stores):
        return uploads.going_on(conn, actor, settings, earlier, parent_id)
    place = resolving.place(conn, stores, request.storage_location_id)
    if not actor.is_admin:
        require(conn, actor, OwnsLocation, request.storage_location_id)
    given = request.source_file_handle_association
    item = FileHandleAssociation(
        file_handle_id=given.file_handle_id, associate_object_id=given.associate_object_id,
        associate_object_type=given.associate_object_type,
    )  # fmt: skip
    answer = associations.allowed(conn, actor, [item])[0]
    if isinstance(answer, str):
        raise associations.refusal(conn, actor, item, answer)
    handle = answer[1]
    source = _source(conn, stores, handle, place)
    payer = uploads.promiser(conn, actor, settings, place.location.id, source.last + 1, parent_id, earlier)
    new = part_copying.begin(actor, place, request, handle, source)
    return uploads.entered(conn, actor, stores, place, digest, new, payer, earlier)


def _source(conn: Connection, stores: Stores, handle: Handle, place: Place) -> ByteRange:
    """The source, which is in the store as the handle says. Raises BadRequest, Conflict, Gone."""
    bucket, key, size = handle.bucket, handle.key, handle.content_size
    if handle.kind != "s3" or bucket is None or key is None or handle.storage_location_id is None:
        raise BadRequest(f"File handle {handle.id} is no object in a bucket of S3; there is nothing to copy.")
    if not size or not handle.content_md5:
        raise BadRequest(f"File handle {handle.id} has no contentSize or no contentMd5, so a copy cannot be checked.")
    if handle.storage_location_id == place.location.id:
        raise BadRequest(f"File handle {handle.id} is in storage location {place.location.id} already.")
    origin = stores.at(handle.endpoint, bucket)
    if not place.store.is_same(origin):
        raise BadRequest(
            f"File handle {handle.id} is in the object store {origin.name}, and storage location "
            f"{place.location.id} in {place.store.name}, or each is reached with other credentials; bytes are copied "
            "inside one store only. Download the file and upload it."
        )
    seen = presence.look(conn, stores, handle, bucket, key)
    return ByteRange(bucket, key, seen.etag, 0, size - 1, handle.version_id)
