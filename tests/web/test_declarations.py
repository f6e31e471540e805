"""Mistakes in the declaration of a door are found when its module is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vesicle.access import Actor, Exists, Grant, MayRead, Owns, Scope
from vesicle.access.grants import Subject
from vesicle.web import Anyone, Call, Doors, InStory, Needs, SignedIn, Transaction
from vesicle.web.doors import camel, snake
from vesicle.web.routing import Routes
from vesicle.wire import EntityId

ROOT = Path(__file__).parents[2]


def handler(call: Call, id: EntityId) -> None:
    """A handler with a path parameter."""


def without_id(call: Call) -> None:
    """A handler without one."""


def with_grant(call: Call, grant: MayRead) -> None:
    """A handler that wants a proof."""


def test_a_door_without_access_is_an_error_at_import() -> None:
    with pytest.raises(TypeError, match="access"):
        Doors("room")("GET", "/x")(without_id)  # type: ignore[call-arg]


def test_a_path_parameter_asks_for_a_grant_or_gives_a_reason() -> None:
    for access in (SignedIn(), Anyone("")):
        with pytest.raises(TypeError, match="asks for a grant, or gives the reason"):
            Doors("room")("GET", "/x/{id}", access=access)(handler)
    room = Doors("room")
    for number, access in enumerate((SignedIn("own"), Anyone("open"), InStory("in the story"), Needs(MayRead))):
        room("GET", f"/x{number}/{{id}}", access=access)(handler)
    assert len(room.table) == 4


def test_a_grant_can_be_asked_for_only_where_the_path_names_a_thing() -> None:
    with pytest.raises(TypeError, match="no parameter id"):
        Doors("room")("GET", "/x", access=Needs(MayRead))(without_id)
    with pytest.raises(TypeError, match="grant"):
        Doors("room")("GET", "/x", access=SignedIn())(with_grant)


def test_a_path_parameter_has_a_type() -> None:
    with pytest.raises(TypeError, match="does not say what the path parameter other is"):
        Doors("room")("GET", "/x/{id}/{other}", access=Needs(MayRead))(with_grant)


def test_a_door_without_a_database_takes_nothing() -> None:
    for access, scopes in ((SignedIn(), Scope(0)), (Anyone("open"), Scope.view), (InStory("x"), Scope(0))):
        with pytest.raises(TypeError, match="without a database"):
            Doors("room")("GET", "/x", access=access, scopes=scopes, transaction=Transaction.NONE)(lambda: None)
    with pytest.raises(TypeError, match="without a database"):
        Doors("room")("GET", "/x", access=Anyone("open"), scopes=Scope(0), transaction=Transaction.NONE)(without_id)


def test_one_door_is_declared_once() -> None:
    room = Doors("room")
    for _ in range(2):
        room("GET", "/x", access=SignedIn())(without_id)
    with pytest.raises(TypeError, match="declared twice"):
        Routes(room.table)


def test_a_literal_segment_wins_over_a_parameter() -> None:
    room = Doors("room")
    room("GET", "/x/{id}", access=Needs(Exists))(handler)
    room("GET", "/x/type", access=SignedIn())(without_id)
    room("GET", "/x/{id}/path", access=Needs(Exists))(handler)
    routes = Routes(room.table)
    assert routes.find("GET", "/x/type")[0].path == "/x/type"
    assert routes.find("GET", "/x/syn1") == (room.table[0], ["syn1"])
    assert routes.find("GET", "/x/type/path") == (room.table[2], ["type"])


@pytest.mark.parametrize("name", ["limit", "next_page_token", "part_md5_hex", "upload_id"])
def test_names_of_the_wire_and_of_the_house_lead_to_each_other(name: str) -> None:
    assert snake(camel(name)).replace("m_d5", "md5") == name


def all_below(kind: type) -> list[type]:
    return [kind, *(one for below in kind.__subclasses__() for one in all_below(below))]


@pytest.mark.parametrize("kind", [*all_below(Grant), *all_below(Owns)])
def test_a_grant_cannot_be_made_by_hand(kind: type) -> None:
    actor = Actor(5, [5])
    rest = (1, 5) if issubclass(kind, Owns) else (Subject(1, "file", 1, 5, 1, 255, False, None),)
    with pytest.raises(TypeError, match=r"made by access\.require alone"):
        kind(object(), actor, *rest)


SNIPPET = """
from vesicle.access import MayRead, MayUpdate, OwnsFileHandle
from vesicle.db import Connection
from vesicle.entities.store import versions as store
from vesicle.files import store as files


def good(conn: Connection, grant: MayRead, change: MayUpdate, mine: OwnsFileHandle) -> None:
    store.entity(conn, grant)
    store.set_annotations(conn, change, 1, {})
    files.delete_handle(conn, mine)


def bad(conn: Connection, grant: MayRead, number: int) -> None:
    store.entity(conn, number)
    store.set_annotations(conn, number, 1, {})
    store.set_annotations(conn, grant, 1, {})
    files.delete_handle(conn, number)
    files.delete_handle(conn, grant)
"""


def test_an_id_in_place_of_a_grant_is_a_type_error(tmp_path: Path) -> None:
    file = tmp_path / "snippet.py"
    file.write_text(SNIPPET)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", "--no-error-summary", "--no-pretty",
         "--cache-dir", tmp_path / "cache", file],
        cwd=ROOT, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    lines = SNIPPET.splitlines()
    bad = set(range(next(at for at, line in enumerate(lines, 1) if line.startswith("def bad")) + 1, len(lines) + 1))
    found = {int(line.split(":")[1]) for line in done.stdout.splitlines() if "error:" in line}
    assert found == bad, done.stdout + done.stderr
    assert all("[arg-type]" in line for line in done.stdout.splitlines()), done.stdout
