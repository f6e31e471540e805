"""What the tests of every door share."""

from __future__ import annotations

import pytest
from tests import world
from tests.live import Server


@pytest.fixture(scope="session")
def one_world(server: Server) -> world.World:
    """One of each noun. Tests that pass leave it as it was."""
    return world.make(server)
