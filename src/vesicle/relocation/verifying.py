"""Reading bytes whose MD5 is only claimed, so that it is known or contradicted."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.accounts import tokens
from vesicle.files import many as handles
from vesicle.jobs import frame
from vesicle.locations import resolving
from vesicle.objectstore.contract import Refused
from vesicle.relocation.drifting import owned
from vesicle.relocation.listing import patiently
from vesicle.relocation.model import Difference, VerifyRequest, VerifyResponse
from vesicle.relocation.store import drift

AT_A_TIME = 100


def verify(job: frame.Running, asked: VerifyRequest) -> VerifyResponse:
    """Every claimed handle of the location, one after the other. What was verified is not read again after a crash."""
    house = job.house
    with house.pool.connection() as conn:
        location = owned(
            conn, tokens.actor_of_person(conn, job.started_by, house.settings), asked.storage_location_id
        )  # fmt: skip
        resolving.bucket_to_read(conn, house.stores, location.id)
    answer, after = VerifyResponse(verified=0, contradicted=0, unreadable=0), 0
    while True:
        with house.pool.connection() as conn:
            some = drift.unverified(conn, location, after, AT_A_TIME)
        if not some:
            return answer
        for one in some:
            after = one.id
            with house.pool.connection() as conn:  # This takes long, and the owner may change or take back their keys.
                place = resolving.bucket_to_read(conn, house.stores, location.id)
            md5 = _read(place, one)
            with house.pool.connection() as conn, conn.transaction():
                if md5 is None:
                    answer.unreadable += 1
                elif one.md5 in (None, md5):
                    answer.verified += 1
                    handles.verified(conn, location, one.id, md5)
                else:
                    answer.contradicted += 1
                    drift.keep(conn, location.id, [Difference(one.id, "contradicted", one.size, md5, one.version_id)])
            done = answer.verified + answer.contradicted + answer.unreadable
            job.progress(done, done, f"{done} files read")


def _read(place: resolving.Place, one: drift.Recorded) -> str | None:
    """The MD5 of the bytes; None when they cannot be read, or are not those on record."""
    try:
        return patiently(lambda: place.store.md5(place.bucket, one.key, one.etag or "", one.version_id))
    except Refused:
        return None


VERIFY = frame.kind(VerifyRequest, verify, Scope.view | Scope.modify)
