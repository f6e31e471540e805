"""Shapes of registrations, and what is remembered of one."""

from __future__ import annotations

from enum import Enum
from typing import Literal, NamedTuple

import msgspec

from vesicle.wire import UNSET, EntityId, Id, Int64, Maybe, Shape


class RegisterObjectsRequest(Shape, tag_field="concreteType", tag="org.vesicle.relocation.RegisterObjectsRequest"):
    """Objects of a bucket are to become files of a project or folder.

    ``prefix`` begins below the location's base key. ``structure`` makes folders of the pieces of the keys behind the
    prefix's last slash, or puts every file into the target itself. ``content_type_from`` the name or the object's own
    header; ``md5_from`` the ETag, the object's metadata, its bytes, or nowhere. ``changed`` objects become new versions
    of their files or are only reported. ``continue_job_id`` goes on where a job of the caller's failed.
    """

    target_id: EntityId
    storage_location_id: Maybe[Int64] = UNSET
    prefix: Maybe[str] = UNSET
    structure: Literal["folders", "flat"] = "folders"
    content_type_from: Literal["name", "object"] = "name"
    md5_from: Literal["etag", "metadata", "bytes", "nowhere"] = "etag"
    changed: Literal["version", "report"] = "version"
    version_label: Maybe[str] = UNSET
    version_comment: Maybe[str] = UNSET
    dry_run: Maybe[bool] = UNSET
    continue_job_id: Maybe[Id] = UNSET


class RegisterObjectsResponse(Shape):
    """What became of the objects, in numbers. The manifest is a CSV file of the caller's with a line for each."""

    found: Int64
    registered: Int64
    new_versions: Int64
    unchanged: Int64
    changed: Int64
    reported: Int64
    passed_over: Int64
    bytes: Int64
    dry_run: bool
    manifest_file_handle_id: str


class Outcome(Enum):
    """What became of one object. The values stand in the manifest."""

    REGISTERED = "registered"
    VERSION = "new version"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    REPORTED = "not registered"
    PASSED_OVER = "passed over"


class Counts(msgspec.Struct):
    """How many objects met with each outcome, and the bytes of those that were registered."""

    found: int = 0
    registered: int = 0
    versions: int = 0
    unchanged: int = 0
    changed: int = 0
    reported: int = 0
    passed_over: int = 0
    bytes: int = 0

    def add(self, outcome: Outcome, size: int) -> None:
        """One more."""
        name = {Outcome.VERSION: "versions"}.get(outcome, outcome.name.lower())
        setattr(self, name, getattr(self, name) + 1)
        self.found += 1
        if outcome in (Outcome.REGISTERED, Outcome.VERSION):
            self.bytes += size


class Registration(msgspec.Struct):
    """A registration under way: where its listing is to go on, and what it did so far."""

    id: int
    location_id: int
    target_id: int
    cursor: str | None
    listed: bool
    pages: int
    counts: Counts


class CheckDriftRequest(Shape, tag_field="concreteType", tag="org.vesicle.relocation.CheckDriftRequest"):
    """The bucket of a location is to be compared with what is on record, now."""

    storage_location_id: Maybe[Int64] = UNSET


class CheckDriftResponse(Shape):
    """The comparison is done; the differences are to be read."""

    storage_location_id: Int64


class DriftItem(Shape):
    """One file handle whose object is not as it is on record: ``missing``, ``changed``, a ``new version`` that nothing
    on record speaks of, or ``contradicted``: its bytes have another MD5 (``seen_etag``) than was claimed.
    """

    file_handle_id: Id
    difference: str
    key: str
    content_size: Int64
    noticed_on: str
    object_etag: Maybe[str] = UNSET
    object_version: Maybe[str] = UNSET
    seen_size: Maybe[Int64] = UNSET
    seen_etag: Maybe[str] = UNSET
    seen_version: Maybe[str] = UNSET
    entity_id: Maybe[EntityId] = UNSET
    entity_version: Maybe[Int64] = UNSET


class DriftPage(Shape):
    """What differs, and of when that is: the newest comparison's beginning, its end once it has ended, its trouble."""

    results: list[DriftItem]
    next_page_token: Maybe[str] = UNSET
    began_on: Maybe[str] = UNSET
    finished_on: Maybe[str] = UNSET
    trouble: Maybe[str] = UNSET


class RelinkPair(Shape):
    """An object that was renamed, with whole keys."""

    from_key: str
    to_key: str


class RelinkRequest(Shape, tag_field="concreteType", tag="org.vesicle.relocation.RelinkRequest"):
    """Handles are to follow their objects: those of the pairs; without pairs, missing ones that can be found."""

    storage_location_id: Maybe[Int64] = UNSET
    pairs: Maybe[list[RelinkPair]] = UNSET


class RelinkResponse(Shape):
    """How many handles point elsewhere now, and why some of the pairs were not followed."""

    relinked: Int64
    not_relinked: list[str]


class VerifyRequest(Shape, tag_field="concreteType", tag="org.vesicle.relocation.VerifyRequest"):
    """The bytes of every file of a location whose MD5 is not known for sure are to be read."""

    storage_location_id: Maybe[Int64] = UNSET


class VerifyResponse(Shape):
    """How many were read and are as claimed, how many are not, and how many could not be read as they are on record."""

    verified: Int64
    contradicted: Int64
    unreadable: Int64


class Difference(NamedTuple):
    """What was seen in place of what is on record of a handle."""

    handle: int
    kind: str
    size: int | None
    etag: str | None
    version_id: str | None
