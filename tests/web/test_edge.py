"""The HTTP edge: what every door has in common."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import pytest
from tests.live import Person, Server

from vesicle.errors import RETRY_PHRASES, BadRequest, Unavailable
from vesicle.web.refusals import reply_of_refusal

MIB = 1024**2


def test_an_unknown_path_is_a_404_that_names_method_and_path(owner: Person) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = owner.call(method, "/repo/v1/no/such/call")
        assert answer.status_code == 404
        assert f"{method} /repo/v1/no/such/call" in answer.json()["reason"]
        assert answer.json()["concreteType"] == "org.sagebionetworks.repo.model.ErrorResponse"


def test_another_method_is_a_405_that_names_those_that_work(owner: Person) -> None:
    for method in ("PATCH", "POST"):
        answer = owner.call(method, "/repo/v1/entity/syn1")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "DELETE, GET, PUT"
        assert "DELETE, GET, PUT" in answer.json()["reason"]


@pytest.mark.parametrize("path", ["/", "/repo/v1", "/repo/v1/", "/auth/v1", "/auth/v1/", "/file/v1", "/file/v1/"])
def test_the_roots_of_the_endpoints_answer_without_a_redirect(nobody: Person, path: str) -> None:
    assert nobody.call("GET", path).status_code == 200


def test_a_trailing_slash_is_accepted(owner: Person) -> None:
    project = owner.project()
    assert owner.ok("GET", f"/repo/v1/entity/{project['id']}/") == project
    assert owner.ok("GET", f"/repo/v1/entity/{project['id']}/path/")["path"]


def test_version_and_status_need_nobody(nobody: Person) -> None:
    assert nobody.ok("GET", "/repo/v1/version").keys() == {"version", "stackInstance"}
    assert nobody.ok("GET", "/repo/v1/status")["status"] == "READ_WRITE"


def test_a_body_past_two_mebibytes_is_a_413(owner: Person) -> None:
    headers = {"Authorization": f"Bearer {owner.token}"}
    url = owner.url + "/repo/v1/entity/children"
    padding = b'{"includeTypes":["file"],"parentId":"syn4489","x":"' + b"x" * 2 * MIB
    for content in (padding + b'"}', iter([padding, b'"}'])):
        answer = httpx.post(url, headers=headers, content=content, timeout=30)
        assert answer.status_code == 413
        assert str(2 * MIB) in answer.json()["reason"]
    fits = padding[: 2 * MIB - 2] + b'"}'
    assert len(fits) == 2 * MIB
    assert httpx.post(url, headers=headers, content=fits, timeout=30).status_code == 200


def test_malformed_json_is_a_400_with_a_reason(owner: Person) -> None:
    answer = owner.http.post(
        owner.url + "/repo/v1/entity", content=b'{"name": ', headers={"Authorization": f"Bearer {owner.token}"}
    )
    assert answer.status_code == 400
    assert answer.json()["reason"].startswith("The request body is not valid JSON")


def test_an_answer_in_json_says_so_and_an_empty_one_says_nothing(owner: Person) -> None:
    project = owner.project()
    answer = owner.call("GET", f"/repo/v1/entity/{project['id']}")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    handle = owner.ok("POST", "/file/v1/externalFileHandle", {"externalURL": "https://example.org/x", "fileName": "x"})
    gone = owner.call("DELETE", f"/file/v1/fileHandle/{handle['id']}")
    assert (gone.status_code, gone.content) == (200, b"")
    assert "content-type" not in gone.headers
    empty = owner.call("DELETE", f"/repo/v1/entity/{project['id']}")
    assert (empty.status_code, empty.content) == (204, b"")
    assert "content-type" not in empty.headers


def test_every_answer_tells_browsers_to_keep_nothing_and_to_frame_nothing(owner: Person, nobody: Person) -> None:
    file = owner.file(owner.project()["id"])["id"]
    answers = [
        owner.call("GET", "/repo/v1/userProfile"), nobody.call("GET", "/no/such/call"), nobody.call("GET", "/healthz"),
        owner.call("POST", "/auth/v1/login2", {"username": "x", "password": "x"}),
        owner.call("GET", f"/repo/v1/entity/{file}/file"), owner.call("DELETE", f"/repo/v1/entity/{file}"),
    ]  # fmt: skip
    assert [one.status_code for one in answers] == [200, 404, 200, 401, 307, 204]
    for one in answers:
        assert one.headers["cache-control"] == "no-store"
        assert one.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in one.headers["content-security-policy"]
        assert one.headers["referrer-policy"] == "no-referrer"
        # Over plain http there is nothing to stay on.
        assert "strict-transport-security" not in one.headers


def test_any_web_page_may_call_with_any_header(owner: Person) -> None:
    asked = {
        "Origin": "https://portal.example.org", "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type,x-anything",
    }  # fmt: skip
    preflight = httpx.options(owner.url + "/repo/v1/entity/syn1", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    for token, status in ((owner.token, 200), ("wrong", 401)):
        headers = {"Origin": "https://portal.example.org", "Authorization": f"Bearer {token}"}
        answer = httpx.get(owner.url + "/repo/v1/userProfile", headers=headers)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "*"
        # A browser must never send credentials by itself.
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("phrase", RETRY_PHRASES)
def test_a_lasting_refusal_that_quotes_a_retry_phrase_breaks_it_up(owner: Person, phrase: str) -> None:
    project = owner.project()
    name = phrase.replace("'", "")
    for text in (phrase, phrase.upper(), phrase * 3, phrase[:3] + phrase + phrase[3:]):
        bad = {"concreteType": "org.sagebionetworks.repo.model.Folder", "parentId": project["id"], "name": f"{text}?"}
        child = {"parentId": project["id"], "entityName": text}
        for answer in (
            owner.call("POST", "/repo/v1/entity", bad),
            owner.call("POST", "/repo/v1/entity/child", child),
            owner.call("GET", f"/repo/v1/{text}"),
            owner.call("GET", f"/repo/v1/entity/{text}"),
            owner.call("POST", "/repo/v1/entity", {"concreteType": text}),
            owner.call("GET", "/repo/v1/userGroupHeaders", typeFilter=text),
        ):
            assert 400 <= answer.status_code < 500
            reason = answer.json()["reason"].lower()
            assert not [one for one in RETRY_PHRASES if one in reason], reason
    owner.folder(project["id"], name)
    taken = owner.call("POST", "/repo/v1/entity", {**bad, "name": name})
    assert taken.status_code == 409
    assert not [one for one in RETRY_PHRASES if one in taken.json()["reason"].lower()]


def test_only_what_passes_may_ask_to_be_repeated() -> None:
    assert b"timeout" in reply_of_refusal(Unavailable("a timeout")).body
    assert reply_of_refusal(Unavailable("x")).headers["Retry-After"]
    assert b"timeout" not in reply_of_refusal(BadRequest("a timeout")).body
    assert b'"reason":"BadRequest"' in reply_of_refusal(BadRequest("")).body


def test_unknown_query_parameters_are_ignored_and_bad_ones_refused(owner: Person) -> None:
    project = owner.project()
    path = f"/repo/v1/entity/{project['id']}"
    owner.ok("GET", path, isConsistent="true", userId="1")
    assert owner.ok("GET", f"{path}/version", limit="", offset="0")["results"]
    for query in ({"newVersion": "maybe"}, {"newVersion": "1"}):
        assert owner.call("PUT", path, project, **query).status_code == 400
    assert owner.ok("PUT", path, project, newVersion="TRUE")["id"] == project["id"]


def test_a_client_that_goes_away_in_its_body_harms_nobody(server: Server, owner: Person) -> None:
    address = urlsplit(server.url)
    for _ in range(3):
        with socket.create_connection((address.hostname, address.port), timeout=10) as sock:
            sock.sendall(b"POST /repo/v1/entity HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    assert owner.ok("GET", "/repo/v1/userProfile")["ownerId"] == str(owner.id)


def test_the_metrics_count_doors_and_not_names(owner: Person, nobody: Person) -> None:
    project = owner.project()
    owner.ok("GET", f"/repo/v1/entity/{project['id']}")
    text = nobody.ok("GET", "/metrics")
    assert 'vesicle_requests_total{door="GET /repo/v1/entity/{id}",status="200"}' in text
    assert project["id"] not in text
    assert owner.name not in text
