"""The buckets of these tests are those of the locations' tests: beside vesicle, and on a Ceph of somebody else."""

from tests.locations.conftest import ceph, far, lab, theirs

__all__ = ["ceph", "far", "lab", "theirs"]
