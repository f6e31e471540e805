"""A registration that is cut off by the death of a process goes on, and nothing is made twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.live import Person, Server, admin, start_server, stop_server
from tests.locations.buckets import external, location, own_bucket
from tests.objectstore.starting import free_ports
from tests.relocation.registrations import counts, result, start

pytestmark = pytest.mark.xdist_group("relocation: deaths")
OBJECTS = 6000
# How many files, of how many objects, with how many right sizes: the number in a key is what the object says.
MADE = """
SELECT count(*), count(DISTINCT h.key),
    count(*) FILTER (WHERE h.content_size = length(substring(h.key from '/([0-9]+)[.]txt$')::int::text))
FROM file_handle h JOIN entity_version v ON v.file_handle_id = h.id JOIN node n ON n.id = v.node_id
WHERE n.project_id = %s AND h.bucket = %s
"""
ORPHANS = """
SELECT count(*) FROM file_handle h
WHERE bucket = %s AND NOT EXISTS (SELECT 1 FROM entity_version v WHERE v.file_handle_id = h.id)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """A vesicle of these tests' own, because its processes are killed; and the process id of its parent."""
    folder = tmp_path_factory.mktemp("deaths")
    port = free_ports(2)
    process = start_server(folder / "data", port, log=folder / "log", VESICLE_DEAD_WORKER_SECONDS="4")
    try:
        # A connection that is kept would break with the API process that is killed.
        with httpx.Client(limits=httpx.Limits(max_keepalive_connections=0)) as http:
            token = admin(folder / "data", "create-token", "admin")
            yield Server(f"http://127.0.0.1:{port}", folder / "data", token, http), process.pid
    finally:
        stop_server(process)


@pytest.fixture(scope="module")
def filled(house: tuple[Server, int]) -> tuple[Person, str, int]:
    """An owner, their bucket with some thousand objects, and its location."""
    server, _ = house
    owner, store = server.person("owner"), server.store()
    bucket = own_bucket(server, owner)
    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(lambda n: store.put(bucket, f"raw/{n % 7}/{n:05}.txt", b"%d" % n), range(OBJECTS)):
            pass
    return owner, bucket, location(owner, external(bucket))


def child(parent: int, *words: bytes) -> int:
    """A child of the server whose command line has these words."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
                above = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            if above == parent and all(word in line for word in words):
                return int(entry.name)
    raise AssertionError(f"the server has no child {words}")


def pages_done(server: Server, job: str) -> int:
    """How many pages of a registration are on record."""
    with server.database() as conn:
        row = conn.execute("SELECT pages FROM registration WHERE job_id = %s", (int(job),)).fetchone()
    return row[0] if row else 0


@pytest.mark.parametrize("victim", ["worker", "api", "store"])
def test_a_death_in_the_middle_leaves_nothing_half_done(
    victim: str, house: tuple[Server, int], filled: tuple[Person, str, int]
) -> None:
    server, parent = house
    owner, bucket, number = filled
    project = owner.project()["id"]
    job = start(owner, number, project, prefix="raw/")
    until = time.monotonic() + 60
    while pages_done(server, job) < 1:
        assert time.monotonic() < until, "the registration does not begin"
    words = {"worker": [b"vesicle", b"work"], "api": [b"vesicle", b"api"], "store": [b"weed"]}[victim]
    os.kill(child(parent, *words), signal.SIGKILL)
    assert pages_done(server, job) < OBJECTS // 1000 + 1, "it was in the middle"
    if victim == "api":
        wait_for(server)
    answer = result(owner, number, job, within_s=150)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert counts(told) == {"registered": OBJECTS}
    with server.database() as conn:
        project_id = int(project.removeprefix("syn"))
        assert conn.execute(MADE, (project_id, bucket)).fetchone() == (OBJECTS, OBJECTS, OBJECTS)
        assert conn.execute(ORPHANS, (bucket,)).fetchone() == (0,)
    settings = server.settings()
    assert list(server.store().open_uploads(settings.s3_bucket)) == []


def wait_for(server: Server) -> None:
    """Until an API process answers again."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if server.http.get(f"{server.url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            continue
    raise AssertionError("the API does not come back")
