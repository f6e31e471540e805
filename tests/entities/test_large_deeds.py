"""Deeds on whole subtrees: they have the time that a large one takes, and never wait for each other in a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from psycopg.errors import DeadlockDetected
from tests.live import Person, Server

from vesicle import app
from vesicle.access import Actor, MayRead, MayUpdate, require
from vesicle.accounts import tokens
from vesicle.db import Connection, connect
from vesicle.entities import granting, reading, trash, updates, versioning
from vesicle.entities.model.entity import AnyEntity, FileEntity
from vesicle.entities.model.sharing import AccessControlList, access_of
from vesicle.web import House
from vesicle.wire import UNSET, EntityId, Id

ROUNDS = 40


@pytest.fixture
def house(server: Server) -> Iterator[House]:
    """The house of a process beside the server."""
    found = app.open_house(server.settings())
    yield found
    found.pool.close()


def number(entity: dict[str, Any]) -> int:
    return int(entity["id"].removeprefix("syn"))


def moved(conn: Connection, actor: Actor, entity_id: int, parent_id: int) -> AnyEntity:
    """What an update says that moves an entity and changes nothing else."""
    entity = reading.entity(conn, require(conn, actor, MayRead, entity_id))
    entity.parent_id = EntityId(parent_id)
    return entity


def allowed(conn: Connection) -> str:
    """How long a statement may take."""
    row = conn.execute("SHOW statement_timeout").fetchone()
    assert row
    return str(row[0])


def test_what_rewrites_a_subtree_is_given_time(house: House, owner: Person) -> None:
    project = owner.project()
    folder, other = owner.folder(project["id"]), owner.folder(project["id"])
    owner.file(folder["id"])
    one, to = number(folder), number(other)
    with house.pool.connection() as conn:
        actor = tokens.actor_of_person(conn, owner.id, house.settings)
        mine = AccessControlList(resource_access=[access_of(owner.id, 127)])
        deeds: list[Callable[[], object]] = [
            lambda: granting.part(conn, actor, one, mine),
            lambda: granting.rejoin(conn, actor, one),
            lambda: updates.replace(
                conn, actor, house.settings, one, moved(conn, actor, one, to), new_version=False
            ),
            lambda: trash.delete(conn, actor, one, purge_soon=False),
            lambda: trash.restore(conn, actor, house.settings, one),
        ]  # fmt: skip
        for deed in deeds:
            assert allowed(conn) == "30s", "a request is a few short queries"
            with conn.transaction():
                deed()
                assert allowed(conn) == "1h"
    assert owner.ok("GET", f"/repo/v1/entity/{folder['id']}")["parentId"] == other["id"]


def test_a_command_takes_its_time(server: Server) -> None:
    with closing(connect(server.database_url)) as conn:
        assert allowed(conn) == "0"


def test_versions_and_moves_wait_for_each_other_and_never_in_a_circle(house: House, owner: Person) -> None:
    """A folder goes to and fro while the files in it get versions, other bytes, and fewer versions."""
    project = owner.project()
    places = [number(owner.folder(project["id"])) for _ in range(2)]
    folder = number(owner.folder(f"syn{places[0]}"))
    files = [number(owner.file(f"syn{folder}")) for _ in range(3)]
    handles = [owner.upload(f"content {one}".encode()) for one in range(2)]
    with house.pool.connection() as conn:
        actor = tokens.actor_of_person(conn, owner.id, house.settings)

    def move(conn: Connection, turn: int) -> None:
        asked = moved(conn, actor, folder, places[turn % 2])
        updates.replace(conn, actor, house.settings, folder, asked, new_version=False)

    def change(conn: Connection, turn: int) -> None:
        asked = reading.entity(conn, require(conn, actor, MayUpdate, files[0]))
        assert isinstance(asked, FileEntity)
        asked.data_file_handle_id, asked.version_label = Id(handles[turn % 2]), UNSET
        updates.replace(conn, actor, house.settings, files[0], asked, new_version=True)

    def cut(conn: Connection, turn: int) -> None:
        versioning.repeat(conn, actor, files[1], None)

    def drop(conn: Connection, turn: int) -> None:
        versioning.repeat(conn, actor, files[2], None)
        versioning.delete(conn, actor, files[2], turn + 1)

    def rounds(deed: Callable[[Connection, int], None]) -> int:
        """How often a deed met another in a circle."""
        crossed = 0
        for turn in range(ROUNDS):
            try:
                with house.pool.connection() as conn, conn.transaction():
                    deed(conn, turn)
            except DeadlockDetected:
                crossed += 1
        return crossed

    deeds = [move, change, cut, drop]
    with ThreadPoolExecutor(len(deeds)) as threads:
        assert list(threads.map(rounds, deeds)) == [0] * len(deeds)
