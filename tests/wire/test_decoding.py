"""The one decoding step: lenient where real clients need it, and nowhere else."""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vesicle.errors import BadRequest
from vesicle.wire import UNSET, EntityId, Id, Int64, Maybe, Shape, decode, encode


class Thing(Shape, tag_field="concreteType"):
    """What the tests of this file send."""

    number: Maybe[Int64] = UNSET
    flag: Maybe[bool] = UNSET
    text: Maybe[Annotated[str, msgspec.Meta(max_length=10)]] = UNSET
    parent_id: Maybe[EntityId] = UNSET
    file_handle_id: Maybe[Id] = UNSET
    many: Maybe[list[str]] = UNSET
    anything: Maybe[Any] = UNSET


class One(Thing, tag="org.example.One"):
    pass


class Two(Thing, tag="org.example.Two"):
    pass


TAG = "org.example.One"


def read(text: str | bytes) -> Thing:
    return decode(text if isinstance(text, bytes) else text.encode(), One | Two, TAG)  # type: ignore[arg-type]


def read_or_refused(text: str | bytes) -> Thing | BadRequest:
    """What came of it; any other exception is a mistake."""
    try:
        return read(text)
    except BadRequest as refusal:
        return refusal


def refused(text: str | bytes) -> str:
    with pytest.raises(BadRequest) as refusal:
        read(text)
    assert refusal.value.reason
    return refusal.value.reason


def test_null_is_absent_at_every_depth() -> None:
    thing = read('{"number": null, "text": null, "parentId": null, "anything": {"a": null, "b": [{"c": null}]}}')
    assert (thing.number, thing.text, thing.parent_id) == (UNSET, UNSET, UNSET)
    assert thing.anything == {"b": [{}]}


def test_an_empty_body_is_an_empty_object() -> None:
    assert read("") == One()


def test_unknown_members_are_ignored() -> None:
    assert read('{"isConsistent": true, "x": {"y": [1]}}') == One()


@pytest.mark.parametrize("text", ["7", '"7"', "7.0", '" 7 "', '"+7"', '"07"'])
def test_numbers_may_be_strings(text: str) -> None:
    assert read(f'{{"number": {text}}}').number == 7


@pytest.mark.parametrize("text", ['"7.5"', "7.5", '"x"', '""', "true", "[]", "{}", '"1e3"', '"0x10"', '"1_000"', '"٧"'])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    refused(f'{{"number": {text}}}')


@pytest.mark.parametrize("text", ['"true"', "1", "0", '"false"', '"yes"', "[]"])
def test_booleans_are_never_lenient(text: str) -> None:
    refused(f'{{"flag": {text}}}')


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63)])
def test_sixty_four_bits_are_read_to_the_last(number: int) -> None:
    assert read(f'{{"number": {number}}}').number == number
    assert read(f'{{"number": "{number}"}}').number == number


@pytest.mark.parametrize(
    "digits", [f"{2**63}", f"{-(2**63) - 1}", f"{2**64}", "1" + "0" * 30, "1" * 5000], ids=lambda digits: digits[:30]
)
def test_more_than_sixty_four_bits_is_refused_wherever_it_stands(digits: str) -> None:
    refused(f'{{"number": {digits}}}')
    refused(f'{{"number": "{digits}"}}')
    refused(f'{{"anything": [{{"a": {digits}}}]}}')


@pytest.mark.parametrize("text", ['{"text": "a\\u0000"}', '{"anything": {"a\\u0000": 1}}', '{"many": ["\\u0000"]}'])
def test_a_nul_character_is_refused(text: str) -> None:
    assert "NUL" in refused(text)


@pytest.mark.parametrize(
    "text", ['{"text": "\\ud800"}', b'{"text": "\xed\xa0\x80"}', b'{"text": "\xff"}', '{"\\udfff": 1}']
)
def test_text_that_is_no_text_is_refused(text: str | bytes) -> None:
    refused(text)


@pytest.mark.parametrize(
    "text", ["{", "}", "[1", '{"a" 1}', "{'a': 1}", '{"a": NaN}', '{"a": 1,}', "nul", '{"a": 01}', "\ufeff{}", "{} {}"]
)
def test_malformed_json_is_refused(text: str) -> None:
    assert "not valid JSON" in refused(text)


@pytest.mark.parametrize("text", ["[]", "1", '"text"', "true"])
def test_what_is_no_object_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize("depth", [900, 1100, 10_000, 500_000])
def test_deep_nesting_is_read_or_refused(depth: int) -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        text = f'{{"anything": {opening * depth}1{closing * depth}}}'
        answer = read_or_refused(text)
        assert isinstance(answer, One) or "JSON" in answer.reason


def test_the_default_tag_is_used_where_none_is_sent() -> None:
    assert type(read("{}")) is One
    assert type(read('{"concreteType": null}')) is One
    assert type(read('{"concreteType": "org.example.Two"}')) is Two


@pytest.mark.parametrize("tag", ['"org.example.Three"', '""', "1", "[]", '"One"'])
def test_an_unknown_concrete_type_is_refused(tag: str) -> None:
    refused(f'{{"concreteType": {tag}}}')


def test_a_missing_concrete_type_without_a_default_is_refused() -> None:
    with pytest.raises(BadRequest, match="concreteType"):
        decode(b"{}", One | Two)  # type: ignore[arg-type]


def test_a_text_that_is_too_long_names_its_member() -> None:
    assert "text" in refused('{"text": "12345678901"}')


@pytest.mark.parametrize("text", ["syn12", "SYN12", "Syn12", "12", " syn12 "])
def test_entity_ids_are_read_in_every_spelling(text: str) -> None:
    assert read(json.dumps({"parentId": text})).parent_id == 12
    assert EntityId.parse(text) == 12


@pytest.mark.parametrize(
    "text", ["syn", "syn1.2", "syn-1", "synapse", "", "12syn", "syn 12", "syn" + "9" * 19, "ѕуn12", True, None]
)
def test_what_is_no_entity_id_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is not a valid Synapse ID"):
        EntityId.parse(text)


def test_ids_are_strings_and_numbers_are_numbers_on_the_wire() -> None:
    thing = One(number=Int64(5), parent_id=EntityId(12), file_handle_id=Id(13))
    assert json.loads(encode(thing)) == {
        "concreteType": TAG, "number": 5, "parentId": "syn12", "fileHandleId": "13"
    }  # fmt: skip


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_is_sent_is_read_or_refused(value: Any) -> None:
    for text in (json.dumps({"anything": value}), json.dumps({"number": value, "flag": value, "many": value})):
        answer = read_or_refused(text)
        assert isinstance(answer, One) or answer.reason


@given(st.binary())
def test_bytes_are_read_or_refused(body: bytes) -> None:
    answer = read_or_refused(body)
    assert isinstance(answer, One | Two) or answer.reason
