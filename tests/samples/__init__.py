"""One module for each room, with what the tests of every door need to know of it.

``SAMPLES`` has a request for each door whose declaration does not decide who may, by the name of the door.
``furnish(world)`` makes the owner what the path parameters of the room's doors name, and puts the ids into
``world.things``: under the name of the parameter, or, where that is just ``id``, under the piece of the path before it;
what is needed by one door alone goes under the name of the door.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from tests.samples.sample import Sample, is_refused, sees_nothing
from tests.world import World

__all__ = ["SAMPLES", "Sample", "furnish", "is_refused", "sees_nothing"]

ROOMS: list[ModuleType] = [
    importlib.import_module(one.name) for one in pkgutil.iter_modules(__path__, "tests.samples.")
]
SAMPLES: dict[str, Sample] = {}
for _room in ROOMS:
    SAMPLES.update(getattr(_room, "SAMPLES", {}))


def furnish(world: World) -> None:
    """Everything that the doors of all rooms can be tried on, made by the owner."""
    for room in ROOMS:
        if hasattr(room, "furnish"):
            room.furnish(world)
