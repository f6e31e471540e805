"""Somebody is invited into an organization by e-mail: what they see before they accept, in a real browser."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from playwright.sync_api import expect
from tests.accounts.mailbox import link_in, next_text_to
from tests.browser.starting import chromium
from tests.live import Person, Server

from vesicle.accounts import sign_in

PASSWORD = "correct horse 7 battery"


def test_an_invitation_says_who_invites_to_what_before_somebody_accepts(
    server: Server, administrator: Person, owner: Person, stranger: Person, tmp_path: Path
) -> None:
    plan = administrator.ok("POST", "/vesicle/v1/plan", {"offer": "SELF_MANAGED"})["id"]
    name = f"<b>Labor für Übermut</b> {secrets.token_hex(3)}"
    body = {"name": name, "planId": plan, "ownerId": str(owner.id)}
    made = administrator.ok("POST", "/vesicle/v1/organization", body)["id"]
    address = f"{stranger.name}@elsewhere.example.org"
    owner.ok("POST", f"/vesicle/v1/organization/{made}/invitation", {"inviteeEmail": address, "isManager": True})
    with server.database() as conn:
        sign_in.set_password(conn, stranger.id, PASSWORD)
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(link_in(next_text_to(server, address)))
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text(f"You are invited to {name}")
        expect(page.get_by_text(f"{owner.name} invites you")).to_be_visible()
        expect(page.get_by_text("as a manager")).to_be_visible()
        expect(page.get_by_text("access to nobody’s data")).to_be_visible()
        page.screenshot(path=folder / "invitation.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, "a telephone has to scroll sideways"
        assert stranger.call("GET", f"/vesicle/v1/organization/{made}").status_code == 403, "looking accepts nothing"
        page.get_by_label("User name").fill(stranger.name)
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button").click()
        expect(page.get_by_role("alert")).to_contain_text("do not belong together")
        expect(heading).to_have_text(f"You are invited to {name}")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button").click()
        expect(heading).to_have_text(f"You are a member of {name}")
        page.screenshot(path=folder / "accepted.png")
    assert stranger.ok("GET", f"/vesicle/v1/organization/{made}")["name"] == name
