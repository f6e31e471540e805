"""An upload, from the first request to the file handle: start, hand out part URLs, add each part, complete.

The bytes go from the client straight into the store as real S3 parts (ruling 4). Everything here can be repeated: a
client that was killed goes on where it was, and two that do the same thing at once end with one result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import uuid4

import msgspec

from vesicle.access import Actor, OwnsUpload
from vesicle.db import Connection
from vesicle.errors import BadRequest, NotFound
from vesicle.files import ending, promising
from vesicle.files.model import (
    AddPartResponse,
    BatchPresignedUploadUrlResponse,
    MultipartUploadRequest,
    MultipartUploadStatus,
    PartPresignedUrl,
    Upload,
)
from vesicle.files.rules import check_content_type, check_file_name, checked_md5, is_md5, key_name, number_of_parts
from vesicle.files.store import uploads as rows
from vesicle.locations import resolving
from vesicle.locations.model import DEFAULT
from vesicle.locations.resolving import Place
from vesicle.objectstore.contract import (
    ByteRange,
    CopiesParts,
    NoSuchObject,
    NoSuchUpload,
    Refused,
    SignedUrl,
    power,
)
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.stores import Stores
from vesicle.organizations import membership
from vesicle.settings import Settings
from vesicle.usage import charging
from vesicle.usage.model import Payer
from vesicle.wire import UNSET, encode, stamp

DEFAULT_TYPE = "application/octet-stream"


def start(
    conn: Connection, actor: Actor, settings: Settings, stores: Stores, request: MultipartUploadRequest, *,
    force_restart: bool, parent_id: int | None = None,
) -> MultipartUploadStatus:  # fmt: skip
    """Begin an upload, or go on with the caller's upload of the very same request (whatever state it is in).

    Its bytes are promised by the organization of ``parent_id``'s project, else by the one the caller prefers. Raises
    BadRequest when they do not fit.
    """
    parts = _check(request)
    location_id = request.storage_location_id or DEFAULT
    place = resolving.place(conn, stores, location_id)
    digest = hashlib.sha256(encode(msgspec.structs.replace(request, storage_location_id=location_id))).digest()
    earlier = earlier_of(conn, actor, digest)
    if earlier is not None and not force_restart and is_alive(earlier, stores):
        return going_on(conn, actor, settings, earlier, parent_id)
    payer = promiser(conn, actor, settings, location_id, request.file_size_bytes, parent_id, earlier)
    key = new_key(place, actor, request.file_name)
    content_type = request.content_type or DEFAULT_TYPE
    store_upload_id = resolving.begun(place, key, content_type)
    new = Upload(
        id=0, started_by=actor.id, started_on=None, updated_on=None, file_name=request.file_name,  # type: ignore[arg-type]
        content_type=content_type, content_md5=request.content_md5_hex.lower(), file_size=request.file_size_bytes,
        part_size=request.part_size_bytes, parts=parts, generate_preview=request.generate_preview is not False,
        storage_location_id=location_id, bucket=place.bucket, key=key, result_handle_id=None, state="UPLOADING",
        store_upload_id=store_upload_id, endpoint=place.location.endpoint,
    )  # fmt: skip
    return entered(conn, actor, stores, place, digest, new, payer, earlier)


def earlier_of(conn: Connection, actor: Actor, digest: bytes) -> Upload | None:
    """The caller's upload of the very same request."""
    return rows.upload_of_request(conn, actor, digest)


def going_on(
    conn: Connection, actor: Actor, settings: Settings, earlier: Upload, parent_id: int | None
) -> MultipartUploadStatus:
    """Where an upload of the caller's stands. With a parent, it is promised where it will lie from now on.

    Raises NotFound, Forbidden and BadRequest for that, and the upload stays promised where it was.
    """

    def promised_there() -> None:
        with conn.transaction():
            payer = membership.of_upload_to(conn, actor, settings, earlier.storage_location_id, parent_id)
            charging.promise_by(conn, payer, earlier.id, earlier.storage_location_id)

    if parent_id is not None and earlier.state == "UPLOADING":
        promising.repeated(promised_there)
    return status(earlier, rows.parts(conn, earlier.id))


def promiser(
    conn: Connection, actor: Actor, settings: Settings, location_id: int, wanted: int, parent_id: int | None,
    earlier: Upload | None,
) -> Payer:  # fmt: skip
    """Who promises the bytes of a new upload, which takes the place of an earlier one.

    Raises BadRequest where they do not fit now, and Forbidden for private storage of an organization that is not the
    caller's: said before anything is made in the store.
    """

    def found() -> Payer:
        with conn.transaction():
            payer = membership.of_upload_to(conn, actor, settings, location_id, parent_id)
        instead_of = earlier.id if earlier else None
        charging.check_room(conn, payer.organization_id, location_id, wanted, instead_of=instead_of)
        charging.check_room_of_project(conn, payer.project_id, location_id, wanted)
        return payer

    return promising.repeated(found)


def new_key(place: Place, actor: Actor, file_name: str) -> str:
    """A key that nobody else is given."""
    pieces = [place.base_key, str(actor.id), str(uuid4()), key_name(file_name)]
    return "/".join(piece for piece in pieces if piece)


def entered(
    conn: Connection, actor: Actor, stores: Stores, place: Place, digest: bytes, new: Upload, payer: Payer,
    earlier: Upload | None,
) -> MultipartUploadStatus:  # fmt: skip
    """Put an upload that the store has begun on record; of two that do so at once, one is given up.

    An earlier one of the same request makes way: it is gone from the store by then, and what was promised to it is
    promised to this one, so that a restart needs no room. Raises BadRequest when the bytes do not fit.
    """
    replaced = None
    try:
        replaced = ending.make_way(conn, actor, stores, digest, earlier.id) if earlier else None
        made = promising.enter(conn, actor, digest, new, payer, replaced)
    except BaseException:
        if replaced is not None:
            with conn.transaction():
                charging.release(conn, replaced)
        place.store.abort_upload(new.bucket, new.key, new.store_upload_id)
        raise
    if made is None:
        place.store.abort_upload(new.bucket, new.key, new.store_upload_id)
        made = rows.upload_of_request(conn, actor, digest)
        if made is None:
            raise BadRequest("The same upload was begun and restarted elsewhere at this moment; begin it anew.")
        return status(made, rows.parts(conn, made.id))
    return status(made)


def _check(request: MultipartUploadRequest) -> int:
    parts = number_of_parts(request.file_size_bytes, request.part_size_bytes)
    check_file_name(request.file_name)
    checked_md5(request.content_md5_hex)
    if request.content_type:
        check_content_type(request.content_type)
    return parts


def is_alive(upload: Upload, stores: Stores) -> bool:
    """An unfinished upload can be resumed; a finished one is only worth returning while handle and object are there."""
    if upload.state == "UPLOADING":
        return True
    if upload.result_handle_id is None:
        return False
    try:
        store_of(upload, stores).stat(upload.bucket, upload.key)
    except NoSuchObject:
        return False
    except Refused:
        return not upload.readable
    return True


def store_of(upload: Upload, stores: Stores) -> S3Store:
    return stores.at(upload.endpoint, upload.bucket)


def sign_parts(
    conn: Connection, grant: OwnsUpload, stores: Stores, numbers: list[int], life_s: int
) -> BatchPresignedUploadUrlResponse:
    """A URL for each part. The exact length is signed, so that nobody stores more than was declared."""
    upload = _unfinished(conn, grant)
    if not numbers:
        raise BadRequest("partNumbers names no part.")
    if len(numbers) > upload.parts:
        raise BadRequest(f"partNumbers names {len(numbers)} parts; this upload has {upload.parts}.")
    for number in numbers:
        _check_number(upload, number)
    urls = []
    for number in numbers:
        signed = _signed(upload, stores, number, life_s)
        urls.append(
            PartPresignedUrl(
                part_number=number, upload_presigned_url=signed.url, signed_headers=signed.headers or UNSET
            )
        )
    return BatchPresignedUploadUrlResponse(part_presigned_urls=urls)


def _signed(upload: Upload, stores: Stores, number: int, life_s: int) -> SignedUrl:
    target = upload.bucket, upload.key, upload.store_upload_id, number
    if upload.source_bucket is None or upload.source_key is None or upload.source_etag is None:
        return store_of(upload, stores).sign_part(*target, upload.length_of(number), expires_s=life_s)
    first = upload.part_size * (number - 1)
    last = first + upload.length_of(number) - 1
    piece = ByteRange(
        upload.source_bucket, upload.source_key, upload.source_etag, first, last, upload.source_version_id
    )  # fmt: skip
    return power(store_of(upload, stores), CopiesParts).sign_part_copy(piece, *target, expires_s=life_s)


def add_part(conn: Connection, grant: OwnsUpload, stores: Stores, number: int, md5: str) -> AddPartResponse:
    """Look the part up in the store, and record it when it is what the client says.

    A part that is not there, or is another, is ADD_FAILED: the client sends it again. A store that does not answer is
    Unavailable: the client waits (ruling 4). Parts of a copy are recorded as they are said (contract, 8.6): what the
    client says is the store's own answer, to which the store is held when it puts the parts together.
    """
    upload = _unfinished(conn, grant)
    _check_number(upload, number)
    wanted = md5.strip('"').lower()
    why_not = None if upload.is_copy and is_md5(wanted) else _why_not_there(conn, upload, stores, number, wanted)
    if why_not is None:
        rows.put_part(conn, grant, number, wanted)
        return AddPartResponse(upload_id=str(upload.id), part_number=number, add_part_state="ADD_SUCCESS")
    rows.clear_part(conn, grant, number)
    return AddPartResponse(
        upload_id=str(upload.id), part_number=number, add_part_state="ADD_FAILED", error_message=why_not
    )


def _why_not_there(conn: Connection, upload: Upload, stores: Stores, number: int, wanted: str) -> str | None:
    try:
        listed = store_of(upload, stores).listed_parts(upload.bucket, upload.key, upload.store_upload_id, number)
    except NoSuchUpload:
        ending.forget(conn, upload)
        return "The store does not know this upload any more; begin it anew."
    except Refused as refused:
        # Where nothing can be read back, what the client says is all there is; the store checks it at the end.
        return refused.reason if upload.readable else None
    if any(part.etag == wanted for part in listed):
        return None
    if not listed:
        return f"Part {number} is not in the store."
    return f"The bytes of part {number} in the store have another MD5 than {wanted[:40]}."


def existing(conn: Connection, grant: OwnsUpload) -> Upload:
    upload = rows.upload(conn, grant)
    if upload is None:
        raise NotFound(f"There is no upload {grant.id}.")
    return upload


def _unfinished(conn: Connection, grant: OwnsUpload) -> Upload:
    upload = existing(conn, grant)
    if upload.state != "UPLOADING":
        raise BadRequest(f"Upload {grant.id} is completed; begin another to send other bytes.")
    check_goes_on(upload)
    return upload


def check_goes_on(upload: Upload) -> None:
    """Raises BadRequest for an upload that ended without a file: its bytes are promised by nobody."""
    if not upload.is_current:
        raise BadRequest(
            f"Upload {upload.id} was replaced by another of the same request, or aborted, or lost; begin it anew."
        )


def _check_number(upload: Upload, number: int) -> None:
    if not 1 <= number <= upload.parts:
        raise BadRequest(f"Part numbers of this upload go from 1 to {upload.parts}, not {number}.")


def status(upload: Upload, recorded: Sequence[tuple[int, str]] = ()) -> MultipartUploadStatus:
    """What is said of an upload, and of which of its parts are recorded: of a completed one, all."""
    state = bytearray(b"1" if upload.state == "COMPLETED" else b"0") * upload.parts
    for number, _ in recorded:
        state[number - 1] = ord("1")
    return MultipartUploadStatus(
        upload_id=str(upload.id), started_by=str(upload.started_by), started_on=stamp(upload.started_on),
        updated_on=stamp(upload.updated_on), state=upload.state, parts_state=state.decode(),
        result_file_handle_id=str(upload.result_handle_id) if upload.result_handle_id else UNSET,
    )  # fmt: skip
