"""A real vesicle for the tests: `vesicle serve` in a folder of its own, shared by every worker process of a run."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import psycopg
from tests import oracle
from tests.objectstore.sharing import Facts
from tests.objectstore.starting import free_ports

from vesicle.objectstore.s3 import S3Store
from vesicle.settings import Settings, load

START_WITHIN_S = 90
ANSWER_WITHIN_S = 30
# Generated tests ask more often than people do.
NO_LIMITS = {f"VESICLE_{name}": "0" for name in ("REQUESTS_PER_MINUTE", "SIGN_INS_PER_MINUTE", "MAILS_PER_HOUR")}
# Whoever starts the shared server need not be who stops it, so the process is kept from being collected.
_running: list[subprocess.Popen[bytes]] = []


def environment(**more: str) -> dict[str, str]:
    """The environment of a vesicle process, without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VESICLE_")}
    return kept | {"PYTHONPATH": str(Path(__file__).parent.parent / "src")} | more


def command(*arguments: str | Path) -> list[str]:
    """How the tests call vesicle."""
    return [sys.executable, "-P", "-m", "vesicle", *map(str, arguments)]


def start_server(
    data: Path, port: int, *arguments: str, log: Path | None = None, **settings: str
) -> subprocess.Popen[bytes]:
    """`vesicle serve`, from its own folder; returns once it is ready."""
    log = log or data.with_suffix(".log")
    with log.open("ab") as out:
        process = subprocess.Popen(
            command("serve", "--data", data, "--port", str(port), *arguments), env=environment(**settings),
            stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True,
        )  # fmt: skip
    scheme = "https" if "VESICLE_TLS_CERTIFICATE" in settings else "http"
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"vesicle ended with {process.returncode}:\n{log.read_text()[-4000:]}")
        try:
            # Whether the certificate is good is a test of its own.
            if httpx.get(f"{scheme}://127.0.0.1:{port}/readyz", timeout=5, verify=False).status_code == 200:
                return process
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"vesicle was not ready within {START_WITHIN_S} s:\n{log.read_text()[-4000:]}")


def stop_server(process: subprocess.Popen[bytes]) -> int:
    """TERM, and the exit status."""
    process.send_signal(signal.SIGTERM)
    return process.wait(30)


def admin(data: Path, *arguments: str, **settings: str) -> str:
    """`vesicle admin …`; what it printed."""
    done = subprocess.run(
        command("admin", *arguments, "--data", data), env=environment(**settings), capture_output=True, text=True,
        cwd="/", check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def start_shared(folder: Path, **settings: str) -> Facts:
    """The one server of a run, or one with other settings."""
    data = Path(mkdtemp(prefix="vesicle-", dir=folder)) / "data"
    port = free_ports(2)
    # Sign-up is open, so that its doors are tried like all others; what is certified about is tested elsewhere.
    given = {"VESICLE_SIGN_UP": "open", "VESICLE_CERTIFICATION": "everyone", **NO_LIMITS, **settings}
    process = start_server(data, port, log=None, **given)
    _running.append(process)
    token = admin(data, "create-token", "admin")
    return {"url": f"http://127.0.0.1:{port}", "data": str(data), "pid": str(process.pid), "admin_token": token}


def stop_shared(facts: Facts) -> None:
    """End it, and wait until it is gone."""
    pid = int(facts["pid"])
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return
        except ChildProcessError:
            if not runs(pid):
                return
        time.sleep(0.1)
    raise AssertionError("the shared vesicle did not end")


def running_database(data: Path) -> str | None:
    """The URL of the embedded database of a server that runs on this folder; None when none does."""
    from vesicle.engines.postgres import EmbeddedPostgres
    from vesicle.engines.system_user import engine_user

    return EmbeddedPostgres(data, engine_user()).running_url()


def runs(pid: int) -> bool:
    """False for a process that is gone, and for one that ended and that its parent has not asked about yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@dataclass
class Person:
    """Somebody with a token, who speaks plain HTTP."""

    url: str
    name: str
    id: int
    token: str
    http: httpx.Client = field(repr=False)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        """One request; redirects are not followed. A JSON answer of success has to be what Synapse documents."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.http.request(
            method, self.url + path, headers=headers, json=body, params=query or None, timeout=ANSWER_WITHIN_S
        )
        oracle.check(method, path, answer)
        return answer

    def ok(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """One request that must succeed: its JSON, or its text."""
        answer = self.call(method, path, body, **query)
        assert answer.is_success, f"{method} {path} → {answer.status_code} {answer.text}"
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if is_json else answer.text

    def project(self, name: str | None = None) -> dict[str, Any]:
        """A new project."""
        return self.make("Project", name=name or f"project {secrets.token_hex(6)}")

    def folder(self, parent: str, name: str | None = None) -> dict[str, Any]:
        """A new folder."""
        return self.make("Folder", name=name or f"folder {secrets.token_hex(4)}", parentId=parent)

    def make(self, kind: str, **members: Any) -> dict[str, Any]:
        """A new entity of a kind."""
        body = {"concreteType": f"org.sagebionetworks.repo.model.{kind}", **members}
        made: dict[str, Any] = self.ok("POST", "/repo/v1/entity", body)
        return made

    def file(self, parent: str, content: bytes = b"hello", name: str | None = None) -> dict[str, Any]:
        """A new file with these bytes."""
        name = name or f"file {secrets.token_hex(4)}.txt"
        return self.make("FileEntity", name=name, parentId=parent, dataFileHandleId=self.upload(content, name))

    def upload(self, content: bytes, name: str = "data.txt", part_size: int = 5 * 1024**2) -> str:
        """Send bytes as a client does; the id of the file handle."""
        from tests.sending import send

        return send(self, content, name, part_size)


@dataclass
class Server:
    """The shared server, seen from a test."""

    url: str
    data: Path
    admin_token: str
    http: httpx.Client

    @property
    def database_url(self) -> str:
        """Where its database is, for what cannot be seen through a door."""
        found = running_database(self.data)
        assert found
        return found

    def settings(self) -> Settings:
        """Its settings, with the addresses of its engines."""
        from vesicle.serving import attached

        return attached(load(self.data, {"port": int(self.url.rpartition(":")[2])}))

    def store(self) -> S3Store:
        """Its object store, with its own keys."""
        from vesicle.app import default_store

        return default_store(self.settings())

    def database(self) -> psycopg.Connection[Any]:
        """A connection in autocommit."""
        return psycopg.connect(self.database_url, autocommit=True)

    def person(self, prefix: str = "person", *, is_admin: bool = False, scopes: str | None = None) -> Person:
        """A new person with a token. Made on the database by the stories that `vesicle admin` calls."""
        from vesicle import administration
        from vesicle.accounts import people

        name = f"{prefix}-{secrets.token_hex(5)}"
        with psycopg.connect(self.database_url, autocommit=True) as conn:
            number = people.create(conn, name, f"{name}@example.org", admin=is_admin)
            token = administration.create_token(conn, name, None, scopes)
        return Person(self.url, name, number, token, self.http)

    def nobody(self) -> Person:
        """A caller without a token."""
        return Person(self.url, "anonymous", 273950, "", self.http)
