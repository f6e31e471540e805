"""The comparison of what is on record with what lies in the bucket: by listing, page by page, in no assumed order."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime

import structlog

from vesicle.access import Actor, OwnsLocation, Scope, require
from vesicle.accounts import tokens
from vesicle.db import Connection
from vesicle.errors import BadRequest, Refusal, Unavailable
from vesicle.files import many as handles
from vesicle.jobs import frame
from vesicle.jobs.model import AsyncJobId
from vesicle.jobs.queue import LONG, periodic, task
from vesicle.locations import resolving
from vesicle.objectstore.contract import Refused
from vesicle.relocation import turns
from vesicle.relocation.details import AT_ONCE
from vesicle.relocation.listing import Seen, Walk, patiently
from vesicle.relocation.model import (
    CheckDriftRequest,
    CheckDriftResponse,
    Difference,
    DriftItem,
    DriftPage,
)
from vesicle.relocation.store import drift
from vesicle.web import House
from vesicle.wire import UNSET, EntityId, Id, key_of_token, or_unset, stamp, token_of_key

log = structlog.get_logger(__name__)
PAGE = 100
AT_A_TIME = 1000


def differences(recorded: Iterable[drift.Recorded], objects: Iterable[Seen]) -> tuple[list[int], list[Difference]]:
    """Which handles were met as they are on record, and which were not, among the objects of one page.

    A handle of a certain version is as it was while the bucket has that version; that the key has a newer one, which
    nothing on record speaks of, is told as well.
    """
    newest = {one.key: one for one in objects if one.newest}
    kept = {(one.key, one.version_id, one.size, one.etag) for one in objects}
    known = list(recorded)
    on_record = {(one.key, one.size, one.etag) for one in known}
    met, differ = [], []
    for one in known:
        now = newest.get(one.key)
        if one.version_id is not None:
            if (one.key, one.version_id, one.size, one.etag) in kept:
                met.append(one.id)
            if now is None or now.version_id == one.version_id or (now.key, now.size, now.etag) in on_record:
                continue
            differ.append(Difference(one.id, "new version", now.size, now.etag, now.version_id))
        elif now is not None:
            if now.size == one.size and now.etag == (one.etag or now.etag):
                met.append(one.id)
            else:
                differ.append(Difference(one.id, "changed", now.size, now.etag, now.version_id))
    return met, differ


def compare(house: House, location_id: int, job: frame.Running | None = None) -> None:
    """Walk through the bucket of a location once, from where the last walk was cut off.

    For the house itself nothing, while somebody else does so or points handles elsewhere. Raises BadRequest for a
    location that is no bucket of somebody's, Refused and Unavailable.
    """
    with turns.held(house, location_id, "compare", job) as ours:
        if ours:
            _walk(house, location_id, job)


def _walk(house: House, location_id: int, job: frame.Running | None) -> None:
    with house.pool.connection() as conn:
        place = resolving.bucket_to_read(conn, house.stores, location_id)
        state = drift.begin_round(conn, location_id)
    seen = 0
    with closing(Walk(place, "").pages(state.cursor)) as coming:
        for objects, cursor in coming:
            with house.pool.connection() as conn, conn.transaction():
                resolving.bucket_to_read(conn, house.stores, location_id)  # Its owner may have taken back their keys.
                _compare_page(conn, location_id, objects)
                if cursor is not None:
                    drift.advance(conn, location_id, cursor, len(objects))
            seen += len(objects)
            if job is not None:
                job.progress(seen, seen, f"{seen} objects looked at")
    _ask_for_the_rest(house, location_id, place, state.began_on, job)
    with house.pool.connection() as conn:
        drift.finish(conn, location_id)


def _ask_for_the_rest(
    house: House, location_id: int, place: resolving.Place, began_on: datetime, job: frame.Running | None
) -> None:
    """What was met in no page is asked for by name, before it is called missing: not every listing has old versions."""
    asked = 0
    while True:
        with house.pool.connection() as conn:
            rest = drift.not_met(conn, location_id, began_on, AT_A_TIME)
        if not rest:
            return
        with ThreadPoolExecutor(AT_ONCE) as threads:
            found = threads.map(lambda one: patiently(lambda: _of_object(place, one)), rest)
            differ = [one for one in found if one is not None]
        met = sorted({one.id for one in rest} - {one.handle for one in differ})
        with house.pool.connection() as conn, conn.transaction():
            handles.met_again(conn, location_id, met)
            drift.forget(conn, location_id, met)
            _keep(conn, location_id, differ)
        asked += len(rest)
        if job is not None:
            job.progress(asked, asked, f"{asked} objects that were not listed asked for")


def _of_object(place: resolving.Place, one: drift.Recorded) -> Difference | None:
    """How the object of a handle differs; None when it is there as it is on record. Raises BadRequest where the store
    does not let this server look.
    """
    try:
        now = place.store.stat(place.bucket, one.key, one.version_id)
    except Refused as refused:
        if refused.is_of_access:
            raise BadRequest(
                f"Whether {one.key} is in the bucket {place.bucket} is not known: {refused.reason} Let this server read"
                " objects there, old versions too (`vesicle check bucket` says how), and compare again."
            ) from None
        return Difference(one.id, "missing", None, None, None)
    if (now.size, now.etag) == (one.size, one.etag or now.etag):
        return None
    version = None if now.version_id == "null" else now.version_id
    return Difference(one.id, "changed", now.size, now.etag, version)


def _compare_page(conn: Connection, location_id: int, objects: list[Seen]) -> None:
    keys = list({one.key for one in objects if one.key.isprintable()})
    met, differ = differences(drift.recorded(conn, location_id, keys), objects)
    handles.met_again(conn, location_id, met)
    drift.forget(conn, location_id, met)
    _keep(conn, location_id, differ)


def _keep(conn: Connection, location_id: int, differ: list[Difference]) -> None:
    handles.met_no_more(conn, location_id, [one.handle for one in differ])
    drift.keep(conn, location_id, differ)


def start(conn: Connection, location: OwnsLocation) -> AsyncJobId:
    """Put a comparison on the queue. Call inside a transaction. Raises Conflict while there is one."""
    return frame.start(conn, location.actor, CHECK, CheckDriftRequest(storage_location_id=location.id))


def check(job: frame.Running, asked: CheckDriftRequest) -> CheckDriftResponse:
    """Compare now; the differences are to be read afterwards."""
    house = job.house
    with house.pool.connection() as conn:
        owned(conn, tokens.actor_of_person(conn, job.started_by, house.settings), asked.storage_location_id)
    location_id = int(asked.storage_location_id or 0)
    compare(house, location_id, job)
    return CheckDriftResponse(storage_location_id=location_id)


def _admit(conn: Connection, actor: Actor, asked: CheckDriftRequest) -> None:
    turns.require_free(conn, owned(conn, actor, asked.storage_location_id), "compare")


CHECK = frame.kind(CheckDriftRequest, check, Scope.view | Scope.modify, admit=_admit)


def owned(conn: Connection, actor: Actor, location_id: object) -> OwnsLocation:
    """The proof for the location that a job names. Raises BadRequest, NotFound and Forbidden."""
    if not isinstance(location_id, int):
        raise BadRequest("storageLocationId is required.")
    return require(conn, actor, OwnsLocation, int(location_id))


@task("relocation.compare", on=LONG)
def compare_one(work: House, location_id: int) -> None:
    """The comparison of one location, for the house itself. A store that says no is an answer that is kept."""
    try:
        compare(work, location_id)
    except Unavailable:
        raise
    except Refusal as refusal:
        log.warning("a bucket could not be compared with the record", location=location_id, reason=refusal.reason)
        with work.pool.connection() as conn:
            drift.note_trouble(conn, location_id, refusal.reason)


@periodic("relocation.look_for_drift", "23 * * * *")
def look_for_drift(work: House) -> None:
    """Put the comparison of every location that is due on the queue. 0 hours: never."""
    if work.settings.drift_check_hours:
        with work.pool.connection() as conn:
            for location_id in drift.due(conn, work.settings.drift_check_hours):
                compare_one.defer(conn, location_id=location_id)


def listed(conn: Connection, location: OwnsLocation, page_token: str | None) -> DriftPage:
    """What differs, a page at a time, with when the bucket was last looked at."""
    after = key_of_token(page_token, tuple[int])[0] if page_token else 0
    rows = drift.page(conn, location, after, PAGE + 1)
    state = drift.checked(conn, location)
    more = token_of_key(rows[PAGE - 1][0]) if len(rows) > PAGE else UNSET
    began_on, finished_on, trouble = state or (None, None, None)
    return DriftPage(
        results=[_item(*row) for row in rows[:PAGE]], next_page_token=more,
        began_on=stamp(began_on) if began_on else UNSET, finished_on=stamp(finished_on) if finished_on else UNSET,
        trouble=or_unset(trouble),
    )  # fmt: skip


def _item(  # type: ignore[no-untyped-def]
    handle, kind, key, size, etag, version_id, new_size, new_etag, new_version, noticed_on, entity, version
) -> DriftItem:
    return DriftItem(
        file_handle_id=Id(handle), difference=kind, key=key, content_size=size, object_etag=or_unset(etag),
        object_version=or_unset(version_id), seen_size=or_unset(new_size), seen_etag=or_unset(new_etag),
        seen_version=or_unset(new_version), noticed_on=stamp(noticed_on),
        entity_id=UNSET if entity is None else EntityId(entity), entity_version=or_unset(version),
    )  # fmt: skip
