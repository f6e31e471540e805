"""What is told of usage: sums that can be followed down to file handles and downloads."""

from __future__ import annotations

import csv
import io
from typing import Any

from vesicle.access import Actor, MayCreate
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.jobs.queue import periodic
from vesicle.usage import limits
from vesicle.usage.days import days
from vesicle.usage.model import Account
from vesicle.usage.shapes import InstallationUsage, OrganizationUsage, UsageReport, UsageRow
from vesicle.usage.store import accounts, downloads, reports
from vesicle.web import House
from vesicle.wire import UNSET, EntityId, Id, or_unset

BY = ("project", "location", "contributor", "day")


def summary(conn: Connection, actor: Actor, organization_id: int) -> OrganizationUsage:
    """The counters of an organization, and the limits that they are held against."""
    return _told(limits.account(conn, organization_id), downloads.state(conn, actor, organization_id))


def summaries(conn: Connection, actor: Actor, after: int, limit: int) -> list[tuple[str, OrganizationUsage]]:
    """The name of each organization after one, and the same of it; for who may see all."""
    return [(account.name, _told(account, egress)) for account, egress in accounts.page(conn, actor, after, limit)]


def total(conn: Connection, actor: Actor) -> InstallationUsage:
    """The sums over all organizations; for who may see all."""
    found: dict[str, Any] = {name: or_unset(value) for name, value in accounts.total(conn, actor).items()}
    return InstallationUsage(**found)


def _told(account: Account, egress: downloads.EgressState) -> OrganizationUsage:
    return OrganizationUsage(
        organization_id=Id(account.organization_id), stored_bytes=account.stored, reserved_bytes=account.reserved,
        in_trash_bytes=account.in_trash, files=account.files, custom_stored_bytes=account.custom_stored,
        custom_reserved_bytes=account.custom_reserved, storage_limit_bytes=or_unset(account.storage_limit),
        custom_storage_limit_bytes=or_unset(account.custom_limit), sent_bytes=egress.sent,
        egress_limit_bytes=or_unset(egress.limit), egress_period=egress.period,
        egress_period_begins_on=str(egress.begins_on), egress_period_ends_on=str(egress.ends_on),
        egress_overshoot_bytes=max(0, egress.sent - egress.limit) if egress.limit is not None else 0,
    )  # fmt: skip


def project(conn: Connection, grant: MayCreate) -> tuple[int, int, int, int]:
    """(bytes, of them in the trash can, files, bytes promised to uploads that named it) of a project."""
    return reports.project(conn, grant)


def sent_of_project(
    conn: Connection, grant: MayCreate, organization_id: int, of: OrganizationUsage
) -> tuple[int, int, int]:
    """(bytes that count against the limit, bytes charged) of a project in the present egress period of its
    organization, and the counter of that organization.
    """
    return reports.sent_of_project(conn, grant, organization_id, days(of.egress_period_begins_on, None)[0])


def report(
    conn: Connection, actor: Actor, organization_id: int, by: str, first_day: str | None, last_day: str | None
) -> UsageReport:
    """Usage by project, location, contributor or day. What was sent is of the days from the first to the last.

    A contributor is who stored something, and who downloaded something. Raises BadRequest.
    """
    if by not in BY:
        raise BadRequest(f"by is one of {', '.join(BY)}, not {by[:50]!r}.")
    first, last = days(first_day, last_day)
    found: dict[Any, UsageRow] = {}
    if by == "day":
        stored = reports.stored_days(conn, actor, organization_id, first, last)
    else:
        stored = reports.stored_by(conn, actor, organization_id, by)
    for key, counted, custom, in_trash, files in stored:
        row = found[key] = _row(by, key)
        row.stored_bytes, row.custom_stored_bytes, row.in_trash_bytes, row.files = counted, custom, in_trash, files
    for key, counted, custom in [] if by == "day" else reports.promised_by(conn, actor, organization_id, by):
        row = found.setdefault(key, _row(by, key))
        row.reserved_bytes, row.custom_reserved_bytes = counted, custom
    for key, count, size, charged, limited in reports.sent_by(conn, actor, organization_id, by, first, last):
        row = found.setdefault(key, _row(by, key))
        row.downloads, row.sent_bytes, row.charged_bytes, row.counted_bytes = count, size, charged, limited
    return UsageReport(
        organization_id=Id(organization_id), by=by, first_day=str(first), last_day=str(last),
        results=list(found.values()),
    )  # fmt: skip


def as_csv(found: UsageReport) -> str:
    """The same as lines with commas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    counted = dict(zip(UsageRow.__struct_fields__, UsageRow.__struct_encode_fields__, strict=True))
    for named in ("project_id", "storage_location_id", "contributor_id", "day"):
        del counted[named]
    writer.writerow([found.by, *counted.values()])
    for row in found.results:
        key = {
            "project": row.project_id, "location": row.storage_location_id, "contributor": row.contributor_id,
            "day": row.day,
        }[found.by]  # fmt: skip
        shown = f"syn{int(key)}" if isinstance(key, EntityId) else "" if key is UNSET else str(key)
        writer.writerow([shown, *(getattr(row, name) for name in counted)])
    return out.getvalue()


@periodic("usage.roll_up", "7 0 * * *")
def roll_up(work: House) -> None:
    """Add up the downloads of the days that are over. Safe to repeat."""
    with work.pool.connection() as conn:
        reports.roll_up(conn)


def _row(by: str, key: Any) -> UsageRow:
    match by:
        case "project":
            return UsageRow(project_id=EntityId(key)) if key else UsageRow()
        case "location":
            return UsageRow(storage_location_id=key)
        case "contributor":
            return UsageRow(contributor_id=str(key))
        case _:
            return UsageRow(day=str(key))
