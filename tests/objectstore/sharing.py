"""One engine for all worker processes of a test run: the first to need it starts it, the last to need it stops it."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

Facts = dict[str, str]
"""Of a store: its addresses under ``http`` and ``https``, the file of its ``ca``, ``access_key`` and ``secret_key``."""


def run_folder(factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The temporary folder of the whole run; under xdist each worker has its own folder below it."""
    base = factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@contextmanager
def shared_by_run(
    folder: Path, name: str, start: Callable[[], Facts], stop: Callable[[Facts], None]
) -> Iterator[Facts]:
    """What ``start`` returned, in whichever process it ran.

    A user holds a shared lock, which the kernel lets go when the process dies, so a crashed worker is not waited for.
    """
    state = folder / f"{name}.json"
    with (folder / f"{name}.gate").open("a") as gate, (folder / f"{name}.users").open("a") as users:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not state.exists():
            state.write_text(json.dumps(start()))
        facts: Facts = json.loads(state.read_text())
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            yield facts
        finally:
            fcntl.flock(gate, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_UN)
            if _nobody_uses(users.fileno()):
                state.unlink()
                stop(facts)


def _nobody_uses(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
