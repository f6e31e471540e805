"""A store under test, made from what an engine's start tells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.objectstore.sharing import Facts

from vesicle.objectstore.conformance import Differences, Subject
from vesicle.objectstore.s3 import S3Store

BUCKET = "conformance"


@contextmanager
def subject_at(engine: Facts, scheme: str, differences: Differences) -> Iterator[Subject]:
    """The S3 provider on this engine, beside one with a wrong secret."""
    endpoint, access_key, secret_key = engine[scheme], engine["access_key"], engine["secret_key"]
    ca = engine["ca"] if scheme == "https" else None
    with (
        closing(S3Store(endpoint, access_key, secret_key, ca_bundle=ca)) as store,
        closing(S3Store(endpoint, access_key, f"not-{secret_key}", ca_bundle=ca)) as stranger,
    ):
        store.ensure_bucket(BUCKET)
        yield Subject(store, BUCKET, stranger, differences, ca)
