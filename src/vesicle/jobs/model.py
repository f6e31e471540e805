"""Shapes of asynchronous jobs."""

from __future__ import annotations

from typing import Any

import msgspec

from vesicle.wire import UNSET, Maybe, Shape


class AsyncJobId(Shape):
    """What a started job is asked for by."""

    token: str


class AsynchronousJobStatus(Shape):
    """How far a job is."""

    job_state: str
    job_id: str
    started_by_user_id: int
    started_on: str
    changed_on: str
    etag: str
    job_canceling: bool
    progress_current: int
    progress_total: int
    progress_message: str
    request_body: Any
    response_body: Maybe[Any] = UNSET
    exception: Maybe[str] = UNSET
    error_message: Maybe[str] = UNSET
    error_details: Maybe[str] = UNSET


class JobRow(msgspec.Struct, array_like=True):
    """One job, as stored."""

    id: int
    kind: str
    started_by: int
    started_on: Any
    changed_on: Any
    etag: Any
    state: str
    canceling: bool
    request: Any
    response: Any
    status: int | None
    reason: str | None
    error_code: str | None
    progress_current: int
    progress_total: int
    progress_message: str
    address: str | None
