"""Powers and errors of the object store contract."""

from __future__ import annotations

import pytest

from vesicle import errors
from vesicle.objectstore.contract import (
    NoSuchObject,
    NoSuchUpload,
    Refused,
    SignsUrls,
    StoreError,
    TakesParts,
    Unavailable,
    power,
)
from vesicle.objectstore.s3 import S3Store


class Plain:
    """A store without any power."""

    name = "plain"


@pytest.mark.parametrize(("wanted", "word"), [(TakesParts, "parts"), (SignsUrls, "sign")])
def test_asking_for_a_power_that_a_store_lacks_is_a_bad_request(wanted: type, word: str) -> None:
    with pytest.raises(errors.BadRequest, match=f"plain cannot .*{word}"):
        power(Plain(), wanted)  # type: ignore[arg-type]


def test_the_s3_store_has_both_powers() -> None:
    store = S3Store("http://127.0.0.1:1", "key", "secret")
    assert power(store, TakesParts) is store
    assert power(store, SignsUrls) is store
    store.close()


@pytest.mark.parametrize(
    ("kind", "status"),
    [(StoreError, 502), (Refused, 502), (NoSuchObject, 502), (NoSuchUpload, 502), (Unavailable, 503)],
)
def test_an_uncaught_store_error_is_answered_as_the_stores_trouble(kind: type[StoreError], status: int) -> None:
    refusal = kind("reason")
    assert isinstance(refusal, errors.Refusal)
    assert (refusal.status, refusal.reason) == (status, "reason")
