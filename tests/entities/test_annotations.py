"""Annotations: typed values under keys, with the entity's etag."""

from __future__ import annotations

from typing import Any

import pytest
from tests.live import Person


def test_annotations_of_every_type_come_back(owner: Person) -> None:
    made = owner.folder(owner.project()["id"])
    path = f"/repo/v1/entity/{made['id']}/annotations2"
    given = {
        "text": {"type": "STRING", "value": ["a", "ü", ""]}, "whole": {"type": "LONG", "value": ["-1", str(2**63 - 1)]},
        "real": {"type": "DOUBLE", "value": ["1.5e3", "nan", "-inf", "Infinity"]},
        "moment": {"type": "TIMESTAMP_MS", "value": ["1700000000000"]}, "flag": {"type": "BOOLEAN", "value": ["TRUE"]},
        "none": {"type": "STRING", "value": []},
    }  # fmt: skip
    answer = owner.ok("PUT", path, {"id": made["id"], "etag": made["etag"], "annotations": given})
    expected = {
        **given, "real": {"type": "DOUBLE", "value": ["1.5e3", "NaN", "-Infinity", "Infinity"]},
        "flag": {"type": "BOOLEAN", "value": ["true"]},
    }  # fmt: skip
    assert answer["annotations"] == expected
    assert answer == owner.ok("GET", path)
    assert answer["etag"] == owner.ok("GET", f"/repo/v1/entity/{made['id']}")["etag"] != made["etag"]
    old = owner.ok("GET", f"/repo/v1/entity/{made['id']}/version/1/annotations2")
    assert (old["etag"], old["annotations"]) == ("00000000-0000-0000-0000-000000000000", expected)


@pytest.mark.parametrize(
    "annotations",
    [
        {"a b": {"type": "STRING", "value": ["x"]}}, {"k": {"type": "LONG", "value": ["1.5"]}},
        {"k": {"type": "LONG", "value": [str(2**63)]}}, {"k": {"type": "DOUBLE", "value": ["x"]}},
        {"k": {"type": "BOOLEAN", "value": ["yes"]}}, {"k": {"type": "TIMESTAMP_MS", "value": ["2024-01-01"]}},
        {"k": {"type": "MAP", "value": ["x"]}}, {"k": {"value": ["x"]}}, {"k": {"type": "STRING"}},
        {"k": {"type": "STRING", "value": [None]}}, {"k": {"type": "STRING", "value": ["x" * 501]}},
        {"k": {"type": "STRING", "value": ["x"] * 101}}, {f"k{n}": {"type": "LONG", "value": []} for n in range(101)},
        {"_accessRequirementIds": {"type": "LONG", "value": ["1"]}}, {"x" * 257: {"type": "LONG", "value": ["1"]}},
        {"": {"type": "LONG", "value": ["1"]}}, {"a\n": {"type": "LONG", "value": ["x"]}},
    ],
)  # fmt: skip
def test_annotations_past_the_rules_are_refused(owner: Person, annotations: dict[str, Any]) -> None:
    made = owner.folder(owner.project()["id"])
    path = f"/repo/v1/entity/{made['id']}/annotations2"
    answer = owner.call("PUT", path, {"id": made["id"], "etag": made["etag"], "annotations": annotations})
    assert answer.status_code == 400
    assert owner.ok("GET", path)["annotations"] == {}


def test_annotations_need_the_current_etag(owner: Person) -> None:
    made = owner.folder(owner.project()["id"])
    path = f"/repo/v1/entity/{made['id']}/annotations2"
    for etag, status in ((None, 400), ("", 400), ("00000000-0000-0000-0000-000000000000", 412), ("x", 412)):
        assert owner.call("PUT", path, {"id": made["id"], "etag": etag, "annotations": {}}).status_code == status
    other = {"id": made["parentId"], "etag": made["etag"], "annotations": {}}
    assert owner.call("PUT", path, other).status_code == 400
