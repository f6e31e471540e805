"""Adding and removing mail addresses, and which of them gets the mail."""

from __future__ import annotations

import secrets

from tests.accounts.mailbox import next_token_to, texts_to
from tests.live import Person, Server

from vesicle.accounts import addresses
from vesicle.mail import links
from vesicle.settings import Settings


def further(person: Person) -> str:
    return f"{person.name}@{secrets.token_hex(4)}.example.org"


def ask(person: Person, address: str, whose: int | None = None) -> int:
    path = f"/repo/v1/account/{whose or person.id}/emailValidation"
    return person.call("POST", path, {"email": address}).status_code


def test_a_further_address_is_proved_added_and_removed(server: Server, owner: Person, stranger: Person) -> None:
    address, first = further(owner), f"{owner.name}@example.org"
    assert ask(owner, address) == 201
    token = next_token_to(server, address)
    assert stranger.call("POST", "/repo/v1/email", token).status_code == 403
    assert owner.call("POST", "/repo/v1/email", token).status_code == 201
    assert owner.call("POST", "/repo/v1/email", token).status_code == 400, "a link is good once"
    assert owner.ok("GET", "/repo/v1/userProfile")["emails"] == sorted([first, address])
    assert owner.ok("GET", "/repo/v1/notificationEmail") == {"email": first}
    assert owner.call("DELETE", "/repo/v1/email", email=first).status_code == 400, "mail goes there"
    assert stranger.call("DELETE", "/repo/v1/email", email=address).status_code == 404
    owner.ok("PUT", "/repo/v1/notificationEmail", {"email": address})
    assert owner.ok("GET", "/repo/v1/notificationEmail") == {"email": address}
    assert owner.call("DELETE", "/repo/v1/email", email=first).status_code == 200
    assert owner.ok("GET", "/repo/v1/userProfile")["emails"] == [address]
    # What was removed is free for others.
    assert ask(stranger, first) == 201


def test_an_address_can_become_the_one_for_mail_at_once(server: Server, owner: Person) -> None:
    address = further(owner)
    ask(owner, address)
    token = next_token_to(server, address)
    assert owner.call("POST", "/repo/v1/email", token, setAsNotificationEmail="true").status_code == 201
    assert owner.ok("GET", "/repo/v1/notificationEmail") == {"email": address}


def test_only_free_addresses_and_only_ones_own_account(server: Server, owner: Person, stranger: Person) -> None:
    assert ask(owner, f"{stranger.name}@example.org") == 409
    assert ask(owner, further(owner), stranger.id) == 403
    assert ask(owner, "no address") == 400
    both = further(owner)
    assert (ask(owner, both), ask(stranger, both)) == (201, 201)
    first, second = (next_token_to(server, both, seen) for seen in (0, 1))
    assert owner.call("POST", "/repo/v1/email", first).status_code == 201
    assert stranger.call("POST", "/repo/v1/email", second).status_code == 409
    for address in (f"{stranger.name}@example.org", "x"):
        assert owner.call("PUT", "/repo/v1/notificationEmail", {"email": address}).status_code == 404


def test_an_account_has_at_most_ten_addresses(server: Server, owner: Person) -> None:
    statuses = []
    with server.database() as conn:
        for _ in range(10):
            address = further(owner)
            secret = links.issue(conn, addresses.ADD, address, 60, {"person": owner.id, "address": address})
            statuses.append(owner.call("POST", "/repo/v1/email", {"hmac": secret}).status_code)
    assert statuses == [201] * 9 + [400]


def test_a_link_in_a_mail_ends_the_mailing_without_signing_in(server: Server, owner: Person, nobody: Person) -> None:
    settings = Settings(public_url=server.url)
    with server.database() as conn:
        url = addresses.unsubscribe_link(conn, settings, owner.id, None)
        addresses.send(conn, f"{owner.name}@example.org", "x", f"{url}\n")
        assert [one[0] for one in addresses.wanting_mail(conn, [owner.id, 2, 999999999])] == [owner.id]
    token = next_token_to(server, f"{owner.name}@example.org")
    for _ in range(2):
        assert nobody.ok("PUT", "/repo/v1/notificationSettings", token)["message"]
    assert owner.ok("GET", "/repo/v1/userProfile")["notificationSettings"]["sendEmailNotifications"] is False
    with server.database() as conn:
        assert addresses.wanting_mail(conn, [owner.id]) == []
    assert nobody.call("PUT", "/repo/v1/notificationSettings", {**token, "hmac": "x"}).status_code == 400
    assert len(texts_to(server, f"{owner.name}@example.org")) == 1
