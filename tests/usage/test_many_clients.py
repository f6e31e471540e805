"""Many clients at once, and processes that die meanwhile: in the end usage adds up, and no limit was ever passed.

``ORDERS=50`` goes on for fifty times as long.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.live import NO_LIMITS, Server, admin, start_server, stop_server
from tests.objectstore.starting import free_ports
from tests.relocation.test_deaths import child, wait_for
from tests.usage.counting import begun, check, check_gone, check_limits, check_rows
from tests.usage.deeds import WITHOUT_LOWER_LIMITS, Deeds, do

from vesicle.files import removal

pytestmark = [pytest.mark.xdist_group("usage: storms"), pytest.mark.timeout(0)]
CLIENTS = 8
SECONDS = 8 * int(os.environ.get("ORDERS", "1"))
LIMITS = (3000, 2000, 1000, 600, 300)
OURS = ("entities.purge", "files.reap_uploads", "files.reap_untied", "files.remove_object")
Running = tuple[Server, int]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A vesicle with plans of these tests' own, because its processes are killed; and the process id of its parent."""
    folder = tmp_path_factory.mktemp("storms")
    port = free_ports(2)
    settings = {"VESICLE_PLANS": "on", "VESICLE_PROCESSES": "2", "VESICLE_DEAD_WORKER_SECONDS": "4", **NO_LIMITS}
    process = start_server(folder / "data", port, log=folder / "log", **settings)
    try:
        # A connection that is kept would break with the API process that is killed.
        with httpx.Client(limits=httpx.Limits(max_keepalive_connections=0)) as http:
            token = admin(folder / "data", "create-token", "admin")
            yield Server(f"http://127.0.0.1:{port}", folder / "data", token, http), process.pid
    finally:
        stop_server(process)


def storm(deeds: Deeds, seed: int, seconds: int) -> None:
    """Everybody does things at random, while one looks at the limits all the time."""
    over, until = threading.Event(), time.monotonic() + seconds

    def client(number: int) -> None:
        chance = random.Random(f"{seed} {number}")
        while time.monotonic() < until:
            a, b, c, d, e = (chance.randrange(10**4) for _ in range(5))
            do(deeds, chance.choice(WITHOUT_LOWER_LIMITS), (a, b, c, d, e))

    def look() -> int:
        looks = 0
        while not over.wait(0.02):
            check_limits(deeds.server, {})
            looks += 1
        return looks

    with ThreadPoolExecutor(CLIENTS + 1) as threads:
        looking = threads.submit(look)
        try:
            for one in [threads.submit(client, number) for number in range(CLIENTS)]:
                one.result()
        finally:
            over.set()
        assert looking.result() > 10


def settle(server: Server) -> None:
    """Until the workers have done what is on the queue; a job that failed is done again at once."""
    until = time.monotonic() + 120
    with server.database() as conn:
        while True:
            conn.execute(
                "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND task_name = ANY(%s)",
                (list(OURS),),
            )
            left = conn.execute(
                "SELECT task_name, status::text, attempts FROM procrastinate_jobs"
                " WHERE status IN ('todo', 'doing') AND task_name = ANY(%s)",
                (list(OURS),),
            ).fetchall()
            if not left:
                return
            assert time.monotonic() < until, f"still to do: {left[:10]}"
            threading.Event().wait(0.2)


def ending(deeds: Deeds) -> None:
    """All adds up, on past days too; and when nobody goes on with what was begun, nothing is promised any more."""
    server = deeds.server
    settle(server)
    check_limits(server, {})
    deeds.check_days()
    with server.database() as conn:
        # An API process that died may have left the object of an upload that ended, which the reaping removes.
        check_rows(conn)
        uploads = begun(conn)
        assert conn.execute("SELECT count(*) FROM file_handle").fetchone() != (0,)
        conn.execute("UPDATE multipart_upload SET updated_on = '2020-01-01' WHERE state = 'UPLOADING'")
        removal.reap_uploads.defer(conn, timestamp=0)
        settle(server)
        assert (
            conn.execute(
                "SELECT u.id, u.state, u.bucket, u.storage_location_id, u.request_digest IS NULL FROM reservation r"
                " JOIN multipart_upload u ON u.id = r.upload_id"
            ).fetchall()
            == []
        )
        assert conn.execute("SELECT sum(reserved + custom_reserved) FROM ledger_account").fetchone() == (0,)
        assert conn.execute("SELECT count(*) FROM multipart_upload WHERE state = 'UPLOADING'").fetchone() == (0,)
    check(server)
    check_gone(server, uploads)


def test_usage_adds_up_after_many_clients_did_everything_at_once(running: Running) -> None:
    deeds = Deeds(running[0], LIMITS, storm=True)
    try:
        storm(deeds, 1, SECONDS // 2)
        settle(running[0])
        deeds.closings.close_today()
        storm(deeds, 3, SECONDS // 2)
        ending(deeds)
    finally:
        deeds.close()


def test_usage_adds_up_after_processes_died_in_the_middle(running: Running) -> None:
    server, parent = running
    deeds = Deeds(server, LIMITS, storm=True)
    over, chance, killed = threading.Event(), random.Random(2), []

    def kill() -> None:
        while not over.wait(chance.uniform(1, 4)):
            victim = chance.choice([b"api", b"api", b"work"])
            try:
                os.kill(child(parent, b"vesicle", victim), signal.SIGKILL)
            except (AssertionError, ProcessLookupError):
                continue
            killed.append(victim)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        storm(deeds, 2, 2 * SECONDS)
    finally:
        over.set()
        killer.join()
    try:
        assert len(killed) >= 3, killed
        wait_for(server)
        ending(deeds)
    finally:
        deeds.close()
