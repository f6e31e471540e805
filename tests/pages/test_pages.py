"""The web pages: what they say to browsers and to programs, and what their forms do."""

from __future__ import annotations

import re
import secrets
from typing import Any

import httpx
import pytest
from tests.accounts.mailbox import link_in, next_text_to
from tests.live import Person, Server

from vesicle.accounts import sign_in
from vesicle.mail import links

PASSWORD = "correct horse 7 battery"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = [
    "/sign-up",
    "/reset-password",
    "/add-address",
    "/unsubscribe",
    "/invitation",
    "/team-invitation",
    "/access-token",
    "/",
]


@pytest.fixture
def person(server: Server, owner: Person) -> Person:
    """Somebody with a password."""
    with server.database() as conn:
        sign_in.set_password(conn, owner.id, PASSWORD)
    return owner


def look(server: Server, address: str) -> httpx.Response:
    return server.http.get(address, headers=BROWSER)


def post(server: Server, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
    return server.http.post(server.url + path, data=fields, headers=headers or BROWSER)


def signed(person: Person, **fields: str) -> dict[str, str]:
    return {"userName": person.name, "password": PASSWORD, **fields}


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_and_run_nothing_and_are_not_kept(server: Server, path: str) -> None:
    for query in ("", "?token=", "?token=00&secret=00", "?token=%3Cscript%3E&secret=%3Cscript%3E"):
        answer = look(server, server.url + path + query)
        assert answer.headers["content-type"] == "text/html; charset=UTF-8"
        assert answer.status_code in (200, 400)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert policy.endswith("; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "<script" not in answer.text
        assert "set-cookie" not in answer.headers


def test_the_root_tells_programs_what_it_always_told_them(server: Server, owner: Person) -> None:
    assert owner.ok("GET", "/").keys() == {"name", "version"}
    wrong = httpx.get(server.url, headers={"Authorization": "Bearer no-such-token"})
    assert wrong.json()["name"] == "vesicle"


def test_programs_are_refused_in_the_form_of_the_api(server: Server) -> None:
    for headers in ({"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = server.http.get(server.url + "/sign-up?token=00", headers=headers)
        assert (answer.status_code, answer.json()["reason"][:9]) == (400, "This link")
        answer = post(server, "/access-token", headers, userName="nobody", password="wrong")
        assert (answer.status_code, "reason" in answer.json()) == (401, True)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example.org"}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
     {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
def test_forms_are_taken_from_our_own_pages_only(server: Server, person: Person, headers: dict[str, str]) -> None:
    answer = post(server, "/access-token", {**BROWSER, **headers}, **signed(person))
    assert (answer.status_code, "page of another site" in answer.text) == (403, True)
    for ours in ({"Origin": server.url, "Sec-Fetch-Site": "same-origin"}, {"Origin": "null"}):
        assert post(server, "/access-token", {**BROWSER, **ours}, **signed(person)).status_code == 200


def test_what_somebody_wrote_is_shown_as_they_wrote_it(server: Server) -> None:
    for email in ('"><script>alert(1)</script>', "a@b'\"<&", "<b>@example.org"):
        answer = post(server, "/sign-up/link", email=email)
        assert answer.status_code == 400
        assert "<script>" not in answer.text
        assert "<b>" not in answer.text


def test_an_account_for_an_address_that_has_one_is_refused_kindly(server: Server, person: Person) -> None:
    answer = post(server, "/sign-up/link", email=f"{person.name}@example.org")
    assert (answer.status_code, "belongs to an account already" in answer.text) == (409, True)


def test_a_refused_sign_up_leaves_the_link_good_and_a_used_one_opens_nothing(server: Server) -> None:
    name = f"new-{secrets.token_hex(5)}"
    assert post(server, "/sign-up/link", email=f" {name}@example.org ").status_code == 200
    link = link_in(next_text_to(server, f"{name}@example.org"))
    token = link.partition("=")[2]
    assert link.startswith(f"{server.url}/sign-up?token=")
    for _ in range(2):
        assert look(server, link).status_code == 200, "looking uses nothing up"
    for fields, status in (
        ({"userName": name, "password": "weak"}, 400), ({"userName": "x", "password": PASSWORD}, 400),
        ({"userName": "admin", "password": PASSWORD}, 409), ({"userName": name}, 400),
    ):  # fmt: skip
        assert post(server, "/sign-up", token=token, **fields).status_code == status
    fields = {"userName": name, "password": PASSWORD, "firstName": "", "lastName": ""}
    assert post(server, "/sign-up", token="00", **fields).status_code == 400
    made = post(server, "/sign-up", token=token, **fields)
    assert (made.status_code, name in made.text) == (200, True)
    for answer in (look(server, link), post(server, "/sign-up", token=token, **fields)):
        assert (answer.status_code, 'href="/sign-up"' in answer.text) == (400, True)
    log = server.data.with_suffix(".log").read_text()
    assert token not in log
    assert PASSWORD not in log


def test_a_link_for_one_thing_opens_no_other(server: Server, person: Person) -> None:
    assert post(server, "/reset-password/link", email=person.name).status_code == 200
    link = link_in(next_text_to(server, f"{person.name}@example.org"))
    token = link.partition("=")[2]
    assert link.startswith(f"{server.url}/reset-password?token=")
    assert look(server, link).status_code == 200
    for path in ("/sign-up", "/add-address", "/unsubscribe"):
        assert look(server, f"{server.url}{path}?token={token}").status_code == 400
    assert post(server, "/unsubscribe", token=token).status_code == 400
    assert post(server, "/reset-password", token=token, password="weak").status_code == 400
    assert post(server, "/reset-password", token=token, password=PASSWORD + "!").status_code == 200


def test_nobody_learns_who_has_an_account_from_asking_for_a_new_password(server: Server, person: Person) -> None:
    answers = [post(server, "/reset-password/link", email=email) for email in (person.name, "nobody-at-all")]
    assert answers[0].text == answers[1].text
    assert [one.status_code for one in answers] == [200, 200]


def test_an_expired_link_opens_nothing(server: Server, person: Person) -> None:
    with server.database() as conn:
        secret = links.issue(conn, "organization.invitation", "0", 0, {"invitation": 0, "email": "a@example.org"})
    answer = look(server, f"{server.url}/invitation?secret={secret}")
    assert (answer.status_code, "is too old" in answer.text) == (400, True)
    assert post(server, "/invitation", **signed(person, token=secret)).status_code == 400


def test_an_address_is_added_for_whoever_asked_and_for_nobody_else(server: Server, person: Person) -> None:
    address = f"{person.name}@second.example.org"
    person.ok("POST", f"/repo/v1/account/{person.id}/emailValidation", {"email": address})
    link = link_in(next_text_to(server, address))
    token = link.partition("=")[2]
    assert address in look(server, link).text
    other = server.person("other")
    with server.database() as conn:
        sign_in.set_password(conn, other.id, PASSWORD)
    assert post(server, "/add-address", **signed(other, token=token)).status_code == 403
    wrong = post(server, "/add-address", **signed(person, token=token, password="wrong"))
    assert (wrong.status_code, "do not belong together" in wrong.text) == (401, True)
    assert person.name in wrong.text, "what was right need not be written again"
    assert post(server, "/add-address", **signed(person, token=token)).status_code == 200
    assert address in person.ok("GET", "/repo/v1/userProfile")["emails"]


def test_an_invitation_into_an_organization_is_accepted(server: Server, administrator: Person, person: Person) -> None:
    plan = administrator.ok("POST", "/vesicle/v1/plan", {"offer": "SELF_MANAGED"})["id"]
    body: dict[str, Any] = {"name": f"Of {person.name}", "planId": plan, "ownerId": str(administrator.id)}
    made = administrator.ok("POST", "/vesicle/v1/organization", body)["id"]
    address = f"{person.name}@elsewhere.example.org"
    administrator.ok("POST", f"/vesicle/v1/organization/{made}/invitation", {"inviteeEmail": address})
    link = link_in(next_text_to(server, address))
    asked = look(server, link)
    assert asked.status_code == 200
    secret = link.partition("=")[2]
    wrong = post(server, "/invitation", **signed(person, token=secret, password="wrong"))
    assert wrong.status_code == 401
    for page in (asked.text, wrong.text):
        assert f"You are invited to Of {person.name}" in page
        assert f"<strong>{administrator.name}</strong>" in page
        assert "access to nobody" in page
    done = post(server, "/invitation", **signed(person, token=secret))
    assert (done.status_code, f"Of {person.name}" in done.text) == (200, True)
    people = [one["memberId"] for one in administrator.ok("GET", f"/vesicle/v1/organization/{made}/member")["results"]]
    assert str(person.id) in people
    assert look(server, link).status_code == 400


def invited(server: Server, owner: Person, address: str, **more: str) -> tuple[str, str]:
    """A team that invites an address, and the link in the letter."""
    team = owner.ok("POST", "/repo/v1/team", {"name": f"Lab {secrets.token_hex(5)}"})
    owner.ok("POST", "/repo/v1/membershipInvitation", {"teamId": team["id"], "inviteeEmail": address, **more})
    return team["id"], link_in(next_text_to(server, address))


def is_member(person: Person, team_id: str) -> bool:
    path = f"/repo/v1/team/{team_id}/member/{person.id}/membershipStatus"
    found: bool = person.ok("GET", path)["isMember"]
    return found


def test_an_invited_address_joins_the_team_with_an_account(server: Server, person: Person) -> None:
    manager = server.person("manager")
    team, link = invited(server, manager, f"{person.name}@work.example.org", message="Come & <b>join</b>")
    assert link.startswith(f"{server.url}/team-invitation?token=")
    token = link.partition("=")[2]
    for _ in range(2):
        shown = look(server, link)
        assert shown.status_code == 200, "looking uses nothing up"
    name = manager.ok("GET", f"/repo/v1/team/{team}")["name"]
    assert all(word in shown.text for word in (name, manager.name, "Come &amp; &lt;b&gt;join&lt;/b&gt;"))
    wrong = post(server, "/team-invitation", **signed(person, token=token, password="wrong"))
    assert (wrong.status_code, "do not belong together" in wrong.text, name in wrong.text) == (401, True, True)
    assert not is_member(person, team)
    joined = post(server, "/team-invitation", **signed(person, token=token))
    assert (joined.status_code, name in joined.text) == (200, True)
    assert is_member(person, team)
    assert post(server, "/team-invitation", **signed(server.person("other"), token=token)).status_code == 400
    assert look(server, link).status_code == 400
    assert manager.ok("GET", f"/repo/v1/team/{team}/openInvitation")["results"] == []


def test_an_invited_address_signs_up_from_the_invitation_without_another_mail(server: Server) -> None:
    manager, name = server.person("manager"), f"guest-{secrets.token_hex(5)}"
    team, link = invited(server, manager, f"{name}@example.org")
    token = link.partition("=")[2]
    form = post(server, "/team-invitation/sign-up", token=token)
    assert (form.status_code, f"{name}@example.org" in form.text) == (200, True)
    (carried,) = re.findall(r'name="token" value="([0-9a-f]+)"', form.text)
    assert post(server, "/sign-up", token=carried, userName=name, password=PASSWORD).status_code == 200
    members = manager.ok("GET", f"/repo/v1/teamMembers/{team}")["results"]
    assert name in [one["member"]["userName"] for one in members]
    for path, fields in (
        ("/team-invitation/sign-up", {}),
        ("/team-invitation", {"userName": name, "password": PASSWORD}),
    ):
        assert post(server, path, token=token, **fields).status_code == 404, "it was answered"


def test_a_withdrawn_invitation_opens_no_page(server: Server, person: Person) -> None:
    manager, address = server.person("manager"), f"{person.name}@third.example.org"
    team, link = invited(server, manager, address)
    (made,) = manager.ok("GET", f"/repo/v1/team/{team}/openInvitation")["results"]
    assert manager.call("DELETE", f"/repo/v1/membershipInvitation/{made['id']}").status_code == 204
    token = link.partition("=")[2]
    assert look(server, link).status_code == 404
    assert post(server, "/team-invitation", **signed(person, token=token)).status_code == 404
    assert post(server, "/team-invitation/sign-up", token=token).status_code == 404
    assert not is_member(person, team)


def test_two_tokens_of_one_name_are_refused(server: Server, person: Person) -> None:
    assert post(server, "/access-token", **signed(person, name="laptop")).status_code == 200
    again = post(server, "/access-token", **signed(person, name="laptop"))
    assert (again.status_code, "laptop" in again.text) == (400, True)
