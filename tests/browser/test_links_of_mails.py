"""What a person does who gets our mail: an account, a new password, and an end to the mail; in a real browser."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.accounts.mailbox import link_in, next_text_to
from tests.browser.starting import chromium
from tests.live import Person, Server

from vesicle.accounts import addresses

PASSWORD, OTHER = "correct horse 7 battery", "another 8 battery staple!"


@pytest.fixture
def page() -> Iterator[Page]:
    """A page in a browser of its own; whatever the browser complains of fails the test."""
    with chromium() as browser:
        page = browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda line: complaints.append(line.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        # An answer that says no is in the console too, and is what these tests ask for.
        assert [one for one in complaints if "Failed to load resource" not in one] == []


def see(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def sign(page: Page, name: str, password: str) -> None:
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)


def test_from_the_first_page_to_a_usable_account_and_a_new_password(server: Server, page: Page) -> None:
    name = f"new-{secrets.token_hex(4)}"
    address = f"{name}@example.org"
    page.goto(server.url)
    see(page, "A place for research data")
    assert f"repoEndpoint = {server.url}/repo/v1" in page.content()
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Mail address").fill(address)
    page.get_by_role("button").click()
    see(page, "Look into your mail")

    sign_up = link_in(next_text_to(server, address))
    page.goto(sign_up)
    see(page, "Make your account")
    assert page.get_by_label("Mail address").input_value() == address
    sign(page, name, "too weak a word")
    page.get_by_label("First name").fill("New")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("at least 8 characters")
    assert page.get_by_label("First name").input_value() == "New"
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button").click()
    see(page, "Your account is made")
    page.goto(sign_up)
    see(page, "This link opens nothing")

    page.goto(f"{server.url}/access-token")
    sign(page, name, "wrong")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_have_text("This name and this password do not belong together.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button").click()
    see(page, "Your access token")
    found = re.search(r"authtoken = (\S+)", page.inner_text("pre >> nth=0"))
    assert found
    person = Person(server.url, name, 0, found[1], server.http)
    assert person.ok("GET", "/repo/v1/userProfile")["firstName"] == "New"
    assert person.project()["id"]

    page.goto(f"{server.url}/reset-password")
    page.get_by_label("User name or mail address").fill(name)
    page.get_by_role("button").click()
    see(page, "Look into your mail")
    reset = link_in(next_text_to(server, address, seen=1))
    page.goto(reset)
    assert page.get_by_label("User name").input_value() == name
    page.get_by_label("New password").fill(OTHER)
    page.get_by_role("button").click()
    see(page, "Your password is changed")
    page.goto(reset)
    see(page, "This link opens nothing")
    page.get_by_role("link", name="Have a new link sent to you.").click()
    see(page, "Choose a new password")
    for password, status in ((PASSWORD, 401), (OTHER, 201)):
        login = {"username": name, "password": password}
        assert server.nobody().call("POST", "/auth/v1/login2", login).status_code == status


def test_the_end_of_the_mail(server: Server, owner: Person, page: Page) -> None:
    with server.database() as conn:
        link = addresses.unsubscribe_link(conn, server.settings(), owner.id, None)
    page.goto(link)
    see(page, "No more mail?")

    def wants_mail() -> bool:
        chosen: bool = owner.ok("GET", "/repo/v1/userProfile")["notificationSettings"]["sendEmailNotifications"]
        return chosen

    assert wants_mail(), "looking changes nothing"
    page.get_by_role("button").click()
    see(page, "No more mail")
    assert not wants_mail()


def test_a_form_on_a_page_of_somebody_else_does_nothing(server: Server, owner: Person, page: Page) -> None:
    with server.database() as conn:
        link = addresses.unsubscribe_link(conn, server.settings(), owner.id, None)
    token = link.partition("=")[2]
    page.route("http://elsewhere.test/", lambda route: route.fulfill(
        content_type="text/html",
        body=f'<form method=post action="{server.url}/unsubscribe"><input name=token value={token}><button>x</form>',
    ))  # fmt: skip
    page.goto("http://elsewhere.test/")
    page.get_by_role("button").click()
    see(page, "This did not work")
    expect(page.get_by_role("alert")).to_contain_text("a page of another site")
    assert owner.ok("GET", "/repo/v1/userProfile")["notificationSettings"]["sendEmailNotifications"]


def test_an_invitation_into_a_team_leads_to_an_account_without_any_script(server: Server, owner: Person) -> None:
    name = f"guest-{secrets.token_hex(4)}"
    address = f"{name}@example.org"
    team = owner.ok("POST", "/repo/v1/team", {"name": f"Lab {name}"})
    owner.ok("POST", "/repo/v1/membershipInvitation", {"teamId": team["id"], "inviteeEmail": address})
    invitation = link_in(next_text_to(server, address))
    with chromium() as browser:
        page = browser.new_page(java_script_enabled=False)
        page.goto(invitation)
        see(page, f"You are invited to the team {team['name']}")
        page.get_by_role("button", name="Make an account and join").click()
        see(page, "Make your account")
        assert page.get_by_label("Mail address").input_value() == address
        sign(page, name, PASSWORD)
        page.get_by_role("button").click()
        see(page, "Your account is made")
        page.goto(invitation)
        see(page, "This link opens nothing")
    members = owner.ok("GET", f"/repo/v1/teamMembers/{team['id']}")["results"]
    assert name in [one["member"]["userName"] for one in members]
