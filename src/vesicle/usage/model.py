"""Nouns of the ledger, the shapes of the record of downloads, and the words in which the ledger refuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from vesicle.errors import BadRequest
from vesicle.wire import UNSET, Id, Maybe, Shape

EXCEEDED = "PROJECT_STORAGE_LIMIT_EXCEEDED"
NO_PROJECT = 0
"""Where a handle counts that no project refers to."""


class Payer(NamedTuple):
    """Who promises the bytes of an upload, and for which project."""

    organization_id: int
    project_id: int = NO_PROJECT


@dataclass(frozen=True, slots=True)
class Flow:
    """A change of what one contributor stores at one location for one project of an organization."""

    organization_id: int
    project_id: int
    location_id: int
    contributor_id: int
    is_custom: bool
    stored: int
    in_trash: int
    files: int


class Account(msgspec.Struct, array_like=True):
    """The counters of an organization and the limits that they are held against; None is unlimited."""

    organization_id: int
    name: str
    storage_limit: int | None
    custom_limit: int | None
    egress_limit: int | None
    egress_period: str
    is_open: bool
    stored: int
    reserved: int
    custom_stored: int
    custom_reserved: int
    in_trash: int
    files: int


class Terms(msgspec.Struct, array_like=True):
    """A storage location, as far as who may put something there depends on it."""

    location_id: int
    kind: str
    sts_enabled: bool
    writable: bool
    private_to: int | None


def size(number: int) -> str:
    """Bytes as people read them: 1.5 GB is 1,500,000,000 bytes."""
    for unit, factor in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= factor:
            return f"{number / factor:,.1f} {unit} ({number:,} bytes)"
    return f"{number:,} bytes"


def no_room(account: Account, wanted: int, *, custom: bool) -> BadRequest:
    """Why bytes cannot be charged to an organization, and what to do."""
    if not account.is_open:
        return BadRequest(
            f"The plan of {account.name} is not in force, so it takes no new bytes; what is there can be read. Ask its"
            " owner or managers for another plan.",
            EXCEEDED,
        )
    limit = account.custom_limit if custom else account.storage_limit
    used = account.custom_stored if custom else account.stored
    promised = account.custom_reserved if custom else account.reserved
    kind = "custom storage" if custom else "storage"
    return BadRequest(
        f"{account.name} may use {size(limit or 0)} of {kind}; {size(used)} are used and {size(promised)} are promised"
        f" to uploads, so {size(wanted)} more do not fit. Delete and purge something, or ask its owner or managers for"
        " a larger plan.",
        EXCEEDED,
    )


class DownloadRecord(Shape):
    """One URL that was handed out: to whom, for what, how many bytes were charged for it, and how many of those count
    against the limit of the organization that pays. What is in custom, open or unlimited storage, and what stays in the
    region of the store, is charged and does not count.

    Or temporary ``credentials`` for a whole storage location, with their permission and without a file.
    """

    id: Id
    issued_on: str
    principal_id: Id
    size: int
    charged: int
    counted: int
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
    organization_id: int | None = None
    project_id: int | None = None
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """Which number is asked about: of what it is the sum; what is None does not matter. Project 0 is none.

    Storage is that at the end of the ``day``, or the present; what was sent is of the days from the first to the last.
    """

    project_id: int | None = None
    location_id: int | None = None
    contributor_id: int | None = None
    first_day: str | None = None
    last_day: str | None = None
    day: str | None = None
