"""A server with plans switched on, shared by the tests of organizations and usage."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from tests.live import Person, Server, start_shared, stop_shared
from tests.objectstore.sharing import run_folder, shared_by_run


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Server]:
    """A running vesicle with plans."""
    folder = run_folder(tmp_path_factory, worker_id)
    start = partial(start_shared, folder, VESICLE_PLANS="on")
    with shared_by_run(folder, "vesicle-with-plans", start, stop_shared) as facts, httpx.Client() as http:
        yield Server(facts["url"], Path(facts["data"]), facts["admin_token"], http)


@pytest.fixture
def chief(planned: Server) -> Person:
    """An administrator where plans are on."""
    return planned.person("chief", is_admin=True)


@pytest.fixture
def ann(planned: Server) -> Person:
    """Somebody new where plans are on."""
    return planned.person("ann")


@pytest.fixture
def bob(planned: Server) -> Person:
    """Somebody else."""
    return planned.person("bob")
