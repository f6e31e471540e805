"""What a year of usage costs those who look at it, upload and download.

    python -m bench.usage [--handles 1000 1000000] [--requests 400] [--seconds 8] [--turns 4]

Two installations run at once, the second with many times as much as the first; they are asked in turns, so that
whatever else the machine does meanwhile befalls both. p50 and p99 of wall time, processor time by request of the API
process and of the whole installation with its database. Then what only the large one is asked: the yearly report of
its largest organization, pages deep in long lists, what the worker and the operator's commands ask. At last, on the
large one, what metering costs by URL that is handed out (needs `wrk`). Every counter is compared with an independent
count, before and after.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count, cycle
from typing import Any

import httpx
from tests import sending
from tests.live import Person, Server
from tests.usage.counting import check

from bench import requests, unmetered
from bench.house import api_process, cpu_s, running, tree_cpu_s
from bench.organizations import CUSTOM, DAYS, FIRST_SPARE, TWICE, Year, generate
from vesicle.organizations import allocating, notifying, overview
from vesicle.organizations.roles import OPERATOR

Ask = Callable[[], Any]
SETTINGS = {"VESICLE_PLANS": "on", "VESICLE_THREADS": "8"}
FLAT, METERING, YEARLY_S = 1.3, 1.15, 1.0
WAITS = 6000
URL = "recorded download URL"


@dataclass
class Seen:
    """What the turns of one question saw, in milliseconds."""

    walls: list[float] = field(default_factory=list)
    api: float = 0.0
    all: float = 0.0

    def costs(self) -> tuple[float, float, float, float]:
        """p50 and p99 of wall time, processor time of the API and of everything."""
        walls = sorted(self.walls)
        each = len(walls)
        return statistics.median(walls), walls[each * 99 // 100], self.api / each, self.all / each


@dataclass
class Side:
    """One organization of one installation, and who asks."""

    name: str
    parent: int
    person: Person
    made: Year
    organization: int
    spare: Iterator[int]
    project: str = ""

    def __post_init__(self) -> None:
        """Its project with most files is asked about."""
        self.project = f"syn{self.made.crowded(self.organization)}"

    def ask(self, seen: Seen, question: Callable[[Side], Any], times: int) -> None:
        """One turn."""
        api = api_process(self.parent)
        began_api, began_all = cpu_s(api), tree_cpu_s(self.parent)
        for _ in range(times):
            began = time.perf_counter()
            question(self)
            seen.walls.append((time.perf_counter() - began) * 1000)
        seen.api += (cpu_s(api) - began_api) * 1000
        seen.all += (tree_cpu_s(self.parent) - began_all) * 1000

    def usage(self, rest: str = "", **query: Any) -> Any:
        """What is told of the organization."""
        return self.person.ok("GET", f"/vesicle/v1/usage/organization/{self.organization}{rest}", **query)


def start_upload(side: Side) -> None:
    """Anew each time: what was promised to the one before is given back, so nothing gathers."""
    body = sending.request(b"", "data.csv") | {"fileSizeBytes": 10**6, "contentMD5Hex": "0" * 32}
    sending.start(side.person, body, forceRestart=True, parentId=side.project)


def tie(side: Side) -> None:
    """A file of a handle that nothing has."""
    handle = next(side.spare)
    side.person.make("FileEntity", name=f"tied {handle}", parentId=side.project, dataFileHandleId=str(handle))


QUESTIONS: dict[str, Callable[[Side], Any]] = {
    "start an upload": start_upload,
    "tie a handle to a file": tie,
    "usage of the organization": Side.usage,
    "usage of a project": lambda side: side.person.ok("GET", f"/vesicle/v1/usage/project/{side.project}"),
    "storage of a project": lambda side: side.person.ok("GET", f"/repo/v1/project/{side.project}/storage/usage"),
    "handles behind a number": lambda side: side.usage("/file"),
    "handles of a project": lambda side: side.usage("/file", projectId=side.project),
    "handles of a past day": lambda side: side.usage("/file", day=str(side.made.today - timedelta(days=90))),
    "handles of a project of a past day": lambda side: side.usage(
        "/file", projectId=side.project, day=str(side.made.today - timedelta(days=90))
    ),
    "downloads behind a number": lambda side: side.usage("/download"),
    "downloads of a project": lambda side: side.usage("/download", projectId=side.project),
    "projects of the organization": lambda side: side.person.ok(
        "GET", f"/vesicle/v1/organization/{side.organization}/project"
    ),
}
# How long these are depends on how many projects and days are told of.
REPORTS: dict[str, Callable[[Side], Any]] = {
    "report by project": lambda side: side.usage("/report", by="project"),
    "the same as CSV": lambda side: side.usage("/report/csv", by="project"),
    "report by day": lambda side: side.usage("/report", by="day"),
}


def compare(sides: list[Side], asked: dict[str, Callable[[Side], Any]], times: int, turns: int) -> None:
    """One line for each question and side; the ratios are to the first side."""
    for what, question in asked.items():
        seen = [Seen() for _ in sides]
        for side in sides:
            side.ask(Seen(), question, 10)
        for _ in range(turns):
            for side, one in zip(sides, seen, strict=True):
                side.ask(one, question, times // turns)
        first = seen[0].costs()
        for side, one in zip(sides, seen, strict=True):
            p50, p99, api, everything = one.costs()
            ratios = f"{p50 / first[0]:.2f} {api / first[2]:.2f} {everything / first[3]:.2f}"
            print(
                f"{what:<30}{side.name:<18}{p50:8.2f}{p99:8.2f}{api:8.2f}{everything:8.2f}  ratios {ratios}", flush=True
            )


def yearly(side: Side) -> None:
    """The report of a whole year, by everything, in both forms."""
    days = {"firstDay": str(side.made.today - timedelta(days=DAYS - 1)), "lastDay": str(side.made.today)}
    for by in ("project", "location", "contributor", "day"):
        for rest in ("/report", "/report/csv"):
            seen = Seen()
            side.ask(seen, lambda side, by=by, rest=rest: side.usage(rest, by=by, **days), 10)  # type: ignore[misc]
            p50, p99, _, everything = seen.costs()
            told = f"{p50:.0f} ms, at most {p99:.0f}, CPU {everything:.0f} (target {YEARLY_S * 1000:.0f})"
            print(f"a year by {by:<12}{rest:<14}{told}", flush=True)


def deep(side: Side) -> None:
    """Whether the last page of a list costs what the first does."""
    for what in ("/file", "/download"):
        took, token = [], {"firstDay": str(side.made.today - timedelta(days=30))} if what == "/download" else {}
        for _ in range(200):
            began = time.perf_counter()
            page = side.usage(what, **token)
            took.append((time.perf_counter() - began) * 1000)
            if "nextPageToken" not in page:
                break
            token["nextPageToken"] = page["nextPageToken"]
        last = statistics.median(took[-20:])
        print(f"{len(took)} pages of {what}: the first 20 {statistics.median(took[:20]):.2f} ms, the last {last:.2f}")


def operating(server: Server) -> None:
    """What the worker asks every minute, and what the commands of the operator ask."""

    def timed(what: str, deed: Ask) -> None:
        began = time.perf_counter()
        answer = deed()
        print(f"{what:<50}{(time.perf_counter() - began) * 1000:8.0f} ms  {answer}", flush=True)

    with server.database() as conn:
        for _ in range(2):
            timed("thresholds of all organizations", lambda: notifying.tell_crossings(conn))
        timed("usage of all organizations", lambda: len(overview.page(conn, OPERATOR, None).results))
        timed("the same as CSV", lambda: overview.lines(conn, OPERATOR, None)[0].count("\n"))
        with conn.transaction(force_rollback=True):
            conn.execute("UPDATE node SET organization_id = 1 WHERE organization_id IS NOT NULL")
            conn.execute("UPDATE usage_total SET organization_id = 1 WHERE project_id <> 0")
            timed("vesicle org propose", lambda: allocating.propose(conn, io.StringIO()))
            timed("how many are left", lambda: allocating.left(conn))


def both_cpu_s(api: int, parent: int) -> float:
    """Processor time of an API process that stands beside a server, and of that server."""
    return cpu_s(api) + tree_cpu_s(parent)


def waiting(sides: dict[str, Server], person: Person, files: list[int]) -> dict[str, float]:
    """p50 of what one caller waits for a URL, in milliseconds; the rivals take turns by the request."""
    walls: dict[str, list[float]] = {mode: [] for mode in sides}
    with ExitStack() as stack:
        # Connections that are kept, and no look at the answer beyond its status: only the waiting is counted.
        asking = {
            mode: stack.enter_context(httpx.Client(headers={"Authorization": f"Bearer {person.token}"}))
            for mode in sides
        }
        for number, mode in zip(files, cycle(sides), strict=False):
            body = json.dumps(requests.CASES[URL][2]).replace("synID", f"syn{number}").replace('"ID"', f'"{number}"')
            began = time.perf_counter()
            answer = asking[mode].post(sides[mode].url + requests.CASES[URL][1], content=body)
            walls[mode].append((time.perf_counter() - began) * 1000)
            answer.raise_for_status()
    return {mode: statistics.median(each) for mode, each in walls.items()}


def metering(server: Server, parent: int, person: Person, made: Year, seconds: int, turns: int) -> None:
    """The same request of three API processes on one database, in turns."""
    # Not those in somebody's own bucket: there the store is asked first whether they are there.
    files = [one.id for one in made.stored() if one.place > TWICE and one.location != CUSTOM]
    random.Random(7).shuffle(files)
    part = max(1, len(files) // (turns * len(unmetered.MODES) + 1))
    slices = (files[n * part : (n + 1) * part] for n in count())
    seen: dict[str, list[list[float]]] = {mode: [] for mode in unmetered.MODES}
    with ExitStack() as stack:
        sides = {mode: stack.enter_context(unmetered.beside(server, mode, **SETTINGS)) for mode in unmetered.MODES}
        for turn in range(turns):
            for mode in unmetered.MODES[:: 1 if turn % 2 else -1]:
                one, api = sides[mode]
                clocks: list[Callable[[], float]] = [partial(cpu_s, api), partial(both_cpu_s, api, parent)]
                costs, rate = requests.measure(
                    one, clocks, person.token, URL, next(slices), seconds, leaves=mode != "nothing"
                )
                seen[mode].append(costs)
                print(
                    f"turn {turn} {mode:<10}{costs[0]:8.3f}{costs[1]:8.3f} ms of CPU  {rate:.0f} a second", flush=True
                )
        waits = waiting({mode: one for mode, (one, _) in sides.items()}, person, next(slices)[:WAITS])
    cost = {mode: [statistics.median(one) for one in zip(*turns_of, strict=True)] for mode, turns_of in seen.items()}
    for mode in unmetered.MODES[:-1]:
        ratios = [f"{one / base:.2f}" for one, base in zip(cost["metered"], cost[mode], strict=True)]
        print(
            f"metered against {mode:<10} p50 {waits['metered'] / waits[mode]:.2f} ({waits['metered']:.2f} ms), API CPU"
            f" {ratios[0]}, with the database {ratios[1]} (target {METERING})",
            flush=True,
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--handles", type=int, nargs=2, default=[1_000, 1_000_000])
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--turns", type=int, default=4)
    asked = parser.parse_args()
    with ExitStack() as stack:
        sides, servers = [], []
        for handles in asked.handles:
            server, parent = stack.enter_context(running(**SETTINGS))
            person, began = server.person("bench"), time.perf_counter()
            made = generate(server, person, handles, 2 * asked.requests + 100)
            check(server)
            print(f"{handles} handles made and counted in {time.perf_counter() - began:.0f} s", flush=True)
            servers.append((server, parent, person, made))
            for name, organization, first in (("usual", made.usual, 1), ("largest", made.largest, 0)):
                if name == "usual" or made.usual != made.largest:
                    spare = count(FIRST_SPARE + first, 2)
                    sides.append(Side(f"{handles} {name}", parent, person, made, organization, spare))
        print(f"{'':<48}{'p50':>8}{'p99':>8}{'API':>8}{'all':>8}  ms; ratios of p50, API, all (target {FLAT})")
        compare(sides, QUESTIONS, asked.requests, asked.turns)
        compare(sides, REPORTS, asked.requests // 4, asked.turns)
        yearly(sides[-1])
        deep(sides[-1])
        operating(servers[-1][0])
        for server, *_ in servers:
            check(server)
        metering(*servers[-1], seconds=asked.seconds, turns=asked.turns)


if __name__ == "__main__":
    main()
