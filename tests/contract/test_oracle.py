"""The check against Synapse's own document finds what it should, and each accepted difference is still one."""

from __future__ import annotations

import httpx
import pytest
from tests import oracle
from tests.live import Person, Server
from tests.real_client.relay import Relay

needs_document = pytest.mark.skipif(
    not oracle.DOCUMENT.exists(),
    reason="Synapse's OpenAPI document is not here: ./dev test fetches it where npm is installed (apt-get install npm)",
)
pytestmark = needs_document
HEADER = {
    "id": "syn1", "name": "a", "type": "org.sagebionetworks.repo.model.Folder", "versionNumber": 1,
    "versionLabel": "1", "isLatestVersion": True, "benefactorId": 2**40, "createdOn": "2024-05-01T12:00:00.000Z",
    "modifiedOn": "2024-05-01T12:00:00.000Z", "createdBy": "1", "modifiedBy": "1",
}  # fmt: skip
S3_FILE = {"concreteType": "org.sagebionetworks.repo.model.file.S3FileHandle", "id": "1", "contentSize": 2**40}


def test_a_documented_answer_passes_and_64_bits_are_no_fault() -> None:
    assert oracle.deviation("GET", "/repo/v1/entity/syn1/type", 200, HEADER) is None
    assert oracle.deviation("GET", "/file/v1/fileHandle/1/", 200, S3_FILE) is None


def test_an_unknown_member_a_wrong_type_and_a_wrong_status_are_found() -> None:
    path = "/repo/v1/entity/syn1/type"
    assert "extra" in str(oracle.deviation("GET", path, 200, {**HEADER, "extra": 1}))
    assert "versionNumber" in str(oracle.deviation("GET", path, 200, {**HEADER, "versionNumber": "1"}))
    assert "null" in str(oracle.deviation("GET", path, 200, {**HEADER, "name": None}))
    assert "status" in str(oracle.deviation("GET", path, 201, HEADER))
    handle = "/file/v1/fileHandle/1"
    assert "bucket" in str(oracle.deviation("GET", handle, 200, {**S3_FILE, "bucket": "b"}))
    assert "no.such.Kind" in str(oracle.deviation("GET", handle, 200, {**S3_FILE, "concreteType": "no.such.Kind"}))


def test_every_call_of_the_tests_goes_through_the_check(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(oracle, "deviation", lambda _method, path, _status, _body: seen.append(path))
    owner.ok("GET", "/repo/v1/userProfile")
    assert seen == ["/repo/v1/userProfile"]


def test_each_accepted_difference_is_of_a_documented_call_and_has_its_reason() -> None:
    paths = oracle._document()["paths"]
    calls = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert {call for call, _, _ in oracle.ACCEPTED} <= calls
    assert all(words and reason.endswith(".") for _, words, reason in oracle.ACCEPTED)


def test_what_the_published_client_hears_goes_through_the_check(server: Server, owner: Person) -> None:
    relay = Relay(server.url)
    through = Person(relay.url, owner.name, owner.id, owner.token, owner.http)
    project, content = through.project(), b"0123456789" * 20_000
    file = through.file(project["id"], content)
    for _ in range(3):
        assert through.ok("GET", f"/repo/v1/entity/{file['id']}") == file
    assert through.call("GET", "/repo/v1/entity/syn1").status_code == 404
    assert through.call("DELETE", f"/repo/v1/entity/{file['id']}").status_code == 204
    assert relay.check() > 8
    assert relay.check() == 0
    relay.hear("GET", "/repo/v1/entity/syn1/type", httpx.Response(200, json={**HEADER, "extra": 1}))
    with pytest.raises(AssertionError, match="extra"):
        relay.check()
