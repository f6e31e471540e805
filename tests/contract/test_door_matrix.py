"""Who gets through which door, as a picture: tests/golden/door_matrix.txt, door × actor.

Every door of the route table is knocked at by everybody with the owner's things. The doors are those of the house, on
the real database, but each knock happens in a transaction that is undone after the answer. So one world does for all
of them: what a door removes is there again for the next knock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest
from tests import golden_files
from tests.contract.test_doors_and_strangers import DOORS, knock
from tests.live import Person, Server
from tests.world import DOWNLOAD, READ, World, allow, make, signed_in

from vesicle import app
from vesicle.access import Right
from vesicle.db import connect
from vesicle.web import Door
from vesicle.web.edge import Edge

EDITOR = READ | DOWNLOAD | int(Right.UPDATE | Right.CREATE)
RIGHTS = {"reader": READ, "downloader": READ | DOWNLOAD, "editor": EDITOR,
          "sharer": READ | int(Right.CHANGE_PERMISSIONS)}  # fmt: skip
WIDTH = 96
ACTORS = ("anonymous", "stranger", *RIGHTS, "owner", "admin")


class Undone:
    """Stands for the pool of the house; whatever is done on its connection is undone when it is given back."""

    def __init__(self, url: str) -> None:
        self._conn = connect(url)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        with self._conn.transaction(force_rollback=True):
            yield self._conn

    def close(self) -> None:
        self._conn.close()


class Request(NamedTuple):
    """What a knock at a door sends."""

    method: str
    path: str
    body: Any
    query: dict[str, str]


class Writer:
    """Writes down what a knock would send."""

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Request:
        return Request(method, path, body, query)


@pytest.fixture(scope="module")
def people(server: Server) -> dict[str, Person]:
    """Everybody but those whom each world has anyway."""
    return {name: signed_in(server, server.person(name)) for name in RIGHTS}


@pytest.fixture(scope="module")
def world(server: Server, people: dict[str, Person]) -> World:
    """Everybody has their rights on every list of the owner's project."""
    made = make(server)
    project = int(made.project["id"].removeprefix("syn"))
    with server.database() as conn:
        lists = conn.execute("SELECT a.id FROM acl a JOIN node n USING (id) WHERE n.project_id = %s", (project,))
        for (one,) in lists.fetchall():
            for name, rights in RIGHTS.items():
                allow(server, f"syn{one}", people[name].id, rights)
    return made


async def answers(edge: Edge, requests: list[Request], actors: list[Person]) -> list[list[httpx.Response]]:
    """For each request the answers that everybody gets."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://127.0.0.1") as client:

        async def answer(asked: Request, person: Person) -> httpx.Response:
            headers = {"Authorization": f"Bearer {person.token}"} if person.token else {}
            return await client.request(
                asked.method, asked.path, headers=headers, json=asked.body, params=asked.query or None
            )

        return [[await answer(asked, person) for person in actors] for asked in requests]


def mark(answer: httpx.Response) -> str:
    return str(answer.status_code) if answer.is_error else "✔"


def line(door: Door, row: list[httpx.Response]) -> str:
    cells = "".join(f"{mark(one):12}" for one in row)
    return f"{door.name:{WIDTH}} {cells}".rstrip() + "\n"


def test_the_matrix_of_doors_is_the_golden_one(server: Server, world: World, people: dict[str, Person]) -> None:
    actors = [world.nobody, world.stranger, *people.values(), world.owner, world.admin]
    requests: list[Any] = [knock(world, door, Writer()) for door in DOORS.values()]
    house = app.open_house(server.settings())
    house.pool.close()
    undone = Undone(server.database_url)
    try:
        rows = asyncio.run(answers(Edge(replace(house, pool=undone), DOORS.values()), requests, actors))
    finally:
        undone.close()
    drawn = f"{'':{WIDTH}} " + "".join(f"{name:12}" for name in ACTORS).rstrip() + "\n"
    for door, row in zip(DOORS.values(), rows, strict=True):
        assert all(one.status_code < 500 for one in row), f"{door.name}: {[one.text for one in row]}"
        drawn += line(door, row)
    golden_files.check("door_matrix.txt", drawn)
