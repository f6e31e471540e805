"""Listings of SeaweedFS, page by page, have what one page has: keys that begin like others, folders beside folders."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from tests.objectstore.sharing import Facts
from tests.objectstore.subjects import keep_versions

from vesicle.objectstore.s3 import S3Store

PIECES = ("a", "a-b", "a.b", "a b", "b", "a-", "ab", "a.v", "B", "_")


@pytest.fixture(scope="module")
def store(seaweedfs: Facts) -> Iterator[S3Store]:
    with closing(S3Store(seaweedfs["http"], seaweedfs["access_key"], seaweedfs["secret_key"])) as store:
        yield store


def keys_of(chance: random.Random) -> list[str]:
    """Keys of up to three pieces, in any order, none twice."""
    several = {"/".join(chance.choices(PIECES, k=chance.randint(1, 3))) for _ in range(14)}
    return chance.sample(sorted(several), len(several))


@pytest.mark.parametrize("seed", range(6))
def test_pages_of_versions_have_every_version_once(seed: int, store: S3Store, seaweedfs: Facts) -> None:
    chance, bucket = random.Random(seed), f"listings-{uuid4().hex[:8]}"
    store.ensure_bucket(bucket)
    before, after = keys_of(chance)[:3], keys_of(chance)
    for key in before:  # From before the bucket kept versions.
        store.put(bucket, key, b"old")
    keep_versions(seaweedfs, bucket)
    for key in [*after, *chance.choices(after, k=6)]:
        store.put(bucket, key, b"new")
    for key in chance.choices(after, k=3):
        store.delete(bucket, key)
    whole = {(one.key, one.version_id, one.newest) for one in store.list_versions(bucket, "").found}
    assert {key for key, *_ in whole} == {*before, *after}
    for limit in (1, 2, 3, 7):
        seen, place = [], None
        while len(seen) <= len(whole):
            page = store.list_versions(bucket, "", place, limit)
            assert len(page.found) <= limit
            seen += [(one.key, one.version_id, one.newest) for one in page.found]
            place = page.after
            if place is None:
                break
        assert sorted(seen) == sorted(whole), f"pages of {limit}"


@pytest.mark.parametrize("seed", range(6))
def test_pages_of_objects_have_every_object_once(seed: int, store: S3Store) -> None:
    keys, bucket = keys_of(random.Random(seed)), f"listings-{uuid4().hex[:8]}"
    store.ensure_bucket(bucket)
    for key in keys:
        store.put(bucket, key, b"x")
    for limit in (2, 3, 7):
        seen: list[str] = []
        while len(seen) <= len(keys) and (page := store.list(bucket, "", seen[-1] if seen else None, limit)):
            seen += [one.key for one in page]
        assert sorted(seen) == sorted(keys), f"pages of {limit}"
