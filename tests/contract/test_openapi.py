"""Our OpenAPI document is valid, and what is generated from it finds no 5xx."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from tests.live import Person, Server
from tests.world import World, make

from vesicle.app import openapi, route_table
from vesicle.web.openapi import document

EXAMPLES = 12
DOCUMENT = document(route_table(), "/")
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations()}
# What removes a thing is tried on things that do not exist, or the world would be empty after the first example.
REMOVES = "DELETE"


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    """A world of its own, because what is generated changes things."""
    return make(server)


def test_the_document_is_valid(server: Server) -> None:
    SCHEMA.validate()
    answer = server.nobody().call("GET", "/vesicle/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["paths"] == DOCUMENT["paths"]
    assert openapi().body is openapi().body, "it is made once in a process"


def test_the_document_has_every_door_and_no_operation_twice() -> None:
    doors = {f"{door.method} {door.path}" for door in route_table()}
    assert doors == set(OPERATIONS)
    ids = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert len(set(ids)) == len(ids)


def generated(label: str, world: World, mode: GenerationMode) -> st.SearchStrategy[Any]:
    """Requests of an operation; every second one is for a thing that the owner has."""
    door = next(door for door in route_table() if f"{door.method} {door.path}" == label)
    real = {name: world.value_of(door, name) for name in door.parameters}

    def aimed(case: Any, at_real: bool) -> Any:
        if at_real and door.method != REMOVES:
            case.path_parameters = {**(case.path_parameters or {}), **real}
        return case

    return st.builds(aimed, OPERATIONS[label].as_strategy(generation_mode=mode), st.booleans())


def fuzz(label: str, world: World, who: Person, mode: GenerationMode) -> None:
    """Send what is generated; the same requests in every run."""
    headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}

    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=generated(label, world, mode))
    def run(case: Any) -> None:
        answer = case.call(base_url=who.url, headers=headers, timeout=30, allow_redirects=False)
        assert answer.status_code < 500, f"{case.as_curl_command()}\n→ {answer.status_code} {answer.text[:500]}"

    run()


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_generated_request_of_the_owner_is_a_5xx(world: World, label: str) -> None:
    fuzz(label, world, world.owner, GenerationMode.POSITIVE)
    takes_something = any(OPERATIONS[label].iter_parameters()) or OPERATIONS[label].body
    if takes_something:
        # Where any text will do, there is nothing wrong to be generated.
        with suppress(Unsatisfiable):
            fuzz(label, world, world.owner, GenerationMode.NEGATIVE)


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_generated_request_of_nobody_is_a_5xx(world: World, label: str) -> None:
    fuzz(label, world, world.nobody, GenerationMode.POSITIVE)
