"""Ten clients on one project: they create, rename, move, share, annotate and delete at once, for some seconds."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from tests.entities.test_many_at_once import check_tree, number
from tests.live import Person, Server
from tests.world import allow

CLIENTS = 10
SECONDS = 12
ALLOWED = {200, 201, 204, 403, 404, 409, 412}
ALL = 255


class Client:
    """One of the ten: what it does, and what it was told."""

    def __init__(self, person: Person, places: list[str], counter: str, seed: int) -> None:
        self.person, self.places, self.counter = person, places, counter
        self.chance = random.Random(seed)
        self.seen: Counter[int] = Counter()
        self.counted = 0

    def call(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        answer = self.person.call(method, path, body, **query)
        self.seen[answer.status_code] += 1
        assert answer.status_code in ALLOWED, f"{method} {path} → {answer.status_code} {answer.text}"
        return answer

    def work(self, until: float) -> None:
        deeds = (
            self.create,
            self.rename,
            self.move,
            self.share,
            self.join_again,
            self.annotate,
            self.count,
            self.delete,
        )
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

    def count(self) -> None:
        """One more in an annotation that everybody counts in; whoever comes too late is told so."""
        path = f"/repo/v1/entity/{self.counter}/annotations2"
        found = self.call("GET", path).json()
        before = int(found["annotations"].get("n", {"value": ["0"]})["value"][0])
        found["annotations"] = {"n": {"type": "LONG", "value": [str(before + 1)]}}
        self.counted += self.call("PUT", path, found).status_code == 200

    def delete(self) -> None:
        if len(self.places) > 20:
            self.call("DELETE", f"/repo/v1/entity/{self.some()}", skipTrashCan="false")


def test_ten_clients_on_one_project_hear_only_success_and_refusals(server: Server, owner: Person) -> None:
    projects = [owner.project()["id"] for _ in range(2)]
    people = [server.person("client") for _ in range(CLIENTS)]
    for project in projects:
        for person in people:
            allow(server, project, person.id, ALL)
    counter = owner.folder(projects[0], "counter")["id"]
    places = [*projects, *(owner.folder(project)["id"] for project in projects for _ in range(3))]
    clients = [Client(person, places, counter, seed) for seed, person in enumerate(people)]
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(lambda one: one.work(until), clients))
    told = sum((one.seen for one in clients), Counter[int]())
    assert {200, 201, 204, 403, 404} <= set(told), told
    kept = owner.ok("GET", f"/repo/v1/entity/{counter}/annotations2")["annotations"]
    assert int(kept["n"]["value"][0]) == sum(one.counted for one in clients), "an update was lost"
    check_tree(server, [number(place) for place in places])
