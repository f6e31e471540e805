"""How often somebody may ask, and from where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.accounts.mailbox import link_in, next_text_to
from tests.live import Person, Server, admin, start_server, stop_server
from tests.objectstore.starting import free_ports

from vesicle.access import Actor
from vesicle.accounts import sign_in, signing_up
from vesicle.errors import TooManyRequests
from vesicle.settings import Settings, SettingsError, load
from vesicle.web.addresses import client_address, networks
from vesicle.web.limits import Buckets, Gate

pytestmark = pytest.mark.xdist_group("limits")


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A vesicle of two processes that allows little, asks for terms, and trusts a proxy on loopback."""
    data, port = tmp_path_factory.mktemp("strict") / "data", free_ports(2)
    process = start_server(
        data, port, "--processes", "2",
        VESICLE_REQUESTS_PER_MINUTE="40", VESICLE_SIGN_INS_PER_MINUTE="5", VESICLE_MAILS_PER_HOUR="3",
        VESICLE_TRUSTED_PROXIES="127.0.0.1", VESICLE_SIGN_UP="invitation", VESICLE_PUBLIC_URL="https://data.example.org",
        VESICLE_TERMS_VERSION="2.0", VESICLE_TERMS_URL="https://data.example.org/terms",
    )  # fmt: skip
    try:
        token = admin(data, "create-token", "admin")
        with httpx.Client() as http:
            yield Server(f"http://127.0.0.1:{port}", data, token, http)
    finally:
        assert stop_server(process) == 0


def ask(server: Server, method: str, path: str, address: str, body: Any = None, token: str = "") -> httpx.Response:
    headers = {"X-Forwarded-For": address} | ({"Authorization": f"Bearer {token}"} if token else {})
    return server.http.request(method, server.url + path, headers=headers, json=body, timeout=30)


def test_a_person_who_asks_too_often_waits_and_others_do_not(strict: Server) -> None:
    busy, calm = strict.person("busy"), strict.person("calm")
    path = "/auth/v1/termsOfUse2/status"

    def knock(_: int) -> httpx.Response:
        return ask(strict, "GET", path, "192.0.2.1", token=busy.token)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(knock, range(120)))
    statuses = [one.status_code for one in answers]
    # Each of the two processes has a whole quota to begin with.
    assert 40 <= statuses.count(200) <= 86
    refused = next(one for one in answers if one.status_code == 429)
    assert "repeat this one in" in refused.json()["reason"]
    assert int(refused.headers["retry-after"]) >= 1
    for one in answers:
        assert one.headers["ratelimit-policy"] == '"requests";q=40;w=60'
        assert re.fullmatch(r'"requests";r=\d+;t=\d+', one.headers["ratelimit"])
    assert calm.call("GET", path).status_code == 200
    administrator = Person(strict.url, "admin", 0, strict.admin_token, strict.http)
    assert {administrator.call("GET", path).status_code for _ in range(90)} == {200}
    assert {ask(strict, "GET", "/healthz", "192.0.2.1").status_code for _ in range(90)} == {200}


def test_an_address_without_a_person_is_counted_also_with_wrong_tokens(strict: Server) -> None:
    answers = [ask(strict, "GET", "/repo/v1/userProfile", "192.0.2.2", token="wrong") for _ in range(100)]
    statuses = [one.status_code for one in answers]
    assert statuses[0] == 401
    assert 429 in statuses
    assert ask(strict, "GET", "/repo/v1/userProfile", "192.0.2.3").status_code == 200


def test_what_needs_no_database_is_counted_by_address_too(strict: Server) -> None:
    for number, path in enumerate(("/repo/v1/version", "/vesicle/v1/openapi.json", "/metrics")):
        statuses = [ask(strict, "GET", path, f"192.0.2.{40 + number}").status_code for _ in range(100)]
        assert (statuses[0], statuses[-1]) == (200, 429), path
        assert ask(strict, "GET", path, "192.0.2.49").status_code == 200
    assert ask(strict, "GET", "/healthz", "192.0.2.40").status_code == 200


def test_sign_ins_are_counted_over_all_processes_whatever_comes_of_them(strict: Server) -> None:
    body = {"username": "nobody at all", "password": "x"}

    def guess(_: int) -> int:
        return ask(strict, "POST", "/auth/v1/login2", "192.0.2.4", body).status_code

    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(threads.map(guess, range(8)))
    # A minute may end in between; then a second quota begins.
    assert statuses.count(401) in range(5, 9)
    last = [ask(strict, "POST", "/auth/v1/login2", "192.0.2.4", {}) for _ in range(12)][-1]
    assert last.status_code == 429
    assert last.headers["ratelimit-policy"] == '"sign-in";q=5;w=60'
    assert 1 <= int(last.headers["retry-after"]) <= 60
    assert guess_from(strict, "192.0.2.5") == 401


def guess_from(server: Server, address: str) -> int:
    return ask(server, "POST", "/auth/v1/login2", address, {"username": "x", "password": "x"}).status_code


def test_mails_are_few_for_each_address(strict: Server) -> None:
    path = "/auth/v1/user/password/reset"
    statuses = [ask(strict, "POST", path, "192.0.2.6", {"email": "x@example.org"}).status_code for _ in range(7)]
    assert statuses[:3] == [204] * 3
    assert statuses[-1] == 429
    assert ask(strict, "POST", path, "192.0.2.7", {"email": "x@example.org"}).status_code == 204


def test_letters_about_teams_are_few_and_what_sends_none_is_not_counted(strict: Server) -> None:
    leader, member = strict.person("leader"), strict.person("member")
    terms = {"accessToken": leader.token}
    assert ask(strict, "POST", "/auth/v1/termsOfUse2", "192.0.2.11", terms).status_code == 204
    team = leader.ok("POST", "/repo/v1/team", {"name": f"team of {leader.name}"})["id"]
    path = "/repo/v1/membershipInvitation"

    def invite(**whom: str) -> int:
        answer = leader.call("POST", path, {"teamId": team, **whom})
        if answer.status_code == 201:
            assert leader.call("DELETE", f"{path}/{answer.json()['id']}").status_code == 204
        return answer.status_code

    statuses = [invite(inviteeEmail="guest@example.org") for _ in range(7)]
    assert (statuses[:3], statuses[-1]) == ([201] * 3, 429)
    assert [invite(inviteeId=str(member.id)) for _ in range(5)] == [201] * 5
    with strict.database() as conn:
        query = "SELECT count(*) FROM email WHERE recipient = 'guest@example.org'"
        assert conn.execute(query).fetchone() == (statuses.count(201),)


def test_the_terms_come_before_everything_else(strict: Server) -> None:
    person = strict.person("reader")
    for method, path in (
        ("GET", "/repo/v1/userProfile"),
        ("POST", "/repo/v1/entity"),
        ("POST", "/file/v1/fileHandle/batch"),
    ):
        answer = person.call(method, path, {} if method == "POST" else None)
        assert (answer.status_code, answer.json()["reason"]) == (403, "Terms of use have not been signed.")
    info = strict.nobody().ok("GET", "/auth/v1/termsOfUse2/info")
    assert info["latestTermsOfServiceVersion"] == info["currentRequirements"]["minimumTermsOfServiceVersion"] == "2.0"
    assert info["termsOfServiceUrl"] == "https://data.example.org/terms"
    status = "/auth/v1/termsOfUse2/status"
    assert person.ok("GET", status)["userCurrentTermsOfServiceState"] == "MUST_AGREE_NOW"
    sign = "/auth/v1/termsOfUse2"
    assert ask(strict, "POST", sign, "192.0.2.8", {"accessToken": "wrong"}).status_code == 401
    old = {"accessToken": person.token, "termsOfServiceVersion": "1.0"}
    assert ask(strict, "POST", sign, "192.0.2.8", old).status_code == 400
    for _ in range(2):
        assert ask(strict, "POST", sign, "192.0.2.8", {"accessToken": person.token}).status_code == 204
    agreed = person.ok("GET", status)
    assert (agreed["userCurrentTermsOfServiceState"], agreed["lastAgreementVersion"]) == ("UP_TO_DATE", "2.0")
    assert person.ok("GET", "/repo/v1/userProfile")["userName"] == person.name
    assert strict.nobody().call("GET", "/repo/v1/userProfile").status_code == 200


def test_pages_ask_for_the_mark_beside_the_terms(strict: Server) -> None:
    person, password = strict.person("reader"), "correct horse 7 battery"
    new = f"new-{person.name}"
    with strict.database() as conn:
        sign_in.set_password(conn, person.id, password)
        signing_up.invite(conn, f"{new}@example.org", 60)
    begin = "/repo/v1/account/emailValidation"
    assert ask(strict, "POST", begin, "192.0.2.78", {"email": f"{new}@example.org"}).status_code == 201
    token = link_in(next_text_to(strict, f"{new}@example.org")).partition("=")[2]

    def page(method: str, path: str, **fields: str) -> httpx.Response:
        headers = {"Accept": "text/html", "X-Forwarded-For": "192.0.2.77"}
        return strict.http.request(method, strict.url + path, headers=headers, data=fields or None, timeout=30)

    for path, fields in (
        ("/access-token", {"userName": person.name, "password": password}),
        ("/sign-up", {"token": token, "userName": new, "password": password}),
    ):
        shown = page("GET", f"{path}?token={token}")
        assert 'name="agreed"' in shown.text
        assert 'href="https://data.example.org/terms"' in shown.text
        refused = page("POST", path, **fields)
        assert (refused.status_code, "set the mark beside them" in refused.text) == (400, True)
        assert page("POST", path, **fields, agreed="yes").status_code == 200
    assert person.ok("GET", "/repo/v1/userProfile")["userName"] == person.name
    with strict.database() as conn:
        query = "SELECT p.terms_version FROM person p JOIN alias a USING (principal_id) WHERE a.alias = %s"
        assert conn.execute(query, (new,)).fetchone() == ("2.0",)
        tokens = conn.execute("SELECT count(*) FROM access_token WHERE principal_id = %s", (person.id,)).fetchone()
    assert tokens == (2,), "what was refused made no token"


def test_signing_up_takes_an_invitation_where_the_setting_says_so(strict: Server) -> None:
    path = "/repo/v1/account/emailValidation"
    assert ask(strict, "POST", path, "192.0.2.9", {"email": "x@example.org"}).status_code == 403


def test_behind_tls_browsers_are_told_to_stay_there(strict: Server) -> None:
    assert ask(strict, "GET", "/", "192.0.2.9").headers["strict-transport-security"].startswith("max-age=3")


TRUSTED = networks("10.0.0.0/8, 2001:db8:1::/48, 127.0.0.1")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"), ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"), ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", None, "10.0.0.1"), ("10.0.0.1", "", "10.0.0.1"), ("10.0.0.1", "x, 10.0.0.9", "10.0.0.9"),
        ("10.0.0.1", "198.51.100.1:443", "198.51.100.1"), ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::/64"),
        ("2001:db8:5:6:7::8", None, "2001:db8:5:6::/64"), ("::ffff:192.0.2.1", None, "192.0.2.1"),
        (None, None, "unknown"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"), ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
    ],
)  # fmt: skip
def test_an_address_is_the_nearest_that_no_trusted_proxy_is(peer: str, forwarded: str, address: str) -> None:
    assert client_address(peer, forwarded, TRUSTED) == address


def test_a_bucket_that_is_empty_says_when_to_ask_again() -> None:
    buckets = Buckets(Settings(requests_per_minute=6000, processes=2))
    standings = [buckets.take("a") for _ in range(5)]
    assert all(one and one.left >= 5994 for one in standings)
    small = Buckets(Settings(requests_per_minute=1))
    gate = Gate(small, Settings(), "192.0.2.1")
    gate.pass_stranger()
    with pytest.raises(TooManyRequests, match="repeat this one in 60 seconds"):
        gate.pass_stranger()
    assert gate.standing
    assert gate.standing.headers["RateLimit"] == '"requests";r=0;t=60'
    Gate(small, Settings(), "192.0.2.1").pass_person(Actor(7, [7]))
    assert Buckets(Settings(requests_per_minute=0)).take("a") is None


def test_the_setting_of_proxies_takes_networks_only(tmp_path: Any) -> None:
    assert load(tmp_path, {"trusted_proxies": "10.0.0.1, 10.1.0.0/16"}).trusted_proxies == "10.0.0.1/32,10.1.0.0/16"
    with pytest.raises(SettingsError, match="networks such as"):
        load(tmp_path, {"trusted_proxies": "proxy.example.org"})
