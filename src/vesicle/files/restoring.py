"""Restoring archived files. Nothing is ever archived here, so the answer is about who asks for what."""

from __future__ import annotations

from vesicle.access import OwnsFileHandle, Scope, require_each_owned
from vesicle.accounts import tokens
from vesicle.errors import BadRequest, NotFound, Refusal
from vesicle.jobs import frame
from vesicle.wire import Id, Shape

MOST = 1000


class FileHandleRestoreRequest(
    Shape, tag_field="concreteType", tag="org.sagebionetworks.repo.model.file.FileHandleRestoreRequest"
):
    """The handles to restore."""

    file_handle_ids: list[Id]


class FileHandleRestoreResult(Shape):
    """What became of one of them."""

    file_handle_id: str
    status: str


class FileHandleRestoreResponse(
    Shape, tag_field="concreteType", tag="org.sagebionetworks.repo.model.file.FileHandleRestoreResponse"
):
    """What became of each, in the order asked."""

    restore_results: list[FileHandleRestoreResult]


def check(request: FileHandleRestoreRequest) -> None:
    """Raises BadRequest."""
    if not 1 <= len(request.file_handle_ids) <= MOST:
        raise BadRequest(f"fileHandleIds names from 1 to {MOST} file handles.")


def restore(job: frame.Running, request: FileHandleRestoreRequest) -> FileHandleRestoreResponse:
    """NO_ACTION for the caller's own handles: all of them are available."""
    with job.house.pool.connection() as conn:
        actor = tokens.actor_of_person(conn, job.started_by, job.house.settings)
        answers = require_each_owned(conn, actor, OwnsFileHandle, request.file_handle_ids)
    return FileHandleRestoreResponse(
        restore_results=[
            FileHandleRestoreResult(file_handle_id=str(number), status=_status(answers[number]))
            for number in request.file_handle_ids
        ]
    )


def _status(answer: OwnsFileHandle | Refusal) -> str:
    if isinstance(answer, NotFound):
        return "NOT_FOUND"
    return "UNAUTHORIZED" if isinstance(answer, Refusal) else "NO_ACTION"


RESTORE = frame.kind(FileHandleRestoreRequest, restore, Scope.view | Scope.modify)
