"""Who may see which usage: members their projects, owners and managers all of their organization."""

from __future__ import annotations

from dataclasses import replace

from vesicle.access import Actor, MayCreate
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, NotFound
from vesicle.organizations.model.limits import check_limit, none_if_unset
from vesicle.organizations.model.organizations import INSTALLATION
from vesicle.organizations.roles import require_administrator, require_overseer
from vesicle.organizations.store import notices
from vesicle.organizations.store import organizations as rows
from vesicle.usage import charging, drilling, limits, reports
from vesicle.usage.drilling import Lines
from vesicle.usage.model import Behind, DownloadPage
from vesicle.usage.shapes import (
    ChargedFilePage,
    OrganizationUsage,
    ProjectStorageLocationLimit,
    ProjectStorageLocationUsage,
    ProjectStorageUsage,
    ProjectUsage,
    PromisedUploadPage,
    UsageReport,
)
from vesicle.wire import EntityId, Id, or_unset

DEFAULT_LOCATION = 1


def summary(conn: Connection, actor: Actor, organization_id: int) -> OrganizationUsage:
    """For those who oversee the organization."""
    require_overseer(conn, actor, organization_id)
    return reports.summary(conn, actor, organization_id)


def report(
    conn: Connection, actor: Actor, organization_id: int, by: str, first_day: str | None, last_day: str | None
) -> UsageReport:
    """For those who oversee the organization."""
    require_overseer(conn, actor, organization_id)
    return reports.report(conn, actor, organization_id, by, first_day, last_day)


def files(conn: Connection, actor: Actor, organization_id: int, of: Behind, token: str | None) -> ChargedFilePage:
    """The handles behind a number, for those who oversee the organization."""
    require_overseer(conn, actor, organization_id)
    return drilling.files(conn, actor, organization_id, of, token)


def uploads(conn: Connection, actor: Actor, organization_id: int, of: Behind, token: str | None) -> PromisedUploadPage:
    """The uploads behind a promised number, for those who oversee the organization."""
    require_overseer(conn, actor, organization_id)
    return drilling.uploads(conn, actor, organization_id, of, token)


def downloads(conn: Connection, actor: Actor, organization_id: int, of: Behind, token: str | None) -> DownloadPage:
    """The downloads behind a number, for those who oversee the organization."""
    require_overseer(conn, actor, organization_id)
    return drilling.downloads(conn, actor, organization_id, of, token)


def lines(conn: Connection, actor: Actor, organization_id: int, what: str, of: Behind, token: str | None) -> Lines:
    """The same as CSV: of file, upload or download. Raises NotFound for anything else."""
    require_overseer(conn, actor, organization_id)
    return _lines(conn, actor, organization_id, what, of, token)


def _lines(conn: Connection, actor: Actor, organization_id: int, what: str, of: Behind, token: str | None) -> Lines:
    titled, most = token is None, drilling.LINES
    match what:
        case "file":
            return drilling.file_lines(drilling.files(conn, actor, organization_id, of, token, most), titled=titled)
        case "upload":
            return drilling.upload_lines(drilling.uploads(conn, actor, organization_id, of, token, most), titled=titled)
        case "download":
            return drilling.download_lines(
                drilling.downloads(conn, actor, organization_id, of, token, most), titled=titled
            )
    raise NotFound(f"What lies behind a number is file, upload or download, not {what[:50]!r}.")


def of_project(conn: Connection, grant: MayCreate) -> ProjectUsage:
    """What a project stores, and how full its organization is, for who may add to it. Raises BadRequest."""
    organization_id = _organization_of(conn, grant)
    of, mine = reports.summary(conn, grant.actor, organization_id), reports.project(conn, grant)
    stored, in_trash, count, promised = mine
    sent, charged, sent_by_all = reports.sent_of_project(conn, grant, organization_id, of)
    return ProjectUsage(
        project_id=EntityId(grant.id), organization_id=Id(organization_id), stored_bytes=stored,
        in_trash_bytes=in_trash, files=count, reserved_bytes=promised, organization_stored_bytes=of.stored_bytes,
        organization_reserved_bytes=of.reserved_bytes, organization_storage_limit_bytes=of.storage_limit_bytes,
        sent_bytes=sent, charged_bytes=charged, organization_sent_bytes=sent_by_all,
        organization_egress_limit_bytes=of.egress_limit_bytes, egress_period_ends_on=of.egress_period_ends_on,
        notices=notices.standing(conn, grant.actor, organization_id),
    )  # fmt: skip


def files_of_project(conn: Connection, grant: MayCreate, of: Behind, token: str | None) -> ChargedFilePage:
    """The handles behind the numbers of a project, whose ever it was on the day, for who may add to it. Raises
    BadRequest.
    """
    _check_project(grant)
    owner = drilling.owner(conn, grant, of.day)
    return drilling.files(conn, grant.actor, owner, replace(of, project_id=grant.id), token)


def downloads_of_project(conn: Connection, grant: MayCreate, of: Behind, token: str | None) -> DownloadPage:
    """What was sent of a project, as far as its present organization was charged for it. Raises BadRequest."""
    return drilling.downloads(conn, grant.actor, _organization_of(conn, grant), replace(of, project_id=grant.id), token)


def uploads_of_project(conn: Connection, grant: MayCreate, of: Behind, token: str | None) -> PromisedUploadPage:
    """The unfinished uploads that named a project when they were begun, for who may add to it. Raises BadRequest."""
    return drilling.uploads(conn, grant.actor, _organization_of(conn, grant), replace(of, project_id=grant.id), token)


def lines_of_project(conn: Connection, grant: MayCreate, what: str, of: Behind, token: str | None) -> Lines:
    """The same as CSV: of file, upload or download. Raises BadRequest and NotFound."""
    _check_project(grant)
    owner = drilling.owner(conn, grant, of.day if what == "file" else None)
    return _lines(conn, grant.actor, owner, what, replace(of, project_id=grant.id), token)


def _organization_of(conn: Connection, grant: MayCreate) -> int:
    _check_project(grant)
    return rows.of_project(conn, grant.actor, grant.id) or INSTALLATION


def storage_of(conn: Connection, grant: MayCreate) -> ProjectStorageUsage:
    """Bytes and limit of a project at each of its locations; the default one is always told of."""
    _check_project(grant)
    kept = {place: (used, most) for place, used, most in limits.of_project(conn, grant.id)}
    kept.setdefault(DEFAULT_LOCATION, (0, None))
    return ProjectStorageUsage(
        project_id=EntityId(grant.id),
        locations=[
            ProjectStorageLocationUsage(
                storage_location_id=place, sum_file_bytes=used, max_allowed_file_bytes=or_unset(most),
                is_over_limit=most is not None and used > most,
            )
            for place, (used, most) in sorted(kept.items())
        ],
    )  # fmt: skip


def limit_storage(
    conn: Connection, actor: Actor, project_id: int, given: ProjectStorageLocationLimit
) -> ProjectStorageLocationLimit:
    """What a project may store at a location; for administrators. Raises BadRequest, Forbidden and NotFound."""
    require_administrator(conn, actor)
    if given.project_id != project_id:
        raise BadRequest(f"The path says syn{project_id} and the body says syn{int(given.project_id)}.")
    check_limit("max_allowed_file_bytes", given.max_allowed_file_bytes)
    if rows.of_project(conn, actor, project_id) is None:
        raise NotFound(f"There is no project syn{project_id}.")
    charging.home_of(conn, INSTALLATION, given.storage_location_id)
    most = none_if_unset(given.max_allowed_file_bytes)
    before = {place: limit for place, _, limit in limits.of_project(conn, project_id)}
    limits.hold_project(conn, project_id, given.storage_location_id, most)
    detail = {"location": given.storage_location_id, "from": before.get(given.storage_location_id), "to": most}
    recording.note(conn, actor.id, "project.limit", "entity", project_id, detail)
    return given


def _check_project(grant: MayCreate) -> None:
    if grant.kind != "project":
        raise BadRequest(f"syn{grant.id} is no project; ask for the project that it lies in.")
