"""API processes that hand out URLs with less bookkeeping than vesicle does, to see what that costs. For `bench.usage`.

    python -m bench.unmetered metered|record|nothing DESCRIPTOR

``metered`` is vesicle as it is. ``record`` leaves out the ledger: who pays, whether the same person was charged for the
same file a moment ago, the limit, the terms of the storage, the counter; the row of the record is written by a plain
INSERT of what the request itself knows. ``nothing`` writes no row at all. All else is the same.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.live import NO_LIMITS, Server, environment

from vesicle import serving
from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.settings import as_environment, load
from vesicle.usage.store import downloads

MODES = ("nothing", "record", "metered")
_RECORD = """
INSERT INTO download_record (principal_id, file_handle_id, object_type, object_id, storage_location_id, size, charged)
VALUES (%(who)s, %(handle)s, %(type)s, %(object)s, %(location)s, %(size)s, %(size)s)
"""


def record(conn: Connection, actor: Actor, proof: Any, values: dict[str, Any]) -> bool:
    """Who, what, when, how large."""
    _ = actor, proof
    return conn.execute(_RECORD, values).rowcount == 1


def nothing(conn: Connection, actor: Actor, proof: Any, values: dict[str, Any]) -> bool:
    """No trace of it."""
    _ = conn, actor, proof, values
    return True


@contextmanager
def beside(server: Server, mode: str, **settings: str) -> Iterator[tuple[Server, int]]:
    """One more API process of a server that runs, on a port of its own, and its process id."""
    given = as_environment(server.settings()) | NO_LIMITS | settings
    with socket.create_server(("127.0.0.1", 0)) as listener:
        descriptor, port = listener.fileno(), listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.unmetered", mode, str(descriptor)],
            env=environment(**given, PYTHONPATH=os.pathsep.join(sys.path)), pass_fds=[descriptor],
        )  # fmt: skip
    try:
        yield Server(f"http://127.0.0.1:{port}", server.data, server.admin_token, server.http), process.pid
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    """Run until TERM."""
    mode, descriptor = sys.argv[1:]
    if mode != "metered":
        downloads.issue = {"record": record, "nothing": nothing}[mode]
    settings = load(None, {})
    serving.configure_logs(settings)
    serving.run_api(settings, int(descriptor))


if __name__ == "__main__":
    main()
