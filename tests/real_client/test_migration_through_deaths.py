"""The API and the store die in the middle of a migration by the client: it goes on, and nothing points nowhere."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.live import Person, Server, admin, start_server, stop_server
from tests.locations.buckets import external, location, own_bucket
from tests.objectstore.starting import free_ports
from tests.real_client.conftest import MIB, Client, programs_of
from tests.real_client.test_migration import handle
from tests.serving.test_command_line import children_of

from vesicle import app
from vesicle.files import removal

FILES = 12
WITHIN_S = 120
OF_VICTIM = {"API": b"api", "worker": b"work", "store": b"weed"}


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """A vesicle of this room's own, and its process."""
    data, port = tmp_path_factory.mktemp("mortal") / "data", free_ports(2)
    process = start_server(data, port)
    with httpx.Client() as http:
        yield Server(f"http://127.0.0.1:{port}", data, admin(data, "create-token", "admin"), http), process.pid
    stop_server(process)


def victim(parent: int, name: str) -> int:
    """The process to be killed: one that the server started itself."""
    for pid in children_of(parent):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if OF_VICTIM[name] in (words[0].rpartition(b"/")[2], *words):
            return pid
    raise AssertionError(f"no process of the {name}")


def begun(server: Server, person: Person) -> int:
    """How many copies of the person's are under way or done."""
    with server.database() as conn:
        query = "SELECT count(*) FROM multipart_upload WHERE started_by = %s AND source_key IS NOT NULL"
        row = conn.execute(query, (person.id,)).fetchone()
    return int(row[0]) if row else 0


def until_it_works(server: Server, person: Person, file: str) -> None:
    """Until the API answers and the store has what it had."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        try:
            url = person.call("GET", f"/repo/v1/entity/{file}/file", redirect=False)
            if url.status_code == 200 and server.http.get(url.text.strip('"')).status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, "it did not come back"
        time.sleep(0.1)


def everything_is_there(server: Server, bucket: str) -> None:
    """Each file handle's object is in the store, as long as the handle says."""
    with server.database() as conn:
        rows = conn.execute("SELECT bucket, key, content_size FROM file_handle WHERE key IS NOT NULL").fetchall()
    assert {row[0] for row in rows} >= {bucket}
    store = server.store()
    for where, key, size in rows:
        assert store.stat(where, key).size == size


@pytest.mark.parametrize("name", ["API", "worker", "store"])
def test_after_a_death_the_migration_goes_on(name: str, mortal: tuple[Server, int], tmp_path: Path) -> None:
    server, parent = mortal
    client = Client(programs_of("4.14"), tmp_path / "home", server.person("mover"))
    person = client.person
    project = person.project()["id"]
    names = [f"{number}.bin" for number in range(FILES)]
    files = [person.file(project, one.encode() * MIB, one)["id"] for one in names]
    bucket = own_bucket(server, person, "base")
    number = location(person, external(bucket, baseKey="base"))
    command = [client.programs / "synapse", "-s", "-c", ".synapseConfig", "migrate", project, str(number), "first.db"]
    with (client.home / "said").open("wb") as said:
        running = subprocess.Popen([*command, "--force"], cwd=client.home, env=client.environment(), stdout=said,
                                   stderr=said)  # fmt: skip
    deadline = time.monotonic() + WITHIN_S
    while begun(server, person) < 3:
        assert running.poll() is None, "the migration was over before anything could die"
        assert time.monotonic() < deadline
    os.kill(victim(parent, name), signal.SIGKILL)
    # Whether the client outlives it by trying again, or gives up, is its own affair.
    running.wait(WITHIN_S)
    until_it_works(server, person, files[0])
    everything_is_there(server, bucket)
    client.synapse("migrate", project, str(number), "second.db", "--force")
    assert {handle(person, file)["storageLocationId"] for file in files} == {number}
    everything_is_there(server, bucket)
    house = app.open_house(server.settings())
    try:
        impatient = replace(house, settings=replace(house.settings, abandoned_upload_days=-1))
        with house.pool.connection() as conn:
            removal.reap_abandoned(conn, impatient)
            removal.reap_unknown(conn, impatient)
    finally:
        house.pool.close()
    assert list(server.store().open_uploads(bucket)) == []
