"""Starting a job and waiting for its end, as a client does."""

from __future__ import annotations

import time
from typing import Any

import httpx
from tests.live import Person

END_WITHIN_S = 90


def finish(person: Person, path: str, body: dict[str, Any]) -> httpx.Response:
    """Start the job of a pair of doors; its last answer."""
    return end_of(person, path, person.ok("POST", f"{path}/start", body)["token"])


def end_of(person: Person, path: str, token: str) -> httpx.Response:
    """The first answer that is not 202."""
    deadline = time.monotonic() + END_WITHIN_S
    while (answer := person.call("GET", f"{path}/get/{token}")).status_code == 202:
        status = answer.json()
        assert status["jobState"] == "PROCESSING"
        assert isinstance(status["progressCurrent"], int)
        assert isinstance(status["progressTotal"], int)
        assert time.monotonic() < deadline, status
    return answer


def done(person: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer of a job that must succeed."""
    answer = finish(person, path, body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
