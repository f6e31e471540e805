"""The queues of durable work: procrastinate on the same PostgreSQL.

A task is put on the queue in the transaction of the deed that asks for it, so it exists exactly when the deed does.
It runs at least once, so it must be safe to repeat. A task gets the :class:`~vesicle.web.calls.House` first.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision, SyncPsycopgConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.tasks import Task

from vesicle.db import Connection
from vesicle.web.calls import House

log = structlog.get_logger(__name__)

queue = App(connector=PsycopgConnector())
PROMPT, UPKEEP, LONG = "prompt", "upkeep", "default"
SLOTS = {LONG: 2, UPKEEP: 1, PROMPT: 1}
"""The queues, and how many tasks of each a worker runs at a time.

What people start, and what may take hours (LONG), keeps neither the upkeep of the house waiting nor what must not wait
(PROMPT): mail, and the jobs of workers that died.
"""
# Each queue listens on a connection of its own, and the rest is for taking tasks and for signs of life.
CONNECTIONS = len(SLOTS) + 3
# A worker whose database is gone for longer ends: its parent starts it anew, or is gone as well.
DATABASE_WITHIN_S = 10.0
LONGEST_WAIT_S = 3600
# Tries of about a month.
MOST_TRIES = 750
# A worker tells so often in that time that it lives, and the others look so often who does not.
SIGNS_OF_LIFE = 4
# In a worker the queue's own connector is asynchronous, and could not use the connection of a task that asks for more.
_BY_CONNECTION = JobManager(SyncPsycopgConnector())


class Patience(BaseRetryStrategy):
    """Waits that double up to an hour: what is away for days is noticed within an hour of its being back."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        """When to do it again; None after so many tries that it never will be done."""
        if job.attempts >= MOST_TRIES:
            return None
        # The exponent is bounded as well, because 2**750 is no number of seconds.
        return RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts + 1, 12), LONGEST_WAIT_S)})


class Durable:
    """A task that can be put on the queue."""

    def __init__(self, task: Task[Any, Any, Any], deed: Callable[..., None]) -> None:
        self._task = task
        self._deed = deed

    def defer(self, conn: Connection, **arguments: Any) -> None:
        """Do it once the caller's transaction is done."""
        deferred = self._task.configure(connection=conn)
        deferred.job_manager = _BY_CONNECTION
        deferred.defer(**arguments)

    def __call__(self, work: House, **arguments: Any) -> None:
        """Do it now."""
        self._deed(work, **arguments)


def task(name: str, on: str = UPKEEP) -> Callable[[Callable[..., None]], Durable]:
    """Declare durable work on one of the queues; it is repeated for a month, with waits of up to an hour, when it
    fails.
    """

    def declare(deed: Callable[..., None]) -> Durable:
        def run(context: JobContext, /, **arguments: Any) -> None:
            deed(context.additional_context["work"], **arguments)

        return Durable(queue.task(name=name, queue=on, pass_context=True, retry=Patience())(run), deed)

    return declare


def periodic(name: str, cron: str) -> Callable[[Callable[..., None]], Durable]:
    """Declare work that the workers do at these times, one at a time over all of them."""

    def declare(deed: Callable[..., None]) -> Durable:
        def run(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
            deed(context.additional_context["work"])

        declared = queue.task(name=name, queue=UPKEEP, pass_context=True, queueing_lock=name)(run)
        queue.periodic(cron=cron)(declared)
        return Durable(declared, deed)

    return declare


@queue.task(name="jobs.take_over", queue=PROMPT, queueing_lock="jobs.take_over", pass_context=True)
async def take_over(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Put the jobs of workers that died back on the queue."""
    dead_after = context.additional_context["work"].settings.dead_worker_seconds
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=dead_after):
        log.warning("the job of a dead worker is taken over", job=job.id, task=job.task_name)
        try:
            await queue.job_manager.retry_job(job)
        except UniqueViolation:
            # The same work is on the queue already, as periodic work may be; it is done once, by that job.
            await queue.job_manager.finish_job(job, Status.FAILED, delete_job=True)


def work_through(work: House, database_url: str) -> None:
    """Run what is on the queues until the process is told to end."""
    often = max(1, min(work.settings.dead_worker_seconds // SIGNS_OF_LIFE, 59))
    queue.periodic(cron=f"* * * * * */{often}")(take_over)
    connector = PsycopgConnector(
        conninfo=database_url, min_size=1, max_size=CONNECTIONS, timeout=DATABASE_WITHIN_S
    )  # fmt: skip
    with queue.replace_connector(connector) as running:
        asyncio.run(_run(running, work))


async def _run(running: App, work: House) -> None:
    """A runner for each queue. When one ends, so do the others: the process is started anew."""
    dead_after = work.settings.dead_worker_seconds
    async with running.open_async():
        runners = [
            asyncio.create_task(
                running.run_worker_async(
                    queues=[name], name=name, concurrency=slots, additional_context={"work": work},
                    shutdown_graceful_timeout=5, delete_jobs="successful", install_signal_handlers=False,
                    stalled_worker_timeout=dead_after, update_heartbeat_interval=dead_after / SIGNS_OF_LIFE,
                )
            )
            for name, slots in SLOTS.items()
        ]  # fmt: skip

        def end() -> None:
            for one in runners:
                one.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        await asyncio.wait(runners, return_when=asyncio.FIRST_COMPLETED)
        end()
        for ended in await asyncio.gather(*runners, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
