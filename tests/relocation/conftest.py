"""The buckets of these tests are those of the locations' tests: beside vesicle, and on a Ceph of somebody else."""

from tests.locations.conftest import ceph, far, lab, seaweedfs, theirs

__all__ = ["ceph", "far", "lab", "seaweedfs", "theirs"]
