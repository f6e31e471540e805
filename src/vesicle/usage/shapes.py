"""Shapes of what is told of usage."""

from __future__ import annotations

from vesicle.wire import UNSET, EntityId, Id, Int64, Maybe, Shape


class OrganizationUsage(Shape):
    """What an organization stores, has promised to uploads and has sent, beside its limits; absent is unlimited.

    ``sentBytes`` is what counts against the limit of egress: the sum of ``countedBytes`` in the reports of the days of
    the period.
    """

    organization_id: Id
    stored_bytes: int
    reserved_bytes: int
    in_trash_bytes: int
    files: int
    custom_stored_bytes: int
    custom_reserved_bytes: int
    sent_bytes: int
    egress_period: str
    egress_period_begins_on: str
    egress_period_ends_on: str
    egress_overshoot_bytes: int
    storage_limit_bytes: Maybe[Int64] = UNSET
    custom_storage_limit_bytes: Maybe[Int64] = UNSET
    egress_limit_bytes: Maybe[Int64] = UNSET


class InstallationUsage(Shape):
    """The sums over all organizations. What was sent is of the present egress period of each; without a limit where one
    organization has none.
    """

    organizations: int
    stored_bytes: int
    reserved_bytes: int
    in_trash_bytes: int
    files: int
    custom_stored_bytes: int
    custom_reserved_bytes: int
    sent_bytes: int
    storage_limit_bytes: Maybe[Int64] = UNSET
    custom_storage_limit_bytes: Maybe[Int64] = UNSET
    egress_limit_bytes: Maybe[Int64] = UNSET


class UsageRow(Shape):
    """One line of a report, under one of the four keys. Without a projectId: what no project refers to.

    Custom storage is told beside what counts; bytes in the trash can and files are of both. What is promised to uploads
    has no day; what is sent is of the days of the report: what the URLs were for, what was charged, and what of that
    counts against the limit, which custom, open and unlimited storage and the region of a store do not.
    """

    project_id: Maybe[EntityId] = UNSET
    storage_location_id: Maybe[Int64] = UNSET
    contributor_id: Maybe[str] = UNSET
    day: Maybe[str] = UNSET
    stored_bytes: int = 0
    custom_stored_bytes: int = 0
    reserved_bytes: int = 0
    custom_reserved_bytes: int = 0
    in_trash_bytes: int = 0
    files: int = 0
    downloads: int = 0
    sent_bytes: int = 0
    charged_bytes: int = 0
    counted_bytes: int = 0


class UsageReport(Shape):
    """Usage of an organization by project, location, contributor or day."""

    organization_id: Id
    by: str
    first_day: str
    last_day: str
    results: list[UsageRow]


class ChargedFile(Shape):
    """A file handle as it counts in one project."""

    file_handle_id: Id
    bytes: int
    storage_location_id: Int64
    contributor_id: str
    in_trash: bool
    is_custom: bool
    project_id: Maybe[EntityId] = UNSET


class ChargedFilePage(Shape):
    """A page of file handles.

    With ``wholeSince`` the day that was asked about is earlier: of what has gone by that day nothing was kept, and what
    was there already is told of as it was then.
    """

    results: list[ChargedFile]
    whole_since: Maybe[str] = UNSET
    next_page_token: Maybe[str] = UNSET


class PromisedUpload(Shape):
    """An upload that is not finished, what is promised to it, and for which project where its request said so."""

    upload_id: Id
    bytes: int
    storage_location_id: Int64
    contributor_id: str
    is_custom: bool
    promised_on: str
    project_id: Maybe[EntityId] = UNSET


class PromisedUploadPage(Shape):
    """A page of promised uploads."""

    results: list[PromisedUpload]
    next_page_token: Maybe[str] = UNSET


class ProjectUsage(Shape):
    """A project, and the totals and limits of its organization, with what is told of limits that come near.

    What a project has sent is of the present egress period of the organization: what counts against the limit, which
    is its part of what the organization has sent, and all that was charged.
    """

    project_id: EntityId
    organization_id: Id
    stored_bytes: int
    in_trash_bytes: int
    files: int
    reserved_bytes: int
    organization_stored_bytes: int
    organization_reserved_bytes: int
    sent_bytes: int
    charged_bytes: int
    organization_sent_bytes: int
    egress_period_ends_on: str
    notices: list[str]
    organization_egress_limit_bytes: Maybe[Int64] = UNSET
    organization_storage_limit_bytes: Maybe[Int64] = UNSET


class ProjectStorageLocationUsage(Shape):
    """What a project stores at one location."""

    storage_location_id: Int64
    sum_file_bytes: int
    is_over_limit: bool
    max_allowed_file_bytes: Maybe[Int64] = UNSET


class ProjectStorageUsage(Shape):
    """What a project stores at each of its locations."""

    project_id: EntityId
    locations: list[ProjectStorageLocationUsage]


class ProjectStorageLocationLimit(Shape):
    """What a project may store at a location; without maxAllowedFileBytes, any amount."""

    project_id: EntityId
    storage_location_id: Int64
    max_allowed_file_bytes: Maybe[Int64] = UNSET
