"""Ten clients on one project, for a minute: they create, rename, move, share, lock, annotate, version and delete.

What they may hear is a success or a refusal. What each was told is held against what is there in the end: everybody
counts in the same things, so an update that is lost is a number that is too small.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import httpx
import pytest
from tests.entities.test_many_at_once import check_tree, number
from tests.live import Person, Server
from tests.world import allow, signed_in

CLIENTS = 10
SECONDS = 60
ALLOWED = {200, 201, 204, 403, 404, 409, 412}
ALL = 255
EVERYBODY = {"principalId": 273948, "accessType": ["READ", "UPDATE", "CREATE", "DELETE", "CHANGE_PERMISSIONS"]}


class Shared(NamedTuple):
    """What all of them write at once, never moved and never deleted: a folder with a list of its own, and a file."""

    folder: str
    file: str


class Client:
    """One of the ten: what it does, and what it was told."""

    def __init__(self, person: Person, reviewer: Person, places: list[str], at: Shared, seed: int) -> None:
        self.person, self.reviewer, self.places, self.at = person, reviewer, places, at
        self.chance = random.Random(seed)
        self.seen: Counter[int] = Counter()
        self.counted = self.described = 0
        self.is_listed = False
        self.versions: dict[int, str | None] = {}
        self.handle = person.upload(person.name.encode(), "mine.txt")

    def call(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        answer = self.person.call(method, path, body, **query)
        self.seen[answer.status_code] += 1
        assert answer.status_code in ALLOWED, f"{method} {path} → {answer.status_code} {answer.text}"
        return answer

    def work(self, until: float) -> None:
        everywhere = (self.create, self.rename, self.move, self.share, self.join_again, self.annotate, self.delete)
        together = (self.count, self.describe, self.list_or_unlist, self.cut, self.promote, self.delete_version)
        deeds = (*everywhere, *together, self.lock, self.lift)
        while time.monotonic() < until:
            self.chance.choice(deeds)()

    def some(self) -> str:
        # The first two are the projects, and the last one is never deleted.
        return self.chance.choice(self.places[2:])

    def create(self) -> None:
        name = f"n{self.chance.randrange(40)}"
        body = {"concreteType": "org.sagebionetworks.repo.model.Folder", "name": name}
        made = self.call("POST", "/repo/v1/entity", {**body, "parentId": self.chance.choice(self.places)})
        if made.status_code == 201:
            self.places.append(made.json()["id"])

    def change(self, **members: str) -> None:
        path = f"/repo/v1/entity/{self.some()}"
        found = self.call("GET", path)
        if found.status_code == 200:
            self.put(path, {**found.json(), **members})

    def put(self, path: str, body: Any) -> None:
        """A place inside the thing itself is a 400: somebody moved it there a moment ago, or this client chose it."""
        answer = self.person.call("PUT", path, body)
        self.seen[answer.status_code] += 1
        cycle = answer.status_code == 400 and "ancestor of itself" in answer.text
        assert cycle or answer.status_code in ALLOWED, f"PUT {path} → {answer.status_code} {answer.text}"

    def rename(self) -> None:
        self.change(name=f"m{self.chance.randrange(40)}")

    def move(self) -> None:
        self.change(parentId=self.chance.choice(self.places))

    def share(self) -> None:
        path = f"/repo/v1/entity/{self.some()}/acl"
        acl = {"resourceAccess": [{"principalId": self.person.id, "accessType": ["READ", "CHANGE_PERMISSIONS"]},
                                  {"principalId": 273948, "accessType": ["READ", "UPDATE", "CREATE", "DELETE",
                                                                         "CHANGE_PERMISSIONS"]}]}  # fmt: skip
        found = self.call("GET", path)
        if found.status_code == 404:
            self.call("POST", path, acl)
        else:
            self.call("PUT", path, {**acl, "etag": found.json()["etag"]})

    def join_again(self) -> None:
        self.call("DELETE", f"/repo/v1/entity/{self.some()}/acl")

    def annotate(self) -> None:
        path = f"/repo/v1/entity/{self.some()}/annotations2"
        found = self.call("GET", path)
        if found.status_code == 200:
            notes = {"by": {"type": "STRING", "value": [self.person.name]}}
            self.call("PUT", path, {**found.json(), "annotations": notes})

    def lock(self) -> None:
        answer = self.person.call("POST", f"/repo/v1/entity/{self.some()}/lockAccessRequirement")
        self.seen[answer.status_code] += 1
        restricted = answer.status_code == 400 and "restricted already" in answer.text
        assert restricted or answer.status_code in ALLOWED, answer.text

    def lift(self) -> None:
        found = self.call("GET", f"/repo/v1/entity/{self.some()}/accessRequirement")
        for one in found.json()["results"] if found.status_code == 200 else ():
            answer = self.reviewer.call("DELETE", f"/repo/v1/accessRequirement/{one['id']}")
            assert answer.status_code in ALLOWED, answer.text

    def count(self) -> None:
        """One more in an annotation that everybody counts in; whoever comes too late is told so."""
        path = f"/repo/v1/entity/{self.at.folder}/annotations2"
        found = self.call("GET", path).json()
        before = int(found["annotations"].get("n", {"value": ["0"]})["value"][0])
        found["annotations"] = {"n": {"type": "LONG", "value": [str(before + 1)]}}
        self.counted += self.call("PUT", path, found).status_code == 200

    def describe(self) -> None:
        """One more in the entity itself."""
        path = f"/repo/v1/entity/{self.at.folder}"
        found = self.call("GET", path).json()
        found["description"] = str(int(found["description"]) + 1)
        self.described += self.call("PUT", path, found).status_code == 200

    def list_or_unlist(self) -> None:
        """This client comes onto the list of the folder, or off it."""
        path = f"/repo/v1/entity/{self.at.folder}/acl"
        found = self.call("GET", path).json()
        others = [one for one in found["resourceAccess"] if one["principalId"] != self.person.id]
        mine = [] if self.is_listed else [{"principalId": self.person.id, "accessType": ["READ"]}]
        if self.call("PUT", path, {**found, "resourceAccess": others + mine}).status_code == 200:
            self.is_listed = not self.is_listed

    def cut(self) -> None:
        """A version with bytes of this client's."""
        path = f"/repo/v1/entity/{self.at.file}"
        found = self.call("GET", path).json()
        comment = f"{self.person.name} {self.chance.random()}"
        body = {**found, "dataFileHandleId": self.handle, "versionLabel": None, "versionComment": comment}
        self.note_version(self.call("PUT", path, body, newVersion="true"))

    def promote(self) -> None:
        found = self.call("GET", f"/repo/v1/entity/{self.at.file}").json()
        old = self.chance.randrange(1, found["versionNumber"] + 1)
        path = f"/vesicle/v1/entity/{self.at.file}/version/{old}/promote"
        if old != found["versionNumber"]:
            self.note_version(self.call("PUT", path, etag=found["etag"]))

    def note_version(self, answer: httpx.Response) -> None:
        if answer.status_code == 200:
            made = answer.json()
            self.versions[made["versionNumber"]] = made.get("versionComment")

    def delete_version(self) -> None:
        """Never one of the last few, so that the current one stays."""
        current = self.call("GET", f"/repo/v1/entity/{self.at.file}").json()["versionNumber"]
        if current > 12:
            path = f"/repo/v1/entity/{self.at.file}/version/{self.chance.randrange(2, current - 10)}"
            self.call("DELETE", path)

    def delete(self) -> None:
        if len(self.places) > 20:
            self.call("DELETE", f"/repo/v1/entity/{self.some()}", skipTrashCan="false")


def shared(owner: Person, project: str) -> Shared:
    """The folder and the file in which everybody counts."""
    folder = owner.make("Folder", name="counter", parentId=project, description="0")["id"]
    mine = {"principalId": owner.id, "accessType": ["READ", "CHANGE_PERMISSIONS"]}
    owner.ok("POST", f"/repo/v1/entity/{folder}/acl", {"resourceAccess": [EVERYBODY, mine]})
    return Shared(folder, owner.file(project, b"first", "versions.txt")["id"])


@pytest.mark.xdist_group("ten clients for a minute")
def test_ten_clients_on_one_project_hear_only_success_and_refusals_and_lose_nothing(
    server: Server, owner: Person
) -> None:
    projects = [owner.project()["id"] for _ in range(2)]
    people = [server.person("client") for _ in range(CLIENTS)]
    for project in projects:
        for person in people:
            allow(server, project, person.id, ALL)
    at = shared(owner, projects[0])
    reviewer = signed_in(server, server.person("reviewer", is_admin=True))
    places = [*projects, *(owner.folder(project)["id"] for project in projects for _ in range(3))]
    clients = [Client(person, reviewer, places, at, seed) for seed, person in enumerate(people)]
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(lambda one: one.work(until), clients))
    told = sum((one.seen for one in clients), Counter[int]())
    assert {200, 201, 204, 403, 404, 412} <= set(told), told
    check_nothing_was_lost(owner, at, clients)
    check_tree(server, [number(place) for place in places])


def check_nothing_was_lost(owner: Person, at: Shared, clients: list[Client]) -> None:
    """Every success that anybody was told of can be seen in what there is now, and nothing else can."""
    folder = owner.ok("GET", f"/repo/v1/entity/{at.folder}")
    notes = owner.ok("GET", f"/repo/v1/entity/{at.folder}/annotations2")["annotations"]
    assert int(notes["n"]["value"][0]) == sum(one.counted for one in clients), "an annotation was lost"
    assert int(folder["description"]) == sum(one.described for one in clients), "a change of the entity was lost"
    listed = owner.ok("GET", f"/repo/v1/entity/{at.folder}/acl")["resourceAccess"]
    there = {one["principalId"] for one in listed} - {owner.id, EVERYBODY["principalId"]}
    assert there == {one.person.id for one in clients if one.is_listed}, "a change of the list was lost"
    current = owner.ok("GET", f"/repo/v1/entity/{at.file}")
    made = {number: text for one in clients for number, text in one.versions.items()}
    assert len(made) == sum(len(one.versions) for one in clients), "two were told of one version"
    assert sorted(made) == list(range(2, len(made) + 2)), "a version was lost"
    assert current["versionNumber"] == len(made) + 1
    kept = owner.ok("GET", f"/repo/v1/entity/{at.file}/version", limit=100)["results"]
    assert all(made.get(one["versionNumber"]) == one.get("versionComment") for one in kept), "a version says otherwise"
