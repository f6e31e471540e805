"""What was acknowledged survives every kind of death, and nothing that is left behind blocks the next start."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from tests.engines.parents import Parent, wait_until
from tests.live import running_database

from vesicle.engines.processes import Engine
from vesicle.engines.seaweedfs import GRPC_TWIN, SOCKET, free_ports
from vesicle.errors import Unavailable

pytestmark = pytest.mark.xdist_group("engines: deaths")

BUCKET = "survivors"
COUNT = 20


def main_process(parent: Parent, engine: str) -> int:
    """The process of an engine that the parent started itself."""
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    return next(pid for pid in parent.processes(engine) if str(pid) in children)


def keep(parent: Parent, name: str) -> None:
    """Put objects and rows whose keeping is acknowledged."""
    s3 = parent.s3()
    for number in range(COUNT):
        s3.put_object(Bucket=BUCKET, Key=f"{name}/{number}", Body=f"{name} {number}".encode() * 1000)
    with psycopg.connect(parent.facts["database_url"]) as conn:
        conn.execute("INSERT INTO kept SELECT %s, n FROM generate_series(1, %s) n", (name, COUNT))


def assert_kept(parent: Parent, name: str) -> None:
    """All of them are there, whole."""
    s3 = parent.s3()
    for number in range(COUNT):
        body = s3.get_object(Bucket=BUCKET, Key=f"{name}/{number}")["Body"].read()
        assert body == f"{name} {number}".encode() * 1000
    with psycopg.connect(parent.facts["database_url"]) as conn:
        assert conn.execute("SELECT count(*) FROM kept WHERE name = %s", (name,)).fetchone() == (COUNT,)


@pytest.fixture(scope="module")
def filled(parent: Parent) -> Parent:
    """Engines with a bucket and a table."""
    parent.s3().create_bucket(Bucket=BUCKET)
    with psycopg.connect(parent.facts["database_url"]) as conn:
        conn.execute("CREATE TABLE kept (name text, number int)")
    keep(parent, "from the beginning")
    return parent


@pytest.mark.parametrize("engine", ["objects", "postgres"])
def test_a_killed_engine_is_started_again_where_it_was_and_nothing_is_lost(filled: Parent, engine: str) -> None:
    keep(filled, f"killed {engine}")
    before = main_process(filled, engine)
    os.kill(before, signal.SIGKILL)

    def works_again() -> bool:
        try:
            again = main_process(filled, engine)
            assert_kept(filled, f"killed {engine}")
        except (StopIteration, psycopg.OperationalError, BotoCoreError, ClientError):
            return False
        return again != before

    wait_until(works_again, f"{engine} works again under the same address")


def test_killing_the_parent_ends_the_engines_and_the_next_start_finds_everything(filled: Parent) -> None:
    keep(filled, "killed parent")
    before = filled.facts
    filled.end(signal.SIGKILL)
    filled.start()
    assert {name: filled.facts[name] for name in ("endpoint", "access_key")} == {
        name: before[name] for name in ("endpoint", "access_key")
    }
    assert_kept(filled, "killed parent")


def test_the_engines_end_with_a_killed_parent_by_themselves(filled: Parent) -> None:
    filled.end(signal.SIGKILL)
    wait_until(lambda: not filled.processes("objects") + filled.processes("postgres"), "the engines end")
    assert running_database(filled.data) is None
    filled.start()


def test_a_server_that_runs_is_found_from_outside_and_one_that_ended_is_not(filled: Parent) -> None:
    assert running_database(filled.data) == filled.facts["database_url"]
    filled.end()
    assert running_database(filled.data) is None
    filled.start()
    assert_kept(filled, "from the beginning")


def test_an_orderly_end_leaves_no_process_and_no_socket(filled: Parent) -> None:
    host = psycopg.conninfo.conninfo_to_dict(filled.facts["database_url"])["host"]
    assert isinstance(host, str)
    assert Path(host).is_dir()
    sockets = json.loads((filled.data / "objects.sockets").read_text())
    assert any(Path(one).exists() for one in sockets)
    assert filled.end() == 0
    assert filled.processes("objects") + filled.processes("postgres") == []
    assert [one for one in (host, *sockets) if Path(one).exists()] == []
    filled.start()


def test_a_pid_file_with_the_number_of_a_stranger_blocks_no_start_and_harms_no_stranger(filled: Parent) -> None:
    filled.end()
    with subprocess.Popen(["sleep", "600"], cwd=filled.data / "postgres") as stranger:
        for file, text in (("postgres/postmaster.pid", f"{stranger.pid}\n"), ("postgres.lock", f"{stranger.pid}\n")):
            (filled.data / file).write_text(text)
        filled.start()
        assert stranger.poll() is None
        stranger.kill()
    assert_kept(filled, "from the beginning")


def test_a_left_over_engine_that_holds_on_is_ended_by_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "engine"
    folder.mkdir()
    code = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\n"
    code += "while True: time.sleep(1)"
    first = Engine("a stubborn engine", folder, tmp_path / "engine.log", None, end_signal=signal.SIGTERM)
    first.claim()
    first.launch([sys.executable, "-c", code], os.environ)
    wait_until(lambda: first.last_words() == "up", "the engine runs")
    second = Engine("the next", folder, tmp_path / "engine.log", None, end_signal=signal.SIGTERM)
    assert second.runs_somewhere
    second.claim()
    assert not first.is_alive
    second.launch(["true"], os.environ)
    second.end(5)


def test_the_ports_of_the_last_start_are_kept_except_those_that_somebody_took() -> None:
    before = free_ports({}, 0)
    with socket.create_server(("127.0.0.1", before["filer"])):
        clients = before["master"] + GRPC_TWIN
        after = free_ports(before, clients)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"filer", "master"}
    assert len(set(after.values())) == len(after)


def test_a_port_whose_socket_somebody_left_behind_is_not_taken() -> None:
    before = free_ports({}, 0)
    left = Path(SOCKET.format(part="filer", port=before["filer"] + GRPC_TWIN))
    left.touch()
    try:
        after = free_ports(before, 0)
    finally:
        left.unlink()
    assert {name for name in before if before[name] != after[name]} == {"filer"}


def test_an_engine_that_cannot_start_says_why(tmp_path: Path) -> None:
    engine = Engine("Some engine", tmp_path, tmp_path / "engine.log", None, end_signal=signal.SIGTERM)
    engine.claim()
    engine.launch(["sh", "-c", "echo the disk is full >&2; exit 3"], os.environ)
    wait_until(lambda: not engine.is_alive, "it ends")
    with pytest.raises(Unavailable, match="the disk is full"):
        engine.check_alive()
    assert (tmp_path / "engine.log").stat().st_mode & 0o777 == 0o600


def test_a_log_that_has_grown_large_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    with log.open("wb") as file:
        file.truncate(11 * 1024**2)
    engine = Engine("Some engine", tmp_path, log, None, end_signal=signal.SIGTERM)
    engine.claim()
    engine.launch(["true"], os.environ)
    wait_until(lambda: not engine.is_alive, "it ends")
    assert log.stat().st_size == 0
    assert (tmp_path / "engine.log.1").stat().st_size == 11 * 1024**2
