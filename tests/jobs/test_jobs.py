"""Asynchronous jobs: their states, their end, and what becomes of them when a worker dies."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.delivery.test_zips import BULK, contents, request
from tests.jobs.waiting import end_of, finish
from tests.live import Person, Server, admin, command, environment, start_server, stop_server
from tests.objectstore.starting import free_ports
from tests.sending import send
from tests.world import same_person

JOB = "/repo/v1/asynchronous/job"
ZIP = "org.sagebionetworks.repo.model.file.BulkFileDownloadRequest"
DOWNLOAD = "org.sagebionetworks.repo.model.download"
FILES = 128


def many(person: Person, count: int = FILES) -> list[str]:
    """So many handles of one object of a mebibyte that does not shrink."""
    handles = [send(person, os.urandom(1024**2), "part.bin")]
    while len(handles) < count:
        originals = [
            {"fileHandleId": one, "associateObjectId": "1", "associateObjectType": "FileEntity"} for one in handles
        ]
        asked = [{"originalFile": one} for one in originals[: count - len(handles)]][:100]
        made = person.ok("POST", "/file/v1/filehandles/copy", {"copyRequests": asked})["copyResults"]
        handles += [one["newFileHandle"]["id"] for one in made]
    return handles


def test_the_door_of_any_job_keeps_to_the_scopes_of_the_jobs_own(server: Server, owner: Person) -> None:
    narrow, wide = (same_person(server, owner, scopes) for scopes in ("view,modify", "view,modify,download"))
    kinds = (ZIP, f"{DOWNLOAD}.DownloadListManifestRequest", f"{DOWNLOAD}.DownloadListPackageRequest")
    for kind in kinds:
        refused = narrow.call("POST", JOB, {"concreteType": kind})
        assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope"), kind
        assert "download" in refused.json()["reason"]
        assert wide.call("POST", JOB, {"concreteType": kind}).status_code == 201, kind
    assert narrow.call("POST", JOB, {"concreteType": f"{DOWNLOAD}.DownloadListQueryRequest"}).status_code != 403


def until(server: Server, job: str, condition: str) -> None:
    """Wait until the row of a job is as it should be."""
    deadline = time.monotonic() + 60
    with server.database() as conn:
        query = f"SELECT 1 FROM async_job WHERE id = %s AND ({condition})"
        while conn.execute(query, (int(job),)).fetchone() is None:
            assert time.monotonic() < deadline, conn.execute("SELECT * FROM async_job WHERE id = %s", (job,)).fetchone()


def test_any_kind_of_job_is_started_by_its_concrete_type(owner: Person, stranger: Person) -> None:
    asked = {"concreteType": ZIP, **request((send(owner, b"mine", "m.txt"), "1"))}
    begun = owner.call("POST", JOB, asked)
    assert begun.status_code == 201
    job = begun.json()["jobId"]
    assert begun.json()["startedByUserId"] == owner.id
    end_of(owner, BULK, job)
    status = owner.ok("GET", f"{JOB}/{job}")
    assert (status["jobState"], status["progressCurrent"]) == ("COMPLETE", status["progressTotal"])
    assert status["responseBody"]["fileSummary"][0]["status"] == "SUCCESS"
    assert status["requestBody"]["concreteType"] == ZIP
    assert stranger.call("GET", f"{JOB}/{job}").status_code == 403
    assert stranger.call("GET", f"{JOB}/{job}/cancel").status_code == 403
    assert owner.call("POST", JOB, {"concreteType": "no.such.Kind"}).status_code == 400
    assert owner.call("POST", JOB, {"concreteType": ZIP, "requestedFiles": "none"}).status_code == 400
    assert owner.call("GET", f"{JOB}/1").status_code == 404


def test_a_refusal_inside_a_job_is_its_answer(owner: Person) -> None:
    begun = owner.ok("POST", JOB, {"concreteType": ZIP, "requestedFiles": []})
    answer = end_of(owner, BULK, begun["jobId"])
    assert (answer.status_code, "requestedFiles names" in answer.json()["reason"]) == (400, True)
    status = owner.ok("GET", f"{JOB}/{begun['jobId']}")
    assert (status["jobState"], status["exception"], status["errorMessage"]) == (
        "FAILED", "400", answer.json()["reason"]
    )  # fmt: skip


def test_a_canceled_job_ends_early_and_leaves_no_zip(owner: Person, server: Server) -> None:
    token = owner.ok("POST", f"{BULK}/start", request(*((one, "1") for one in many(owner))))["token"]
    assert owner.call("GET", f"{JOB}/{token}/cancel").status_code == 204
    answer = end_of(owner, BULK, token)
    assert (answer.status_code, "canceled" in answer.json()["reason"]) == (400, True)
    assert owner.ok("GET", f"{JOB}/{token}")["jobCanceling"] is True
    with server.database() as conn:
        query = "SELECT count(*) FROM file_handle WHERE created_by = %s AND file_name LIKE '%%.zip'"
        assert conn.execute(query, (owner.id,)).fetchone() == (0,)


def test_jobs_that_ended_long_ago_are_forgotten_and_lost_ones_given_up(owner: Person, server: Server) -> None:
    from vesicle.jobs import frame, store

    asked = request((send(owner, b"mine", "m.txt"), "1"))
    old, lost = finish(owner, BULK, asked), None
    assert old.status_code == 201
    with server.database() as conn:
        ids = [row[0] for row in conn.execute("SELECT id FROM async_job WHERE started_by = %s", (owner.id,))]
        conn.execute("UPDATE async_job SET changed_on = now() - interval '31 days' WHERE id = %s", (ids[0],))
        (lost,) = conn.execute(
            "INSERT INTO async_job (kind, started_by, request, changed_on)"
            " VALUES (%s, %s, '{}', now() - interval '8 days') RETURNING id", (ZIP, owner.id),
        ).fetchone() or (0,)  # fmt: skip
        store.sweep(conn, frame.SWEPT_AFTER_DAYS)
        store.give_up(conn, frame.LOST_AFTER_DAYS)
    assert owner.call("GET", f"{JOB}/{ids[0]}").status_code == 404
    given_up = owner.call("GET", f"{BULK}/get/{lost}")
    assert (given_up.status_code, "start it anew" in given_up.json()["reason"]) == (400, True)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[tuple[Server, Any]]:
    """A server whose workers are missed after a few seconds, and one more worker of it."""
    data, port = tmp_path / "data", free_ports(2)
    impatient = {"VESICLE_DEAD_WORKER_SECONDS": "4"}
    process = start_server(data, port, **impatient)
    try:
        with httpx.Client() as http:
            token = admin(data, "create-token", "admin")
            yield Server(f"http://127.0.0.1:{port}", data, token, http), impatient
    finally:
        assert stop_server(process) == 0


def first_worker(data: Path) -> int:
    """The worker that `vesicle serve` started."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            environ = (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"vesicle" in words and b"work" in words and f"VESICLE_DATA={data}".encode() in environ:
            return int(entry.name)
    raise AssertionError("there is no worker")


def test_the_job_of_a_killed_worker_is_finished_by_another(own_server: tuple[Server, dict[str, str]]) -> None:
    server, impatient = own_server
    owner = server.person("owner")
    asked = request(*((one, "1") for one in many(owner)))
    other = first_worker(server.data)
    os.kill(other, signal.SIGSTOP)  # so that the one that dies is the one that has the job
    try:
        killed = subprocess.Popen(
            command("work", "--data", server.data), env=environment(**impatient, VESICLE_PORT=server.url[17:]), cwd="/",
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        token = owner.ok("POST", f"{BULK}/start", asked)["token"]
        until(server, token, f"progress_total = {FILES} AND progress_current > 0")
        killed.kill()
        assert killed.wait(10) == -signal.SIGKILL
        until(server, token, "state = 'PROCESSING'")
    finally:
        os.kill(other, signal.SIGCONT)
    answer = end_of(owner, BULK, token).json()
    assert [one["status"] for one in answer["fileSummary"]] == ["SUCCESS"] * FILES
    assert len(contents(owner, answer["resultZipFileHandleId"])) == FILES
    with server.database() as conn:
        query = "SELECT count(*) FROM file_handle WHERE created_by = %s AND file_name LIKE '%%.zip'"
        assert conn.execute(query, (owner.id,)).fetchone() == (1,)


def test_a_dead_workers_job_whose_work_is_queued_again_keeps_no_other_from_being_taken_over(server: Server) -> None:
    insert = (
        "INSERT INTO procrastinate_jobs (task_name, queue_name, status, args, queueing_lock, scheduled_at)"
        " VALUES ('files.reap_untied', 'default', %s, '{\"timestamp\": 0}', %s, now() + %s::interval) RETURNING id"
    )
    lock = f"again {time.time_ns()}"
    with server.database() as conn:
        queued = conn.execute(insert, ("todo", lock, "1 hour")).fetchone()
        dead = [conn.execute(insert, ("doing", one, "0")).fetchone() for one in (lock, None)]
        ids = [row[0] for row in dead if row]
        assert len(ids) == 2
        deadline = time.monotonic() + 60
        while conn.execute("SELECT 1 FROM procrastinate_jobs WHERE id = ANY(%s)", (ids,)).fetchone():
            assert time.monotonic() < deadline, "they are still there"
        assert conn.execute("DELETE FROM procrastinate_jobs WHERE id = %s RETURNING status", queued).fetchone() == (
            "todo",
        )
