"""What every test may ask for: the one live server of the run, and people."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from tests.live import Person, Server, start_shared, stop_shared
from tests.objectstore.sharing import run_folder, shared_by_run


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Server]:
    """A running vesicle with its embedded engines, shared by all tests: make your own people and projects."""
    folder = run_folder(tmp_path_factory, worker_id)
    with shared_by_run(folder, "vesicle", partial(start_shared, folder), stop_shared) as facts, httpx.Client() as http:
        yield Server(facts["url"], Path(facts["data"]), facts["admin_token"], http)


@pytest.fixture
def owner(server: Server) -> Person:
    """Somebody new."""
    return server.person("owner")


@pytest.fixture
def stranger(server: Server) -> Person:
    """Somebody new who has nothing to do with the owner."""
    return server.person("stranger")


@pytest.fixture
def administrator(server: Server) -> Person:
    """Somebody new who may do everything."""
    return server.person("admin", is_admin=True)


@pytest.fixture
def nobody(server: Server) -> Person:
    """A caller without a token."""
    return server.nobody()


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Server]:
    """A running vesicle with plans switched on, shared like the other one. 127.0.0.2 is a proxy that it trusts."""
    folder = run_folder(tmp_path_factory, worker_id)
    start = partial(start_shared, folder, VESICLE_PLANS="on", VESICLE_TRUSTED_PROXIES="127.0.0.2")
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
    """Somebody else where plans are on."""
    return planned.person("bob")
