"""Which store an endpoint means, and whose keys open it; nothing is sent here."""

from __future__ import annotations

import pytest

from vesicle.errors import BadRequest
from vesicle.objectstore.managed import Managed
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.stores import AMAZON, OwnKeys, Stores, endpoint_in
from vesicle.settings import S3Access

HERE, LAB, THEIRS = "http://127.0.0.1:1", "https://s3.lab.example", "https://s3.theirs.example"
MINE = OwnKeys("my key", "my secret")


def stores(*listed: S3Access, unnamed: str = "") -> Stores:
    managed = Managed(S3Store(HERE, "key", "secret"), "vesicle")
    return Stores(managed, [HERE], [S3Access(LAB, "key", "secret", region="lab"), *listed], unnamed)


def test_a_store_that_is_listed_without_keys_is_for_those_who_bring_some() -> None:
    ours = stores(S3Access(THEIRS, region="theirs", public_endpoint="https://public.theirs.example"))
    assert ours.meant_by(THEIRS, own_keys=True) == THEIRS
    with pytest.raises(BadRequest, match=r"no credentials for the object store https://s3\.theirs\.example"):
        ours.meant_by(THEIRS)
    with pytest.raises(BadRequest, match="no credentials"):
        ours.at(THEIRS, "bucket")
    with pytest.raises(BadRequest, match="no credentials"):
        ours.meant_by("https://unlisted.example", own_keys=True)
    there = ours.with_keys(THEIRS, MINE)
    assert (there.region, there.public_endpoint) == ("theirs", "https://public.theirs.example")


@pytest.mark.parametrize("endpoint", [None, AMAZON, HERE, f"{HERE}/"])
def test_the_default_store_is_meant_with_keys_as_without(endpoint: str | None) -> None:
    assert stores().meant_by(endpoint) is None
    assert stores().meant_by(endpoint, own_keys=True) is None
    assert endpoint_in(stores().reference(None, MINE)) is None
    assert stores(unnamed=LAB).meant_by(None, own_keys=True) == LAB


def test_amazon_is_meant_where_it_is_listed_for_those_who_bring_keys() -> None:
    for ours in (stores(S3Access(AMAZON)), stores(S3Access(AMAZON), unnamed=LAB)):
        assert ours.meant_by(AMAZON, own_keys=True) == AMAZON
        assert ours.meant_by(AMAZON) == ours.meant_by(None)


def test_a_reference_opens_one_store_for_the_same_keys() -> None:
    ours = stores()
    first = ours.at(ours.reference(LAB, MINE), "bucket")
    assert first is ours.at(ours.reference(LAB, MINE), "another")
    assert first is not ours.at(LAB, "bucket")
    assert first is not ours.at(ours.reference(LAB, OwnKeys("my key", "my other secret")), "bucket")
    assert first is not ours.at(ours.reference(None, MINE), "bucket")
    assert "my secret" not in repr(MINE)
