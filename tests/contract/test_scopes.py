"""Every door against tokens that were not made for it; the doors come from the route table."""

from __future__ import annotations

import pytest
from tests.contract.test_doors_and_strangers import DOORS, knock
from tests.live import Person
from tests.world import World, same_person

from vesicle.access import Scope

SINGLE = ("view", "download", "modify")
LACKING = [
    (name, scope) for name, door in DOORS.items() for scope in SINGLE if door.scopes and door.scopes & ~Scope[scope]
]


@pytest.fixture(scope="session")
def narrow(one_world: World) -> dict[str, Person]:
    """The owner, with a token of each single scope."""
    return {scope: same_person(one_world.server, one_world.owner, scope) for scope in SINGLE}


@pytest.mark.parametrize(("name", "scope"), LACKING)
def test_a_token_without_the_scope_is_refused(
    one_world: World, narrow: dict[str, Person], name: str, scope: str
) -> None:
    answer = knock(one_world, DOORS[name], narrow[scope])
    assert answer.status_code == 403, answer.text
    body = answer.json()
    assert body["error"] == "insufficient_scope"
    missing = DOORS[name].scopes & ~Scope[scope]
    assert all(str(one.name) in body["reason"] for one in missing)


READS = [name for name, door in DOORS.items() if door.scopes == Scope.view and door.method == "GET"]


@pytest.mark.parametrize("name", READS)
def test_a_token_with_the_scope_opens_the_door(one_world: World, narrow: dict[str, Person], name: str) -> None:
    answer = knock(one_world, DOORS[name], narrow["view"])
    assert "insufficient_scope" not in answer.text
    assert answer.status_code != 401


def test_the_doors_without_scopes_give_nothing_of_a_person_away() -> None:
    free = {name for name, door in DOORS.items() if not door.scopes}
    expected = {"/", "/repo/v1", "/auth/v1", "/file/v1", "/repo/v1/version", "/repo/v1/status", "/healthz", "/readyz"}
    known = {f"GET {path}" for path in (*expected, "/metrics", "/vesicle/v1/openapi.json")} | {"POST /auth/v1/login2"}
    assert free == known, "A door without scopes is open to every token: give it scopes, or name it here."
