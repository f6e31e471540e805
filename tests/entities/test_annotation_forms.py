"""Annotations in the old form, and flat beside the fields."""

from __future__ import annotations

from typing import Any

import pytest
from tests.live import Person

GIVEN: dict[str, Any] = {
    "text": {"type": "STRING", "value": ["a", "ü"]}, "one": {"type": "STRING", "value": ["x"]},
    "whole": {"type": "LONG", "value": ["7"]}, "real": {"type": "DOUBLE", "value": ["1.5", "NaN", "-Infinity"]},
    "moment": {"type": "TIMESTAMP_MS", "value": ["1700000000123"]}, "flag": {"type": "BOOLEAN", "value": ["true"]},
    "none": {"type": "STRING", "value": []}, "name": {"type": "STRING", "value": ["hidden"]},
    "description": {"type": "STRING", "value": ["hidden, although the entity has none"]},
}  # fmt: skip


@pytest.fixture
def folder(owner: Person) -> Any:
    made = owner.folder(owner.project()["id"])
    body = {"id": made["id"], "etag": made["etag"], "annotations": GIVEN}
    owner.ok("PUT", f"/repo/v1/entity/{made['id']}/annotations2", body)
    return owner.ok("GET", f"/repo/v1/entity/{made['id']}")


def door(entity: Any, form: str) -> str:
    return f"/repo/v1/entity/{entity['id']}/{form}"


def test_the_old_form_has_one_member_for_each_type(owner: Person, folder: Any) -> None:
    old = owner.ok("GET", door(folder, "annotations"))
    assert (old["id"], old["etag"]) == (folder["id"], folder["etag"])
    assert old["longAnnotations"] == {"whole": [7]}
    assert old["doubleAnnotations"] == {"real": [1.5, "NaN", "-Infinity"]}
    assert old["dateAnnotations"] == {"moment": [1700000000123]}
    assert old["blobAnnotations"] == {}
    assert old["stringAnnotations"]["flag"] == ["true"]
    assert owner.ok("GET", door(folder, "version/1/annotations"))["etag"].startswith("00000000")
    back = owner.ok("PUT", door(folder, "annotations"), {**old, "id": None})
    assert back == {**old, "etag": back["etag"]}
    assert back["etag"] != old["etag"]
    typed = owner.ok("GET", door(folder, "annotations2"))["annotations"]
    assert typed == {**GIVEN, "flag": {"type": "STRING", "value": ["true"]}}
    for wrong in ({**back, "blobAnnotations": {"b": ["AA=="]}}, {**back, "longAnnotations": {"text": [1]}},
                  {**back, "longAnnotations": {"whole": ["x"]}}):  # fmt: skip
        assert owner.call("PUT", door(folder, "annotations"), wrong).status_code == 400
    assert owner.call("PUT", door(folder, "annotations"), old).status_code == 412


def test_the_flat_form_shows_fields_and_annotations_and_takes_annotations_back(owner: Person, folder: Any) -> None:
    flat = owner.ok("GET", door(folder, "json"))
    assert flat == {
        **folder, "text": ["a", "ü"], "one": "x", "whole": 7, "real": [1.5, "NaN", "-Infinity"],
        "moment": "2023-11-14T22:13:20.123Z", "flag": True, "none": "",
    }  # fmt: skip
    assert owner.ok("GET", door(folder, "version/1/json"))["whole"] == 7
    back = owner.ok("PUT", door(folder, "json"), {**flat, "name": "not taken", "mixed": [1, 2.5]})
    assert back == {**flat, "etag": back["etag"], "mixed": [1.0, 2.5], "modifiedOn": back["modifiedOn"]}
    typed = owner.ok("GET", door(folder, "annotations2"))["annotations"]
    kept = {key: GIVEN[key] for key in ("text", "one", "whole", "real", "moment", "flag")}
    kept["none"] = {"type": "STRING", "value": [""]}
    assert typed == {**kept, "mixed": {"type": "DOUBLE", "value": ["1.0", "2.5"]}}


@pytest.mark.parametrize(
    "more", [{"k": [1, "x"]}, {"k": {"a": 1}}, {"k": [[1]]}, {"k": [None]}, {"etag": None}, {"id": None}, {"id": "x"},
             {"concreteType": None}, {"concreteType": "x"}, {"bad key": 1}, {"k": True, "l": [True, 1]}],
)  # fmt: skip
def test_flat_annotations_past_the_rules_are_refused(owner: Person, folder: Any, more: dict[str, Any]) -> None:
    flat = owner.ok("GET", door(folder, "json"))
    assert owner.call("PUT", door(folder, "json"), {**flat, **more}).status_code == 400
    assert owner.call("PUT", door(folder, "json"), {**flat, "etag": "x"}).status_code == 412


def test_nothing_is_derived(owner: Person, folder: Any) -> None:
    assert owner.ok("GET", door(folder, "derivedKeys")) == {"keys": []}
    plain = owner.ok("GET", door(folder, "annotations2"))
    assert owner.ok("GET", door(folder, "annotations2"), includeDerived="true") == plain
    assert owner.call("GET", door(folder, "annotations2"), includeDerived="x").status_code == 400
