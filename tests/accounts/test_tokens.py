"""Access tokens: who may make them, and when they open nothing any more."""

from __future__ import annotations

import secrets
from typing import Any

import httpx
import pytest
from tests.live import Person, Server
from tests.world import signed_in

TOKENS = "/auth/v1/personalAccessToken"


@pytest.fixture
def session(server: Server, owner: Person) -> Person:
    """The owner, signed in."""
    return signed_in(server, owner)


def with_token(person: Person, token: str) -> Person:
    return Person(person.url, person.name, person.id, token, person.http)


def made(session: Person, **body: Any) -> Person:
    return with_token(session, session.ok("POST", TOKENS, body)["token"])


def record(session: Person, name: str) -> Any:
    return next(one for one in session.ok("GET", TOKENS)["results"] if one["name"] == name)


def test_a_token_has_the_scopes_that_were_asked_for(session: Person) -> None:
    created = session.call("POST", TOKENS, {"name": "narrow", "scope": ["view"]})
    assert created.status_code == 201
    narrow = with_token(session, created.json()["token"])
    assert narrow.ok("GET", "/repo/v1/userProfile")["ownerId"] == str(session.id)
    refused = narrow.call("POST", "/repo/v1/entity", {"concreteType": "org.sagebionetworks.repo.model.Project"})
    assert refused.status_code == 403
    assert refused.json()["error"] == "insufficient_scope"
    kept = record(session, "narrow")
    assert (kept["scopes"], kept["state"], kept["userId"]) == (["view"], "ACTIVE", str(session.id))
    assert kept == session.ok("GET", f"{TOKENS}/{kept['id']}")
    assert "token" not in kept


def test_a_token_without_wishes_has_a_name_and_every_scope_but_authorize(session: Person) -> None:
    made(session)
    newest = session.ok("GET", TOKENS)["results"][-1]
    assert newest["name"]
    assert set(newest["scopes"]) == {"openid", "email", "profile", "view", "download", "modify", "offline_access"}


def test_a_personal_token_makes_no_other(session: Person) -> None:
    personal = made(session, name="all")
    answer = personal.call("POST", TOKENS, {})
    assert answer.status_code == 403
    assert "authorize" in answer.json()["reason"]


def test_a_token_that_is_deleted_opens_nothing_from_then_on(session: Person) -> None:
    personal = made(session, name="gone soon")
    personal.ok("GET", "/repo/v1/userProfile")
    assert session.call("DELETE", f"{TOKENS}/{record(session, 'gone soon')['id']}").status_code == 200
    answer = personal.call("GET", "/repo/v1/userProfile")
    assert (answer.status_code, answer.json()["reason"]) == (401, "Invalid access token")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_of_somebody_else_is_out_of_reach(server: Server, session: Person, stranger: Person) -> None:
    number = session.ok("GET", TOKENS)["results"][0]["id"]
    other = signed_in(server, stranger)
    for method in ("GET", "DELETE"):
        assert other.call(method, f"{TOKENS}/{number}").status_code == 403
        assert other.call(method, f"{TOKENS}/999999999").status_code == 404
    assert session.ok("GET", f"{TOKENS}/{number}")["id"] == number


def test_a_name_is_used_once_by_a_person(server: Server, session: Person, stranger: Person) -> None:
    made(session, name="mine")
    assert session.call("POST", TOKENS, {"name": "mine"}).status_code == 400
    made(signed_in(server, stranger), name="mine")
    session.ok("DELETE", f"{TOKENS}/{record(session, 'mine')['id']}")
    made(session, name="mine")


@pytest.mark.parametrize(
    "body", [{"name": "x" * 257}, {"name": "  "}, {"scope": ["fly"]}, {"scope": "view"}, {"name": 1}]
)
def test_a_wish_that_cannot_be_is_refused(session: Person, body: dict[str, Any]) -> None:
    assert session.call("POST", TOKENS, body).status_code == 400


def test_a_person_has_a_hundred_tokens_and_the_list_is_paged(server: Server, session: Person) -> None:
    for number in range(102):
        made(session, name=f"token {number:03}")
    found, token = [], None
    while True:
        page = session.ok("GET", TOKENS, **({"nextPageToken": token} if token else {}))
        found += page["results"]
        token = page.get("nextPageToken")
        if not token:
            break
        assert len(page["results"]) == 50
    assert len(found) == 100
    assert len({one["id"] for one in found}) == 100
    assert found[-1]["name"] == "token 101"
    assert session.call("GET", TOKENS, nextPageToken="50a50").status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer x"}, {"Authorization": "Bearer"},
        {"Authorization": ""}, {"Authorization": "Basic dXNlcjpwYXNz"}, {"Authorization": "vsp_x"},
        {"Authorization": "Bearer a.b.c"}, {"Authorization": "Bearer " + "x" * 5000}, {"sessionToken": "x"},
        {"Authorization": b"Bearer \xff\xfe"}, {"Authorization": "Bearer a b"},
    ],
)  # fmt: skip
def test_credentials_that_are_wrong_are_a_401(nobody: Person, headers: dict[str, Any]) -> None:
    for path in ("/repo/v1/userProfile", "/repo/v1/entity/syn1", "/file/v1/fileHandle/1"):
        answer = httpx.get(nobody.url + path, headers=headers)
        assert answer.status_code == 401, answer.text
        assert answer.headers["www-authenticate"].startswith("Bearer realm=")
        assert isinstance(answer.json()["reason"], str)


def test_the_older_header_and_any_case_of_bearer_work(owner: Person) -> None:
    for headers in ({"sessionToken": owner.token}, {"Authorization": f"bearer {owner.token}"}):
        answer = httpx.get(owner.url + "/repo/v1/userProfile", headers=headers)
        assert answer.json()["ownerId"] == str(owner.id)


def test_a_token_that_was_not_used_for_half_a_year_is_expired(server: Server, owner: Person, session: Person) -> None:
    with server.database() as conn:
        conn.execute(
            "UPDATE access_token SET last_used = now() - interval '181 days'"
            " WHERE principal_id = %s AND kind = 'personal'",
            (owner.id,),
        )
    assert owner.call("GET", "/repo/v1/userProfile").status_code == 401
    assert session.ok("GET", TOKENS)["results"][0]["state"] == "EXPIRED"


def test_a_session_ends_after_its_day_and_at_sign_out(server: Server, session: Person) -> None:
    other = signed_in(server, session)
    other.ok("DELETE", "/auth/v1/sessionAccessToken")
    assert other.call("GET", "/repo/v1/userProfile").status_code == 401
    session.ok("GET", "/repo/v1/userProfile")
    with server.database() as conn:
        conn.execute(
            "UPDATE access_token SET expires_on = now() - interval '1 second'"
            " WHERE principal_id = %s AND kind = 'session'",
            (session.id,),
        )
    assert session.call("GET", "/repo/v1/userProfile").status_code == 401


def test_tokens_are_kept_as_digests(server: Server, owner: Person) -> None:
    with server.database() as conn:
        rows = conn.execute("SELECT * FROM access_token WHERE principal_id = %s", (owner.id,)).fetchall()
    assert len(rows) == 1
    assert owner.token not in repr(rows)
    assert owner.token.encode() not in [value for value in rows[0] if isinstance(value, bytes)]


def test_no_secret_is_in_the_log_of_the_server(server: Server, owner: Person) -> None:
    wrong, password = "vsp_" + secrets.token_urlsafe(32), secrets.token_urlsafe(16)
    with_token(owner, wrong).call("GET", "/repo/v1/userProfile")
    owner.call("POST", "/auth/v1/login2", {"username": owner.name, "password": password})
    file = owner.file(owner.project()["id"])
    url = owner.ok("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false")
    owner.call("PUT", f"/repo/v1/entity/{file['id']}", {**file, "etag": "stale"})
    # A value that the database refuses is logged as a warning.
    owner.call("GET", f"/repo/v1/entity/{file['id']}/version/99999999999")
    log = server.data.with_suffix(".log").read_text("utf-8", errors="replace")
    assert "did not fit" in log, "this test looks at the wrong log"
    for secret in (owner.token, wrong, password, server.admin_token, url, url.rpartition("Signature=")[2][:40]):
        assert secret
        assert secret not in log
