"""Dates, absent members, and the two styles of paging."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vesicle.errors import BadRequest
from vesicle.wire import UNSET, Maybe, Shape, encode, key_of_token, offset_page, or_unset, stamp, token_of_key
from vesicle.wire.pages import check_window

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Answer(Shape):
    """What the tests of this file encode."""

    some_member: Maybe[str] = UNSET
    other: Maybe[list[str]] = UNSET


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2024, 2, 29, 1, 2, 3, tzinfo=UTC), "2024-02-29T01:02:03.000Z"),
        (datetime(2024, 1, 1, microsecond=1999, tzinfo=UTC), "2024-01-01T00:00:00.001Z"),
        (datetime(2024, 1, 1, microsecond=999_999, tzinfo=UTC), "2024-01-01T00:00:00.999Z"),
        (datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2023-12-31T22:00:00.000Z"),
    ],
)
def test_a_date_has_three_fraction_digits_and_a_z(moment: datetime, text: str) -> None:
    assert stamp(moment) == text


@given(st.datetimes(timezones=st.timezones()).filter(lambda moment: 1000 < moment.year < 9999))
def test_every_date_has_the_one_form(moment: datetime) -> None:
    assert DATE.fullmatch(stamp(moment))


def test_absent_members_are_left_out_and_never_null() -> None:
    assert json.loads(encode(Answer(some_member=or_unset(None), other=[]))) == {"other": []}


def test_a_full_page_promises_one_more_and_a_short_one_tells_the_total() -> None:
    assert offset_page([1, 2], 2, 4).total_number_of_results == 7
    assert offset_page([1], 2, 4).total_number_of_results == 5
    assert offset_page([], 2, 4).total_number_of_results == 4


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (101, 0), (-1, 0), (10, -1)])
def test_a_window_that_cannot_be_is_refused(limit: int, offset: int) -> None:
    with pytest.raises(BadRequest):
        check_window(limit, offset)


@given(st.text(), st.integers(min_value=0, max_value=2**63 - 1))
def test_the_key_in_a_token_comes_back(name: str, number: int) -> None:
    assert key_of_token(token_of_key(name, number), tuple[str, int]) == (name, number)


@pytest.mark.parametrize("token", ["50a50", "", "ä", "%%%", "W10", "eyJhIjoxfQ", "WzEsMl0", "A" * 10_000])
def test_a_token_of_somebody_else_is_refused(token: Any) -> None:
    with pytest.raises(BadRequest):
        key_of_token(token, tuple[str, int])
