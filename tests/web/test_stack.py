"""Closing the server for maintenance."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.live import Person, Server, admin, start_server, stop_server
from tests.objectstore.starting import free_ports

STATUS = "/repo/v1/admin/synapse/status"


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Server]:
    """A vesicle that nobody else uses: closing it closes it for everybody."""
    data, port = tmp_path / "data", free_ports(2)
    process = start_server(data, port)
    try:
        with httpx.Client() as http:
            yield Server(f"http://127.0.0.1:{port}", data, admin(data, "create-token", "admin"), http)
    finally:
        assert stop_server(process) == 0


def until(person: Person, status: int) -> httpx.Response:
    """The answer once every process knows."""
    deadline = time.monotonic() + 10
    while True:
        answer = person.call("GET", "/repo/v1/userProfile")
        if answer.status_code == status or time.monotonic() > deadline:
            return answer
        time.sleep(0.1)


def test_a_closed_server_answers_503_with_the_message_and_opens_again(alone: Server) -> None:
    administrator = Person(alone.url, "admin", 0, alone.admin_token, alone.http)
    person, nobody = alone.person("reader"), alone.nobody()
    for caller, code in ((person, 403), (nobody, 401)):
        assert caller.call("PUT", STATUS, {"status": "DOWN"}).status_code == code
    for wrong in ({}, {"status": "X"}, {"status": "DOWN", "currentMessage": "x" * 2001}):
        assert administrator.call("PUT", STATUS, wrong).status_code == 400
    told = {"status": "READ_ONLY", "currentMessage": "Back at noon.", "pendingMaintenanceMessage": "Then once more."}
    assert administrator.ok("PUT", STATUS, told) == told
    closed = until(person, 503)
    assert (closed.status_code, closed.json()["reason"]) == (503, "Back at noon.")
    assert closed.headers["retry-after"]
    assert administrator.call("GET", "/repo/v1/userProfile").status_code == 503
    assert nobody.ok("GET", "/repo/v1/status") == told == nobody.ok("GET", STATUS)
    for path in ("/repo/v1/version", "/healthz", "/readyz", "/metrics", "/repo/v1"):
        assert nobody.call("GET", path).status_code == 200, path
    assert administrator.call("GET", f"/repo/v1/admin/user/{person.id}/token").status_code == 200
    administrator.ok("PUT", STATUS, {"status": "DOWN"})
    # Doors whose paths have a word in common with those of the status are closed like all others.
    for method, path in (
        ("PUT", "/repo/v1/message/status"), ("PUT", "/repo/v1/entity/syn1/version"),
        ("GET", "/repo/v1/entity/syn1/version"), ("DELETE", "/repo/v1/entity/syn1/version/1"),
        ("GET", "/auth/v1/termsOfUse2/status"),
    ):  # fmt: skip
        assert person.call(method, path, {} if method == "PUT" else None).status_code == 503, path
    assert nobody.ok("GET", "/repo/v1/status")["currentMessage"] == "Synapse is down for maintenance."
    opened = administrator.ok("PUT", STATUS, {"status": "READ_WRITE", "currentMessage": None})
    assert opened == {"status": "READ_WRITE", "currentMessage": "Ready.", "pendingMaintenanceMessage": ""}
    assert until(person, 200).status_code == 200
