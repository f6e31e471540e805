"""Charging what is stored to organizations: exactly, in the transaction of the deed, and never past a limit.

Locks are taken in one order: projects, file handles, accounts (in the order of ids), totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from vesicle.db import Connection, lock_projects_shared
from vesicle.errors import BadRequest, Forbidden, NotFound
from vesicle.usage.model import EXCEEDED, NO_PROJECT, Flow, no_room, size
from vesicle.usage.store import ledger, places


def home_of(conn: Connection, organization_id: int, location_id: int) -> int:
    """Whom bytes at a location are charged to while no project has them: who owns a private one, else this one."""
    found = places.location(conn, location_id)
    if found is None:
        raise NotFound(f"There is no storage location {location_id}.")
    return organization_id if found[1] is None else found[1]


def check_room(conn: Connection, organization_id: int, location_id: int, wanted: int) -> None:
    """Raises BadRequest when there is no room now: said early, before anything is made elsewhere."""
    found = places.location(conn, location_id)
    custom = bool(found and found[0])
    account = ledger.account(conn, organization_id)
    limit = account.custom_limit if custom else account.storage_limit
    used = account.custom_stored + account.custom_reserved if custom else account.stored + account.reserved
    if not account.is_open or (limit is not None and used + wanted > limit):
        raise no_room(account, wanted, custom=custom)


def reserve(conn: Connection, organization_id: int, upload_id: int, location_id: int, wanted: int) -> None:
    """Promise an upload its bytes, once. Call inside a transaction. Raises BadRequest when they do not fit."""
    found = places.location(conn, location_id)
    custom = bool(found and found[0])
    if not ledger.insert_reservation(conn, upload_id, organization_id, wanted, is_custom=custom):
        return
    changes = {"custom_reserved" if custom else "reserved": wanted}
    if not ledger.change_account(conn, organization_id, **changes):
        raise no_room(ledger.account(conn, organization_id), wanted, custom=custom)


def is_promised(conn: Connection, upload_id: int) -> bool:
    """Whether an upload has a reservation."""
    return ledger.has_reservation(conn, upload_id)


def release(conn: Connection, upload_id: int) -> None:
    """An upload brings nothing any more. Call inside a transaction, before its row goes."""
    kept = ledger.delete_reservation(conn, upload_id)
    if kept is not None:
        ledger.change_account(conn, kept[0], **{"custom_reserved" if kept[2] else "reserved": -kept[1]})


def charge(conn: Connection, upload_id: int, handle_id: int) -> None:
    """The upload is this file handle now: what was promised is charged. Call inside a transaction.

    The upload must have a reservation, so this cannot be refused.
    """
    kept = ledger.delete_reservation(conn, upload_id)
    if kept is None:
        raise RuntimeError(f"upload {upload_id} was completed without a reservation")
    ledger.insert_handles(conn, [handle_id], kept[0])
    apply(conn, ledger.settle(conn, [handle_id]), {kept[0]: (kept[2], kept[1])})


def charge_new(conn: Connection, organization_id: int, handle_ids: Sequence[int]) -> None:
    """File handles that no upload made. Call inside a transaction. Raises BadRequest when they do not fit."""
    if handle_ids:
        ledger.insert_handles(conn, handle_ids, organization_id)
        apply(conn, ledger.settle(conn, handle_ids))


def begin_with_ties(conn: Connection, organization_id: int, handle_ids: Sequence[int]) -> None:
    """File handles that are tied to entities in this very transaction, which charges them by ``settle``."""
    if handle_ids:
        ledger.insert_handles(conn, handle_ids, organization_id)


def discharge(conn: Connection, handle_id: int) -> None:
    """A file handle is about to go. Call inside a transaction, before its row goes."""
    ledger.lock_handles(conn, [handle_id])
    apply(conn, ledger.delete_handle(conn, handle_id))


def settle(conn: Connection, handle_ids: Sequence[int]) -> None:
    """After the ties of these handles changed: each counts once in every project that refers to it.

    Call inside the transaction of the deed. Raises BadRequest when a limit would be passed.
    """
    if not handle_ids:
        return
    lock_projects_shared(conn, ledger.projects_of(conn, handle_ids))
    ledger.lock_handles(conn, handle_ids)
    apply(conn, ledger.settle(conn, handle_ids))


def settle_purged(conn: Connection, handle_ids: Sequence[int]) -> None:
    """The same after ties were removed for good: what nothing refers to any more is on its way out."""
    settle(conn, handle_ids)
    ledger.mark_purged(conn, handle_ids)


def settle_below(conn: Connection, node_id: int) -> None:
    """After a subtree went to another project, to the trash can or back; its project is held already."""
    settle(conn, ledger.handles_below(conn, node_id))


def apply(conn: Connection, flows: Sequence[Flow], kept: dict[int, tuple[bool, int]] | None = None) -> None:
    """Let the counters follow. ``kept`` are reservations that became charges: (custom, bytes) by organization."""
    moved = [flow for flow in flows if flow.stored or flow.in_trash or flow.files]
    _check_private(conn, moved)
    counted: dict[int, int] = defaultdict(int)
    custom: dict[int, int] = defaultdict(int)
    in_trash: dict[int, int] = defaultdict(int)
    files: dict[int, int] = defaultdict(int)
    for flow in moved:
        (custom if flow.is_custom else counted)[flow.organization_id] += flow.stored
        in_trash[flow.organization_id] += flow.in_trash
        files[flow.organization_id] += flow.files
    for organization_id in sorted({*counted, *custom, *(kept or {})}):
        was_custom, promised = (kept or {}).get(organization_id, (False, 0))
        fits = ledger.change_account(
            conn, organization_id, stored=counted[organization_id], custom_stored=custom[organization_id],
            reserved=0 if was_custom else -promised, custom_reserved=-promised if was_custom else 0,
            in_trash=in_trash[organization_id], files=files[organization_id],
        )  # fmt: skip
        if not fits:
            account = ledger.account(conn, organization_id)
            over = counted[organization_id] > 0 or not account.is_open
            wanted = counted[organization_id] if over else custom[organization_id]
            raise no_room(account, wanted, custom=not over)
    _add_to_projects(conn, moved)
    if moved:
        ledger.add_totals(conn, moved)


def _check_private(conn: Connection, flows: Iterable[Flow]) -> None:
    grown = sorted(
        {(flow.location_id, flow.organization_id) for flow in flows if flow.stored > 0 and not flow.is_custom}
    )
    if grown and (strange := places.private_elsewhere(conn, grown)):
        raise Forbidden(
            f"Storage location {strange[0]} is private to another organization; upload to another location, or put"
            " this into a project of that organization."
        )


def _add_to_projects(conn: Connection, flows: Iterable[Flow]) -> None:
    by_place: dict[tuple[int, int], int] = defaultdict(int)
    for flow in flows:
        if flow.project_id != NO_PROJECT:
            by_place[flow.project_id, flow.location_id] += flow.stored
    for (project_id, location_id), stored in sorted(by_place.items()):
        if not ledger.add_to_project(conn, project_id, location_id, stored):
            used, limit = next(
                (used, limit or 0)
                for place, used, limit in ledger.project_storage(conn, project_id)
                if place == location_id
            )
            raise BadRequest(
                f"Project syn{project_id} may store {size(limit)} at storage location {location_id} and stores"
                f" {size(used)}, so {size(stored)} more do not fit. Delete and purge something, or ask an organization"
                " administrator for a higher limit.",
                EXCEEDED,
            )
