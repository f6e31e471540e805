"""Registering objects, as the tests do it."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

from tests.live import Person

WITHIN_S = 60


def start(person: Person, location: int, target: str, **asked: Any) -> str:
    """Ask for a registration; the number of its job."""
    path = f"/vesicle/v1/storageLocation/{location}/register"
    token: str = person.ok("POST", path, {"targetId": target, **asked})["token"]
    return token


def result(person: Person, location: int, job: str, within_s: float = WITHIN_S, door: str = "register") -> Any:
    """The answer of the door once the job has ended."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        answer = person.call("GET", f"/vesicle/v1/storageLocation/{location}/{door}/{job}")
        if answer.status_code != 202:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"the job has not ended within {within_s} s: {answer.text}")


def register(person: Person, location: int, target: str, **asked: Any) -> dict[str, Any]:
    """The numbers of a registration that succeeds."""
    answer = result(person, location, start(person, location, target, **asked))
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def manifest(person: Person, told: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The lines of the manifest, by key."""
    url = person.ok("GET", f"/file/v1/fileHandle/{told['manifestFileHandleId']}/url", redirect="false")
    return {line["key"]: line for line in csv.DictReader(io.StringIO(person.http.get(url).text))}


def counts(told: dict[str, Any]) -> dict[str, int]:
    """The numbers that are not 0."""
    names = ("registered", "newVersions", "unchanged", "changed", "reported", "passedOver")
    return {name: told[name] for name in names if told[name]}


def run(person: Person, location: int, door: str, **asked: Any) -> dict[str, Any]:
    """Another job of a location, to its end."""
    path = f"/vesicle/v1/storageLocation/{location}/{door}"
    answer = result(person, location, person.ok("POST", path, asked)["token"], door=door)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told
