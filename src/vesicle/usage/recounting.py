"""The operator's recount: every counter of the ledger against the file handles and the record of downloads, told, and
set right when asked to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from vesicle.audit import recording
from vesicle.db import Connection, Contention, lock_projects_shared
from vesicle.errors import Conflict
from vesicle.usage.store import egress, ledger
from vesicle.usage.store import recount as rows
from vesicle.usage.store import recount_sent as sent

BATCH = 500
TRIES = 5
_ACCOUNT = ("stored", "reserved", "custom stored", "custom reserved", "in trash", "files")
_TOTAL = ("stored", "in trash", "files")
_SENT = ("downloads", "sent", "charged", "counted")
Row = tuple[Any, ...]
Tell = Callable[[str], None]


class Wrong(NamedTuple):
    """All that differs at one moment."""

    handles: list[Row]
    charges: list[Row]
    promises: list[Row]
    accounts: list[Row]
    totals: list[Row]
    days: list[Row]
    places: list[Row]
    sent_days: dict[str, list[Row]]
    counters: list[Row]


def recount(conn: Connection) -> list[str]:
    """Every difference, a line each; nothing changes and nobody waits."""
    return list(_lines(_look(conn)))


def mend(conn: Connection, tell: Tell = lambda _: None) -> list[str]:
    """Every difference, set right in small steps, each kept by itself, while deeds go on; told of step by step.

    Charges and promises are made what they should be. A counter then changes by what it lacked at one moment: deeds
    change it and what it counts by the same, so that is what it lacks later, too. Limits are not asked: what is there
    is there. Raises Conflict while somebody else does this.
    """
    if not rows.keep_to_one(conn):
        raise Conflict("Somebody else sets counters right at this moment; wait until that is done.")
    try:
        wrong = _look(conn)
        said = list(_lines(wrong))
        if said:
            with conn.transaction():
                recording.note(conn, None, "usage.mend", "installation", None, {"differences": said[:100]})
            handles = sorted({row[0] for row in (*wrong.handles, *wrong.charges)})
            _in_steps(conn, _charge, handles, BATCH, "file handles", tell)
            _in_steps(conn, _promise, sorted({row[0] for row in wrong.promises}), BATCH, "promises", tell)
            _mend_counters(conn, tell)
            _mend_sent(conn, wrong, tell)
            with conn.transaction():
                rows.begin_totals(conn)
    finally:
        rows.let_others(conn)
    return said


def _look(conn: Connection) -> Wrong:
    with conn.transaction():
        rows.begin_looking(conn)
        return Wrong(
            rows.wrong_handles(conn), rows.wrong_charges(conn), rows.wrong_promises(conn), *_counters(conn),
            {table: sent.wrong_sent_days(conn, table) for table in sent.TABLES}, sent.wrong_counters(conn),
        )  # fmt: skip


def _counters(conn: Connection) -> tuple[list[Row], list[Row], list[Row], list[Row]]:
    return rows.wrong_accounts(conn), rows.wrong_totals(conn), rows.wrong_days(conn), rows.wrong_places(conn)


def _charge(conn: Connection, handle_ids: list[int]) -> None:
    """Charges alone; their counters follow with all the others."""
    lock_projects_shared(conn, ledger.projects_of(conn, handle_ids))
    ledger.lock_handles(conn, handle_ids)
    rows.charge_missing(conn, handle_ids)
    ledger.settle(conn, handle_ids)


def _promise(conn: Connection, upload_ids: list[int]) -> None:
    for organization_id in rows.put_promises(conn, upload_ids):
        rows.hold_account(conn, organization_id)
        rows.count_promises(conn, organization_id)


def _mend_counters(conn: Connection, tell: Tell) -> None:
    """Organization by organization, and as deeds do it: the account first."""
    with conn.transaction():
        rows.begin_looking(conn)
        found = _counters(conn)
    adding = rows.add_to_account, rows.add_to_total, rows.add_to_day, rows.add_to_place
    of: dict[int, list[tuple[Callable[[Connection, Row], None], Row]]] = defaultdict(list)
    for add, wrong in zip(adding, found, strict=True):
        for row in wrong:
            of[row[0]].append((add, row))

    def count(conn: Connection, organization_ids: list[int]) -> None:
        for organization_id in organization_ids:
            rows.hold_account(conn, organization_id)
            for add, row in of[organization_id]:
                add(conn, row)

    _in_steps(conn, count, sorted(of), 1, "organizations", tell)


def _mend_sent(conn: Connection, wrong: Wrong, tell: Tell) -> None:
    """The days that are over first, because the counters of the limits are their sums and today's record."""
    if any(wrong.sent_days.values()):
        with conn.transaction():
            sent.hold_merges(conn)
            for table in sent.TABLES:
                for row in sent.wrong_sent_days(conn, table):
                    sent.put_sent_day(conn, table, row)

    def count(conn: Connection, organization_ids: list[int]) -> None:
        for organization_id in organization_ids:
            if first := egress.begins_on(conn, organization_id):
                egress.hold(conn, organization_id)
                egress.begin_anew(conn, organization_id, first)

    _in_steps(conn, count, sorted(row[0] for row in wrong.counters), 1, "counters of bytes sent", tell)


def _in_steps(
    conn: Connection, step: Callable[[Connection, list[int]], None], ids: list[int], size: int, what: str, tell: Tell
) -> None:
    for begin in range(0, len(ids), size):
        for left in reversed(range(TRIES)):
            try:
                with conn.transaction():
                    step(conn, ids[begin : begin + size])
                break
            except Contention:
                # A deed was crossed, and nothing of this step was kept.
                if not left:
                    raise
        tell(f"{min(begin + size, len(ids))} of {len(ids)} {what}")


def _lines(wrong: Wrong) -> Iterator[str]:
    for _, what, there, should in wrong.handles:
        yield _said(what, "bytes", there, should)
    for _, what, there, should in wrong.charges:
        yield _said(what, "is", there, should)
    for _, what, there, should in wrong.promises:
        yield _said(what, "promised", there, should)
    for row in wrong.accounts:
        yield from _each(f"organization {row[0]}", _ACCOUNT, row[1:7], row[7:13])
    for name, found in (("total", wrong.totals), ("days", wrong.days)):
        for row in found:
            where = f"{name} of organization {row[0]}, project {row[1]}, location {row[2]}, contributor {row[3]}"
            yield from _each(where, _TOTAL, row[4:7], row[7:10])
    for _, project, location, there, should in wrong.places:
        yield _said(f"syn{project} at location {location}", "stored", there, should)
    for table, found in wrong.sent_days.items():
        for row in found:
            names = ("organization", "day", *sent.TABLES[table][0].split(", "))
            where = ", ".join(f"{name} {value}" for name, value in zip(names, row, strict=False))
            yield from _each(f"sent of {where}", _SENT, row[-8:-4], row[-4:])
    for organization, first, there, should in wrong.counters:
        yield _said(f"organization {organization}", f"sent since {first}", there, should)


def _each(what: str, names: tuple[str, ...], there: Sequence[Any], should: Sequence[Any]) -> Iterator[str]:
    for name, is_now, is_right in zip(names, there, should, strict=True):
        if is_now != is_right:
            yield _said(what, name, is_now, is_right)


def _said(what: str, name: str, there: Any, should: Any) -> str:
    return (
        f"{what}: {name} {'nothing' if there is None else there}, should be {'nothing' if should is None else should}"
    )
