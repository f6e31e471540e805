"""Charging what is stored to organizations: exactly, in the transaction of the deed, and never past a limit.

Locks are taken in one order: projects, file handles, storage locations, accounts (in the order of ids), totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from vesicle.db import Connection, lock_projects_shared
from vesicle.errors import BadRequest, Forbidden, NotFound
from vesicle.usage.model import EXCEEDED, NO_PROJECT, Flow, Payer, no_room, size
from vesicle.usage.store import ledger, places, promises


def home_of(conn: Connection, organization_id: int, location_id: int) -> int:
    """Whom bytes at a location are charged to while no project has them: who owns a private one, else this one."""
    found = places.location(conn, location_id)
    if found is None:
        raise NotFound(f"There is no storage location {location_id}.")
    return organization_id if found[1] is None else found[1]


def check_room(
    conn: Connection, organization_id: int, location_id: int, wanted: int, instead_of: int | None = None
) -> None:
    """Raises BadRequest when there is no room now: said early, before anything is made elsewhere.

    What is promised to the upload whose place these bytes take is free for them.
    """
    found = places.location(conn, location_id)
    custom = bool(found and found[0])
    # Asked before the account: if it is given back meanwhile, too much is let through here, and nothing later.
    kept = None if instead_of is None else promises.reservation(conn, instead_of)
    wanted -= kept[1] if kept is not None and kept[0] == organization_id and kept[2] == custom else 0
    account = ledger.account(conn, organization_id)
    limit = account.custom_limit if custom else account.storage_limit
    used = account.custom_stored + account.custom_reserved if custom else account.stored + account.reserved
    if not account.is_open or (wanted > 0 and limit is not None and used + wanted > limit):
        raise no_room(account, wanted, custom=custom)


def reserve(conn: Connection, payer: Payer, upload_id: int, location_id: int, wanted: int) -> None:
    """Promise an upload its bytes, once. Call inside a transaction that made the upload, and so holds its location.

    Raises BadRequest when they do not fit, and Forbidden when the location became private a moment ago.
    """
    custom = _is_custom(conn, payer, location_id)
    if promises.insert_reservation(conn, upload_id, payer, wanted, is_custom=custom):
        _change_promised(conn, payer.organization_id, wanted, custom=custom)


def promise_by(conn: Connection, payer: Payer, upload_id: int, location_id: int) -> None:
    """From now on these promise what is promised to an upload, if anything is. Call inside a transaction.

    Raises BadRequest when it does not fit there, and Forbidden as above.
    """
    places.hold(conn, [location_id])
    custom = _is_custom(conn, payer, location_id)
    before = promises.give_reservation(conn, upload_id, payer)
    if before is not None and before[0] != payer.organization_id:
        hand_over(conn, before[0], payer.organization_id, before[1], custom=custom)


def hand_over(conn: Connection, source_id: int, target_id: int, promised: int, *, custom: bool) -> None:
    """So many promised bytes are the target's and no longer the source's; their reservations say so already. Raises
    BadRequest when they do not fit there.
    """
    for organization_id, way in sorted(((source_id, -1), (target_id, 1))):
        _change_promised(conn, organization_id, way * promised, custom=custom)


def take_over(conn: Connection, payer: Payer, from_id: int, upload_id: int, location_id: int) -> bool:
    """What was promised to one upload of a request is promised to the next, by these; False when nothing was."""
    if not promises.move_reservation(conn, from_id, upload_id):
        return False
    promise_by(conn, payer, upload_id, location_id)
    return True


def _is_custom(conn: Connection, payer: Payer, location_id: int) -> bool:
    custom, private_to = places.location(conn, location_id) or (False, None)
    if private_to not in (None, payer.organization_id):
        raise _is_private(location_id)
    return custom


def _change_promised(conn: Connection, organization_id: int, wanted: int, *, custom: bool) -> None:
    if not ledger.change_account(conn, organization_id, **{"custom_reserved" if custom else "reserved": wanted}):
        raise no_room(ledger.account(conn, organization_id), wanted, custom=custom)


def promised_by(conn: Connection, upload_id: int) -> int | None:
    """Which organization promised an upload its bytes; None when nobody does."""
    kept = promises.reservation(conn, upload_id)
    return kept[0] if kept else None


def release(conn: Connection, upload_id: int) -> None:
    """An upload brings nothing any more. Call inside a transaction, before its row goes."""
    kept = promises.delete_reservation(conn, upload_id)
    if kept is not None:
        _change_promised(conn, kept[0], -kept[1], custom=kept[2])


def charge(conn: Connection, upload_id: int, handle_id: int) -> None:
    """The upload is this file handle now: what was promised is charged. Call inside a transaction.

    The upload must have a reservation, so this cannot be refused.
    """
    kept = promises.delete_reservation(conn, upload_id)
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


def keep_for_hours(conn: Connection, handle_ids: Sequence[int], hours: int) -> None:
    """These handles go so soon when nothing refers to them; they were charged in this very transaction."""
    ledger.keep_for_hours(conn, handle_ids, hours)


def held_loose(conn: Connection, organization_id: int, contributor_id: int) -> int:
    """The bytes of somebody's that an organization is charged for, and that no project refers to."""
    return ledger.held_loose(conn, organization_id, contributor_id)


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
    places.hold(conn, {location_id for location_id, _ in grown})
    if grown and (strange := places.private_elsewhere(conn, grown)):
        raise _is_private(strange[0])


def _is_private(location_id: int) -> Forbidden:
    return Forbidden(
        f"Storage location {location_id} is private to another organization; upload to another location, or put this"
        " into a project of that organization."
    )


def _add_to_projects(conn: Connection, flows: Iterable[Flow]) -> None:
    by_place: dict[tuple[int, int], int] = defaultdict(int)
    for flow in flows:
        if flow.project_id != NO_PROJECT:
            by_place[flow.project_id, flow.location_id] += flow.stored
    for (project_id, location_id), stored in sorted(by_place.items()):
        if not ledger.add_to_project(conn, project_id, location_id, stored):
            used, limit = ledger.project_storage_at(conn, project_id, location_id)
            raise _full_project(project_id, location_id, used, limit or 0, stored)


def check_room_of_project(conn: Connection, project_id: int, location_id: int, wanted: int) -> None:
    """Raises BadRequest when the project itself may not store so much more there: said early, and asked again when a
    file is tied to it.
    """
    used, limit = (0, None) if project_id == NO_PROJECT else ledger.project_storage_at(conn, project_id, location_id)
    if limit is not None and used + wanted > limit:
        raise _full_project(project_id, location_id, used, limit, wanted)


def _full_project(project_id: int, location_id: int, used: int, limit: int, wanted: int) -> BadRequest:
    return BadRequest(
        f"Project syn{project_id} may store {size(limit)} at storage location {location_id} and stores {size(used)}, so"
        f" {size(wanted)} more do not fit. Delete and purge something, or ask an organization administrator for a"
        " higher limit.",
        EXCEEDED,
    )
