"""Rows of asynchronous jobs."""

from __future__ import annotations

from psycopg.rows import args_row

from vesicle.access import Actor, OwnsJob
from vesicle.db import Connection
from vesicle.jobs.model import JobRow

_COLUMNS = (
    "id, kind, started_by, started_on, changed_on, etag, state, canceling, request, response, status, "
    "reason, error_code,"
    " progress_current, progress_total, progress_message, abbrev(address)"
)


# A two-part key is of a name space of its own, beside the projects' locks.
_STARTS = 7_346_207


def hold_open(conn: Connection, actor: Actor) -> int:
    """How many jobs of the actor wait or run; nobody starts more of theirs until the end of the transaction."""
    conn.execute("SELECT pg_advisory_xact_lock(%s, (%s %% 2147483647)::int)", (_STARTS, actor.id))
    row = conn.execute(
        "SELECT count(*) FROM async_job WHERE started_by = %s AND state = 'PROCESSING'", (actor.id,)
    ).fetchone()
    return int(row[0]) if row else 0


def insert(conn: Connection, actor: Actor, kind: str, request: bytes) -> int:
    """A new job, and its id."""
    row = conn.execute(
        "INSERT INTO async_job (kind, started_by, request, address) VALUES (%s, %s, %s::jsonb, %s::inet) RETURNING id",
        (kind, actor.id, request.decode(), actor.address),
    ).fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no id")
    return int(row[0])


def job(conn: Connection, job_id: int) -> JobRow | None:
    """A job, for the worker that runs it."""
    with conn.cursor(row_factory=args_row(JobRow)) as cursor:
        return cursor.execute(f"SELECT {_COLUMNS} FROM async_job WHERE id = %s", (job_id,)).fetchone()


def owned_job(conn: Connection, grant: OwnsJob) -> JobRow | None:
    """The job of the proof."""
    return job(conn, grant.id)


def cancel(conn: Connection, grant: OwnsJob) -> None:
    """Ask a job to end early."""
    conn.execute("UPDATE async_job SET canceling = true WHERE id = %s AND state = 'PROCESSING'", (grant.id,))


def note_progress(conn: Connection, job_id: int, done: int, of: int, message: str) -> bool:
    """How far a job is; True when its owner wants it to end."""
    row = conn.execute(
        "UPDATE async_job SET progress_current = %s, progress_total = %s, progress_message = %s, changed_on = now(),"
        " etag = gen_random_uuid() WHERE id = %s AND state = 'PROCESSING' RETURNING canceling",
        (done, of, message, job_id),
    ).fetchone()
    return row is not None and bool(row[0])


def lock_running(conn: Connection, job_id: int) -> bool:
    """True while nobody has ended the job; nobody else does until the end of the transaction."""
    query = "SELECT 1 FROM async_job WHERE id = %s AND state = 'PROCESSING' FOR UPDATE"
    return conn.execute(query, (job_id,)).fetchone() is not None


def sweep(conn: Connection, days: int) -> None:
    """Forget jobs that ended so long ago."""
    conn.execute(
        "DELETE FROM async_job WHERE state <> 'PROCESSING' AND changed_on < now() - make_interval(days => %s)", (days,)
    )


def give_up(conn: Connection, days: int) -> list[tuple[int, str, int]]:
    """Jobs of which nobody has heard for so long failed: (id, kind, who started it) of each."""
    return conn.execute(
        "UPDATE async_job SET state = 'FAILED', status = 400, reason = 'No worker could end this job; start it anew.',"
        " changed_on = now(), etag = gen_random_uuid()"
        " WHERE state = 'PROCESSING' AND changed_on < now() - make_interval(days => %s) RETURNING id, kind, started_by",
        (days,),
    ).fetchall()


def complete(conn: Connection, job_id: int, response: bytes) -> None:
    """The job is done. One that ended already stays as it is."""
    conn.execute(
        "UPDATE async_job SET state = 'COMPLETE', response = %s::jsonb, progress_current = progress_total,"
        " changed_on = now(), etag = gen_random_uuid() WHERE id = %s AND state = 'PROCESSING'",
        (response.decode(), job_id),
    )


def fail(conn: Connection, job_id: int, status: int, reason: str, code: str | None) -> None:
    """The job ended in a refusal."""
    conn.execute(
        "UPDATE async_job SET state = 'FAILED', status = %s, reason = %s, error_code = %s, changed_on = now(),"
        " etag = gen_random_uuid() WHERE id = %s AND state = 'PROCESSING'",
        (status, reason, code, job_id),
    )
