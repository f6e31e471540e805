"""Doors of what organizations and projects use."""

from __future__ import annotations

from vesicle.access import MayCreate
from vesicle.organizations import overview, reporting
from vesicle.organizations.http.declaring import ROLES, TEAM, WRITE, door
from vesicle.organizations.model.overview import OrganizationOverviewPage
from vesicle.usage import reports
from vesicle.usage.drilling import Lines
from vesicle.usage.model import Behind, DownloadPage
from vesicle.usage.shapes import (
    ChargedFilePage,
    OrganizationUsage,
    ProjectStorageLocationLimit,
    ProjectStorageUsage,
    ProjectUsage,
    PromisedUploadPage,
    UsageReport,
)
from vesicle.web import Call, Needs, Reply, Text
from vesicle.wire import EntityId, Id


@door("GET", "/vesicle/v1/usage", access=TEAM)
def usage_of_all(call: Call, next_page_token: str | None = None) -> OrganizationOverviewPage:
    """What every organization uses, beside its limits, and on the first page the sums; for administrators."""
    return overview.page(call.conn, call.actor, next_page_token)


@door("GET", "/vesicle/v1/usage/csv", access=TEAM)
def usage_of_all_lines(call: Call, next_page_token: str | None = None) -> Reply:
    """The same as CSV, without the sums, in pages as of what lies behind a number; for administrators."""
    return _csv(overview.lines(call.conn, call.actor, next_page_token))


@door("GET", "/vesicle/v1/usage/organization/{id}", access=ROLES)
def usage(call: Call, id: Id) -> OrganizationUsage:
    """What an organization stores and has sent, beside its limits; for the owner and managers."""
    return reporting.summary(call.conn, call.actor, id)


@door("GET", "/vesicle/v1/usage/organization/{id}/report", access=ROLES)
def usage_report(
    call: Call, id: Id, by: str = "project", first_day: str | None = None, last_day: str | None = None
) -> UsageReport:
    """Usage by project, location, contributor or day; for the owner and managers."""
    return reporting.report(call.conn, call.actor, id, by, first_day, last_day)


@door("GET", "/vesicle/v1/usage/organization/{id}/report/csv", access=ROLES)
def usage_lines(
    call: Call, id: Id, by: str = "project", first_day: str | None = None, last_day: str | None = None
) -> Reply:
    """The same as CSV."""
    found = reporting.report(call.conn, call.actor, id, by, first_day, last_day)
    return Text(reports.as_csv(found), "text/csv; charset=UTF-8")


@door("GET", "/vesicle/v1/usage/organization/{id}/file", access=ROLES)
def usage_files(
    call: Call, id: Id, project_id: EntityId | None = None, storage_location_id: Id | None = None,
    contributor_id: Id | None = None, day: str | None = None, next_page_token: str | None = None,
) -> ChargedFilePage:  # fmt: skip
    """The file handles that a number of storage is the sum of, now or at the end of a day; for the owner and managers.

    Where the day is earlier than wholeSince, nothing is known of what has gone before then.
    """
    of = Behind(project_id, storage_location_id, contributor_id, day=day)
    return reporting.files(call.conn, call.actor, id, of, next_page_token)


@door("GET", "/vesicle/v1/usage/organization/{id}/upload", access=ROLES)
def usage_uploads(
    call: Call, id: Id, project_id: EntityId | None = None, storage_location_id: Id | None = None,
    contributor_id: Id | None = None, next_page_token: str | None = None,
) -> PromisedUploadPage:  # fmt: skip
    """The unfinished uploads that a number of promised bytes is the sum of; for the owner and managers."""
    of = Behind(project_id, storage_location_id, contributor_id)
    return reporting.uploads(call.conn, call.actor, id, of, next_page_token)


@door("GET", "/vesicle/v1/usage/organization/{id}/download", access=ROLES)
def usage_downloads(
    call: Call, id: Id, project_id: EntityId | None = None, storage_location_id: Id | None = None,
    contributor_id: Id | None = None, first_day: str | None = None, last_day: str | None = None,
    next_page_token: str | None = None,
) -> DownloadPage:  # fmt: skip
    """The downloads that a number of bytes sent is the sum of; a contributor is who downloaded; for the owner and
    managers.
    """
    of = Behind(project_id, storage_location_id, contributor_id, first_day, last_day)
    return reporting.downloads(call.conn, call.actor, id, of, next_page_token)


@door("GET", "/vesicle/v1/usage/organization/{id}/{what}/csv", access=ROLES)
def usage_behind(
    call: Call, id: Id, what: str, project_id: EntityId | None = None, storage_location_id: Id | None = None,
    contributor_id: Id | None = None, first_day: str | None = None, last_day: str | None = None,
    day: str | None = None, next_page_token: str | None = None,
) -> Reply:  # fmt: skip
    """What lies behind a number (file, upload or download) as CSV. Where more lines follow than one answer takes, the
    header X-Next-Page-Token has the token of the next.
    """
    of = Behind(project_id, storage_location_id, contributor_id, first_day, last_day, day)
    return _csv(reporting.lines(call.conn, call.actor, id, what, of, next_page_token))


@door("GET", "/vesicle/v1/usage/project/{id}", access=Needs(MayCreate))
def project_usage(call: Call, grant: MayCreate) -> ProjectUsage:
    """What a project stores, and how full its organization is; for who may add to the project."""
    return reporting.of_project(call.conn, grant)


@door("GET", "/vesicle/v1/usage/project/{id}/file", access=Needs(MayCreate))
def project_files(
    call: Call, grant: MayCreate, storage_location_id: Id | None = None, contributor_id: Id | None = None,
    day: str | None = None, next_page_token: str | None = None,
) -> ChargedFilePage:  # fmt: skip
    """The file handles that the bytes of a project are the sum of, now or at the end of a day; for who may add to the
    project.
    """
    of = Behind(None, storage_location_id, contributor_id, day=day)
    return reporting.files_of_project(call.conn, grant, of, next_page_token)


@door("GET", "/vesicle/v1/usage/project/{id}/upload", access=Needs(MayCreate))
def project_uploads(
    call: Call, grant: MayCreate, storage_location_id: Id | None = None, contributor_id: Id | None = None,
    next_page_token: str | None = None,
) -> PromisedUploadPage:  # fmt: skip
    """The unfinished uploads that promised bytes of a project are the sum of: those whose start named a place in it;
    for who may add to the project.
    """
    of = Behind(None, storage_location_id, contributor_id)
    return reporting.uploads_of_project(call.conn, grant, of, next_page_token)


@door("GET", "/vesicle/v1/usage/project/{id}/download", access=Needs(MayCreate))
def project_downloads(
    call: Call, grant: MayCreate, storage_location_id: Id | None = None, contributor_id: Id | None = None,
    first_day: str | None = None, last_day: str | None = None, next_page_token: str | None = None,
) -> DownloadPage:  # fmt: skip
    """The downloads that the bytes sent of a project are the sum of, as far as its present organization was charged for
    them; a contributor is who downloaded; for who may add to the project.
    """
    of = Behind(None, storage_location_id, contributor_id, first_day, last_day)
    return reporting.downloads_of_project(call.conn, grant, of, next_page_token)


@door("GET", "/vesicle/v1/usage/project/{id}/{what}/csv", access=Needs(MayCreate))
def project_behind(
    call: Call, grant: MayCreate, what: str, storage_location_id: Id | None = None, contributor_id: Id | None = None,
    first_day: str | None = None, last_day: str | None = None, day: str | None = None,
    next_page_token: str | None = None,
) -> Reply:  # fmt: skip
    """What lies behind a number of a project (file, upload, download) as CSV, in pieces as that of an organization."""
    of = Behind(None, storage_location_id, contributor_id, first_day, last_day, day)
    return _csv(reporting.lines_of_project(call.conn, grant, what, of, next_page_token))


def _csv(lines: Lines) -> Reply:
    text, more = lines
    return Reply(200, text.encode(), "text/csv; charset=UTF-8", {"X-Next-Page-Token": more} if more else {})


@door("GET", "/repo/v1/project/{projectId}/storage/usage", access=Needs(MayCreate, "projectId"))
def project_storage(call: Call, grant: MayCreate) -> ProjectStorageUsage:
    """Bytes and limit of a project at each of its storage locations."""
    return reporting.storage_of(call.conn, grant)


@door("PUT", "/repo/v1/project/{projectId}/storage/limit", access=TEAM, scopes=WRITE)
def limit_project_storage(
    call: Call, project_id: EntityId, body: ProjectStorageLocationLimit
) -> ProjectStorageLocationLimit:
    """What a project may store at a storage location; for administrators."""
    return reporting.limit_storage(call.conn, call.actor, project_id, body)
