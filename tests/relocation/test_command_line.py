"""`vesicle register`, as somebody calls it who owns a bucket and has a token."""

from __future__ import annotations

import csv
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.live import Person, Server, command, environment
from tests.locations.buckets import external, location, own_bucket, put
from tests.relocation.registrations import counts, result

from vesicle.errors import BadRequest
from vesicle.relocation.from_outside import Caller


def register(person: Person, *arguments: str, token: str | None = None) -> subprocess.CompletedProcess[str]:
    """The command, against the server."""
    return subprocess.run(
        command("register", *arguments, "--url", person.url),
        env=environment(SYNAPSE_AUTH_TOKEN=person.token if token is None else token, HOME="/nonexistent"),
        capture_output=True, text=True, check=False, timeout=120, cwd="/",
    )  # fmt: skip


def test_a_release_is_registered_and_its_manifest_saved(server: Server, owner: Person, tmp_path: Path) -> None:
    bucket = own_bucket(server, owner)
    for key in ("r1/a.txt", "r1/b/c.txt"):
        put(server, bucket, key, key)
    number, project = str(location(owner, external(bucket))), owner.project()["id"]
    file = tmp_path / "plan.csv"
    done = register(owner, number, project, "--prefix", "r1/", "--dry-run", "--manifest", str(file))
    assert done.returncode == 0, done.stderr
    assert "registered: 2" in done.stdout
    done = register(
        owner, number, project, "--prefix", "r1/", "--label", "r1", "--comment", "first", "--flat", "--md5", "bytes",
        "--content-type", "object", "--changed", "report", "--manifest", str(file),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "job " in done.stderr
    lines = list(csv.DictReader(file.read_text().splitlines()))
    assert [line["outcome"] for line in lines] == ["registered", "registered"]
    entity = owner.ok("GET", f"/repo/v1/entity/{lines[0]['entity']}")
    assert (entity["versionLabel"], entity["versionComment"], entity["parentId"]) == ("r1", "first", project)


def test_a_refusal_is_one_sentence(server: Server, owner: Person, stranger: Person) -> None:
    number, project = str(location(owner, external(own_bucket(server, owner)))), owner.project()["id"]
    for done in (
        register(stranger, number, project),
        register(owner, number, "syn1"),
        register(owner, number, project, token=""),
        register(owner, number, project, token="no\ntoken"),
        register(owner, number, project, "--manifest", "/nonexistent/plan.csv"),
        register(owner, number, project, "--manifest", "/"),
        register(owner, number, project, "--prefix", "/"),
    ):
        assert done.returncode == 2
        assert done.stderr.startswith("vesicle: ")
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("url", ["data.example.org", "http://127.0.0.1:80x", "http://[::1"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(BadRequest, match="is not the address of a vesicle"):
        Caller(url, "token")


def test_a_command_that_is_killed_leaves_a_registration_that_goes_on(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    keys = [f"r1/{number}.txt" for number in range(50)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda key: put(server, bucket, key, key), keys))
    number, project = location(owner, external(bucket)), owner.project()["id"]
    running = subprocess.Popen(
        command("register", str(number), project, "--prefix", "r1/", "--url", owner.url),
        env=environment(SYNAPSE_AUTH_TOKEN=owner.token, HOME="/nonexistent"), stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL, text=True, cwd="/",
    )  # fmt: skip
    assert running.stderr is not None
    with running.stderr:
        job = running.stderr.readline().split()[-1]
        running.kill()
        running.wait(30)
    answer = result(owner, number, job)
    assert answer.status_code == 201, answer.text
    assert counts(answer.json()) == {"registered": 50}
    done = register(owner, str(number), project, "--prefix", "r1/")
    assert (done.returncode, "unchanged: 50" in done.stdout) == (0, True), done.stdout + done.stderr
    none = register(owner, str(number), project, "--continue-job", "999999999")
    assert (none.returncode, none.stdout) == (2, "")
    assert none.stderr == (
        "vesicle: Job 999999999 left no registration of this location and target; what another job took"
        " over, that one goes on with.\n"
    )
