"""The S3 provider on a real Ceph RGW keeps every promise of the contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.objectstore.sharing import Facts
from tests.objectstore.subjects import CEPH, subject_at

from vesicle.objectstore.conformance import PROBES, Probe, Subject


@pytest.fixture(scope="module", params=["http", "https"])
def subject(ceph: Facts, request: pytest.FixtureRequest) -> Iterator[Subject]:
    with subject_at(ceph, request.param, CEPH) as subject:
        yield subject


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_ceph_keeps_the_promise(probe: Probe, subject: Subject) -> None:
    probe.run(subject)
