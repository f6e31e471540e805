"""What people start keeps no mail waiting, and nobody starts too much at a time."""

from __future__ import annotations

import time

from tests.delivery.test_zips import BULK, request
from tests.jobs.test_jobs import JOB, ZIP, until
from tests.jobs.waiting import end_of
from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket
from tests.relocation.registrations import result, start
from tests.relocation.test_drift import POINT
from tests.sending import send

from vesicle.jobs import frame
from vesicle.jobs.queue import LONG, SLOTS
from vesicle.mail import sending

RELINK = "org.vesicle.relocation.RelinkRequest"
WITHIN_S = 60


def test_mail_goes_while_long_jobs_run(server: Server, owner: Person) -> None:
    project = owner.project()["id"]
    places = [location(owner, external(own_bucket(server, owner))) for _ in range(SLOTS[LONG])]
    with server.database() as conn:
        for number in places:
            conn.execute("SELECT pg_advisory_lock(%s, %s)", (POINT, number))
        jobs = [start(owner, number, project) for number in places]
        for job in jobs:
            until(server, job, "progress_message LIKE 'waits for other work%%'")
        mail = sending.send(conn, "quick@example.org", "Soon", "now")
        deadline = time.monotonic() + WITHIN_S
        while (found := sending.one(conn, mail)) and found.state == "queued":
            assert time.monotonic() < deadline, "the mail waits for the registrations"
        for number, job in zip(places, jobs, strict=True):
            path = f"/vesicle/v1/storageLocation/{number}/register/{job}"
            assert owner.call("GET", path).status_code == 202, "the registration runs on"
            # By whatever door it is asked for, what may not run beside it does not even begin.
            beside = owner.call("POST", JOB, {"concreteType": RELINK, "storageLocationId": str(number)})
            assert (beside.status_code, f"Job {job} registers objects" in beside.text) == (409, True)
        conn.execute("SELECT pg_advisory_unlock_all()")
    for number, job in zip(places, jobs, strict=True):
        assert result(owner, number, job).status_code == 201


def test_nobody_has_more_than_so_many_open_jobs(server: Server, owner: Person, stranger: Person) -> None:
    asked = request((send(owner, b"mine", "m.txt"), "1"))
    with server.database() as conn:
        conn.execute(
            "INSERT INTO async_job (kind, started_by, request) SELECT %s, %s, '{}' FROM generate_series(1, %s)",
            (ZIP, owner.id, frame.MOST_OPEN),
        )
        for path, body in ((f"{BULK}/start", asked), (JOB, {"concreteType": ZIP, **asked})):
            answer = owner.call("POST", path, body)
            assert (answer.status_code, "20 jobs of yours" in answer.json()["reason"]) == (429, True)
            assert answer.headers["Retry-After"] == "10"
        theirs = stranger.ok("POST", f"{BULK}/start", request((send(stranger, b"theirs", "t.txt"), "1")))
        conn.execute("DELETE FROM async_job WHERE started_by = %s", (owner.id,))
    end_of(stranger, BULK, theirs["token"])
    assert end_of(owner, BULK, owner.ok("POST", f"{BULK}/start", asked)["token"]).status_code == 201


def test_who_works_on_a_location_is_found_by_an_index(server: Server, owner: Person) -> None:
    query = (
        "EXPLAIN SELECT id, kind FROM async_job WHERE state = 'PROCESSING' AND kind = ANY('{a,b}')"
        " AND request ->> 'storageLocationId' = '7' ORDER BY id LIMIT 1"
    )
    with server.database() as conn, conn.transaction(force_rollback=True):
        # Which index is cheapest is a matter of how many jobs there are: of a few, any would do.
        conn.execute(
            "INSERT INTO async_job (kind, started_by, request)"
            " SELECT %s, %s, jsonb_build_object('storageLocationId', n::text) FROM generate_series(1, 5000) AS n",
            (ZIP, owner.id),
        )
        conn.execute("ANALYZE async_job")
        plan = "\n".join(row[0] for row in conn.execute(query))
    assert "async_job_location" in plan
