"""New file handles for the same bytes: the copy has another name or type, or another owner."""

from __future__ import annotations

import msgspec

from vesicle.access import Actor, OwnsFileHandle
from vesicle.db import Connection
from vesicle.delivery import associations
from vesicle.delivery.model import FileHandleAssociation
from vesicle.errors import BadRequest, NotFound
from vesicle.files import copying, handles
from vesicle.files.model import AnyFileHandle, S3FileHandle, shape_of
from vesicle.settings import Settings
from vesicle.wire import UNSET, Maybe, Shape


class FileHandleCopyRequest(Shape):
    """What to copy, and what the copy is called."""

    original_file: FileHandleAssociation
    new_file_name: Maybe[str] = UNSET
    new_content_type: Maybe[str] = UNSET


class BatchFileHandleCopyRequest(Shape):
    """Up to a hundred copies, each of another handle."""

    copy_requests: list[FileHandleCopyRequest] = msgspec.field(default_factory=list)


class FileHandleCopyResult(Shape):
    """The copy, or why there is none."""

    original_file_handle_id: str
    new_file_handle: Maybe[AnyFileHandle] = UNSET
    failure_code: Maybe[str] = UNSET


class BatchFileHandleCopyResult(Shape):
    """One result for each request, in the same order."""

    copy_results: list[FileHandleCopyResult]


def copy_own(conn: Connection, grant: OwnsFileHandle, settings: Settings, asked: S3FileHandle) -> AnyFileHandle:
    """A copy of a handle of the caller's, under another name or with another type. Raises BadRequest."""
    if not asked.file_name and not asked.content_type:
        raise BadRequest("A copy takes a fileName, a contentType, or both.")
    if handles.owned(conn, grant).kind != "s3":
        raise BadRequest("Only objects in a bucket are copied by this call; POST /file/v1/filehandles/copy does all.")
    change = copying.Change(grant, grant.id, asked.file_name or None, asked.content_type or None)
    made = copying.copy(conn, grant.actor, settings, [change])[0]
    if made is None:
        raise NotFound(f"There is no file handle {grant.id}.")
    return shape_of(made)


def copy_batch(
    conn: Connection, actor: Actor, settings: Settings, asked: BatchFileHandleCopyRequest
) -> BatchFileHandleCopyResult:
    """Copies of what the caller may download; each item is allowed or fails by itself. Raises BadRequest."""
    associations.check_number(asked.copy_requests, "copyRequests")
    items = [one.original_file for one in asked.copy_requests]
    if len({item.file_handle_id for item in items}) < len(items):
        raise BadRequest("copyRequests names a file handle twice; copy it once in a request.")
    answers = associations.allowed(conn, actor, items)
    changes = [
        copying.Change(answer[0], answer[1].id, one.new_file_name or None, one.new_content_type or None)
        for one, answer in zip(asked.copy_requests, answers, strict=True)
        if not isinstance(answer, str)
    ]
    copies = iter(copying.copy(conn, actor, settings, changes))
    results = []
    for item, answer in zip(items, answers, strict=True):
        result = FileHandleCopyResult(original_file_handle_id=str(item.file_handle_id))
        made = None if isinstance(answer, str) else next(copies)
        if made is None:
            result.failure_code = answer if isinstance(answer, str) else associations.NOT_FOUND
        else:
            result.new_file_handle = shape_of(made)
        results.append(result)
    return BatchFileHandleCopyResult(copy_results=results)
