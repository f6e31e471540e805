"""A kind of job is started by a door of its own, and by the one for all: both take the same scopes of a token."""

from __future__ import annotations

import pytest
from tests.contract.test_doors_and_strangers import DOORS

from vesicle.access import Scope
from vesicle.jobs.frame import KINDS


@pytest.mark.parametrize("name", KINDS)
def test_a_job_and_its_door_have_the_same_scopes(name: str) -> None:
    kind = KINDS[name]
    (own,) = [door for door in DOORS.values() if door.body is kind.request]
    assert own.scopes == kind.scopes


def test_what_hands_out_bytes_takes_the_scope_for_that() -> None:
    packing = {name.rpartition(".")[2] for name, kind in KINDS.items() if kind.scopes & Scope.download}
    assert packing == {"BulkFileDownloadRequest", "DownloadListManifestRequest", "DownloadListPackageRequest"}
