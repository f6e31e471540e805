"""The two real engines behind the S3 provider, each started once per run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from tests.objectstore.sharing import Facts, run_folder, shared_by_run
from tests.objectstore.starting import start_ceph, start_seaweedfs, stop_ceph, stop_seaweedfs


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Facts]:
    """A running SeaweedFS."""
    folder = run_folder(tmp_path_factory, worker_id)
    with shared_by_run(folder, "seaweedfs", partial(start_seaweedfs, folder), stop_seaweedfs) as facts:
        yield facts


@pytest.fixture(scope="session")
def ceph(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Facts]:
    """A running Ceph RGW."""
    folder = run_folder(tmp_path_factory, worker_id)
    with shared_by_run(folder, "ceph", partial(start_ceph, folder), stop_ceph) as facts:
        yield facts
