"""Many files as one zip, as the client asks for the files of a table (contract, files 9)."""

from __future__ import annotations

from functools import partial
from itertools import accumulate

import msgspec

from vesicle.access import Actor, Scope
from vesicle.accounts import tokens
from vesicle.db import Connection
from vesicle.delivery import associations, zips
from vesicle.delivery.model import FileHandleAssociation
from vesicle.delivery.zips import Entry
from vesicle.errors import BadRequest
from vesicle.files.making import NewObject, check_room, clear, record
from vesicle.files.model import Handle
from vesicle.files.rules import check_file_name
from vesicle.jobs import frame
from vesicle.settings import Settings
from vesicle.usage import recording
from vesicle.wire import UNSET, Maybe, Shape

MOST_FILES = 2500
"""What the client asks for at once."""
CACHE, FLAT = "CommandLineCache", "Flat"
Failure = tuple[str, str]
MESSAGES = {
    associations.UNAUTHORIZED: "You may not download this file through that object.",
    associations.NOT_FOUND: "There is no such file handle.",
}


class BulkFileDownloadRequest(
    Shape, tag_field="concreteType", tag="org.sagebionetworks.repo.model.file.BulkFileDownloadRequest"
):
    """The files to pack, and how they are called in the zip."""

    requested_files: list[FileHandleAssociation] = msgspec.field(default_factory=list)
    zip_file_format: str = CACHE
    zip_file_name: Maybe[str] = UNSET


class FileDownloadSummary(Shape):
    """What became of one of the files."""

    file_handle_id: str
    associate_object_id: str
    associate_object_type: str
    status: str
    zip_entry_name: Maybe[str] = UNSET
    failure_code: Maybe[str] = UNSET
    failure_message: Maybe[str] = UNSET


class BulkFileDownloadResponse(
    Shape, tag_field="concreteType", tag="org.sagebionetworks.repo.model.file.BulkFileDownloadResponse"
):
    """The zip, and what is in it; no zip when nothing is."""

    user_id: str
    file_summary: list[FileDownloadSummary]
    result_zip_file_handle_id: Maybe[str] = UNSET


def check(request: BulkFileDownloadRequest) -> None:
    """Raises BadRequest."""
    if not 1 <= len(request.requested_files) <= MOST_FILES:
        raise BadRequest(f"requestedFiles names from 1 to {MOST_FILES} files.")
    if request.zip_file_format not in (CACHE, FLAT):
        raise BadRequest(f"zipFileFormat is {CACHE} or {FLAT}, not {request.zip_file_format[:50]!r}.")
    if request.zip_file_name:
        check_file_name(request.zip_file_name)


def pack(job: frame.Running, request: BulkFileDownloadRequest) -> frame.End:
    """Write the zip; its handle, the download records and the answer are written together at the end."""
    check(request)
    with job.house.pool.connection() as conn:
        actor = tokens.actor_of_person(conn, job.started_by, job.house.settings, job.address)
        answers = associations.allowed(conn, actor, request.requested_files)
        planned = _plan(request, answers)
        entries = [one for one in planned if isinstance(one, Entry)]
        zips.look(conn, job.house, entries)
        check_limits(conn, actor, job.house.settings, entries)
    made = NewObject(job.house.managed, actor.id, job.id, request.zip_file_name or f"{job.id}.zip", "application/zip")
    zips.write(job, made, entries, {})
    return partial(_end, actor=actor, settings=job.house.settings, request=request, planned=planned, made=made)


def _plan(request: BulkFileDownloadRequest, answers: list[associations.Allowed | str]) -> list[Entry | Failure]:
    names, seen = Names(), set[int]()
    planned: list[Entry | Failure] = []
    for item, answer in zip(request.requested_files, answers, strict=True):
        if isinstance(answer, str):
            planned.append((answer, MESSAGES[answer]))
        elif answer[1].id in seen:
            planned.append(("DUPLICATE", "The request names this file handle before."))
        else:
            proof, handle = answer
            seen.add(handle.id)
            name = names.flat(handle) if request.zip_file_format == FLAT else cache_name(handle)
            planned.append(Entry(proof, handle, name, item.associate_object_type, zips.why_not(handle)))
    return planned


def _end(
    conn: Connection, actor: Actor, settings: Settings, request: BulkFileDownloadRequest,
    planned: list[Entry | Failure], made: NewObject,
) -> BulkFileDownloadResponse:  # fmt: skip
    answer = BulkFileDownloadResponse(user_id=str(actor.id), file_summary=[])
    for item, one in zip(request.requested_files, planned, strict=True):
        summary = FileDownloadSummary(
            file_handle_id=str(item.file_handle_id), associate_object_id=item.associate_object_id,
            associate_object_type=item.associate_object_type, status="SUCCESS",
        )  # fmt: skip
        failure = one.failure if isinstance(one, Entry) else one
        if failure:
            summary.status, (summary.failure_code, summary.failure_message) = "FAILURE", failure
        elif isinstance(one, Entry):
            summary.zip_entry_name = one.name
        answer.file_summary.append(summary)
    if made.etag:
        handle_id = record(conn, actor, settings, made)
        answer.result_zip_file_handle_id = str(handle_id)
        note_downloads(conn, actor, handle_id, [one for one in planned if isinstance(one, Entry)])
    return answer


def note_downloads(conn: Connection, actor: Actor, zip_id: int, entries: list[Entry]) -> None:
    """Every file that is in the zip was handed out, like one for which a URL was signed; the zip costs no more."""
    recording.record_packed(conn, actor, zip_id)
    _note(conn, actor, entries)


def check_limits(conn: Connection, actor: Actor, settings: Settings, entries: list[Entry]) -> None:
    """What would be refused in the end is refused before anything is packed: by the same deed, which is undone again.

    Asked of as many of the files as surely go into one zip. Raises Forbidden at the egress limit of an organization,
    and BadRequest where the caller's has no room for the zip. Who comes to a limit while the zip is packed is refused
    in the end all the same, and the zip is removed.
    """
    check_room(conn, actor, settings)
    before = accumulate((entry.handle.content_size or 0 for entry in entries), initial=0)
    with conn.transaction(force_rollback=True):
        _note(conn, actor, [entry for entry, size in zip(entries, before, strict=False) if size < zips.LARGEST_ZIP])


def _note(conn: Connection, actor: Actor, entries: list[Entry]) -> None:
    for entry in entries:
        if entry.failure is None:
            recording.record_download(
                conn, actor, entry.proof, handle_id=entry.handle.id, size=entry.handle.content_size or 0,
                object_type=entry.object_type, location_id=entry.handle.storage_location_id,
            )  # fmt: skip


def cache_name(handle: Handle) -> str:
    """Where the client's cache keeps the file."""
    return f"{handle.id % 1000}/{handle.id}/{safe(handle.file_name)}"


class Names:
    """Names of a zip without folders: each is used once, ``a.txt`` and then ``a(1).txt``."""

    def __init__(self, *taken: str) -> None:
        self._taken = set(taken)

    def flat(self, handle: Handle) -> str:
        """The name of the file, or the first variant of it that is free."""
        name, dot, ending = safe(handle.file_name).partition(".")
        free, number = f"{name}{dot}{ending}", 0
        while free in self._taken:
            number += 1
            free = f"{name}({number}){dot}{ending}"
        self._taken.add(free)
        return free


def safe(name: str) -> str:
    """A file name may hold anything; in a zip it must not lead out of the folder that it is unpacked to."""
    name = name.replace("/", "_").replace("\\", "_")
    return "_" if name in (".", "..") else name


ZIP = frame.kind(BulkFileDownloadRequest, pack, Scope.view | Scope.download, clear)
