"""The S3 provider on a real SeaweedFS keeps every promise of the contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.objectstore.sharing import Facts
from tests.objectstore.subjects import SEAWEEDFS, subject_at

from vesicle.objectstore.conformance import PROBES, Probe, Subject


@pytest.fixture(scope="module", params=["http", "https"])
def subject(seaweedfs: Facts, request: pytest.FixtureRequest) -> Iterator[Subject]:
    with subject_at(seaweedfs, request.param, SEAWEEDFS) as subject:
        yield subject


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_seaweedfs_keeps_the_promise(probe: Probe, subject: Subject) -> None:
    probe.run(subject)
