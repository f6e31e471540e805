"""Tests that must not run beside each other do not."""

import pytest


@pytest.mark.xdist_group("a group")
def test_a_group_stands_in_the_id_by_which_tests_are_dealt_out(request: pytest.FixtureRequest, worker_id: str) -> None:
    assert request.node.nodeid.endswith("@a group") == (worker_id != "master")
