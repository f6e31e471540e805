"""The manifest of a registration: a CSV file with one line for each object, and the numbers of the answer."""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Iterable

from vesicle.access import OwnsLocation
from vesicle.accounts import tokens
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.files import making
from vesicle.jobs import frame
from vesicle.relocation.keys import printable
from vesicle.relocation.model import Counts, Outcome, RegisterObjectsRequest, RegisterObjectsResponse, Registration
from vesicle.relocation.pages import Line
from vesicle.relocation.store import registrations

COLUMNS = (
    "key", "size", "etag", "objectVersion", "outcome", "entity", "version", "fileHandle", "contentType", "md5", "note",
)  # fmt: skip


def counted(before: Counts, lines: Iterable[Line]) -> Counts:
    """The numbers with these lines."""
    counts = copy.copy(before)
    for line in lines:
        counts.add(line.outcome, line.seen.size)
    return counts


def promise_nothing(lines: Iterable[Line]) -> None:
    """A plan names no number that is never given: what it would make has none."""
    for line in lines:
        if line.outcome is Outcome.REGISTERED:
            line.entity = line.version = line.handle = None
        elif line.outcome is Outcome.VERSION:
            line.version = line.handle = None


def text_of(lines: Iterable[Line]) -> str:
    """Lines of the manifest."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_row(line) for line in lines)
    return text.getvalue()


def _row(line: Line) -> tuple[object, ...]:
    seen = line.seen
    return (
        printable(seen.key), seen.size, seen.etag, seen.version_id, line.outcome.value,
        None if line.entity is None else f"syn{line.entity}", line.version, line.handle,
        line.content_type, line.md5, line.note,
    )  # fmt: skip


def write(
    job: frame.Running, location: OwnsLocation, state: Registration, asked: RegisterObjectsRequest
) -> frame.End:  # fmt: skip
    """Put the manifest into the store, a page at a time; what ends the job makes it a file handle of the caller's."""
    house = job.house
    made = making.NewObject(house.managed, job.started_by, job.id, f"registration-{state.id}.csv", "text/csv")
    for left_over in house.managed.store.open_uploads(made.bucket, made.folder):
        # Whoever began it died: a job is run by one worker at a time.
        house.managed.store.abort_upload(made.bucket, left_over.key, left_over.upload_id)
    try:
        made.write((",".join(COLUMNS) + "\n").encode())
        for number in range(1, state.pages + 1):
            with house.pool.connection() as conn:
                made.write(registrations.lines(conn, location, state, number))
        made.finish()
    except BaseException:
        made.give_up()
        raise

    def end(conn: Connection) -> RegisterObjectsResponse:
        actor = tokens.actor_of_person(conn, job.started_by, house.settings)
        handle_id = making.record(conn, actor, house.settings, made, passing=False)
        registrations.forget_lines(conn, location, state.id)
        counts = state.counts
        detail = {"registered": counts.registered, "newVersions": counts.versions, "manifest": handle_id}
        recording.note(conn, job.started_by, "registration.end", "storageLocation", location.id, detail)
        return RegisterObjectsResponse(
            found=counts.found, registered=counts.registered, new_versions=counts.versions,
            unchanged=counts.unchanged, changed=counts.changed, reported=counts.reported,
            passed_over=counts.passed_over, bytes=counts.bytes, dry_run=asked.dry_run is True,
            manifest_file_handle_id=str(handle_id),
        )  # fmt: skip

    return end
