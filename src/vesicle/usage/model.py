"""Shapes of the record of downloads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vesicle.wire import UNSET, Id, Maybe, Shape


class DownloadRecord(Shape):
    """One URL that was handed out: to whom, for what, and how many bytes were charged for it.

    Or temporary ``credentials`` for a whole storage location, with their permission and without a file.
    """

    id: Id
    issued_on: str
    principal_id: Id
    size: int
    charged: int
    file_handle_id: Maybe[Id] = UNSET
    credentials: Maybe[str] = UNSET
    object_type: Maybe[str] = UNSET
    object_id: Maybe[str] = UNSET
    storage_location_id: Maybe[Id] = UNSET


class DownloadPage(Shape):
    """A page of downloads, the newest first."""

    results: list[DownloadRecord]
    next_page_token: Maybe[str] = UNSET


@dataclass(frozen=True, slots=True)
class DownloadQuestion:
    """Which downloads are wanted; what is None does not matter. ``until`` is not included, ``since`` is."""

    principal_id: int | None = None
    object_id: int | None = None
    file_handle_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
