"""Every concreteType as a golden sample, and every union whole."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest
from tests import golden_files

import vesicle
from vesicle.accounts.requests import AnyChangePassword, AnySignedToken, ChangePassword, SignedToken
from vesicle.delivery.list_model import (
    AnyQueryRequest,
    AnyQueryResponse,
    QueryRequestDetails,
    QueryResponseDetails,
)
from vesicle.entities.model import AnyEntity, AnyVersionable, Entity, Versionable
from vesicle.entities.model.activities import AnyUsed, Used
from vesicle.entities.model.restrictions import Action, AnyAction
from vesicle.files.model import AnyFileHandle, FileHandle
from vesicle.locations.destinations import AnyUploadDestination, UploadDestination
from vesicle.locations.model import AnyProjectSetting, AnyStorageLocation, ProjectSetting, StorageLocationSetting
from vesicle.teams.model import AnyTeamToken
from vesicle.wire import EntityId, Id, Int64, Shape, decode, encode, leaves, tag_of

MOMENT = "2024-02-29T12:00:00.000Z"
# One value for each type that a member may have.
PLAIN: dict[Any, Any] = {str: "text", int: 7, float: 1.5, Int64: 9007199254740993, bool: True,
                         EntityId: EntityId(10000001), Id: Id(10000002), Any: {"free": ["form", 1]}}  # fmt: skip


def all_shapes(base: type[Shape] = Shape) -> Iterator[type[Shape]]:
    for kind in base.__subclasses__():
        yield kind
        yield from all_shapes(kind)


for module in pkgutil.walk_packages(vesicle.__path__, "vesicle."):
    if not module.name.startswith(("vesicle.db.migrations", "vesicle.__main__")):
        importlib.import_module(module.name)
# Other tests make shapes of their own.
SHAPES = {kind.__name__: kind for kind in all_shapes() if kind.__module__.startswith("vesicle.")}
TAGGED = {
    name: kind for name, kind in SHAPES.items() if kind.__struct_config__.tag and not kind.__subclasses__()
}  # fmt: skip


def sample_of(kind: Any, name: str = "") -> Any:
    """A value of a type, the same in every run; dates look like dates."""
    if kind is str and name.endswith("On"):
        return MOMENT
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, type) and issubclass(kind, Shape):
        fields = msgspec.structs.fields(kind)
        return kind(**{one.name: sample_of(one.type, one.encode_name) for one in fields})
    origin, inside = get_origin(kind), [one for one in get_args(kind) if one not in (msgspec.UnsetType, type(None))]
    if origin is Literal:
        return inside[0]
    if origin is list:
        return [sample_of(inside[0])]
    if origin is dict:
        return {"key": sample_of(inside[1])}
    if inside and hasattr(kind, "__metadata__"):
        return sample_of(inside[0])
    if inside:
        return sample_of(inside[0], name)
    raise AssertionError(f"tests/contract/test_shapes.py: add a sample value of {kind!r} to PLAIN")


def test_there_are_shapes_to_look_at() -> None:
    assert {"Project", "Folder", "FileEntity", "S3FileHandle", "ErrorResponse", "MultipartUploadRequest"} <= set(TAGGED)


def test_every_concrete_type_is_the_golden_sample() -> None:
    samples = {tag_of(kind): json.loads(encode(sample_of(kind))) for kind in TAGGED.values()}
    golden_files.check("samples.json", json.dumps(samples, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("name", TAGGED)
def test_a_sample_comes_back_as_it_was(name: str) -> None:
    sample = sample_of(TAGGED[name])
    assert decode(encode(sample), TAGGED[name]) == sample


@pytest.mark.parametrize("name", SHAPES)
def test_members_are_camel_case_and_absent_ones_are_left_out(name: str) -> None:
    kind = SHAPES[name]
    for one in msgspec.structs.fields(kind):
        assert "_" not in one.encode_name
        assert one.encode_name[0].islower()
        assert one.default is not None, f"{name}.{one.name} would be written as null; make it Maybe[...] = UNSET"


def test_no_two_shapes_have_one_concrete_type() -> None:
    tags = [tag_of(kind) for kind in TAGGED.values()]
    assert len(set(tags)) == len(tags)
    # What Synapse does not have is named as ours.
    assert all(tag.startswith(("org.sagebionetworks.repo.model.", "org.vesicle.")) for tag in tags)


@pytest.mark.parametrize(
    ("base", "union"),
    [
        (Entity, AnyEntity),
        (Versionable, AnyVersionable),
        (Used, AnyUsed),
        (FileHandle, AnyFileHandle),
        (UploadDestination, AnyUploadDestination),
        (StorageLocationSetting, AnyStorageLocation),
        (ProjectSetting, AnyProjectSetting),
        (SignedToken, AnySignedToken | AnyTeamToken),
        (ChangePassword, AnyChangePassword),
        (QueryRequestDetails, AnyQueryRequest),
        (QueryResponseDetails, AnyQueryResponse),
        (Action, AnyAction),
    ],
)
def test_a_union_lists_every_leaf_of_its_base(base: type[Shape], union: Any) -> None:
    listed = set(get_args(union)) or {union}
    assert listed == leaves(base), f"add what is missing to the union beside {base.__name__}"


def test_every_base_with_leaves_has_a_union_that_is_tested() -> None:
    bases = {kind.__name__ for kind in SHAPES.values() if kind.__subclasses__() and kind.__struct_config__.tag_field}
    tested = {"Entity", "Versionable", "Used", "FileHandle", "SignedToken", "ChangePassword"}
    tested |= {"QueryRequestDetails", "QueryResponseDetails", "Action"}
    tested |= {"UploadDestination", "StorageLocationSetting", "ProjectSetting"}
    assert bases == tested, "test the union of the new base above"
