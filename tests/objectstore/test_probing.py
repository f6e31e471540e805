"""The probes see what differs from the contract, and what differs from the declared differences."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from tests.objectstore.sharing import Facts
from tests.objectstore.subjects import SEAWEEDFS, subject_at

from vesicle.objectstore.conformance import PROBES, Differences, Probe, PromiseBroken, Subject
from vesicle.objectstore.contract import StoreError

ALL = Differences(**{difference.name: True for difference in fields(Differences)})


def _broken(subject: Subject) -> set[str]:
    return {probe.name for probe in PROBES if _fails(probe, subject)}


def _fails(probe: Probe, subject: Subject) -> bool:
    try:
        probe.run(subject)
    except (PromiseBroken, StoreError):
        return True
    return False


@pytest.mark.parametrize(("engine", "declared"), [("seaweedfs", Differences()), ("ceph", ALL)])
def test_a_difference_that_is_declared_wrongly_is_seen(
    engine: str, declared: Differences, request: pytest.FixtureRequest
) -> None:
    with subject_at(request.getfixturevalue(engine), "http", declared) as subject:
        assert _broken(subject) == {
            "keys_are_not_paths", "long_names_are_kept", "keys_below_keys_are_listed"
        }  # fmt: skip


def test_a_probe_leaves_nothing_behind(seaweedfs: Facts) -> None:
    with subject_at(seaweedfs, "http", SEAWEEDFS) as shared:
        subject = replace(shared, prefix="watched/")  # Other workers of this run probe the same bucket.
        for probe in PROBES:
            probe.run(subject)
        assert subject.store.list(subject.bucket, subject.prefix) == []
        assert list(subject.parts.open_uploads(subject.bucket, subject.prefix)) == []
