"""Changing passwords, forgetting them, and signing out."""

from __future__ import annotations

import secrets
from typing import Any

import httpx
import pytest
from tests.accounts.mailbox import next_token_to, texts_to
from tests.live import Person, Server

from vesicle.accounts import sign_in

PASSWORD, OTHER = "correct horse 7 battery", "another 8 battery staple!"
CHANGE = "/auth/v1/user/changePassword"
RESET = "/auth/v1/user/password/reset"
TYPE = "org.sagebionetworks.repo.model.auth.ChangePassword"


@pytest.fixture
def person(server: Server, owner: Person) -> Person:
    with server.database() as conn:
        sign_in.set_password(conn, owner.id, PASSWORD)
    return owner


def login(person: Person, password: str, **more: Any) -> httpx.Response:
    body = {"username": person.name, "password": password, **more}
    return httpx.post(f"{person.url}/auth/v1/login2", json=body, timeout=30)


def session(person: Person, password: str = PASSWORD) -> Person:
    return Person(person.url, person.name, person.id, login(person, password).json()["accessToken"], person.http)


def is_open(person: Person) -> bool:
    return person.call("GET", "/repo/v1/userProfile").status_code == 200


def with_old(person: Person, old: str, new: str) -> dict[str, Any]:
    names = {"username": person.name, "currentPassword": old, "newPassword": new}
    return {"concreteType": f"{TYPE}WithCurrentPassword", **names}


def test_the_old_password_gives_a_new_one_once_a_day_and_ends_every_session(person: Person, nobody: Person) -> None:
    before = session(person)
    for body, status in (
        (with_old(person, "wrong", OTHER), 401), (with_old(person, PASSWORD, "weak"), 400),
        ({**with_old(person, PASSWORD, OTHER), "username": "no such person"}, 401),
        ({"concreteType": f"{TYPE}WithTwoFactorAuthToken", "newPassword": OTHER}, 400), ({}, 400),
    ):  # fmt: skip
        assert nobody.call("POST", CHANGE, body).status_code == status
    changed = nobody.call("POST", CHANGE, with_old(person, PASSWORD, OTHER))
    assert (changed.status_code, changed.content) == (204, b"")
    assert (login(person, PASSWORD).status_code, login(person, OTHER).status_code) == (401, 201)
    assert not is_open(before)
    assert is_open(person), "personal tokens are not sessions"
    again = nobody.call("POST", CHANGE, with_old(person, OTHER, PASSWORD))
    assert again.status_code == 400
    assert "within the last day" in again.json()["reason"]


def test_wrong_old_passwords_close_the_account_like_failed_sign_ins(person: Person, nobody: Person) -> None:
    for _ in range(10):
        assert nobody.call("POST", CHANGE, with_old(person, "wrong", OTHER)).status_code == 401
    assert nobody.call("POST", CHANGE, with_old(person, PASSWORD, OTHER)).status_code == 423
    assert login(person, PASSWORD).status_code == 423


def test_a_receipt_of_an_earlier_sign_in_passes_a_closed_account(person: Person, stranger: Person) -> None:
    receipt = login(person, PASSWORD).json()["authenticationReceipt"]
    for _ in range(10):
        login(person, "wrong")
    for given in (None, "", "x" * 500, receipt + "x"):
        assert login(person, PASSWORD, authenticationReceipt=given).status_code == 423
    assert login(person, "wrong", authenticationReceipt=receipt).status_code == 401
    answer = login(person, PASSWORD, authenticationReceipt=receipt)
    assert answer.status_code == 201
    assert answer.json()["authenticationReceipt"] not in ("", receipt)


def test_a_receipt_is_good_for_its_person_only_and_once(server: Server, person: Person, stranger: Person) -> None:
    receipt = login(person, PASSWORD).json()["authenticationReceipt"]
    with server.database() as conn:
        sign_in.set_password(conn, stranger.id, PASSWORD)
    for somebody in (person, stranger):
        for _ in range(10):
            login(somebody, "wrong")
    assert login(stranger, PASSWORD, authenticationReceipt=receipt).status_code == 423
    assert login(person, PASSWORD, authenticationReceipt=receipt).status_code == 201
    for _ in range(10):
        login(person, "wrong")
    assert login(person, PASSWORD, authenticationReceipt=receipt).status_code == 423


def test_a_forgotten_password_is_replaced_by_a_link(server: Server, person: Person, nobody: Person) -> None:
    address = f"{person.name}@example.org"
    before = session(person)
    for name in (address, person.name.upper()):
        asked = nobody.call("POST", RESET, {"email": name}, passwordResetEndpoint=f"{server.url}/new?token=")
        assert (asked.status_code, asked.content) == (204, b"")
    first, second = (next_token_to(server, address, seen) for seen in (0, 1))
    assert first["userId"] == str(person.id)
    body = {"concreteType": f"{TYPE}WithToken", "newPassword": OTHER, "passwordChangeToken": first}
    assert nobody.call("POST", CHANGE, {**body, "newPassword": "weak"}).status_code == 400
    assert nobody.call("POST", CHANGE, body).status_code == 204
    assert login(person, OTHER).status_code == 201
    assert not is_open(before)
    # Neither this link nor the other one is good any more.
    for token in (first, second, {}):
        assert nobody.call("POST", CHANGE, {**body, "passwordChangeToken": token}).status_code == 400


def test_a_link_opens_a_closed_account(server: Server, person: Person, nobody: Person) -> None:
    for _ in range(10):
        login(person, "wrong")
    nobody.ok("POST", RESET, {"email": person.name})
    token = next_token_to(server, f"{person.name}@example.org")
    body = {"concreteType": f"{TYPE}WithToken", "newPassword": OTHER, "passwordChangeToken": token}
    assert nobody.call("POST", CHANGE, body).status_code == 204
    assert login(person, OTHER).status_code == 201


def test_asking_for_a_link_tells_nothing_and_never_mails_what_was_typed(
    server: Server, person: Person, nobody: Person
) -> None:
    # Letters and digits of the person's address, at another domain: it names the account, and is not its address.
    alike = f"{person.name.replace('-', '')}ex@ample.org"
    unknown = f"{secrets.token_hex(8)}@example.org"
    answers = [
        nobody.call("POST", RESET, {"email": one}) for one in (person.name, alike, unknown, "", "migrationAdmin")
    ]
    assert {(one.status_code, one.content) for one in answers} == {(204, b"")}
    next_token_to(server, f"{person.name}@example.org", 1)
    assert texts_to(server, alike) == texts_to(server, unknown) == []


@pytest.mark.parametrize("who", ["the person", "an administrator"])
def test_signing_out_everywhere_ends_sessions_and_not_tokens(
    person: Person, administrator: Person, stranger: Person, server: Server, who: str
) -> None:
    sessions = [session(person), session(person)]
    path = f"/auth/v1/user/{person.id}/sessionAccessToken/all"
    with server.database() as conn:
        from vesicle.accounts import tokens

        admin = Person(server.url, "admin", administrator.id, tokens.open_session(conn, administrator.id), person.http)
    assert stranger.call("DELETE", path).status_code == 403
    caller = sessions[0] if who == "the person" else admin
    assert caller.call("DELETE", path).status_code == 200
    assert [is_open(one) for one in sessions] == [False, False]
    assert is_open(person)
