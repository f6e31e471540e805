"""The store and bucket that this installation manages itself."""

from __future__ import annotations

from dataclasses import dataclass

from vesicle.objectstore.s3 import S3Store


@dataclass(frozen=True, slots=True)
class Managed:
    """Where the default storage location keeps its objects."""

    store: S3Store
    bucket: str
