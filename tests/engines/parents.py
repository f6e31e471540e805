"""A process that holds the embedded engines as `vesicle serve` does, so that tests may kill it.

Run as a program it starts the engines, says where they are, and starts again what dies, until TERM.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from tests.live import environment

ANSWER_WITHIN_S = 60


class Parent:
    """The parent of the engines on one data folder."""

    def __init__(self, data: Path, port: int, **settings: str) -> None:
        self.data, self.port, self.settings = data, port, settings
        self.facts: dict[str, str] = {}
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start, and wait until the engines answer."""
        root = Path(__file__).parent.parent.parent
        settings = self.settings | {"PYTHONPATH": f"{root / 'src'}:{root}"}
        command = [sys.executable, "-P", "-m", "tests.engines.parents", str(self.data), str(self.port)]
        self._process = subprocess.Popen(command, env=environment() | settings, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the engines did not start; {self.data}/*.log may say why"
        self.facts = json.loads(line)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.send_signal(number)
        status = self._process.wait(30)
        self._process.stdout.close()
        return status

    def s3(self, endpoint: str | None = None, **options: Any) -> Any:
        """A client of the store with the keys of the installation."""
        return boto3.client(
            "s3", endpoint_url=endpoint or self.facts["endpoint"], aws_access_key_id=self.facts["access_key"],
            aws_secret_access_key=self.facts["secret_key"], region_name="us-east-1",
            **{"config": Config(retries={"total_max_attempts": 10}), **options},
        )  # fmt: skip

    def processes(self, engine: str) -> list[int]:
        """The processes of one engine: those that work in its folder."""
        folder, found = str(self.data / engine), []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and os.readlink(entry / "cwd") == folder:
                    found.append(int(entry.name))
            except OSError:
                continue
        return sorted(found)


def _target(descriptor: Path) -> str:
    """What an open file is; nothing when it was closed a moment ago."""
    try:
        return os.readlink(descriptor)
    except FileNotFoundError:
        return ""


def listening(pids: list[int]) -> tuple[list[tuple[str, int]], list[str]]:
    """Every (address, port) and every Unix socket on which these processes listen, as the kernel tells it."""
    inodes = {
        match[1]
        for pid in pids
        for one in Path(f"/proc/{pid}/fd").iterdir()
        if (match := re.fullmatch(r"socket:\[(\d+)\]", _target(one)))
    }
    ports = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                address, port = fields[1].split(":")
                ports.append((address, int(port, 16)))
    sockets = []
    for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[6] in inodes and fields[5] == "01":
            sockets.append(fields[7])
    return ports, sockets


def tried_by(user: str, wishes: dict[str, Any]) -> dict[str, Any]:
    """What comes of it when a user of the machine tries what ``stranger.py`` can try."""
    entry = pwd.getpwnam(user)
    done = subprocess.run(
        ["python3", "-I", "-"], input=Path(__file__).with_name("stranger.py").read_text(), capture_output=True,
        text=True, check=False, cwd="/", env={"PATH": "/usr/local/bin:/usr/bin:/bin", "WISHES": json.dumps(wishes)},
        user=entry.pw_uid, group=entry.pw_gid, extra_groups=[],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["uid"] == entry.pw_uid
    return result


def wait_until(holds: Any, what: str) -> None:
    """Look again until it holds."""
    deadline = time.monotonic() + ANSWER_WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {ANSWER_WITHIN_S} s: {what}"
        time.sleep(0.05)


def hold(data: Path, port: int) -> None:
    """Start the engines and keep them running until TERM."""
    from vesicle.engines import Engines, exclusive
    from vesicle.settings import load

    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    with exclusive(data):
        engines = Engines(load(data, {"store_port": port}))
        try:
            ready = engines.start()
            facts = {
                "endpoint": ready.s3_endpoint, "access_key": ready.s3_access_key, "secret_key": ready.s3_secret_key,
                "database_url": ready.database_url,
            }  # fmt: skip
            print(json.dumps(facts), flush=True)
            while not stopping.wait(0.1):
                engines.revive()
        finally:
            engines.stop()


if __name__ == "__main__":
    hold(Path(sys.argv[1]), int(sys.argv[2]))
