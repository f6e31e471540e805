"""A vesicle of its own for a measurement, and what the kernel says of its processes."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from tests.live import NO_LIMITS, Server, admin, start_server, stop_server
from tests.objectstore.starting import free_ports

TICKS = os.sysconf("SC_CLK_TCK")


def end_on_term() -> None:
    """Python ends on TERM without its finally clauses, and what was started would stay; from now on it runs them."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


@contextmanager
def running(**settings: str) -> Iterator[tuple[Server, int]]:
    """A server in a folder that goes when it ends, and the process id of its parent."""
    end_on_term()
    folder = Path(tempfile.mkdtemp(prefix="vesicle-bench-"))
    port = free_ports(2)
    process = start_server(folder / "data", port, log=folder / "log", **{**NO_LIMITS, **settings})
    try:
        token = admin(folder / "data", "create-token", "admin")
        with httpx.Client() as http:
            yield Server(f"http://127.0.0.1:{port}", folder / "data", token, http), process.pid
    finally:
        stop_server(process)
        shutil.rmtree(folder, ignore_errors=True)


def api_process(parent: int) -> int:
    """The API process below a `vesicle serve`."""
    return process_of(parent, b"api")


def process_of(parent: int, word: bytes) -> int:
    """The process directly below a `vesicle serve` whose command line has this word, or a program of this name."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                above = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            if above == parent and (word in words or words[0].endswith(b"/" + word)):
                return int(entry.name)
    raise RuntimeError(f"there is no process {word.decode()}")


def cpu_s(pid: int) -> float:
    """Seconds of processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def tree_cpu_s(parent: int) -> float:
    """The same for a process and everything below it, with what has ended meanwhile."""
    above: dict[int, int] = {}
    used: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            above[int(entry.name)] = int(fields[1])
            used[int(entry.name)] = sum(map(int, fields[11:15]))
    found, seen = [parent], 0
    while found:
        one = found.pop()
        seen += used.get(one, 0)
        found += [pid for pid, boss in above.items() if boss == one]
    return seen / TICKS
