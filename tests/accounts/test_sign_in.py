"""Signing in with a password."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from tests.accounts.mailbox import next_token_to
from tests.live import Person, Server

from vesicle.accounts import sign_in
from vesicle.errors import BadRequest

PASSWORD = "correct horse 7 battery"
NEUTRAL = "The provided username/password combination is incorrect"


@pytest.fixture
def person(server: Server, owner: Person) -> Person:
    """Somebody with a password."""
    with server.database() as conn:
        sign_in.set_password(conn, owner.id, PASSWORD)
    return owner


def login(person: Person, name: str, password: str, **more: Any) -> httpx.Response:
    body = {"username": name, "password": password, **more}
    return httpx.post(f"{person.url}/auth/v1/login2", json=body, timeout=30)


def test_name_or_address_and_password_give_a_token_with_every_scope(person: Person) -> None:
    for name in (person.name, person.name.upper(), f"{person.name}@example.org"):
        answer = login(person, name, PASSWORD, authenticationReceipt=None)
        assert answer.status_code == 201
        assert answer.json().keys() == {"accessToken", "acceptsTermsOfUse", "authenticationReceipt"}
        session = Person(person.url, person.name, person.id, answer.json()["accessToken"], person.http)
        assert session.call("POST", "/auth/v1/personalAccessToken", {}).status_code == 201
        assert session.ok("GET", "/auth/v1/authenticatedOn")["authenticatedOn"].endswith("Z")


def test_every_wrong_pair_gets_one_neutral_answer(person: Person, stranger: Person) -> None:
    pairs = [
        (person.name, "wrong"), (person.name, ""), ("no such person", PASSWORD), ("", PASSWORD), (stranger.name, "x"),
        ("anonymous", ""), ("migrationAdmin", "x"), (person.name, PASSWORD.upper()), ("Administrators", PASSWORD),
        (person.name, PASSWORD + "x" * 5000),
    ]  # fmt: skip
    for name, password in pairs:
        answer = login(person, name, password)
        assert (answer.status_code, answer.json()["reason"]) == (401, NEUTRAL), (name, password)
        assert answer.headers["www-authenticate"]


def test_a_right_password_that_is_too_weak_by_now_opens_nothing_and_is_reset_by_mail(
    server: Server, person: Person
) -> None:
    with server.database() as conn:
        digest = PasswordHasher().hash("password1!")
        conn.execute("UPDATE person SET password_digest = %s WHERE principal_id = %s", (digest, person.id))
    answer = login(person, person.name, "password1!")
    assert (answer.status_code, answer.json()["errorCode"]) == (401, "PASSWORD_RESET_VIA_EMAIL_REQUIRED")
    assert "reset" in answer.json()["reason"]
    wrong = login(person, person.name, "password2!")
    assert (wrong.status_code, wrong.json()["reason"], "errorCode" in wrong.json()) == (401, NEUTRAL, False)
    page = {"userName": person.name, "password": "password1!"}
    shown = httpx.post(f"{person.url}/access-token", data=page, headers={"Accept": "text/html"}, timeout=30)
    assert (shown.status_code, "/reset-password" in shown.text) == (401, True)
    assert person.call("POST", "/auth/v1/user/password/reset", {"email": person.name}).status_code == 204
    token = next_token_to(server, f"{person.name}@example.org")
    change = {
        "concreteType": "org.sagebionetworks.repo.model.auth.ChangePasswordWithToken", "newPassword": PASSWORD,
        "passwordChangeToken": token,
    }  # fmt: skip
    assert person.call("POST", "/auth/v1/user/changePassword", change).status_code == 204
    assert login(person, person.name, PASSWORD).status_code == 201


def test_ten_failures_close_the_account_for_the_right_password_too(server: Server, person: Person) -> None:
    for _ in range(10):
        assert login(person, person.name, "wrong").status_code == 401
    answer = login(person, person.name, PASSWORD)
    assert answer.status_code == 423
    assert login(person, person.name, "wrong").status_code == 423
    # Tokens go on working, and the account opens by itself.
    person.ok("GET", "/repo/v1/userProfile")
    with server.database() as conn:
        conn.execute("UPDATE person SET closed_until = now() WHERE principal_id = %s", (person.id,))
    assert login(person, person.name, PASSWORD).status_code == 201


def test_a_sign_in_that_works_forgets_the_failures_before_it(person: Person) -> None:
    for _ in range(9):
        login(person, person.name, "wrong")
    assert login(person, person.name, PASSWORD).status_code == 201
    assert login(person, person.name, "wrong").status_code == 401
    assert login(person, person.name, PASSWORD).status_code == 201


def test_a_token_of_yesterday_does_not_keep_anybody_from_signing_in(person: Person) -> None:
    stale = Person(person.url, person.name, person.id, "vss_expired", person.http)
    body = {"username": person.name, "password": PASSWORD}
    assert stale.call("POST", "/auth/v1/login2", body).status_code == 201
    assert stale.call("POST", "/auth/v1/user/password/reset", {"email": "x"}).status_code == 204
    assert stale.call("GET", "/auth/v1/termsOfUse2/info").status_code == 200
    for method, path in (("GET", "/auth/v1/authenticatedOn"), ("GET", "/repo/v1/userProfile")):
        assert stale.call(method, path).status_code == 401


def test_who_never_signed_in_has_no_time_of_it(person: Person) -> None:
    assert person.call("GET", "/auth/v1/authenticatedOn").status_code == 404


@pytest.mark.parametrize(
    "password",
    ["short1!", "nodigits!!", "nospecial11", "12345678!", "my synapse 1!", "P@ssw0rd", "Welcome123!", "x1!" * 400],
)
def test_a_weak_password_is_refused(server: Server, owner: Person, password: str) -> None:
    with server.database() as conn, pytest.raises(BadRequest):
        sign_in.set_password(conn, owner.id, password)


@pytest.mark.parametrize("body", [{}, {"username": "x"}, {"password": "x"}, {"username": 1, "password": True}, []])
def test_a_body_without_name_and_password_is_a_400(nobody: Person, body: Any) -> None:
    assert nobody.call("POST", "/auth/v1/login2", body).status_code == 400
