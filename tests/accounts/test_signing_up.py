"""Making oneself an account."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

import pytest
from tests.accounts.mailbox import next_token_to, texts_to
from tests.live import Person, Server, admin

from vesicle.accounts import addresses, signing_up
from vesicle.accounts.requests import NewUser
from vesicle.errors import Forbidden
from vesicle.settings import Settings

PASSWORD = "correct horse 7 battery"


def begin(nobody: Person, address: str, **query: Any) -> int:
    answer = nobody.call("POST", "/repo/v1/account/emailValidation", {"email": address, "userName": None}, **query)
    return answer.status_code


def setup(name: str, token: dict[str, Any], password: str = PASSWORD) -> dict[str, Any]:
    return {
        "firstName": "New", "lastName": "Comer", "username": name, "password": password,
        "emailValidationSignedToken": token,
    }  # fmt: skip


def test_a_link_in_a_mail_makes_one_account_and_signs_it_in(server: Server, nobody: Person) -> None:
    name = f"new-{secrets.token_hex(5)}"
    address = f"{name}@example.org"
    assert begin(nobody, address, portalEndpoint=f"{server.url}/hello?token=") == 201
    token = next_token_to(server, address)
    assert f"{server.url}/hello?token=" in texts_to(server, address)[0]
    assert (token["email"], token["concreteType"].rpartition(".")[2]) == (address, "EmailValidationSignedToken")
    # What is refused leaves the link good.
    for body, status in (
        (setup(name, token, "weak"), 400), (setup("x", token), 400), (setup("admin", token), 409),
        (setup(name, {**token, "hmac": "x"}), 400), (setup(name, {}), 400),
    ):  # fmt: skip
        assert nobody.call("POST", "/repo/v1/account2", body).status_code == status
    answer = nobody.call("POST", "/repo/v1/account2", setup(name, token))
    assert answer.status_code == 201
    person = Person(server.url, name, 0, answer.json()["accessToken"], nobody.http)
    profile = person.ok("GET", "/repo/v1/userProfile")
    assert (profile["userName"], profile["firstName"], profile["emails"]) == (name, "New", [address])
    assert person.ok("GET", "/repo/v1/notificationEmail") == {"email": address}
    assert nobody.call("POST", "/repo/v1/account2", setup(name + "2", token)).status_code == 400
    assert begin(nobody, address.upper()) == 409
    login = {"username": address, "password": PASSWORD}
    assert nobody.call("POST", "/auth/v1/login2", login).status_code == 201


def test_a_link_says_nothing_but_what_was_mailed(server: Server, nobody: Person) -> None:
    name = f"new-{secrets.token_hex(5)}"
    begin(nobody, f"{name}@example.org")
    token = {**next_token_to(server, f"{name}@example.org"), "email": "victim@example.org"}
    answer = nobody.call("POST", "/repo/v1/account2", setup(name, token))
    person = Person(server.url, name, 0, answer.json()["accessToken"], nobody.http)
    assert person.ok("GET", "/repo/v1/userProfile")["emails"] == [f"{name}@example.org"]


@pytest.mark.parametrize(
    "endpoint",
    ["https://evil.example.org/?token=", "//evil.example.org/", "javascript:alert(1)", "http://127.0.0.1.evil.org/",
     "http://[x", "SERVER@evil.example.org/?token=", "SERVER/\r\nBcc: all@example.org\r\n", "SERVER/ x",
     "SERVER\\@evil.org/", "SERVER"],
)  # fmt: skip
def test_links_lead_to_this_server_only(server: Server, nobody: Person, endpoint: str) -> None:
    endpoint = endpoint.replace("SERVER", server.url)
    address = f"new-{secrets.token_hex(5)}@example.org"
    assert begin(nobody, address, portalEndpoint=endpoint) == 400
    reset = {"email": "admin"}
    path = "/auth/v1/user/password/reset"
    assert nobody.call("POST", path, reset, passwordResetEndpoint=endpoint).status_code == 400
    assert texts_to(server, address) == []


@pytest.mark.parametrize("address", ["", "no address", "a@b\nc@d", "a@b,c@d"])
def test_what_is_no_address_gets_no_mail(nobody: Person, address: str) -> None:
    assert begin(nobody, address) == 400


def test_the_setting_says_who_may(server: Server) -> None:
    address = f"Invited-{secrets.token_hex(5)}@example.org"
    asked = NewUser(email=address)
    assert Settings(sign_up="open").certification == "required"
    assert Settings(sign_up="invitation").certification == "everyone"
    with server.database() as conn:
        for mode, says in (("off", "made by its administrator"), ("invitation", "takes an invitation")):
            with pytest.raises(Forbidden, match=says):
                signing_up.begin(conn, Settings(sign_up=mode), asked, None)
        signing_up.invite(conn, address, 60)
        with pytest.raises(Forbidden):
            signing_up.begin(conn, Settings(), asked, None)
        signing_up.begin(conn, Settings(sign_up="invitation"), asked, None)
        # One that is good for less takes nothing of the other.
        signing_up.invite(conn, address, 0)
        signing_up.begin(conn, Settings(sign_up="invitation"), asked, None)
        conn.execute("UPDATE mail_link SET expires_on = now() WHERE subject = %s", (address.lower(),))
        with pytest.raises(Forbidden):
            signing_up.begin(conn, Settings(sign_up="invitation"), asked, None)
    assert len(texts_to(server, address)) == 2


def test_the_operator_invites_an_address(server: Server, nobody: Person) -> None:
    name = f"new-{secrets.token_hex(5)}"
    address = f"{name}@example.org"
    admin(server.data, "invite", address, VESICLE_SIGN_UP="invitation", VESICLE_PUBLIC_URL=server.url)
    assert f"{server.url}/sign-up?token=" in texts_to(server, address)[0]
    answer = nobody.call("POST", "/repo/v1/account2", setup(name, next_token_to(server, address)))
    assert answer.status_code == 201


def test_a_story_of_another_room_is_told_of_proved_addresses(server: Server) -> None:
    told: list[tuple[int, str]] = []
    story = addresses.when_proved(lambda _, person_id, address: told.append((person_id, address)))
    with server.database() as conn:
        addresses.tell_proved(conn, 7, "a@example.org")
    addresses._when_proved.remove(story)
    assert told == [(7, "a@example.org")]


def test_certification_can_be_chosen_whatever_sign_up_is() -> None:
    assert replace(Settings(sign_up="open"), certification="everyone").certification == "everyone"
