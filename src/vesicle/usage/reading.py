"""Asking the record of downloads."""

from __future__ import annotations

from datetime import datetime

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.usage.model import DownloadPage, DownloadQuestion, DownloadRecord
from vesicle.usage.store import downloads as rows
from vesicle.wire import UNSET, EntityId, Id, key_of_token, or_unset, stamp, token_of_key

LARGEST_PAGE = 1000


def page(
    conn: Connection, actor: Actor, question: DownloadQuestion, token: str | None, limit: int,
    most: int = LARGEST_PAGE,
) -> DownloadPage:  # fmt: skip
    """URLs that were handed out, the newest first. For administrators, and for who oversees an organization."""
    if not 1 <= limit <= most:
        raise BadRequest(f"limit must be from 1 to {most}, not {limit}.")
    before = key_of_token(token, tuple[datetime, int]) if token else None
    found = rows.downloads(conn, actor, question, before, limit + 1)
    more = token_of_key(found[limit - 1][1], found[limit - 1][0]) if len(found) > limit else UNSET
    return DownloadPage(results=[_shape(*row) for row in found[:limit]], next_page_token=more)


def number_of(object_id: str | None) -> int | None:
    """The number of ``syn12`` or ``12``. Raises BadRequest."""
    try:
        return EntityId.parse(object_id) if object_id else None
    except ValueError as error:
        raise BadRequest(str(error)) from None


def _shape(id, issued_on, person, handle, kind, thing, location, size, charged, counted, lent) -> DownloadRecord:  # type: ignore[no-untyped-def]
    return DownloadRecord(
        id=Id(id), issued_on=stamp(issued_on), principal_id=Id(person), size=size, charged=charged,
        counted=counted,
        file_handle_id=UNSET if handle is None else Id(handle), credentials=or_unset(lent),
        object_type=or_unset(kind), object_id=UNSET if thing is None else str(thing),
        storage_location_id=UNSET if location is None else Id(location),
    )  # fmt: skip
