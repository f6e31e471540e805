"""Uploads whose parts the store takes from an object that it has already."""

from __future__ import annotations

import hashlib
import time

from vesicle.access import Actor
from vesicle.errors import BadRequest, Gone
from vesicle.files import uploads
from vesicle.files.model import Handle, MultipartUploadCopyRequest, Upload
from vesicle.files.rules import check_file_name, number_of_parts
from vesicle.locations import resolving
from vesicle.locations.resolving import Place
from vesicle.objectstore.contract import ByteRange, CopiesParts, NoSuchObject, Refused, power
from vesicle.wire import encode

SHOWN_FOR_S = 300.0
MOST_SHOWN = 10_000
NO_ETAG = "0" * 32
# Until when it counts as seen that a store copies from one location to another; of this process alone.
_shown: dict[tuple[str, str, int | None, int], float] = {}
# Whether a store refuses to copy from an object that has another ETag than was named; as this process saw it.
_heedful: dict[str, bool] = {}


def digest_of(request: MultipartUploadCopyRequest) -> bytes:
    """What makes two requests of one person the same."""
    return hashlib.sha256(encode(request)).digest()


def begin(actor: Actor, place: Place, request: MultipartUploadCopyRequest, handle: Handle, source: ByteRange) -> Upload:
    """An upload that the store has begun, after it showed that it copies from there to here; it is not on record yet.

    Raises BadRequest, Gone.
    """
    name = request.file_name or handle.file_name
    check_file_name(name)
    size = source.last + 1
    parts = number_of_parts(size, request.part_size_bytes)
    key = uploads.new_key(place, actor, name)
    content_type = handle.content_type or uploads.DEFAULT_TYPE
    store_upload_id = resolving.begun(place, key, content_type)
    try:
        _show(place, source, handle, key, store_upload_id)
    except (Refused, BadRequest) as refused:
        place.store.abort_upload(place.bucket, key, store_upload_id)
        if isinstance(refused, NoSuchObject):
            raise Gone(f"The object {source.key} is not in the bucket {source.bucket} any more.") from None
        raise BadRequest(
            f"The object store {place.store.name} does not copy parts from the bucket {source.bucket} to the bucket "
            f"{place.bucket}; download the file and upload it. {refused.reason}"
        ) from None
    return Upload(
        id=0, started_by=actor.id, started_on=None, updated_on=None, file_name=name,  # type: ignore[arg-type]
        content_type=content_type, content_md5=handle.content_md5 or "", file_size=size,
        part_size=request.part_size_bytes, parts=parts, generate_preview=request.generate_preview is not False,
        storage_location_id=place.location.id, bucket=place.bucket, key=key, store_upload_id=store_upload_id,
        result_handle_id=None, state="UPLOADING", endpoint=place.location.endpoint, source_handle_id=handle.id,
        source_bucket=source.bucket, source_key=source.key, source_etag=source.etag,
        source_version_id=source.version_id,
    )  # fmt: skip


def _show(place: Place, source: ByteRange, handle: Handle, key: str, store_upload_id: str) -> None:
    """Raises Refused or BadRequest unless the store copies from there to here.

    One byte tells; part 1 takes its place when it comes. What was seen of one file of a location counts for the next
    ones for a while; that the object is there, and that uploads begin here, is asked for each. Some keys are special.
    """
    between = (place.store.name, source.bucket, handle.storage_location_id, place.location.id)
    if "%" not in source.key and time.monotonic() < _shown.get(between, 0.0):
        return
    copies = power(place.store, CopiesParts)
    copies.copy_part(source._replace(last=0), place.bucket, key, store_upload_id, 1)
    _heedful[place.store.name] = _heeds_etags(copies, source._replace(last=0), place.bucket, key, store_upload_id)
    if len(_shown) >= MOST_SHOWN:
        _shown.clear()
    _shown[between] = time.monotonic() + SHOWN_FOR_S


def _heeds_etags(copies: CopiesParts, source: ByteRange, bucket: str, key: str, store_upload_id: str) -> bool:
    try:
        copies.copy_part(source._replace(etag=NO_ETAG), bucket, key, store_upload_id, 1)
    except Refused as refused:
        return refused.store_code == "PreconditionFailed"
    return False


def is_pinned(upload: Upload, store_name: str) -> bool:
    """True when the store looked at the source's ETag for each part that it copied; nobody has to afterwards."""
    return upload.is_copy and _heedful.get(store_name, False)
