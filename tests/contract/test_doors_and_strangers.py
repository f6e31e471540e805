"""Every door against nobody and against a stranger; the doors come from the route table, so a new one is covered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests import golden_files
from tests.live import Server
from tests.samples import SAMPLES, Sample, is_refused
from tests.samples.delivery import associations
from tests.world import DOWNLOAD, READ, World, allow, make

from vesicle.access import Exists, TeamExists
from vesicle.app import route_table
from vesicle.web import Anyone, Door, Doors, InStory, Needs, SignedIn

DOORS = {door.name: door for door in route_table()}
QUERIES = {"accessType": "READ", "partMD5Hex": "0" * 32, "fileAssociateType": "FileEntity", "prefix": ""}


def is_open(door: Door) -> bool:
    """Doors that answer everybody: by declaration, or because the contract asks for nothing but existence."""
    return isinstance(door.access, Anyone) or (
        isinstance(door.access, Needs) and door.access.kind in (Exists, TeamExists)
    )


def knock(world: World, door: Door, who: Any) -> httpx.Response:
    """One call of a door, with the owner's things."""
    sample = SAMPLES.get(door.name)
    if sample is None:
        assert not isinstance(door.access, InStory), (
            f"{door.name} decides in its story who may. Add a Sample for it to tests/samples: the request that"
            " would touch the owner's things, and how the answer shows that a stranger was kept out."
        )
        sample = Sample()
    query = {name: QUERIES[name] for name, asked in door.queries.items() if name in QUERIES} | sample.query(world)
    missing = [asked.name for asked in door.queries.values() if asked.required and asked.name not in query]
    for name in missing:
        query[name] = QUERIES.get(name, "1")
    answer: httpx.Response = who.call(door.method, world.path(door), sample.body(world), **query)
    return answer


@pytest.fixture
def untouched(one_world: World) -> Any:
    """Whoever knocks, the owner's file is what it was."""
    before = one_world.owner.ok("GET", f"/repo/v1/entity/{one_world.file['id']}")
    yield
    assert one_world.owner.ok("GET", f"/repo/v1/entity/{one_world.file['id']}") == before


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if not is_open(door)])
def test_nobody_is_refused(one_world: World, name: str) -> None:
    door = DOORS[name]
    answer = knock(one_world, door, one_world.nobody)
    sample = SAMPLES.get(name)
    assert sample.kept_out(answer) if sample else is_refused(answer), f"{answer.status_code} {answer.text}"
    if isinstance(door.access, SignedIn):
        assert answer.status_code == 401


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "name", [name for name, door in DOORS.items() if not is_open(door) and not isinstance(door.access, SignedIn)]
)
def test_a_stranger_is_refused(one_world: World, name: str) -> None:
    door = DOORS[name]
    answer = knock(one_world, door, one_world.stranger)
    sample = SAMPLES.get(name)
    if sample and sample.kept_out is not is_refused:
        assert sample.kept_out(answer), f"{answer.status_code} {answer.text}"
    else:
        assert answer.status_code == 403, f"{answer.status_code} {answer.text}"


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if isinstance(door.access, Needs)])
def test_what_does_not_exist_is_a_404(one_world: World, name: str) -> None:
    door = DOORS[name]
    assert isinstance(door.access, Needs)
    wanted = one_world.value_of(door, door.access.parameter)
    path = one_world.path(door).replace(wanted, "syn999999999" if wanted.startswith("syn") else "999999999")
    query = {asked.name: QUERIES.get(asked.name, "1") for asked in door.queries.values() if asked.required}
    answer = one_world.stranger.call(door.method, path, **query)
    assert answer.status_code == 404, answer.text


def test_one_entity_under_two_kinds_of_association_is_allowed_for_each_by_itself(server: Server) -> None:
    one_world = make(server)
    allow(one_world.server, one_world.file["id"], one_world.reader.id, READ | DOWNLOAD)
    (item,) = associations(one_world)["requestedFiles"]
    other = {**item, "associateObjectType": "TableEntity"}
    for items in ([item, other], [other, item]):
        asked = {"requestedFiles": items, "includePreSignedURLs": True}
        results = one_world.reader.ok("POST", "/file/v1/fileHandle/batch", asked)["requestedFiles"]
        assert ["preSignedURL" in one for one in results] == [one is item for one in items]


def test_a_new_door_without_a_sample_is_told_what_to_do(one_world: World) -> None:
    room = Doors("room")
    room("POST", "/repo/v1/entity", access=InStory("a test"))(lambda: None)
    with pytest.raises(AssertionError, match="Add a Sample for it"):
        knock(one_world, replace(room.table[0], path="/repo/v1/new"), one_world.stranger)
    with pytest.raises(LookupError, match="make the owner one in tests"):
        one_world.path(replace(room.table[0], path="/repo/v1/new/{id}"))


def test_the_samples_are_of_doors_that_there_are() -> None:
    stale = [name for name in SAMPLES if name not in DOORS]
    assert not stale, f"tests/samples has doors that are gone; remove them: {stale}"


def test_every_open_door_stands_in_the_golden_list_with_its_reason() -> None:
    lines = []
    for door in DOORS.values():
        if is_open(door) or not isinstance(door.access, Needs):
            reason = getattr(door.access, "reason", "") or (
                "the contract asks for nothing but existence" if is_open(door) else "any person, for themself"
            )
            lines.append(f"{door.method:6} {door.path}  [{type(door.access).__name__}] {reason}\n")
    golden_files.check("open_doors.txt", "".join(lines))


def test_every_route_stands_in_the_golden_list() -> None:
    lines = []
    for door in DOORS.values():
        kind = f"({door.access.kind.__name__})" if isinstance(door.access, Needs) else ""
        scopes = ",".join(str(scope.name) for scope in door.scopes) or "-"
        lines.append(f"{door.method:6} {door.path}  {type(door.access).__name__}{kind}  {scopes}  {door.status}\n")
    golden_files.check("routes.txt", "".join(lines))
