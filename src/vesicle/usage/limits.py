"""The limits that accounts are held against."""

from __future__ import annotations

from datetime import datetime

from vesicle.db import Connection
from vesicle.usage.model import Account
from vesicle.usage.store import egress, ledger


def account(conn: Connection, organization_id: int, *, lock: bool = False) -> Account:
    """The counters and limits of an organization."""
    return ledger.account(conn, organization_id, lock=lock)


def hold(
    conn: Connection, organization_id: int, *, storage_limit: int | None, custom_limit: int | None,
    egress_limit: int | None, egress_period: str, opens_on: datetime, closes_on: datetime | None,
) -> None:  # fmt: skip
    """From the end of this transaction on these limits hold; a new organization gets its account by this.

    Where another period begins by that, what was sent in it already counts. Call inside a transaction.
    """
    ledger.open_account(conn, organization_id)
    before = egress.begins_on(conn, organization_id)
    ledger.set_limits(
        conn, organization_id,
        {
            "storage_limit": storage_limit, "custom_limit": custom_limit, "egress_limit": egress_limit,
            "egress_period": egress_period, "opens_on": opens_on, "closes_on": closes_on,
        },
    )  # fmt: skip
    first = egress.begins_on(conn, organization_id)
    if first is not None and first != before:
        egress.hold(conn, organization_id)
        egress.begin_anew(conn, organization_id, first)


def of_project(conn: Connection, project_id: int) -> list[tuple[int, int, int | None]]:
    """(location, bytes, limit) of what a project stores."""
    return ledger.project_storage(conn, project_id)


def hold_project(conn: Connection, project_id: int, location_id: int, max_bytes: int | None) -> None:
    """What a project may store at a location from now on."""
    ledger.limit_project(conn, project_id, location_id, max_bytes)


def note_told(conn: Connection, organization_id: int, kind: str, before: int, now: int) -> bool:
    """Remember which threshold (percent) of STORAGE or EGRESS was told of; False when that was done already."""
    return ledger.note_told(conn, organization_id, kind, before, now)
