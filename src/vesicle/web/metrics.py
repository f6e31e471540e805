"""Counters for operators, in the text form that Prometheus reads."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from vesicle.web.doors import Door

REQUESTS = Counter("vesicle_requests_total", "Requests answered.", ["door", "status"])
SECONDS = Histogram("vesicle_request_seconds", "Time from the request's arrival to its answer.", ["door"])


def count(door: Door | None, status: int, seconds: float) -> None:
    """Count one answer. Unknown paths share one label, so that a scanner cannot grow the table."""
    name = door.name if door else "(none)"
    REQUESTS.labels(name, str(status)).inc()
    SECONDS.labels(name).observe(seconds)


def text() -> str:
    """What /metrics answers: the sum over all API processes, where there are several."""
    registry: CollectorRegistry | None = None
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return (generate_latest(registry) if registry else generate_latest()).decode()
