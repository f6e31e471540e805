"""The operator's recount: every counter of the ledger against the file handles, told, and set right when asked to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.usage.store import ledger
from vesicle.usage.store import recount as rows

_ACCOUNT = ("stored", "reserved", "custom stored", "custom reserved", "in trash", "files")
_TOTAL = ("stored", "in trash", "files")


def recount(conn: Connection) -> list[str]:
    """Every difference, a line each; nothing changes and nobody waits."""
    with conn.transaction():
        rows.begin_looking(conn)
        return list(_lines(conn))


def mend(conn: Connection) -> list[str]:
    """Every difference, set right in one transaction; deeds that change what is stored wait for it. Limits are not
    asked: what is there is there.
    """
    with conn.transaction():
        rows.hold_accounts(conn)
        said = list(_lines(conn))
        charged = rows.charge_missing(conn)
        ledger.settle(conn, sorted({*charged, *(row[0] for row in rows.wrong_charges(conn))}))
        rows.put_promises(conn)
        for account in rows.wrong_accounts(conn):
            rows.put_account(conn, account)
        for total in rows.wrong_totals(conn):
            rows.put_total(conn, total)
        for day in rows.wrong_days(conn):
            rows.put_day(conn, day)
        for place in rows.wrong_places(conn):
            rows.put_place(conn, place)
        if said:
            recording.note(conn, None, "usage.mend", "installation", None, {"differences": said[:100]})
    return said


def _lines(conn: Connection) -> Iterator[str]:
    for what, _, there, should in rows.wrong_handles(conn):
        yield _said(what, "bytes", there, should)
    for _, what, there, should in rows.wrong_charges(conn):
        yield _said(what, "is", there, should)
    for _, what, there, should in rows.wrong_promises(conn):
        yield _said(what, "promised", there, should)
    for row in rows.wrong_accounts(conn):
        yield from _each(f"organization {row[0]}", _ACCOUNT, row[1:7], row[7:13])
    for name, found in (("total", rows.wrong_totals(conn)), ("days", rows.wrong_days(conn))):
        for row in found:
            where = f"{name} of organization {row[0]}, project {row[1]}, location {row[2]}, contributor {row[3]}"
            yield from _each(where, _TOTAL, row[4:7], row[7:10])
    for project, location, there, should in rows.wrong_places(conn):
        yield _said(f"syn{project} at location {location}", "stored", there, should)


def _each(what: str, names: tuple[str, ...], there: Any, should: Any) -> Iterator[str]:
    for name, is_now, is_right in zip(names, there, should, strict=True):
        if is_now != is_right:
            yield _said(what, name, is_now, is_right)


def _said(what: str, name: str, there: Any, should: Any) -> str:
    return (
        f"{what}: {name} {'nothing' if there is None else there}, should be {'nothing' if should is None else should}"
    )
