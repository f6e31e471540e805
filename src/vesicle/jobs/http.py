"""Doors of asynchronous jobs of any kind."""

from __future__ import annotations

from typing import Any

from vesicle.access import OwnsJob, Scope
from vesicle.jobs import frame, store
from vesicle.jobs.model import AsynchronousJobStatus
from vesicle.web import Bare, Call, Doors, Needs, SignedIn

door = Doors("jobs")


@door("POST", "/repo/v1/asynchronous/job", access=SignedIn(), scopes=Scope.view | Scope.modify, status=201)
def start(call: Call, body: dict[str, Any]) -> AsynchronousJobStatus:
    """Start a job; the concreteType of the body says which kind."""
    return frame.start_any(call.conn, call.actor, body)


@door("GET", "/repo/v1/asynchronous/job/{jobId}", access=Needs(OwnsJob, "jobId"))
def status(call: Call, grant: OwnsJob) -> AsynchronousJobStatus:
    """How far a job is, and its answer when it is done."""
    return frame.status_of(frame.owned(call.conn, grant))


@door(
    "GET", "/repo/v1/asynchronous/job/{jobId}/cancel", access=Needs(OwnsJob, "jobId"), scopes=Scope.modify, status=204
)
def cancel(call: Call, grant: OwnsJob) -> Bare:
    """Ask a job to end early."""
    store.cancel(call.conn, grant)
    return Bare(204)
