"""Files that nothing refers to. Those of what was purged are removed soon, so that purging makes room; those that were
uploaded and never used, or are used no more, after a while, so that nobody pays for them for ever.
"""

from __future__ import annotations

import structlog

from vesicle.audit import recording
from vesicle.db import Clash, Connection, Contention
from vesicle.files import removal
from vesicle.files.store import reaping as rows
from vesicle.jobs.queue import periodic
from vesicle.usage import charging
from vesicle.web import House

log = structlog.get_logger(__name__)
BATCH = 200


@periodic("files.reap_untied", "3-59/10 * * * *")
def reap_untied(work: House) -> None:
    """Remove what was purged, and what nothing has referred to for as many days as the settings say. Safe to repeat."""
    with work.pool.connection() as conn:
        reaped = reap(conn, work.settings.untied_file_days)
    if reaped:
        log.info("files that nothing referred to were removed", files=reaped)


def reap(conn: Connection, days: int) -> int:
    """One handle at a time, each in a transaction of its own; how many went."""
    reaped, last = 0, None
    while found := rows.untied(conn, days, last, BATCH):
        last = found[-1].since, found[-1].id
        reaped += sum(_reap_one(conn, one.id, days) for one in found)
    return reaped


def _reap_one(conn: Connection, handle_id: int, days: int) -> bool:
    """The handle, its charge and the wish to remove its object, all or nothing. One that was tied meanwhile stays.

    The object goes when the store answers, and only while no other handle says it too.
    """
    try:
        with conn.transaction():
            one = rows.hold_untied(conn, handle_id, days)
            if one is None:
                return False
            charging.discharge(conn, handle_id)
            rows.delete_untied(conn, handle_id)
            removal.remove_object.defer(conn, location_id=one.location_id, bucket=one.bucket, key=one.key)
            detail = {"owner": one.owner_id, "bytes": one.size, "since": one.since.isoformat()}
            recording.note(conn, None, "file_handle.reap", "fileHandle", handle_id, detail)
    except Contention as crossed:
        log.warning(
            "a file was in use at the moment, and is looked at the next time", handle=handle_id, error=str(crossed)
        )
        return False
    except Clash:
        log.exception("a file is in use by something that this job does not know of", handle=handle_id)
        return False
    return True
