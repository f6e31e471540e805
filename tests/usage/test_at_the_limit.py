"""Many at once at a limit: of what is stored not a byte too much, of what is sent an end within seconds."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests import sending
from tests.live import Person, Server
from tests.organizations.test_membership import managed
from tests.usage.counting import check
from tests.usage.test_charging import account, preferring, project_in
from tests.world import allow

pytestmark = pytest.mark.xdist_group("plans")
READERS, FILES, SIZE = 32, 12, 100


def test_of_two_hundred_parallel_uploads_into_room_for_a_hundred_exactly_a_hundred_succeed(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = preferring(chief, ann, 100 * 1000)

    def send(number: int) -> int:
        content = secrets.token_bytes(1000)
        answer = ann.call("POST", "/file/v1/file/multipart", sending.request(content, f"{number}.bin"))
        if answer.status_code == 201:
            upload = answer.json()["uploadId"]
            assert sending.put_part(ann, upload, 1, content).status_code == 200
            sending.add_part(ann, upload, 1, content)
            sending.complete(ann, upload)
        else:
            assert answer.json()["errorCode"] == "PROJECT_STORAGE_LIMIT_EXCEEDED"
        return answer.status_code

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(send, range(200)))
    assert sorted(answers) == [201] * 100 + [400] * 100
    assert account(planned, made["id"]) == (100_000, 0)
    check(planned)


def test_thirty_two_threads_that_ask_on_and_on_stop_within_ten_seconds_of_the_limit(
    planned: Server, chief: Person, ann: Person
) -> None:
    limit = READERS * FILES * SIZE // 3
    made = managed(chief, ann, egressLimitBytes=limit, egressPeriod="MONTH")
    project = project_in(ann, made["id"])
    files = [ann.file(project, bytes([65 + number]) * SIZE)["id"] for number in range(FILES)]
    people = [planned.person("reader") for _ in range(READERS)]
    for person in people:
        allow(planned, project, person.id, 3)

    def read(person: Person) -> list[tuple[int, float]]:
        """Each file once, also after the first refusal: when each answer came."""
        found: list[tuple[int, float]] = []
        for file in files:
            answer = person.call("GET", f"/repo/v1/entity/{file}/file", redirect="false")
            found.append((answer.status_code, time.monotonic()))
        return found

    with ThreadPoolExecutor(READERS) as pool:
        answers = [one for said in pool.map(read, people) for one in said]
    assert {status for status, _ in answers} == {200, 403}
    issued = [at for status, at in answers if status == 200]
    first_refusal = min(at for status, at in answers if status == 403)
    assert max(issued) - first_refusal < 10
    usage: dict[str, Any] = ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}")
    assert usage["sentBytes"] == len(issued) * SIZE >= limit
    assert usage["egressOvershootBytes"] == usage["sentBytes"] - limit <= READERS * SIZE
