"""Many who change one tree at the same time: every answer is a success or a refusal, and the tree stays a tree."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

from tests.live import Person, Server

WORKERS = 8
DEEDS = 45
# What two who change one thing may be told; anything else is a mistake.
EXPECTED = {200, 201, 204, 400, 403, 404, 409, 412}


def number(entity_id: str) -> int:
    return int(entity_id.removeprefix("syn"))


def test_moving_creating_and_deleting_at_once_keeps_the_tree_whole(server: Server, owner: Person) -> None:
    projects = [owner.project() for _ in range(2)]
    places = [project["id"] for project in projects]
    places += [owner.folder(place)["id"] for place in places for _ in range(4)]
    seen: list[int] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(DEEDS):
            target, place = chance.choice(places[2:]), chance.choice(places)
            deed = chance.random()
            if deed < 0.4:
                body = {"concreteType": "org.sagebionetworks.repo.model.Folder", "parentId": place}
                answer = owner.call("POST", "/repo/v1/entity", {**body, "name": f"n{chance.randrange(9)}"})
                if answer.status_code == 201:
                    places.append(answer.json()["id"])
            elif deed < 0.85:
                answer = owner.call("GET", f"/repo/v1/entity/{target}")
                if answer.status_code == 200:
                    answer = owner.call("PUT", f"/repo/v1/entity/{target}", {**answer.json(), "parentId": place})
            else:
                answer = owner.call("DELETE", f"/repo/v1/entity/{target}")
            seen.append(answer.status_code)

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(work, range(WORKERS)))
    assert len(seen) == WORKERS * DEEDS
    assert set(seen) <= EXPECTED
    assert {200, 201, 204} <= set(seen)
    check_tree(server, [number(place) for place in places])


def check_tree(server: Server, ids: list[int]) -> None:
    """Every node hangs below its project (or the trash can), and has the ids of its project, list and requirement."""
    with server.database() as conn:
        rows = conn.execute("SELECT id, parent_id, project_id, benefactor_id, requirement_id FROM node").fetchall()
        lists = {row[0] for row in conn.execute("SELECT id FROM acl")}
        requirements = dict(conn.execute("SELECT node_id, id FROM access_requirement").fetchall())
    nodes = {row[0]: row for row in rows}
    for start in ids:
        line, at = [start], nodes[start][1]
        while at is not None:
            assert at not in line, f"{start} lies below itself: {line}"
            line.append(at)
            at = nodes[at][1]
        trashed = 1681355 in line
        nearest = 1681355 if trashed else next(one for one in line if one in lists)
        assert nodes[start][3] == nearest, f"{start} in {line}"
        if not trashed:
            assert nodes[start][2] == line[-2], f"{start} in {line}"
            restricted = next((requirements[one] for one in line if one in requirements), None)
            assert nodes[start][4] == restricted, f"{start} in {line}"
