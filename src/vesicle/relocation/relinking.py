"""Handles of objects that were renamed or moved inside their bucket are pointed at where the same bytes are now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from vesicle.access import Actor, OwnsLocation, Scope
from vesicle.accounts import tokens
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.files import many as handles
from vesicle.jobs import frame
from vesicle.jobs.model import AsyncJobId
from vesicle.locations import resolving
from vesicle.objectstore.contract import NoSuchObject, Refused
from vesicle.relocation import turns
from vesicle.relocation.drifting import owned
from vesicle.relocation.listing import Seen, Walk, patiently
from vesicle.relocation.model import RelinkPair, RelinkRequest, RelinkResponse
from vesicle.relocation.store import drift
from vesicle.web import House

MOST_PAIRS = 1000
MOST_TOLD = 1000


def check(asked: RelinkRequest) -> None:
    """Raises BadRequest."""
    if len(asked.pairs or []) > MOST_PAIRS:
        raise BadRequest(f"pairs names at most {MOST_PAIRS} objects; leave it out, and what moved is looked for.")


def start(conn: Connection, location: OwnsLocation, asked: RelinkRequest) -> AsyncJobId:
    """Put it on the queue. Call inside a transaction. Raises BadRequest, and Conflict while others are at work."""
    asked.storage_location_id = location.id
    return frame.start(conn, location.actor, RELINK, asked)


def relink(job: frame.Running, asked: RelinkRequest) -> RelinkResponse:
    """By the pairs that are given; without any, by looking for objects of the same size and ETag."""
    check(asked)
    house = job.house
    with house.pool.connection() as conn:
        location = owned(
            conn, tokens.actor_of_person(conn, job.started_by, house.settings), asked.storage_location_id
        )  # fmt: skip
        place = resolving.bucket_to_read(conn, house.stores, location.id)
    with turns.held(house, location.id, "relink", job):
        if not asked.pairs:
            return RelinkResponse(relinked=_search(job, location, place), not_relinked=[])
        done, why_not = 0, []
        for pair in asked.pairs:
            count, reason = _follow(house, location, place, pair)
            done += count
            why_not += [reason] if reason else []
    return RelinkResponse(relinked=done, not_relinked=why_not[:MOST_TOLD])


def _follow(
    house: House, location: OwnsLocation, place: resolving.Place, pair: RelinkPair
) -> tuple[int, str | None]:  # fmt: skip
    """How many handles were pointed elsewhere, and why one was not."""
    told = f"{pair.from_key[:300]!r} → {pair.to_key[:300]!r}"
    if not pair.from_key.isprintable() or not pair.to_key.isprintable():
        return 0, f"{told}: a key contains a character that does not print"
    if place.base_key and not pair.to_key.startswith(f"{place.base_key}/"):
        return 0, f"{told}: the new key is not below the location's base key"
    with house.pool.connection() as conn:
        old = drift.recorded(conn, location.id, [pair.from_key])
    if not old:
        return 0, f"{told}: no file handle of this location has the old key"
    try:
        stat = patiently(lambda: place.store.stat(place.bucket, pair.to_key))
        new = Seen(pair.to_key, stat.size, stat.etag, None if stat.version_id == "null" else stat.version_id)
        same = [one for one in old if _same_bytes(place, one, new)]
    except NoSuchObject:
        return 0, f"{told}: there is no object under the new key"
    except Refused as refused:
        return 0, f"{told}: {refused.reason}"
    with house.pool.connection() as conn, conn.transaction():
        for one in same:
            _point(conn, location, one.id, one.key, new)
    differ = len(old) - len(same)
    return len(same), f"{told}: other bytes than those of {differ} file handles" if differ else None


def _same_bytes(place: resolving.Place, old: drift.Recorded, new: Seen) -> bool:
    """By ETag; where the ETags are made in different ways, by the MD5 of the bytes."""
    if old.size != new.size:
        return False
    if old.etag == new.etag or (old.md5 is not None and old.md5 == new.etag):
        return True
    if old.md5 is None or ("-" not in new.etag and "-" not in (old.etag or "-")):
        return False
    return patiently(lambda: place.store.md5(place.bucket, new.key, new.etag)) == old.md5


def _search(job: frame.Running, location: OwnsLocation, place: resolving.Place) -> int:
    """Walk through the bucket once, and follow what can be one lost object and nothing else."""
    house = job.house
    with house.pool.connection() as conn:
        drift.forget_offers(conn, location)
    seen = 0
    with closing(Walk(place, "").pages(None)) as coming:
        for objects, _ in coming:
            with house.pool.connection() as conn, conn.transaction():
                _offer(conn, location, [one for one in objects if one.newest and one.key.isprintable()])
            seen += len(objects)
            job.progress(seen, seen, f"{seen} objects looked at")
    done = 0
    for handle, key, version_id in _unique(house, location):
        done += _swing(house, location, place, handle, key, version_id)
    with house.pool.connection() as conn:
        drift.forget_offers(conn, location)
    return done


def _offer(conn: Connection, location: OwnsLocation, objects: list[Seen]) -> None:
    known = {one.key for one in drift.recorded(conn, location.id, [one.key for one in objects])}
    strays = [one for one in objects if one.key not in known and one.size > 0]
    lost = drift.lost_like(conn, location, [(one.etag, one.size) for one in strays])
    offers = {
        (handle.id, one.key, one.version_id) for one in strays for handle in lost
        if (handle.etag, handle.size) == (one.etag, one.size)
    }  # fmt: skip
    drift.offer(conn, location, list(offers))


def _unique(house: House, location: OwnsLocation) -> Iterator[tuple[int, str, str | None]]:
    after = 0
    while True:
        with house.pool.connection() as conn:
            offers = drift.unique_offers(conn, location, after)
        if not offers:
            return
        yield from offers
        after = offers[-1][0]


def _swing(
    house: House, location: OwnsLocation, place: resolving.Place, handle: int, key: str, version_id: str | None
) -> int:  # fmt: skip
    """Look once more, then point."""
    try:
        stat = patiently(lambda: place.store.stat(place.bucket, key))
    except Refused:
        return 0
    new = Seen(key, stat.size, stat.etag, version_id)
    with house.pool.connection() as conn, conn.transaction():
        lost = [one for one in drift.lost_like(conn, location, [(new.etag, new.size)]) if one.id == handle]
        for one in lost:
            _point(conn, location, one.id, one.key, new)
    return len(lost)


def _point(conn: Connection, location: OwnsLocation, handle: int, old_key: str, new: Seen) -> None:
    handles.repoint(conn, location, handle, new.key, new.etag, new.version_id)
    drift.forget(conn, location.id, [handle])
    recording.note(
        conn, location.actor.id, "file_handle.relink", "file handle", handle, {"from": old_key, "to": new.key}
    )


def _admit(conn: Connection, actor: Actor, asked: RelinkRequest) -> None:
    check(asked)
    turns.require_free(conn, owned(conn, actor, asked.storage_location_id), "relink")


RELINK = frame.kind(RelinkRequest, relink, Scope.view | Scope.modify, admit=_admit)
