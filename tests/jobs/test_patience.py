"""How long work on the queue waits for what is away."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import accumulate, takewhile

from procrastinate.jobs import Job

from vesicle.jobs.queue import LONGEST_WAIT_S, MOST_TRIES, Patience

DAY_S = 24 * 3600


def wait_s(tries: int) -> float | None:
    """The seconds before another try, after so many and this one."""
    job = Job(id=1, lock=None, queueing_lock=None, task_name="test", queue="default", attempts=tries)
    before = datetime.now(UTC)
    decision = Patience().get_retry_decision(exception=OSError(), job=job)
    if decision is None:
        return None
    assert decision.retry_at
    return (decision.retry_at - before).total_seconds()


def test_waits_double_and_are_never_longer_than_an_hour() -> None:
    waits = [wait_s(tries) for tries in range(MOST_TRIES)]
    first = [round(wait) for wait in waits[:13] if wait]
    assert first == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]
    assert all(wait and wait < LONGEST_WAIT_S + 1 for wait in waits)


def test_work_is_given_up_after_a_month_and_not_after_a_few_days() -> None:
    waits = list(takewhile(bool, map(wait_s, range(MOST_TRIES + 1))))
    assert len(waits) == MOST_TRIES
    last = list(accumulate(wait or 0 for wait in waits))[-1]
    assert 28 * DAY_S < last < 32 * DAY_S
