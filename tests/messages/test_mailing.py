"""Messages as mail: a real client, a real mail server, and the recipient's wishes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.accounts.mailbox import token_in
from tests.live import Person
from tests.postbox import Mailing, mailing_server
from tests.real_client.conftest import Client, programs_of

pytestmark = pytest.mark.xdist_group("mail")


@pytest.fixture(scope="module")
def mailing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailing]:
    with mailing_server(tmp_path_factory.mktemp("mailing")) as found:
        yield found


def wish(person: Person, **settings: bool) -> None:
    profile = person.ok("GET", "/repo/v1/userProfile")
    person.ok("PUT", "/repo/v1/userProfile", {**profile, "notificationSettings": settings})


def states(person: Person) -> list[str]:
    found = person.ok("GET", "/repo/v1/message/inbox", inboxFilter="READ,UNREAD")["results"]
    return [one["status"]["status"] for one in found]


def test_the_published_client_sends_a_message_that_arrives_as_mail(mailing: Mailing, tmp_path: Path) -> None:
    server, box = mailing.server, mailing.box
    plain, read, silent = (server.person(name) for name in ("plain", "read", "silent"))
    wish(read, sendEmailNotifications=True, markEmailedMessagesAsRead=True)
    wish(silent, sendEmailNotifications=False, markEmailedMessagesAsRead=True)
    client = Client(programs_of("4.14"), tmp_path / "home", server.person("sender"))
    ids = [one.id for one in (plain, read, silent)]
    client.python(
        f"""
        message = syn.sendMessage({ids}, "Grüße", "Hello <b>there</b>", contentType="text/html")
        assert message["recipients"] == [str(one) for one in {ids}]
        """
    )
    for person in (plain, read):
        mail = box.next_to(f"{person.name}@example.org")
        assert mail["Subject"] == "Grüße"
        text = mail.get_content()
        assert text.startswith("Hello there")
        assert client.person.name in text
        assert mail["List-Unsubscribe"].strip("<>") in text.replace("\r\n", "\n")
    assert (states(plain), states(read), states(silent)) == (["UNREAD"], ["READ"], ["UNREAD"])
    assert f"{silent.name}@example.org" not in box.seen
    token = token_in(text)
    assert server.nobody().ok("PUT", "/repo/v1/notificationSettings", token)["message"]
    assert read.ok("GET", "/repo/v1/userProfile")["notificationSettings"]["sendEmailNotifications"] is False
