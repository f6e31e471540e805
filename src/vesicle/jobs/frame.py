"""Asynchronous jobs: a request that is answered later, by a token.

A room declares a kind with :func:`kind`, and two doors that call :func:`start` and :func:`result`. A worker runs it; a
job of a worker that died is run anew by another, and its end is written once, whoever comes to it first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, TypeVar

import structlog

from vesicle.access import Actor, OwnsJob, Scope
from vesicle.db import Connection, Unreachable
from vesicle.errors import BadRequest, NotFound, Refusal, StoreRefused, TooManyRequests, Unavailable
from vesicle.jobs import store
from vesicle.jobs.model import AsynchronousJobStatus, AsyncJobId, JobRow
from vesicle.jobs.queue import LONG, periodic, task
from vesicle.web import House, Reply
from vesicle.web.authentication import check_scopes
from vesicle.web.replies import JSON
from vesicle.wire import UNSET, Shape, decode, encode, or_unset, stamp, tag_of

log = structlog.get_logger(__name__)
R = TypeVar("R", bound=Shape)
End = Callable[[Connection], Shape]
"""What writes the answer of a job, and what comes with it, in one transaction."""
Clear = Callable[[Connection, House, int, int], None]
Admission = Callable[[Connection, Actor, R], None]
"""What refuses a job before it is put on the queue, in the transaction that would do so."""
MOST_OPEN = 20
"""How many jobs of one person may wait or run at a time."""
LOOK_AGAIN_S = 10
SWEPT_AFTER_DAYS = 30
LOST_AFTER_DAYS = 7


class Canceled(BadRequest):
    """Its owner asked the job to end."""


class Running:
    """A job while it runs: whose it is, where it was asked for, and how far it is."""

    def __init__(self, house: House, row: JobRow) -> None:
        self.house, self.id, self.started_by, self.address = house, row.id, row.started_by, row.address
        self._tell_after = 0.0

    def progress(self, done: int, of: int, message: str = "") -> None:
        """Tell those who wait, at most once a second. Raises Canceled once the owner asked the job to end."""
        if monotonic() < self._tell_after:
            return
        self._tell_after = monotonic() + 1
        with self.house.pool.connection() as conn:
            if store.note_progress(conn, self.id, done, of, message):
                raise Canceled("The job was canceled by the one who started it.")


@dataclass(frozen=True)
class Kind(Generic[R]):
    """One kind of job: its request, what does it, and the scopes of a token that may start it, by whatever door.

    ``run`` may be repeated after a crash. It acts for the person, with no token any more to keep it from anything.
    ``clear`` is for what a job leaves that did not come to its end: it is called in the transaction of its failure,
    whatever that was, with who started the job and its number; and for a worker that came too late with its own end.
    ``admit`` may refuse a job that is asked for, by whatever door.
    """

    request: type[R]
    run: Callable[[Running, R], Shape | End]
    scopes: Scope
    clear: Clear | None = None
    admit: Admission[R] | None = None

    @property
    def name(self) -> str:
        """The concreteType of the request."""
        return tag_of(self.request)


KINDS: dict[str, Kind[Any]] = {}


def kind(
    request: type[R], run: Callable[[Running, R], Shape | End], scopes: Scope, clear: Clear | None = None,
    admit: Admission[R] | None = None,
) -> Kind[R]:  # fmt: skip
    """Declare a kind of job. ``run`` gives the answer, or the deed that writes it and what goes with it."""
    declared = Kind(request, run, scopes, clear, admit)
    KINDS[declared.name] = declared
    return declared


def start(conn: Connection, actor: Actor, of: Kind[R], request: R) -> AsyncJobId:
    """Put a job on the queue. Call inside a transaction.

    Raises TooManyRequests while too many jobs of the actor are open, and what the kind refuses.
    """
    if of.admit is not None:
        of.admit(conn, actor, request)
    if store.hold_open(conn, actor) >= MOST_OPEN:
        raise TooManyRequests(
            f"{MOST_OPEN} jobs of yours wait or run already, which is the most; begin this one when one of them ended.",
            retry_after_s=LOOK_AGAIN_S,
        )
    job_id = store.insert(conn, actor, of.name, encode(request))
    run_job.defer(conn, job_id=job_id)
    return AsyncJobId(token=str(job_id))


def start_any(conn: Connection, actor: Actor, body: dict[str, Any]) -> AsynchronousJobStatus:
    """Start a job of the kind that the body's concreteType names.

    Raises BadRequest for one that there is not, and InsufficientScope where its own door would.
    """
    of = KINDS.get(str(body.get("concreteType")))
    if of is None:
        raise BadRequest(f"concreteType names no kind of job that this server runs; it runs {', '.join(KINDS)}.")
    check_scopes(actor, of.scopes)
    token = start(conn, actor, of, decode(encode(body), of.request))
    row = store.job(conn, int(token.token))
    if row is None:
        raise NotFound(f"There is no job {token.token}.")
    return status_of(row)


@task("jobs.run", on=LONG)
def run_job(work: House, job_id: int) -> None:
    """Do a job and keep its answer. A refusal is an answer; a store or database that is away is waited for."""
    with work.pool.connection() as conn:
        row = store.job(conn, job_id)
    if row is None or row.state != "PROCESSING":
        return
    of = KINDS[row.kind]
    try:
        end = of.run(Running(work, row), decode(encode(row.request), of.request))
        _complete(work, row, end)
    except (Unavailable, *Unreachable):
        raise
    except Refusal as refusal:
        _fail(work, row, refusal)
    except Exception:
        log.exception("a job failed", job=job_id, kind=row.kind)
        _fail(work, row, StoreRefused("The job failed; the server's log says why."))


def _complete(work: House, row: JobRow, end: Shape | End) -> None:
    """Once: a worker that was taken for dead, and comes to its end after all, finds that nothing is left to do."""
    with work.pool.connection() as conn, conn.transaction():
        if store.lock_running(conn, row.id):
            store.complete(conn, row.id, encode(end(conn) if callable(end) else end))
        else:
            _clear(conn, work, row.kind, row.started_by, row.id)


def _fail(work: House, row: JobRow, refusal: Refusal) -> None:
    status = refusal.status if refusal.status < 500 else 400
    with work.pool.connection() as conn, conn.transaction():
        store.fail(conn, row.id, status, refusal.reason, refusal.code)
        _clear(conn, work, row.kind, row.started_by, row.id)


def _clear(conn: Connection, work: House, name: str, started_by: int, job_id: int) -> None:
    of = KINDS.get(name)
    if of is not None and of.clear is not None:
        of.clear(conn, work, started_by, job_id)


@periodic("jobs.sweep", "41 3 * * *")
def sweep(work: House) -> None:
    """Forget jobs that ended long ago, and give up those that no worker will come back to."""
    with work.pool.connection() as conn, conn.transaction():
        store.sweep(conn, SWEPT_AFTER_DAYS)
        for job_id, name, started_by in store.give_up(conn, LOST_AFTER_DAYS):
            _clear(conn, work, name, started_by, job_id)


def owned(conn: Connection, grant: OwnsJob, of: Kind[Any] | None = None) -> JobRow:
    """The job of the grant. Raises NotFound when it is of another kind than the door's."""
    row = store.owned_job(conn, grant)
    if row is None or (of is not None and row.kind != of.name):
        raise NotFound(f"There is no such job: {grant.id}.")
    return row


def result(conn: Connection, grant: OwnsJob, of: Kind[Any]) -> Reply:
    """202 and the status while it runs; then 201 and the bare answer; a failed job gives its refusal."""
    row = owned(conn, grant, of)
    if row.state == "PROCESSING":
        return Reply(202, encode(status_of(row)), JSON)
    if row.state == "FAILED":
        refusal = Refusal(row.reason or "The job failed.", row.error_code)
        refusal.status = row.status or 400
        raise refusal
    return Reply(201, encode(row.response), JSON)


def status_of(row: JobRow) -> AsynchronousJobStatus:
    """A job's state on the wire."""
    failed = row.state == "FAILED"
    return AsynchronousJobStatus(
        job_state=row.state, job_id=str(row.id), started_by_user_id=row.started_by, started_on=stamp(row.started_on),
        changed_on=stamp(row.changed_on), etag=str(row.etag), job_canceling=row.canceling,
        progress_current=row.progress_current, progress_total=row.progress_total, progress_message=row.progress_message,
        request_body=row.request, response_body=or_unset(row.response),
        exception=str(row.status) if failed else UNSET, error_message=row.reason if failed and row.reason else UNSET,
        error_details=row.reason if failed and row.reason else UNSET,
    )  # fmt: skip
