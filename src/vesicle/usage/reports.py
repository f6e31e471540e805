"""What is told of usage: sums that can be followed down to file handles and downloads."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

from vesicle.access import Actor, MayCreate
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.jobs.queue import periodic
from vesicle.usage import limits, reading
from vesicle.usage.model import DownloadPage, DownloadQuestion
from vesicle.usage.shapes import (
    ChargedFile,
    ChargedFilePage,
    OrganizationUsage,
    UsageReport,
    UsageRow,
)
from vesicle.usage.store import downloads, reports
from vesicle.web import House
from vesicle.wire import UNSET, EntityId, Id, key_of_token, or_unset, token_of_key

PAGE = 100
LONGEST_DAYS = 3660
BY = ("project", "location", "contributor", "day")


def summary(conn: Connection, actor: Actor, organization_id: int) -> OrganizationUsage:
    """The counters of an organization, and the limits that they are held against."""
    account = limits.account(conn, organization_id)
    egress = downloads.state(conn, actor, organization_id)
    in_trash, files = reports.summary(conn, actor, organization_id)
    return OrganizationUsage(
        organization_id=Id(organization_id), stored_bytes=account.stored, reserved_bytes=account.reserved,
        in_trash_bytes=in_trash, files=files, custom_stored_bytes=account.custom_stored,
        custom_reserved_bytes=account.custom_reserved, storage_limit_bytes=or_unset(account.storage_limit),
        custom_storage_limit_bytes=or_unset(account.custom_limit), sent_bytes=egress.sent,
        egress_limit_bytes=or_unset(egress.limit), egress_period=egress.period,
        egress_period_begins_on=str(egress.begins_on), egress_period_ends_on=str(egress.ends_on),
        egress_overshoot_bytes=max(0, egress.sent - egress.limit) if egress.limit is not None else 0,
    )  # fmt: skip


def project(conn: Connection, grant: MayCreate) -> tuple[int, int, int]:
    """(bytes, of them in the trash can, files) of a project."""
    return reports.project(conn, grant)


def report(
    conn: Connection, actor: Actor, organization_id: int, by: str, first_day: str | None, last_day: str | None
) -> UsageReport:
    """Usage by project, location, contributor or day. What was sent is of the days from the first to the last.

    Raises BadRequest. Downloads have no contributor, so by contributor only what is stored is told.
    """
    if by not in BY:
        raise BadRequest(f"by is one of {', '.join(BY)}, not {by[:50]!r}.")
    first, last = _days(first_day, last_day)
    found: dict[Any, UsageRow] = {}
    if by == "day":
        stored = reports.stored_days(conn, actor, organization_id, first, last)
    else:
        stored = reports.stored_by(conn, actor, organization_id, by)
    for key, size, in_trash, files in stored:
        found[key] = _row(by, key)
        found[key].stored_bytes, found[key].in_trash_bytes, found[key].files = size, in_trash, files
    sent = [] if by == "contributor" else reports.sent_by(conn, actor, organization_id, by, first, last)
    for key, count, size, charged in sent:
        row = found.setdefault(key, _row(by, key))
        row.downloads, row.sent_bytes, row.charged_bytes = count, size, charged
    return UsageReport(
        organization_id=Id(organization_id), by=by, first_day=str(first), last_day=str(last),
        results=list(found.values()),
    )  # fmt: skip


def as_csv(found: UsageReport) -> str:
    """The same as lines with commas."""
    names = [found.by, "storedBytes", "inTrashBytes", "files", "downloads", "sentBytes", "chargedBytes"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in found.results:
        key = {
            "project": row.project_id, "location": row.storage_location_id, "contributor": row.contributor_id,
            "day": row.day,
        }[found.by]  # fmt: skip
        shown = f"syn{int(key)}" if isinstance(key, EntityId) else "" if key is UNSET else str(key)
        writer.writerow([shown, row.stored_bytes, row.in_trash_bytes, row.files, row.downloads, row.sent_bytes,
                         row.charged_bytes])  # fmt: skip
    return out.getvalue()


def files(
    conn: Connection, actor: Actor, organization_id: int, project_id: int | None, location_id: int | None,
    contributor_id: int | None, token: str | None,
) -> ChargedFilePage:  # fmt: skip
    """The file handles that a number of storage is the sum of. Project 0 is for those that no project refers to."""
    after = key_of_token(token, tuple[int, int]) if token else (0, -1)
    rows = reports.files(conn, actor, organization_id, project_id, location_id, contributor_id, after, PAGE)
    return ChargedFilePage(
        results=[
            ChargedFile(
                file_handle_id=Id(row[0]), project_id=EntityId(row[1]) if row[1] else UNSET, bytes=row[2],
                storage_location_id=row[3], contributor_id=str(row[4]), in_trash=row[5],
            )
            for row in rows
        ],
        next_page_token=token_of_key(rows[-1][0], rows[-1][1]) if len(rows) == PAGE else UNSET,
    )  # fmt: skip


def sent(
    conn: Connection, actor: Actor, organization_id: int, project_id: int | None, first_day: str | None,
    last_day: str | None, token: str | None,
) -> DownloadPage:  # fmt: skip
    """The downloads that a number of bytes sent is the sum of, the newest first."""
    first, last = _days(first_day, last_day)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    until = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    question = DownloadQuestion(organization_id=organization_id, project_id=project_id, since=since, until=until)
    return reading.page(conn, actor, question, token, PAGE)


@periodic("usage.roll_up", "7 0 * * *")
def roll_up(work: House) -> None:
    """Add up the downloads of the days that are over. Safe to repeat."""
    with work.pool.connection() as conn, conn.transaction():
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


def _days(first: str | None, last: str | None) -> tuple[date, date]:
    """The last 30 days unless told otherwise."""
    today = datetime.now(UTC).date()
    try:
        end = date.fromisoformat(last) if last else today
        begin = date.fromisoformat(first) if first else end - timedelta(days=29)
    except (ValueError, OverflowError):
        raise BadRequest("firstDay and lastDay are days such as 2030-01-31.") from None
    if not date(1970, 1, 1) <= begin <= end <= date(9998, 12, 31) or (end - begin).days > LONGEST_DAYS:
        raise BadRequest(f"firstDay is not later than lastDay, and at most {LONGEST_DAYS} days before it.")
    return begin, end
