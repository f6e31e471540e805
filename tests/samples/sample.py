"""What the tests of every door send to a door whose declaration does not decide who may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from tests.world import World


def sees_nothing(answer: httpx.Response) -> bool:
    """An empty page."""
    return answer.status_code == 200 and answer.json()["results"] == []


def is_refused(answer: httpx.Response) -> bool:
    """401 or 403."""
    return answer.status_code in (401, 403)


@dataclass(frozen=True)
class Sample:
    """What to send to a door whose declaration does not decide, and the answer by which it keeps strangers out."""

    body: Callable[[World], Any] = lambda _: None
    query: Callable[[World], dict[str, str]] = field(default=lambda _: {})
    kept_out: Callable[[httpx.Response], bool] = is_refused
