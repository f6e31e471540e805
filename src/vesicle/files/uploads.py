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
from vesicle.errors import BadRequest, NotFound, Refusal
from vesicle.files import store
from vesicle.files.model import (
    AddPartResponse,
    BatchPresignedUploadUrlResponse,
    MultipartUploadRequest,
    MultipartUploadStatus,
    PartPresignedUrl,
    Upload,
    check_content_type,
    check_file_name,
    checked_md5,
    key_name,
    number_of_parts,
)
from vesicle.locations import resolving
from vesicle.locations.model import DEFAULT
from vesicle.locations.resolving import Place
from vesicle.objectstore.contract import (
    ByteRange,
    CopiesParts,
    NoSuchObject,
    NoSuchUpload,
    ObjectStat,
    Refused,
    SignedUrl,
    power,
)
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.stores import Stores
from vesicle.organizations import membership
from vesicle.settings import Settings
from vesicle.usage import charging
from vesicle.wire import UNSET, encode, stamp

DEFAULT_TYPE = "application/octet-stream"
NAMED_MISSING = 20


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
    going_on = resumed(conn, actor, stores, digest, force_restart=force_restart)
    if going_on is not None:
        return going_on
    payer = _payer(conn, actor, settings, location_id, parent_id)
    charging.check_room(conn, payer, location_id, request.file_size_bytes)
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
    return entered(conn, actor, place, digest, new, payer)


def resumed(
    conn: Connection, actor: Actor, stores: Stores, digest: bytes, *, force_restart: bool
) -> MultipartUploadStatus | None:
    """The caller's upload of the very same request, if it is worth going on with; else it is forgotten."""
    before = store.upload_of_request(conn, actor, digest)
    if before is None:
        return None
    if not force_restart and _is_alive(before, stores):
        return _status(before, store.parts(conn, before.id))
    _forget(conn, before)
    return None


def new_key(place: Place, actor: Actor, file_name: str) -> str:
    """A key that nobody else is given."""
    pieces = [place.base_key, str(actor.id), str(uuid4()), key_name(file_name)]
    return "/".join(piece for piece in pieces if piece)


def entered(
    conn: Connection, actor: Actor, place: Place, digest: bytes, new: Upload, payer: int | None = None
) -> MultipartUploadStatus:
    """Put an upload that the store has begun on record; of two that do so at once, one is given up.

    Its bytes are promised by ``payer``, else by the organization that the actor prefers. Raises BadRequest when they
    do not fit.
    """
    if payer is None:
        payer = charging.home_of(conn, membership.payer(conn, actor), new.storage_location_id)
    try:
        made = _promised(conn, actor, digest, new, payer)
    except Refusal:
        place.store.abort_upload(new.bucket, new.key, new.store_upload_id)
        raise
    if made is None:
        place.store.abort_upload(new.bucket, new.key, new.store_upload_id)
        made = store.upload_of_request(conn, actor, digest)
        if made is None:
            raise BadRequest("The same upload was begun and restarted elsewhere at this moment; begin it anew.")
        return _status(made, store.parts(conn, made.id))
    return _status(made)


def _payer(conn: Connection, actor: Actor, settings: Settings, location_id: int, parent_id: int | None) -> int:
    with conn.transaction():
        return charging.home_of(conn, membership.of_upload(conn, actor, settings, parent_id), location_id)


def _promised(conn: Connection, actor: Actor, digest: bytes, new: Upload, payer: int) -> Upload | None:
    with conn.transaction():
        made = store.insert_upload(conn, actor, digest, new)
        if made is not None:
            charging.reserve(conn, payer, made.id, made.storage_location_id, made.file_size)
        return made


def _forget(conn: Connection, upload: Upload) -> None:
    """The same request begins a new upload next time, and nothing is promised to this one any more."""
    with conn.transaction():
        store.forget_request(conn, upload.id)
        charging.release(conn, upload.id)


def _check(request: MultipartUploadRequest) -> int:
    parts = number_of_parts(request.file_size_bytes, request.part_size_bytes)
    check_file_name(request.file_name)
    checked_md5(request.content_md5_hex)
    if request.content_type:
        check_content_type(request.content_type)
    return parts


def _is_alive(upload: Upload, stores: Stores) -> bool:
    """An unfinished upload can be resumed; a finished one is only worth returning while handle and object are there."""
    if upload.state == "UPLOADING":
        return True
    if upload.result_handle_id is None:
        return False
    try:
        _store(upload, stores).stat(upload.bucket, upload.key)
    except NoSuchObject:
        return False
    except Refused:
        return not upload.readable
    return True


def _store(upload: Upload, stores: Stores) -> S3Store:
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
        return _store(upload, stores).sign_part(*target, upload.length_of(number), expires_s=life_s)
    first = upload.part_size * (number - 1)
    last = first + upload.length_of(number) - 1
    piece = ByteRange(upload.source_bucket, upload.source_key, upload.source_etag, first, last)
    return power(_store(upload, stores), CopiesParts).sign_part_copy(piece, *target, expires_s=life_s)


def add_part(conn: Connection, grant: OwnsUpload, stores: Stores, number: int, md5: str) -> AddPartResponse:
    """Look the part up in the store, and record it when it is what the client says.

    A part that is not there, or is another, is ADD_FAILED: the client sends it again. A store that does not answer is
    Unavailable: the client waits (ruling 4).
    """
    upload = _unfinished(conn, grant)
    _check_number(upload, number)
    wanted = md5.strip('"').lower()
    try:
        listed = _store(upload, stores).listed_parts(upload.bucket, upload.key, upload.store_upload_id, number)
        why_not = None if listed else f"Part {number} is not in the store."
        if listed and not any(part.etag == wanted for part in listed):
            why_not = f"The bytes of part {number} in the store have another MD5 than {wanted[:40]}."
    except NoSuchUpload:
        _forget(conn, upload)
        why_not = "The store does not know this upload any more; begin it anew."
    except Refused as refused:
        # Where nothing can be read back, what the client says is all there is; the store checks it at the end.
        why_not = refused.reason if upload.readable else None
    if why_not is None:
        store.put_part(conn, grant, number, wanted)
        return AddPartResponse(upload_id=str(upload.id), part_number=number, add_part_state="ADD_SUCCESS")
    store.clear_part(conn, grant, number)
    return AddPartResponse(
        upload_id=str(upload.id), part_number=number, add_part_state="ADD_FAILED", error_message=why_not
    )


def complete(conn: Connection, grant: OwnsUpload, settings: Settings, stores: Stores) -> MultipartUploadStatus:
    """Make the object of the recorded parts, check it, and make its file handle; once, however often it is asked for.

    Raises BadRequest when parts are missing, when the store refuses them, and when what came is not what was declared.
    """
    upload = _existing(conn, grant)
    if upload.state == "COMPLETED":
        return _status(upload)
    recorded = store.parts(conn, upload.id)
    _check_nothing_missing(upload, recorded)
    # What some stores call the ETag of a copied part is not the MD5 of its bytes.
    if upload.parts == 1 and not upload.is_copy and recorded[0][1] != upload.content_md5:
        raise BadRequest(f"The file in the store has the MD5 {recorded[0][1]}, not {upload.content_md5} as declared.")
    if not charging.is_promised(conn, upload.id):
        with conn.transaction():
            _renew_promise(conn, grant, settings, store.upload(conn, grant, lock=True))
    seen = _assemble(conn, upload, stores, recorded)
    if seen is not None and seen.size != upload.file_size:
        _store(upload, stores).delete(upload.bucket, upload.key)
        _forget(conn, upload)
        raise BadRequest(f"{seen.size} bytes were sent, {upload.file_size} were declared; begin the upload anew.")
    _check_source(conn, upload, stores)
    # The ETag of a single part is the MD5 of the whole file; of several parts it proves nothing about the whole.
    known = "verified" if upload.parts == 1 and not upload.is_copy else "claimed"
    verification = "unverifiable" if seen is None else known
    with conn.transaction():
        now = store.upload(conn, grant, lock=True)
        if now is not None and now.state == "UPLOADING":
            _renew_promise(conn, grant, settings, now)
            handle_id = store.insert_s3_handle(conn, grant, now, seen, verification)
            charging.charge(conn, upload.id, handle_id)
            now = store.finish_upload(conn, grant, handle_id)
    return _status(now or _existing(conn, grant))


def _renew_promise(conn: Connection, grant: OwnsUpload, settings: Settings, upload: Upload | None) -> None:
    """An upload that was replaced by another of the same request, and is completed all the same, needs room anew.

    Call inside a transaction that holds the upload.
    """
    if upload is not None and upload.state == "UPLOADING" and not charging.is_promised(conn, upload.id):
        payer = charging.home_of(conn, membership.of_upload(conn, grant.actor, settings), upload.storage_location_id)
        charging.reserve(conn, payer, upload.id, upload.storage_location_id, upload.file_size)


def _assemble(conn: Connection, upload: Upload, stores: Stores, parts: list[tuple[int, str]]) -> ObjectStat | None:
    """What the store says of the object; None in a bucket that can only be written.

    An upload that the store has closed already was completed by a call whose end we missed.
    """
    try:
        _store(upload, stores).complete_upload(upload.bucket, upload.key, upload.store_upload_id, parts)
    except NoSuchUpload:
        pass
    except Refused as refused:
        raise BadRequest(f"The store cannot put the parts together: {refused.reason}") from None
    try:
        return _store(upload, stores).stat(upload.bucket, upload.key)
    except NoSuchObject:
        _forget(conn, upload)
        raise BadRequest("The store does not know this upload any more; begin it anew.") from None
    except Refused:
        if upload.readable:
            raise
        return None


def _check_source(conn: Connection, upload: Upload, stores: Stores) -> None:
    """What was copied is still what was to be copied: not every store looks at that for each part.

    Raises BadRequest, and removes the copy.
    """
    if upload.source_bucket is None or upload.source_key is None:
        return
    try:
        now = _store(upload, stores).stat(upload.source_bucket, upload.source_key).etag
    except NoSuchObject:
        now = None
    if now != upload.source_etag:
        _store(upload, stores).delete(upload.bucket, upload.key)
        _forget(conn, upload)
        raise BadRequest(
            f"The object {upload.source_key} in the bucket {upload.source_bucket} changed while it was copied; begin "
            "the copy anew."
        )


def _check_nothing_missing(upload: Upload, recorded: list[tuple[int, str]]) -> None:
    if len(recorded) == upload.parts:
        return
    have = {number for number, _ in recorded}
    missing = [number for number in range(1, upload.parts + 1) if number not in have]
    named = ", ".join(map(str, missing[:NAMED_MISSING])) + (", ..." if len(missing) > NAMED_MISSING else "")
    raise BadRequest(f"{len(missing)} of {upload.parts} parts are missing: {named}. Send and add them, then complete.")


def _existing(conn: Connection, grant: OwnsUpload) -> Upload:
    upload = store.upload(conn, grant)
    if upload is None:
        raise NotFound(f"There is no upload {grant.id}.")
    return upload


def _unfinished(conn: Connection, grant: OwnsUpload) -> Upload:
    upload = _existing(conn, grant)
    if upload.state != "UPLOADING":
        raise BadRequest(f"Upload {grant.id} is completed; begin another to send other bytes.")
    return upload


def _check_number(upload: Upload, number: int) -> None:
    if not 1 <= number <= upload.parts:
        raise BadRequest(f"Part numbers of this upload go from 1 to {upload.parts}, not {number}.")


def _status(upload: Upload, recorded: Sequence[tuple[int, str]] = ()) -> MultipartUploadStatus:
    """What is said of an upload, and of which of its parts are recorded: of a completed one, all."""
    state = bytearray(b"1" if upload.state == "COMPLETED" else b"0") * upload.parts
    for number, _ in recorded:
        state[number - 1] = ord("1")
    return MultipartUploadStatus(
        upload_id=str(upload.id), started_by=str(upload.started_by), started_on=stamp(upload.started_on),
        updated_on=stamp(upload.updated_on), state=upload.state, parts_state=state.decode(),
        result_file_handle_id=str(upload.result_handle_id) if upload.result_handle_id else UNSET,
    )  # fmt: skip
