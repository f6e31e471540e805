"""One small world: an administrator, an owner, a reader, a stranger, and one of each noun, all of them the owner's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.live import Person, Server

from vesicle.access import Right
from vesicle.web import Door

READ = int(Right.READ)
DOWNLOAD = int(Right.DOWNLOAD)
_PARAMETER = re.compile(r"{(\w+)}")


def allow(server: Server, entity_id: str, principal_id: int, rights: int) -> None:
    """Give a principal rights on an entity, which gets a list of its own if it has none (with its owner in it)."""
    number = int(entity_id.removeprefix("syn"))
    with server.database() as conn, conn.transaction():
        if conn.execute("INSERT INTO acl (id) VALUES (%s) ON CONFLICT DO NOTHING", (number,)).rowcount:
            _begin_list(conn, number)
        conn.execute(
            "INSERT INTO acl_entry (acl_id, principal_id, rights) VALUES (%s, %s, %s)"
            " ON CONFLICT (acl_id, principal_id) DO UPDATE SET rights = excluded.rights",
            (number, principal_id, rights),
        )


def _begin_list(conn: Any, number: int) -> None:
    """The entries of the old benefactor, and everything that inherited through this node inherits from it now."""
    (old,) = conn.execute("SELECT benefactor_id FROM node WHERE id = %s", (number,)).fetchone()
    conn.execute(
        "INSERT INTO acl_entry SELECT %s, principal_id, rights FROM acl_entry WHERE acl_id = %s", (number, old)
    )
    conn.execute(
        "WITH RECURSIVE below AS (SELECT id FROM node WHERE id = %(id)s UNION ALL"
        " SELECT n.id FROM node n JOIN below ON n.parent_id = below.id)"
        " UPDATE node SET benefactor_id = %(id)s FROM below WHERE node.id = below.id AND benefactor_id = %(old)s",
        {"id": number, "old": old},
    )


def deny(server: Server, entity_id: str, principal_id: int) -> None:
    """Take a principal off the list that an entity has."""
    number = int(entity_id.removeprefix("syn"))
    with server.database() as conn:
        conn.execute("DELETE FROM acl_entry WHERE acl_id = %s AND principal_id = %s", (number, principal_id))


def same_person(server: Server, person: Person, scopes: str) -> Person:
    """The person with another token, good for these scopes only."""
    from vesicle import administration

    with server.database() as conn:
        token = administration.create_token(conn, person.name, None, scopes)
    return Person(person.url, person.name, person.id, token, person.http)


def signed_in(server: Server, person: Person) -> Person:
    """The person with a session token, which has every scope: what refuses them is never their token."""
    from vesicle.accounts import tokens

    with server.database() as conn:
        return Person(person.url, person.name, person.id, tokens.open_session(conn, person.id), person.http)


@dataclass
class World:
    """What every door of the house can be tried on."""

    server: Server
    admin: Person
    owner: Person
    reader: Person
    stranger: Person
    nobody: Person
    project: dict[str, Any] = field(default_factory=dict)
    folder: dict[str, Any] = field(default_factory=dict)
    file: dict[str, Any] = field(default_factory=dict)
    handle_id: str = ""
    things: dict[str, str] = field(default_factory=dict)

    def path(self, door: Door) -> str:
        """The path of a door with the owner's things in it."""
        return _PARAMETER.sub(lambda found: self.value_of(door, found[1]), door.path)

    def value_of(self, door: Door, parameter: str) -> str:
        """The owner's thing that a path parameter names. Raises LookupError that says what to add."""
        known = {"versionNumber": "1", "storageLocationId": "1", "entity": str(self.file["id"]), **self.things}
        before = door.path.split(f"/{{{parameter}}}")[0].rpartition("/")[2]
        name = before if parameter == "id" else parameter
        if parameter == "id" and door.name in self.things:
            return self.things[door.name]
        if name in known:
            return known[name]
        raise LookupError(
            f"{door.name}: the world has no sample for {{{parameter}}}; make the owner one in tests/samples"
        )


def make(server: Server) -> World:
    """A new world; it shares nothing with other worlds of the server.

    Hundreds of tests stand on one world, so a store that is slow for a moment is given another chance, as clients do.
    """
    for _ in range(2):
        try:
            return _make(server)
        except AssertionError as busy:
            if " 503 " not in str(busy) and " 502 " not in str(busy):
                raise
    return _make(server)


def _make(server: Server) -> World:
    from tests import samples

    owner = signed_in(server, server.person("owner"))
    world = World(
        server, signed_in(server, server.person("admin", is_admin=True)), owner,
        signed_in(server, server.person("reader")), signed_in(server, server.person("stranger")), server.nobody(),
    )  # fmt: skip
    world.project = owner.project()
    world.folder = owner.folder(world.project["id"])
    world.file = owner.file(world.folder["id"], b"one of each noun")
    world.handle_id = world.file["dataFileHandleId"]
    samples.furnish(world)
    allow(server, world.project["id"], world.reader.id, READ)
    return world
