"""What administrators do with the accounts of others."""

from __future__ import annotations

import secrets

import pytest
from tests.live import Person, Server
from tests.world import same_person, signed_in


@pytest.fixture
def admin(server: Server, administrator: Person) -> Person:
    return signed_in(server, administrator)


def of_token(person: Person, token: str) -> Person:
    return Person(person.url, "", 0, token, person.http)


def test_an_account_is_made_found_again_and_removed(
    server: Server, admin: Person, owner: Person, nobody: Person
) -> None:
    name = f"made-{secrets.token_hex(5)}"
    body = {"username": name, "email": f"{name}@example.org", "password": "correct horse 7", "tou": True}
    for person, status in ((owner, 403), (nobody, 401)):
        assert person.call("POST", "/repo/v1/admin/user", body).status_code == status
    made = admin.ok("POST", "/repo/v1/admin/user", body)
    again = admin.ok("POST", "/repo/v1/admin/user", body)
    person, same = (of_token(owner, one["accessToken"]) for one in (made, again))
    number = person.ok("GET", "/repo/v1/userProfile")["ownerId"]
    assert same.ok("GET", "/repo/v1/userProfile")["ownerId"] == number
    with server.database() as conn:
        query = "SELECT actor_id FROM audit_record WHERE object_id = %s AND deed = 'password.set'"
        assert conn.execute(query, (number,)).fetchall() == [(admin.id,)]
    login = {"username": name, "password": body["password"]}
    assert nobody.call("POST", "/auth/v1/login2", login).status_code == 201
    project = person.project()
    path = f"/repo/v1/admin/user/{number}"
    assert admin.call("DELETE", path).status_code == 409
    assert project["id"]
    other = admin.ok("POST", "/repo/v1/admin/user", {"username": f"{name}2", "email": f"{name}2@example.org"})
    number = of_token(owner, other["accessToken"]).ok("GET", "/repo/v1/userProfile")["ownerId"]
    assert owner.call("DELETE", f"/repo/v1/admin/user/{number}").status_code == 403
    assert admin.call("DELETE", f"/repo/v1/admin/user/{number}").status_code == 204
    assert admin.call("DELETE", f"/repo/v1/admin/user/{number}").status_code == 404
    for fixed in (1, 273950, admin.id):
        assert admin.call("DELETE", f"/repo/v1/admin/user/{fixed}").status_code == 400


def test_a_token_for_another_can_do_no_more_than_the_token_that_asked(
    server: Server, administrator: Person, admin: Person, owner: Person
) -> None:
    path = f"/repo/v1/admin/user/{owner.id}/token"
    assert owner.call("GET", path).status_code == 403
    narrow = same_person(server, administrator, "view,modify")
    for person, may_make_tokens in ((admin, True), (narrow, False)):
        other = of_token(owner, person.ok("GET", path)["accessToken"])
        assert other.ok("GET", "/repo/v1/userProfile")["ownerId"] == str(owner.id)
        status = other.call("POST", "/auth/v1/personalAccessToken", {}).status_code
        assert status == (201 if may_make_tokens else 403)
    assert admin.call("GET", "/repo/v1/admin/user/1/token").status_code == 404
    assert admin.call("GET", "/repo/v1/admin/user/999999999/token").status_code == 404
    with server.database() as conn:
        rows = conn.execute(
            "SELECT actor_id FROM audit_record WHERE deed = 'sign_in.for_another' AND object_id = %s", (str(owner.id),)
        ).fetchall()
    assert rows == [(administrator.id,)] * 2
