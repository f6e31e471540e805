"""`vesicle` as an operator calls it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.live import Server, admin, command, environment, runs, start_server, stop_server
from tests.objectstore.sharing import Facts
from tests.objectstore.starting import free_ports


def run(*arguments: str | Path, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """A vesicle command that is expected to end soon."""
    return subprocess.run(
        command(*arguments),
        env=environment(**settings),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
        cwd="/",
    )


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


def children_of(pid: int) -> list[int]:
    """The processes that have this parent."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def test_it_starts_says_what_to_do_keeps_the_data_and_ends_every_child(tmp_path: Path, http: httpx.Client) -> None:
    data, port = tmp_path / "closed" / "data", free_ports(2)
    data.parent.mkdir(mode=0o700)
    process = start_server(data, port, log=tmp_path / "log")
    said = (tmp_path / "log").read_text()
    for words in ("administrator `admin` was created", "admin create-token admin", "repoEndpoint", "synapse add FILE"):
        assert words in said
    token = admin(data, "create-token", "admin")
    assert token.startswith("vsp_")
    assert len(token.split()) == 1
    person = Server(f"http://127.0.0.1:{port}", data, token, http).person("first")
    file = person.file(person.project()["id"], b"kept")["id"]
    children = children_of(process.pid)
    assert len(children) == 4, "PostgreSQL, SeaweedFS, an API process and a worker"
    assert stop_server(process) == 0
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert data.parent.stat().st_mode & 0o777 == 0o700, "no folder that we did not make changes its mode"

    process = start_server(data, port, "--processes", "2", log=tmp_path / "second")
    assert "was created" not in (tmp_path / "second").read_text()
    url = person.ok("GET", f"/repo/v1/entity/{file}/file", redirect="false")
    assert http.get(url).content == b"kept"
    seen = http.get(f"{person.url}/metrics").text
    assert 'vesicle_requests_total{door="GET /repo/v1/entity/{id}/file",status="200"} 1.0' in seen
    assert len(children_of(process.pid)) == 5
    assert stop_server(process) == 0
    assert token not in (tmp_path / "log").read_text() + (tmp_path / "second").read_text()


def test_a_dead_api_process_and_a_dead_parent_cost_nothing_that_was_committed(
    tmp_path: Path, http: httpx.Client
) -> None:
    data, port = tmp_path / "data", free_ports(2)
    process = start_server(data, port)
    person = Server(f"http://127.0.0.1:{port}", data, "", http).person("first")
    project = person.project()["id"]
    file = person.file(project, b"kept")["id"]
    api = next(
        pid for pid in children_of(process.pid) if b"api" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    )
    os.kill(api, 9)
    deadline = time.monotonic() + 30
    while True:
        try:
            if http.get(f"{person.url}/readyz", timeout=5).status_code == 200:
                break
        except httpx.TransportError:
            assert time.monotonic() < deadline
    children = children_of(process.pid)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while any(runs(pid) for pid in children):
        assert time.monotonic() < deadline, "children outlived their parent"
    process = start_server(data, port)
    assert http.get(person.ok("GET", f"/repo/v1/entity/{file}/file", redirect="false")).content == b"kept"
    assert stop_server(process) == 0


def test_a_taken_port_and_a_taken_folder_are_said_in_one_sentence(server: Server) -> None:
    port = server.url.rpartition(":")[2]
    same_port = run("serve", "--data", server.data.with_name("other"), "--port", port)
    assert (same_port.returncode, "Choose another port" in same_port.stderr) == (2, True)
    same_folder = run("serve", "--data", server.data, "--port", str(free_ports(2)))
    assert (same_folder.returncode, "Another vesicle runs on" in same_folder.stderr) == (2, True)
    assert "Traceback" not in same_port.stderr + same_folder.stderr


def test_administration_works_beside_a_server_and_without_one(
    server: Server, tmp_path: Path, http: httpx.Client
) -> None:
    for data in (server.data, tmp_path / "asleep"):
        made = run("admin", "create-user", "ada", "--email", "ada@example.org", "--admin", "--data", data)
        assert made.returncode == 0, made.stderr
        assert int(made.stdout) >= 3400000
        again = run("admin", "create-user", "A.da", "--email", "other@example.org", "--data", data)
        assert (again.returncode, "taken" in again.stderr) == (2, True)
        weak = run("admin", "set-password", "ada", "--data", data, stdin="short\n")
        assert (weak.returncode, "at least 8 characters" in weak.stderr) == (2, True)
        assert run("admin", "set-password", "ada", "--data", data, stdin="correct-horse-1\n").returncode == 0
        assert run("admin", "certify", "ada", "--data", data).returncode == 0
        unknown = run("admin", "create-token", "nobody-here", "--data", data)
        assert (unknown.returncode, "create-user" in unknown.stderr, unknown.stdout) == (2, True, "")
    body = {"username": "ada", "password": "correct-horse-1"}
    assert http.post(f"{server.url}/auth/v1/login2", json=body).status_code == 201


def test_a_database_that_is_away_is_said_in_one_line(tmp_path: Path) -> None:
    away = {"VESICLE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    said = run("admin", "certify", "ada", "--data", tmp_path, **away)
    assert said.returncode == 2
    assert said.stderr.startswith("vesicle: the database did not do what was asked of it: ")
    assert len(said.stderr.splitlines()) == 1


def test_what_is_no_entity_and_no_number_is_said_in_one_line(server: Server) -> None:
    for arguments, why in (
        (("move-project", "foo", "3"), "vesicle: foo is not a valid Synapse ID.\n"),
        (("project-usage", "foo"), "vesicle: foo is not a valid Synapse ID.\n"),
        (("limit", "1", "--storage", "nan"), "vesicle: nan is no number of gigabytes; write one such as 1.5.\n"),
    ):
        said = run("org", *arguments, "--data", server.data)
        assert (said.returncode, said.stdout) == (2, "")
        assert said.stderr.startswith(why)
        assert len(said.stderr.splitlines()) == 1


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "vesicle.toml").write_text("prot = 7770\n")
    said = run("serve", "--data", tmp_path)
    assert (said.returncode, "port" in said.stderr) == (2, True)


def test_an_outside_store_takes_the_place_of_the_embedded_one(tmp_path: Path, ceph: Facts, http: httpx.Client) -> None:
    data, port = tmp_path / "data", free_ports(2)
    store = {
        "VESICLE_S3_ENDPOINT": ceph["http"],
        "VESICLE_S3_ACCESS_KEY": ceph["access_key"],
        "VESICLE_S3_SECRET_KEY": ceph["secret_key"],
        "VESICLE_S3_BUCKET": "vesicle-outside",
    }
    process = start_server(data, port, **store)
    try:
        server = Server(f"http://127.0.0.1:{port}", data, "", http)
        person = server.person("ceph")
        content = os.urandom(5 * 1024**2 + 17)
        file = person.file(person.project()["id"], content)["id"]
        url = person.ok("GET", f"/repo/v1/entity/{file}/file", redirect="false")
        assert url.startswith(ceph["http"])
        assert http.get(url).content == content
        assert not (data / "objects").exists()
    finally:
        stop_server(process)


def test_the_database_away_is_a_503_with_a_reason(tmp_path: Path, server: Server) -> None:
    (tmp_path / "away.py").write_text(
        "import sys, uvicorn\nfrom vesicle import app\nfrom vesicle.settings import load\n"
        "settings = load(None, {'database_url': 'postgresql://nobody@127.0.0.1:1/none', 's3_endpoint': 'http://127.0.0.1:1',"
        " 's3_access_key': 'x', 's3_secret_key': 'y'})\n"
        "uvicorn.run(app.build(settings), port=int(sys.argv[1]), log_level='critical')\n"
    )
    port = free_ports(1)
    process = subprocess.Popen([sys.executable, tmp_path / "away.py", str(port)], env=environment(), cwd="/")
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                alive = httpx.get(f"http://127.0.0.1:{port}/healthz")
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
        assert alive.status_code == 200
        for path in ("/readyz", "/repo/v1/entity/syn4489", "/repo/v1/userProfile"):
            answer = httpx.get(f"http://127.0.0.1:{port}{path}", timeout=20)
            assert (answer.status_code, "database" in answer.json()["reason"]) == (503, True)
    finally:
        process.terminate()
        process.wait(30)
