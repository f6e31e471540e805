"""From a number down to what it is the sum of: file handles, promised uploads, downloads; a page or lines of CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from vesicle.access import Actor, MayCreate
from vesicle.db import Connection
from vesicle.usage import reading
from vesicle.usage.days import day_of, days
from vesicle.usage.model import Behind, DownloadPage, DownloadQuestion, DownloadRecord
from vesicle.usage.shapes import ChargedFile, ChargedFilePage, PromisedUpload, PromisedUploadPage
from vesicle.usage.store import behind
from vesicle.wire import UNSET, EntityId, Id, key_of_token, stamp, token_of_key

PAGE = 100
LINES = 10_000
"""As many lines of CSV are one answer."""
FILE_COLUMNS = ["fileHandleId", "project", "bytes", "location", "contributor", "inTrash", "custom"]
UPLOAD_COLUMNS = ["uploadId", "bytes", "location", "contributor", "custom", "promisedOn", "project"]
DOWNLOAD_COLUMNS = [
    "id", "issuedOn", "person", "fileHandleId", "object", "location", "size", "charged", "counted", "credentials",
]  # fmt: skip
Lines = tuple[str, str | None]
"""Lines of CSV, and the token of those that follow, if any do."""
P = TypeVar("P", ChargedFilePage, PromisedUploadPage, DownloadPage)


def files(
    conn: Connection, actor: Actor, organization_id: int, of: Behind, token: str | None, limit: int = PAGE
) -> ChargedFilePage:
    """The file handles that a number of storage is the sum of: at present, or at the end of a day. Project 0 is for
    those that no project refers to. What has gone before this was kept cannot be told of; then the page says since when
    it is.
    """
    day = day_of(of.day)
    after = key_of_token(token, tuple[int, date | None, date, int]) if token else behind.BEGIN
    rows = behind.files(conn, actor, organization_id, of, day, after, limit)
    begin = behind.followed_from(conn, actor) if day else None
    last = rows[-1] if len(rows) == limit else None
    return ChargedFilePage(
        results=[
            ChargedFile(
                file_handle_id=Id(row.handle_id), project_id=EntityId(row.project_id) if row.project_id else UNSET,
                bytes=row.bytes, storage_location_id=row.location_id, contributor_id=str(row.contributor_id),
                in_trash=row.in_trash, is_custom=row.is_custom,
            )
            for row in rows
        ],
        whole_since=str(begin) if day and begin and day < begin else UNSET,
        next_page_token=token_of_key(last.project_id, last.last_day, last.first_day, last.handle_id) if last else UNSET,
    )  # fmt: skip


def owner(conn: Connection, grant: MayCreate, day: str | None) -> int:
    """The organization of a project, at present or at the end of a day. Raises BadRequest."""
    return behind.owner(conn, grant, day_of(day))


def uploads(
    conn: Connection, actor: Actor, organization_id: int, of: Behind, token: str | None, limit: int = PAGE
) -> PromisedUploadPage:
    """The uploads that a number of promised bytes is the sum of."""
    after = key_of_token(token, tuple[int])[0] if token else 0
    rows = behind.uploads(conn, actor, organization_id, of, after, limit)
    return PromisedUploadPage(
        results=[
            PromisedUpload(
                upload_id=Id(row[0]), bytes=row[1], storage_location_id=row[2], contributor_id=str(row[3]),
                is_custom=row[4], promised_on=stamp(row[5]), project_id=EntityId(row[6]) if row[6] else UNSET,
            )
            for row in rows
        ],
        next_page_token=token_of_key(rows[-1][0]) if len(rows) == limit else UNSET,
    )  # fmt: skip


def downloads(
    conn: Connection, actor: Actor, organization_id: int, of: Behind, token: str | None, limit: int = PAGE
) -> DownloadPage:
    """The downloads that a number of bytes sent is the sum of, the newest first. A contributor is who downloaded."""
    first, last = days(of.first_day, of.last_day)
    question = DownloadQuestion(
        organization_id=organization_id, project_id=of.project_id, location_id=of.location_id,
        principal_id=of.contributor_id, since=datetime(first.year, first.month, first.day, tzinfo=UTC),
        until=datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1),
    )  # fmt: skip
    return reading.page(conn, actor, question, token, limit, LINES)


def file_lines(page: ChargedFilePage, *, titled: bool) -> Lines:
    """File handles as CSV."""
    rows = (
        [one.file_handle_id, _project(one), one.bytes, one.storage_location_id, one.contributor_id, one.in_trash,
         one.is_custom]
        for one in page.results
    )  # fmt: skip
    return as_csv(FILE_COLUMNS if titled else None, rows), page.next_page_token or None


def upload_lines(page: PromisedUploadPage, *, titled: bool) -> Lines:
    """Promised uploads as CSV."""
    rows = (
        [
            one.upload_id,
            one.bytes,
            one.storage_location_id,
            one.contributor_id,
            one.is_custom,
            one.promised_on,
            _project(one),
        ]
        for one in page.results
    )
    return as_csv(UPLOAD_COLUMNS if titled else None, rows), page.next_page_token or None


def download_lines(page: DownloadPage, *, titled: bool) -> Lines:
    """Downloads as CSV."""
    return as_csv(DOWNLOAD_COLUMNS if titled else None, map(_download, page.results)), page.next_page_token or None


def _download(one: DownloadRecord) -> list[object]:
    return [one.id, one.issued_on, one.principal_id, one.file_handle_id, one.object_id, one.storage_location_id,
            one.size, one.charged, one.counted, one.credentials]  # fmt: skip


def _project(one: ChargedFile | PromisedUpload) -> object:
    return one.project_id if one.project_id is UNSET else f"syn{int(one.project_id)}"


def as_csv(titles: Sequence[str] | None, rows: Iterator[list[object]]) -> str:
    """Lines with commas, under one of titles if there are any."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if titles:
        writer.writerow(titles)
    for row in rows:
        writer.writerow(
            ["" if cell is UNSET else str(cell).lower() if isinstance(cell, bool) else cell for cell in row]
        )
    return out.getvalue()


def every_line(page_of: Callable[[str | None], P], lines_of: Callable[..., Lines]) -> Iterator[str]:
    """The lines of one page after the other, under one line of titles."""
    token: str | None = None
    titled = True
    while titled or token:
        text, token = lines_of(page_of(token), titled=titled)
        titled = False
        yield text
