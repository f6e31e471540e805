"""Whether the everyday questions cost the same in a large repository as in a small one.

    python -m bench.scale [--entities 1000 1000000] [--requests 400]

One client, one request after the other: p50 and p99 of wall time, and processor time of the API process by request.
Then the access control list of a folder with a tenth of all files below it is made and taken away, and the folder is
moved to another project and back: how long, and how long for each thing below it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.live import Person, Server

from bench.house import api_process, cpu_s, running
from bench.repository import Repository, generate, md5_of

BUNDLE = {"includeEntity": True, "includeAnnotations": True, "includeFileHandles": True,
          "includeRestrictionInformation": True}  # fmt: skip
KINDS = ["folder", "file"]
Ask = Callable[[], Any]


def questions(person: Person, made: Repository, count: int) -> dict[str, list[Ask]]:
    """What is asked, ``count`` times each, about other things each time where there are others."""
    some = made.some_files(count)

    def each(ask: Callable[[int], Any]) -> list[Ask]:
        return [partial(ask, some[turn % len(some)]) for turn in range(count)]

    def headers(n: int) -> Any:
        hundred = [{"targetId": f"syn{one}"} for one in made.files[n % max(1, len(made.files) - 100) :][:100]]
        return person.ok("POST", "/repo/v1/entity/header", {"references": hundred})

    wide = {"parentId": f"syn{made.wide}", "includeTypes": KINDS}
    return {
        "page of children, wide folder": each(lambda _: person.ok("POST", "/repo/v1/entity/children", wide)),
        "bundle2": each(lambda n: person.ok("POST", f"/repo/v1/entity/syn{n}/bundle2", BUNDLE)),
        "permissions": each(lambda n: person.ok("GET", f"/repo/v1/entity/syn{n}/permissions")),
        "look-up by MD5": each(lambda n: person.ok("GET", f"/repo/v1/entity/md5/{md5_of(n)}")),
        "100 headers": each(headers),
        "path, 50 levels deep": each(lambda _: person.ok("GET", f"/repo/v1/entity/syn{made.deepest}/path")),
        "names by prefix": each(lambda n: person.ok("GET", "/repo/v1/userGroupHeaders", prefix=f"user{n % 1000}")),
    }


def measure(api: int, asks: list[Ask]) -> tuple[float, float, float]:
    """p50 and p99 of wall time, and processor time a request of the API process, in milliseconds."""
    for ask in asks[:20]:
        ask()
    before, walls = cpu_s(api), []
    for ask in asks:
        began = time.perf_counter()
        ask()
        walls.append((time.perf_counter() - began) * 1000)
    cpu = (cpu_s(api) - before) * 1000 / len(asks)
    walls.sort()
    return statistics.median(walls), walls[len(walls) * 99 // 100], cpu


def whole_folder(person: Person, made: Repository) -> dict[str, float]:
    """Seconds of each deed that changes everything below the shared folder."""
    folder = f"/repo/v1/entity/syn{made.shared}"
    seen = {}

    def timed(what: str, deed: Ask) -> Any:
        began = time.perf_counter()
        answer = deed()
        seen[what] = time.perf_counter() - began
        return answer

    effective = person.ok("GET", f"/repo/v1/entity/syn{made.projects[0]}/acl")
    timed("make a list of its own", lambda: person.ok("POST", f"{folder}/acl", effective))
    timed("take it away", lambda: person.ok("DELETE", f"{folder}/acl"))
    for what, project in (("move to another project", made.other_project), ("move back", made.projects[0])):
        entity = person.ok("GET", folder)
        moved = {**entity, "parentId": f"syn{project}"}
        timed(what, partial(person.ok, "PUT", folder, moved))
    return seen


def compare(server: Server, parent: int, files: int, count: int) -> None:
    """Both tables for one size."""
    person = server.person("bench")
    began = time.perf_counter()
    made = generate(server, person, files)
    print(f"{files} files made in {time.perf_counter() - began:.0f} s", flush=True)
    api = api_process(parent)
    for what, asks in questions(person, made, count).items():
        p50, p99, cpu = measure(api, asks)
        print(f"{files:>10}  {what:<32}{p50:>8.2f}{p99:>8.2f}{cpu:>8.2f}  ms: p50, p99, CPU", flush=True)
    below = files // 10
    for what, seconds in whole_folder(person, made).items():
        each = seconds * 1e6 / below
        print(f"{files:>10}  {what:<32}{seconds * 1000:>8.0f} ms for {below} things, {each:.0f} µs each", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, nargs="+", default=[1_000, 1_000_000])
    parser.add_argument("--requests", type=int, default=400)
    asked = parser.parse_args()
    for files in asked.entities:
        with running(VESICLE_THREADS="8") as (server, parent):
            compare(server, parent, files, asked.requests)


if __name__ == "__main__":
    main()
