"""Real embedded engines for the tests of this room, under a parent process that can be killed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from tests.engines.parents import Parent
from tests.objectstore.starting import free_ports


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder below which any user of the machine could go, if the engines let them."""
    folder = Path(mkdtemp(prefix="vesicle-engines-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def parent(open_folder: Path) -> Iterator[Parent]:
    """Running engines on a data folder of their own."""
    parent = Parent(open_folder / "data", free_ports(1))
    parent.start()
    yield parent
    parent.end()
