"""Which store an endpoint means, and whose keys open it; nothing is sent here."""

from __future__ import annotations

import pytest

from vesicle.errors import BadRequest
from vesicle.objectstore.managed import Managed
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.stores import AMAZON, KeysTakenBack, OwnKeys, Stores, closed, endpoint_in
from vesicle.settings import S3Access

HERE, LAB, THEIRS = "http://127.0.0.1:1", "https://s3.lab.example", "https://s3.theirs.example"
MINE = OwnKeys("my key", "my secret")


def stores(*listed: S3Access, unnamed: str = "") -> Stores:
    managed = Managed(S3Store(HERE, "key", "secret"), "vesicle")
    return Stores(managed, [HERE], [S3Access(LAB, "key", "secret", region="lab"), *listed], unnamed)


def test_a_store_that_is_listed_without_keys_is_for_those_who_bring_some() -> None:
    ours = stores(S3Access(THEIRS, region="theirs", public_endpoint="https://public.theirs.example"))
    assert ours.meant_by(THEIRS, own_keys=True) == THEIRS
    for ask in (lambda: ours.meant_by(THEIRS), lambda: ours.at(THEIRS, "bucket")):
        with pytest.raises(BadRequest, match=r"https://s3\.theirs\.example; leave keys of yours"):
            ask()
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


def test_a_reference_opens_the_store_with_its_keys_and_nothing_once_they_are_taken_back() -> None:
    ours = stores()
    first = ours.at(ours.reference(LAB, MINE), "bucket")
    assert first is ours.at(ours.reference(LAB, MINE), "another")
    for other in (LAB, ours.reference(LAB, OwnKeys("my key", "my other secret")), ours.reference(None, MINE)):
        assert not first.is_same(ours.at(other, "bucket"))
    assert first.is_same(stores().at(ours.reference(LAB, MINE), "bucket")), "also when it was made anew"
    assert "my secret" not in repr(MINE)
    for reference in (LAB, None):
        with pytest.raises(KeysTakenBack, match=r"PUT /vesicle/v1/storageLocation/\{id\}/keys"):
            ours.at(closed(ours.reference(reference, MINE)), "bucket")
