"""The outside object store of these tests is the one that the provider's probes run against."""

from tests.objectstore.conftest import ceph

__all__ = ["ceph"]
