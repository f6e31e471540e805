"""Every promise of the object store contract, as a probe that can be run against a real store.

The tests run them for each provider on a real engine; an operator runs the same ones to check a bucket.
"""

from __future__ import annotations

from vesicle.objectstore import (
    probes_of_copies,
    probes_of_lending,
    probes_of_objects,
    probes_of_parts,
    probes_of_surveys,
    probes_of_urls,
)
from vesicle.objectstore.probing import Differences, Probe, PromiseBroken, Subject

__all__ = ["PROBES", "Differences", "Probe", "PromiseBroken", "Subject"]

PROBES: tuple[Probe, ...] = (
    *probes_of_objects.PROBES, *probes_of_urls.PROBES, *probes_of_parts.PROBES, *probes_of_copies.PROBES,
    *probes_of_surveys.PROBES, *probes_of_lending.PROBES,
)  # fmt: skip
LENDING: tuple[Probe, ...] = tuple(probes_of_lending.PROBES)
"""Those of them that want a store which lends."""
