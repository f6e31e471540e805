"""A new researcher, two research associates, and a plan that grows with them: the whole way, by API and by command."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from unittest.mock import patch

import pytest
from tests.accounts.mailbox import next_token_to
from tests.accounts.test_signing_up import begin, setup
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, organization_of, refused
from tests.usage.counting import check
from typer.main import get_command
from typer.testing import CliRunner

from vesicle.__main__ import cli
from vesicle.errors import Refusal
from vesicle.organizations import notifying

pytestmark = pytest.mark.xdist_group("plans")
BASIC = {"name": "BASIC", "type": "BASIC", "storageLimitBytes": 10**11, "egressLimitBytes": 10**12}


def org(server: Server, *arguments: str, status: int = 0) -> str:
    """`vesicle org …` in this process, which is quicker than one of its own for each; what it printed.

    What it logs goes where this process logs, since the logs stay with that stream when the command has ended.
    """
    printed = StringIO()
    with patch.dict(os.environ, {"VESICLE_PLANS": "on"}), redirect_stdout(printed):
        try:
            ended = get_command(cli).main(["org", *arguments, "--data", str(server.data)], standalone_mode=False) or 0
        except Refusal as refusal:
            ended = 2
            printed.write(str(refusal))
    assert ended == status, printed.getvalue()
    return printed.getvalue()


@dataclass
class Steps:
    """What the researcher and the operator do; here by API."""

    server: Server
    chief: Person
    lead: Person

    def found(self, name: str) -> str:
        number: str = self.lead.ok("POST", ORG, {"name": name})["id"]
        return number

    def invite(self, organization: str, whom: str) -> str:
        key = "inviteeEmail" if "@" in whom else "userName"
        made: str = self.lead.ok("POST", f"{ORG}/{organization}/invitation", {key: whom})["id"]
        return made

    def accept(self, invitation: str, guest: Person) -> None:
        guest.ok("POST", f"/vesicle/v1/invitation/{invitation}/accept")

    def ask(self, organization: str) -> str:
        asked = {"organizationId": organization, "offer": "SELF_MANAGED", "message": "We need more room."}
        made: str = self.lead.ok("POST", "/vesicle/v1/planRequest", asked)["id"]
        return made

    def grant(self, request: str) -> None:
        body = {"granted": True, "answer": "Welcome. Ann will help you."}
        self.chief.ok("POST", f"/vesicle/v1/planRequest/{request}/decision", body)

    def stored(self, organization: str) -> int:
        number: int = self.lead.ok("GET", f"/vesicle/v1/usage/organization/{organization}")["storedBytes"]
        return number


class Commands(Steps):
    """The same by `vesicle org …`."""

    def found(self, name: str) -> str:
        return org(self.server, "create", name, "--owner", self.lead.name, "--of-their-own").strip()

    def invite(self, organization: str, whom: str) -> str:
        return org(self.server, "invite", organization, whom).strip()

    def accept(self, invitation: str, guest: Person) -> None:
        org(self.server, "accept", invitation, guest.name)

    def ask(self, organization: str) -> str:
        message = ("--message", "We need more room.", "--user", self.lead.name)
        number = org(self.server, "ask", organization, "SELF_MANAGED", *message).strip()
        assert f"{number}\tOPEN\t{organization}\tSELF_MANAGED" in org(self.server, "requests")
        return number

    def grant(self, request: str) -> None:
        org(self.server, "decide", request, "--grant", "--answer", "Welcome. Ann will help you.")

    def stored(self, organization: str) -> int:
        shown = json.loads(org(self.server, "show", organization).splitlines()[1])
        number: int = shown["storedBytes"]
        return number


@pytest.fixture
def three_allowed(chief: Person) -> Iterator[None]:
    """The operator's catalogue gives BASIC three certified users."""
    chief.ok("PUT", "/vesicle/v1/plan/catalogue", {**BASIC, "certifiedUserLimit": 3})
    yield
    chief.ok("PUT", "/vesicle/v1/plan/catalogue", {**BASIC, "certifiedUserLimit": 1})


@pytest.mark.usefixtures("three_allowed")
@pytest.mark.parametrize("kind", [Steps, Commands])
def test_a_lab_begins_grows_and_gets_a_plan_of_its_own(
    planned: Server, chief: Person, ann: Person, bob: Person, kind: type[Steps]
) -> None:
    steps = kind(planned, chief, ann)
    name = f"CancerOrg {ann.name}"
    number = steps.found(name)
    project = ann.project()
    assert organization_of(planned, project) == int(number)
    made = ann.ok("GET", f"{ORG}/{number}")
    assert (made["name"], made["planType"], made["isDefault"], made["ownerId"]) == (name, "BASIC", True, str(ann.id))

    steps.accept(steps.invite(number, bob.name), bob)
    new = f"thing2-{secrets.token_hex(4)}"
    steps.invite(number, f"{new}@example.org")
    assert begin(planned.nobody(), f"{new}@example.org") == 201
    body = setup(new, next_token_to(planned, f"{new}@example.org", seen=1))
    token = planned.nobody().ok("POST", "/repo/v1/account2", body)["accessToken"]
    thing2 = Person(planned.url, new, 0, token, planned.http)
    for person, size in ((bob, 40), (thing2, 45)):
        theirs = person.project()
        assert organization_of(planned, theirs) == int(number)
        person.file(theirs["id"], b"x" * size)
    assert steps.stored(number) == 85
    late = planned.person("late")
    status, reason = refused(ann, "POST", f"{ORG}/{number}/invitation", {"userName": late.name})
    assert (status, "planRequest" in reason) == (403, True)

    path = f"/vesicle/v1/plan/{made['planId']}"
    chief.ok("PUT", path, {**chief.ok("GET", path), "storageLimitBytes": 100})
    with planned.database() as conn:
        notifying.tell_crossings(conn)
    (notice,) = ann.ok("GET", f"{ORG}/{number}/notice")["results"]
    assert (notice["type"], notice["percent"], "planRequest" in notice["text"]) == ("STORAGE", 80, True)
    steps.grant(steps.ask(number))
    upgraded = ann.ok("GET", f"{ORG}/{number}")
    assert (upgraded["id"], upgraded["planType"], upgraded["isDefault"]) == (number, "SELF_MANAGED", False)
    assert upgraded["storageLimitBytes"] == 500 * 10**9
    with planned.database() as conn:
        told = conn.execute("SELECT text FROM email WHERE recipient = %s", (f"{ann.name}@example.org",)).fetchall()
    assert any("Ann will help you" in text for (text,) in told)
    steps.accept(steps.invite(number, late.name), late)
    assert steps.stored(number) == 85, "nothing moved"
    check(planned)


def test_what_a_manager_does_by_api_an_operator_does_by_command(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    first = org(planned, "create", f"First of {ann.name}", "--owner", ann.name, "--manager", ann.name).strip()
    second = org(planned, "create", f"Second of {ann.name}", "--owner", ann.name, "--default-storage", "1").strip()
    guest = planned.person("guest")
    ways = ((("decline", guest.name), "DECLINED"), (("revoke",), "REVOKED"), (("accept", guest.name), "ACCEPTED"))
    for settle, state in ways:
        invitation = org(planned, "invite", first, guest.name).strip()
        org(planned, settle[0], invitation, *settle[1:])
        assert f"{invitation}\t{state}\t{guest.id}" in org(planned, "invitations", first)
    empty, full = guest.project()["id"], guest.project()["id"]
    guest.file(full, b"x" * 10)
    guest.upload(b"y" * 5)
    assert f"{full}\t{guest.id}" in org(planned, "projects", first)
    assert "is not empty" in org(planned, "give-back", full, first, status=2)
    org(planned, "give-back", empty, first)
    (own,) = (one for one in guest.ok("GET", ORG)["results"] if one["isDefault"])
    assert organization_of(planned, {"id": empty}) == int(own["id"])
    assert own["ownerId"] == str(guest.id)
    org(planned, "set", first, "--default-storage", "1", "--no-outsiders", "--thresholds", "50,75", "--storage", "1")
    org(planned, "set", first, "--custom", "2")
    changed = ann.ok("GET", f"{ORG}/{first}")
    assert (changed["defaultStorageLocationId"], changed["outsidersMayUpload"]) == (1, False)
    assert (changed["notificationThresholds"], changed["storageLimitBytes"]) == ([50, 75], 10**9)
    assert (changed["customStorageLimitBytes"], changed["name"]) == (2 * 10**9, f"First of {ann.name}")
    org(planned, "set", first, "--default-storage", "0", "--storage", "-1")
    changed = ann.ok("GET", f"{ORG}/{first}")
    assert not {"defaultStorageLocationId", "managerStorageLimitBytes"} & changed.keys()
    assert changed["managerCustomStorageLimitBytes"] == 2 * 10**9
    assert "no number of gigabytes" in org(planned, "set", first, "--custom", "nan", status=2)
    assert "no storage location 99999" in org(planned, "set", first, "--default-storage", "99999", status=2)
    assert org(planned, "files", first, "--project", full).splitlines()[1].split(",")[1:3] == [full, "10"]
    assert org(planned, "files", first, "--project", "0").count(",5,") == 1
    assert org(planned, "uploads", first).count("\n") == org(planned, "downloads", first).count("\n") == 1
    assert json.loads(org(planned, "project-usage", full))["organizationStoredBytes"] == 15
    assert json.loads(org(planned, "plan", first))["type"] == "SELF_MANAGED"
    org(planned, "owner", first, bob.name)
    assert json.loads(org(planned, "merge", second, first, "--dry-run"))["reasons"] == []
    org(planned, "leave", first, guest.name)
    assert guest.call("GET", f"{ORG}/{first}").status_code == 403
    org(planned, "merge", second, first)
    assert organization_of(planned, {"id": full}) == int(second)
    org(planned, "offer", "BY_COMMAND", "--type", "LEGACY", "--storage", "2.5")
    assert "BY_COMMAND" in org(planned, "catalogue")
    org(planned, "upgrade", second, "BY_COMMAND")
    assert ann.ok("GET", f"{ORG}/{second}")["storageLimitBytes"] == 2_500_000_000
    org(planned, "remove-offer", "BY_COMMAND")
    assert org(planned, "notices", second) == ""
    check(planned)


def test_the_help_tells_of_every_command_in_its_group() -> None:
    text = CliRunner().invoke(cli, ["org", "--help"]).output
    for word in ("Organizations", "Members", "Plans", "Projects and storage", "Usage", "named by its number"):
        assert word in text
