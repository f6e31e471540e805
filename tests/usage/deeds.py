"""Everything that changes what is stored, at random: by one client in turn, by many at once, while processes die."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.locations.buckets import external, location, own_bucket
from tests.organizations.test_membership import ORG, join, managed, project_body
from tests.usage.days_over import Closings
from tests.usage.deeds_of_egress import OfEgress
from tests.world import allow

from vesicle.app import open_house
from vesicle.entities import trash
from vesicle.errors import Conflict, NotFound
from vesicle.organizations.roles import OPERATOR
from vesicle.usage import terms

FILE = "org.sagebionetworks.repo.model.FileEntity"
EVERYTHING = 31


@dataclass
class Deeds(OfEgress):
    """Three people, organizations with little room, projects that all of them share, and what can happen there."""

    def __post_init__(self) -> None:
        self.chief = self.server.person("chief", is_admin=True)
        self.people = [self.server.person(name) for name in ("ann", "bob", "cyd")]
        self.house = open_house(self.server.settings())
        self.closings = Closings(self.server)
        bucket = own_bucket(self.server, self.people[0])
        self.places = [1, 1, location(self.people[0], external(bucket)), self._private_location()]
        for number in range(len(self.limits)):
            self.found(number, self.limits[number])
        with self.server.database() as conn:
            conn.execute(
                "INSERT INTO storage_terms (location_id, private_to) VALUES (%s, %s)",
                (self.places[3], int(self.organizations[0]["id"])),
            )

    def _private_location(self) -> int:
        with self.server.database() as conn:
            row = conn.execute(
                "INSERT INTO storage_location (kind, created_by) VALUES ('managed-s3', 1) RETURNING id"
            ).fetchone()
        assert row
        return int(row[0])

    # -------------------------------------------------------- organizations

    def found(self, who: int, limit: int) -> None:
        """A new organization with a new project; its owner prefers it from now on."""
        owner = self.people[who % len(self.people)]
        made = managed(self.chief, owner, storageLimitBytes=limit, customStorageLimitBytes=limit)
        self.organizations.append(made)
        for guest in self.people:
            if guest is not owner:
                join(owner, guest, made["id"])
        self.prefer(who, len(self.organizations) - 1)
        self.make_project(who, len(self.organizations) - 1)

    def prefer(self, who: int, where: int) -> None:
        """What this person uploads is charged to that organization."""
        person, organization = self._one(self.people, who), self._one(self.organizations, where)
        self.ask(person, "PUT", f"{ORG}/preferred", {"organizationId": organization["id"]})

    def make_project(self, who: int, where: int) -> None:
        """A project that all of them share."""
        person, organization = self._one(self.people, who), self._one(self.organizations, where)
        made = self.ask(person, "POST", "/repo/v1/entity", project_body(), organizationId=organization["id"])
        if made:
            for guest in self.people:
                allow(self.server, made["id"], guest.id, EVERYTHING)
            self.projects.append(made["id"])
            self.containers.append(made["id"])

    def move_project(self, which: int, where: int) -> None:
        """Into another organization."""
        project, organization = self._one(self.projects, which), self._one(self.organizations, where)
        if project:
            self.ask(self.chief, "PUT", f"{ORG}/{organization['id']}/project/{project}")

    def merge(self, which: int, into: int) -> None:
        """Two organizations into one; there are always some left."""
        source, target = self._one(self.organizations, which), self._one(self.organizations, into)
        if source is target or len(self.organizations) < 3:
            return
        if self.ask(self.chief, "POST", f"{ORG}/{target['id']}/merge", {"organizationId": source["id"]}) is not None:
            self._drop(self.organizations, source)

    def change_limit(self, which: int, limit: int) -> None:
        """Up, or down below what is there."""
        path = f"/vesicle/v1/plan/{self._one(self.organizations, which)['planId']}"
        if now := self.ask(self.chief, "GET", path):
            self.ask(self.chief, "PUT", path, {**now, "storageLimitBytes": limit, "customStorageLimitBytes": limit})

    def limit_project(self, which: int, limit: int | None) -> None:
        """What a project may store in the default storage."""
        if project := self._one(self.projects, which):
            body = {"projectId": project, "storageLocationId": 1, "maxAllowedFileBytes": limit}
            self.ask(self.chief, "PUT", f"/repo/v1/project/{project}/storage/limit", body)

    # ------------------------------------------------------------- entities

    def make_private(self, where: int) -> None:
        """The operator gives storage to one organization, or to all; refused while others have something in it."""
        organization = self._one(self.organizations, where)
        alone = int(organization["id"]) if organization and where % 3 else None
        with self.house.pool.connection() as conn, suppress(Conflict, NotFound), conn.transaction():
            terms.put(conn, OPERATOR, self.places[3], alone, "limited", [])

    def make_folder(self, who: int, where: int) -> None:
        """In a project or a folder."""
        if parent := self._one(self.containers, where):
            kind = "org.sagebionetworks.repo.model.Folder"
            body = {"concreteType": kind, "parentId": parent, "name": secrets.token_hex(4)}
            if made := self.ask(self._one(self.people, who), "POST", "/repo/v1/entity", body):
                self.containers.append(made["id"])

    def tie(self, which: int, where: int) -> None:
        """A file of a handle, somewhere."""
        found, parent = self._one(self.handles, which), self._one(self.containers, where)
        if found and parent:
            body = {"concreteType": FILE, "parentId": parent, "name": secrets.token_hex(4)}
            made = self.ask(found[0], "POST", "/repo/v1/entity", {**body, "dataFileHandleId": found[1]})
            if made:
                self.files.append(made["id"])

    def new_version(self, which: int, handle: int, *, on_purpose: bool) -> None:
        """Other bytes for a file; without being asked for, a new version is made when the bytes differ."""
        file, found = self._one(self.files, which), self._one(self.handles, handle)
        now = file and found and self.ask(found[0], "GET", f"/repo/v1/entity/{file}")
        if now:
            del now["versionLabel"]
            query = {"newVersion": "true"} if on_purpose else {}
            self.ask(found[0], "PUT", f"/repo/v1/entity/{file}", {**now, "dataFileHandleId": found[1]}, **query)

    def swap_handle(self, who: int, which: int, version: int) -> None:
        """A copy of the handle for one version."""
        self.copy_handle(who, which)
        file, found = self._one(self.files, which), self._one(self.handles, -1)
        path = f"/repo/v1/entity/{file}/version/{version}"
        now = file and found and self.ask(found[0], "GET", path)
        if now:
            body = {"oldFileHandleId": now["dataFileHandleId"], "newFileHandleId": found[1]}
            self.ask(found[0], "PUT", f"{path}/filehandle", body)

    def delete_version(self, who: int, which: int, version: int) -> None:
        """One version less, unless it is the last."""
        if file := self._one(self.files, which):
            self.ask(self._one(self.people, who), "DELETE", f"/repo/v1/entity/{file}/version/{version}")

    def move(self, who: int, which: int, where: int) -> None:
        """A file or a folder to another place."""
        person, parent = self._one(self.people, who), self._one(self.containers, where)
        thing = self._one([*self.files, *self.containers], which)
        now = thing and thing not in self.projects and self.ask(person, "GET", f"/repo/v1/entity/{thing}")
        if now and not self._is_inside(parent, thing):
            self.ask(person, "PUT", f"/repo/v1/entity/{thing}", {**now, "parentId": parent})

    def _is_inside(self, place: str, folder: str) -> bool:
        with self.server.database() as conn:
            row = conn.execute(
                "WITH RECURSIVE above AS (SELECT id, parent_id FROM node WHERE id = %s UNION ALL SELECT n.id,"
                " n.parent_id FROM node n JOIN above a ON n.id = a.parent_id) SELECT 1 FROM above WHERE id = %s",
                (int(place[3:]), int(folder[3:])),
            ).fetchone()
        return row is not None

    def delete(self, who: int, which: int) -> None:
        """A file, a folder or a project into the trash can, with all that is in it."""
        thing = self._one([*self.files, *self.containers], which)
        if thing and self.ask(self._one(self.people, who), "DELETE", f"/repo/v1/entity/{thing}") is not None:
            self.trash.append(thing)

    def restore(self, which: int) -> None:
        """Out of the trash can, by an administrator."""
        thing = self._one(self.trash, which)
        if thing and self.ask(self.chief, "PUT", f"/repo/v1/trashcan/restore/{thing}") is not None:
            self._drop(self.trash, thing)

    def purge(self, which: int) -> None:
        """Out of the trash can for good, as the worker does it."""
        if thing := self._one(self.trash, which):
            self._drop(self.trash, thing)
            with self.server.database() as conn:
                conn.execute("UPDATE trashed SET purge_soon = true WHERE node_id = %s", (int(thing[3:]),))
            number = int(thing[3:])
            self._work(lambda: trash.purge(self.house, entity_id=number), trash.purge, entity_id=number)

    def upload(self, who: int, size: int, salt: int, where: int, place: int) -> None:
        """A whole file."""
        self.start(who, size, salt, where, place)
        self.complete(-1)
        self.tie(-1, where)

    def check_days(self) -> None:
        """What is told of the days that have ended is what was there."""
        self.closings.check([int(one["id"]) for one in self.organizations])


LOWER, LOWER_OF_PROJECT, DAY_ENDS = "change limit", "limit project", "day ends"
# A deed, how often it is done beside the others, and which of five numbers it takes for what.
DEEDS: dict[str, tuple[int, Callable[[Deeds, int, int, int, int, int], object]]] = {
    "found": (1, lambda d, a, b, *_: d.found(a, 300 + b % 1700) if len(d.organizations) < 5 else None),
    "prefer": (1, lambda d, a, b, *_: d.prefer(a, b)),
    "make project": (1, lambda d, a, b, *_: d.make_project(a, b) if len(d.projects) < 12 else None),
    "move project": (3, lambda d, a, b, *_: d.move_project(a, b)),
    "merge": (2, lambda d, a, b, *_: d.merge(a, b)),
    LOWER: (3, lambda d, a, b, *_: d.change_limit(a, b % 2500)),
    LOWER_OF_PROJECT: (2, lambda d, a, b, *_: d.limit_project(a, None if b % 2 else b % 1000)),
    "start": (3, lambda d, a, b, c, e, f: d.start(a, 1 + b % 400, c, e, f)),
    "upload": (6, lambda d, a, b, c, e, f: d.upload(a, 1 + b % 400, c, e, f)),
    "restart": (1, lambda d, a, *_: d.restart(a)),
    "complete": (3, lambda d, a, *_: d.complete(a)),
    "fail": (1, lambda d, a, *_: d.fail(a)),
    "lose": (1, lambda d, a, *_: d.lose(a)),
    "abort": (2, lambda d, a, *_: d.abort(a)),
    "make private": (1, lambda d, a, *_: d.make_private(a)),
    "expire": (1, lambda d, a, *_: d.expire(a)),
    "copy handle": (3, lambda d, a, b, *_: d.copy_handle(a, b)),
    "delete handle": (2, lambda d, a, *_: d.delete_handle(a)),
    "reap handle": (2, lambda d, a, *_: d.reap_handle(a)),
    "make folder": (2, lambda d, a, b, *_: d.make_folder(a, b)),
    "tie": (5, lambda d, a, b, *_: d.tie(a, b)),
    "new version": (3, lambda d, a, b, c, *_: d.new_version(a, b, on_purpose=c % 2 == 0)),
    "swap handle": (3, lambda d, a, b, c, *_: d.swap_handle(a, b, 1 + c % 3)),
    "delete version": (2, lambda d, a, b, c, *_: d.delete_version(a, b, 1 + c % 3)),
    "move": (4, lambda d, a, b, c, *_: d.move(a, b, c)),
    "delete": (3, lambda d, a, b, *_: d.delete(a, b)),
    "restore": (2, lambda d, a, *_: d.restore(a)),
    "purge": (2, lambda d, a, *_: d.purge(a)),
    "download": (6, lambda d, a, b, c, e, *_: d.download(a, b, c, e)),
    "change egress": (2, lambda d, a, b, *_: d.change_egress(a, b % 3000)),
    DAY_ENDS: (4, lambda d, *_: d.closings.close_today()),
}
OFTEN = [name for name, (weight, _) in DEEDS.items() for _ in range(weight)]
# Where many deeds happen at once, nobody knows what was used when a limit was lowered, or what was there at midnight.
WITHOUT_LOWER_LIMITS = [name for name in OFTEN if name not in ("found", LOWER, LOWER_OF_PROJECT, DAY_ENDS)]


def do(deeds: Deeds, name: str, numbers: tuple[int, int, int, int, int]) -> None:
    """One deed."""
    DEEDS[name][1](deeds, *numbers)
