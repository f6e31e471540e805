"""A download is the issue of a presigned URL; every issue is one row in the record (ruling 11)."""

from __future__ import annotations

from contextlib import nullcontext
from urllib.parse import quote

from vesicle.access import Actor, MayDownload, OwnsFileHandle
from vesicle.db import Connection
from vesicle.delivery import associations, presence
from vesicle.delivery.associations import NOT_FOUND, UNAUTHORIZED, Proof
from vesicle.delivery.model import BatchFileRequest, BatchFileResult, FileHandleAssociation, FileResult
from vesicle.entities import reading
from vesicle.errors import BadRequest, Conflict, Forbidden, Gone, NotFound
from vesicle.files import handles as files
from vesicle.files.model import ENTITY, NOT_SET, Handle, shape_of
from vesicle.objectstore.content_disposition import attachment
from vesicle.objectstore.stores import NoCredentials, Stores
from vesicle.settings import Settings
from vesicle.usage import recording


def batch(
    conn: Connection, actor: Actor, stores: Stores, settings: Settings, asked: BatchFileRequest
) -> BatchFileResult:
    """Handles and URLs for many associations; each item is allowed or fails by itself."""
    if not (asked.include_file_handles or asked.include_pre_signed_urls or asked.include_preview_pre_signed_urls):
        raise BadRequest("Ask for something: includeFileHandles, includePreSignedURLs or includePreviewPreSignedURLs.")
    associations.check_number(asked.requested_files, "requestedFiles")
    allowed = associations.allowed(conn, actor, asked.requested_files)
    if asked.include_pre_signed_urls:
        allowed = _there(conn, stores, settings, allowed)
    # The records of one answer are kept together; a single one needs no transaction of its own to be whole.
    with conn.transaction() if len(allowed) > 1 else nullcontext():
        results = [
            _result(conn, actor, stores, settings, asked, item, answer)
            for item, answer in zip(asked.requested_files, allowed, strict=True)
        ]
    return BatchFileResult(requested_files=results)


def _there(
    conn: Connection, stores: Stores, settings: Settings, allowed: list[tuple[Proof, Handle] | str]
) -> list[tuple[Proof, Handle] | str]:
    """The same, after a look at what lies in buckets of others (ruling 6).

    What is not there is NOT_FOUND among several, and UNAUTHORIZED what this server has no credentials for. Alone, its
    reason is the answer. Raises Conflict, BadRequest, and Unavailable.
    """
    looked: list[tuple[Proof, Handle] | str] = []
    for answer in allowed:
        why_not = None if isinstance(answer, str) else presence.why_not(conn, stores, settings, *answer)
        if why_not is not None and len(allowed) == 1:
            raise Conflict(why_not.reason) if isinstance(why_not, Gone) else why_not
        failed = UNAUTHORIZED if isinstance(why_not, NoCredentials) else NOT_FOUND
        looked.append(failed if why_not else answer)
    return looked


def _result(
    conn: Connection, actor: Actor, stores: Stores, settings: Settings, asked: BatchFileRequest,
    item: FileHandleAssociation, answer: tuple[Proof, Handle] | str,
) -> FileResult:  # fmt: skip
    result = FileResult(file_handle_id=str(item.file_handle_id))
    if isinstance(answer, str):
        result.failure_code = answer
        return result
    proof, handle = answer
    if asked.include_file_handles:
        result.file_handle = shape_of(handle)
    if asked.include_pre_signed_urls:
        try:
            result.pre_signed_url = _url(conn, actor, stores, settings, proof, handle, item.associate_object_type)
        except (Forbidden, NoCredentials):
            # At an egress limit, or of a bucket whose keys were taken back, one item is told why; among several it
            # fails by itself.
            if len(asked.requested_files) == 1:
                raise
            return FileResult(file_handle_id=str(item.file_handle_id), failure_code=UNAUTHORIZED)
    return result


def url_of_entity(
    conn: Connection, grant: MayDownload, stores: Stores, settings: Settings, version: int | None = None
) -> str:
    """A URL of the bytes of a file. Raises NotFound when the entity is no file."""
    handle = reading.handle_of(conn, grant, version)
    if handle is None:
        raise NotFound(f"syn{grant.id} has no file" + (f" in version {version}." if version else "."))
    return url(conn, grant.actor, stores, settings, grant, handle, ENTITY)


def url_of_handle(conn: Connection, grant: OwnsFileHandle, stores: Stores, settings: Settings) -> str:
    """A URL of a handle that the caller made."""
    return url(conn, grant.actor, stores, settings, grant, files.owned(conn, grant), None)


def url(
    conn: Connection, actor: Actor, stores: Stores, settings: Settings, proof: Proof, handle: Handle,
    object_type: str | None,
) -> str:  # fmt: skip
    """A URL of bytes that are there, as far as can be known. Raises what ``presence.check`` raises."""
    presence.check(conn, stores, settings, proof, handle)
    return _url(conn, actor, stores, settings, proof, handle, object_type)


def _url(
    conn: Connection, actor: Actor, stores: Stores, settings: Settings, proof: Proof, handle: Handle,
    object_type: str | None,
) -> str:  # fmt: skip
    """Sign a URL, and record that it was handed out. A URL that somebody else serves is given as it is."""
    if handle.kind == "object-store":
        return f"{handle.endpoint_url}/{handle.bucket}/{quote(handle.key or '')}"
    if handle.bucket is None or handle.key is None:
        return handle.external_url or ""
    store = stores.at(handle.endpoint, handle.bucket)  # Nothing is recorded of a URL that cannot be signed.
    recording.record_download(
        conn, actor, proof, handle_id=handle.id, size=handle.content_size or 0, object_type=object_type,
        location_id=handle.storage_location_id,
    )  # fmt: skip
    named = handle.file_name != NOT_SET
    return store.sign_get(
        handle.bucket, handle.key, expires_s=settings.url_life_seconds, version_id=handle.version_id,
        content_type=None if handle.content_type in (None, NOT_SET) else handle.content_type,
        content_disposition=attachment(handle.file_name) if named else None,
    )  # fmt: skip


def url_through(conn: Connection, actor: Actor, stores: Stores, settings: Settings, item: FileHandleAssociation) -> str:
    """A URL through one association. Raises Forbidden or NotFound."""
    answer = associations.allowed(conn, actor, [item])[0]
    if isinstance(answer, str):
        raise associations.refusal(conn, actor, item, answer)
    return url(conn, actor, stores, settings, *answer, item.associate_object_type)
