"""Messages as mail: a real client, a real mail server, and the recipient's wishes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.accounts.mailbox import token_in
from tests.live import Person
from tests.locations.buckets import PREFIX, external, location, own_bucket, put
from tests.postbox import Mailing, mailing_server
from tests.real_client.conftest import Client, programs_of
from tests.sending import md5

FILE = "org.sagebionetworks.repo.model.file."
ELSEWHERE = "sent you a message that is too long for a mail, or lies elsewhere"
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


def mailed(mailing: Mailing, person: Person, handle: str) -> str:
    """What arrives of a message that somebody sends to themself."""
    body = {"recipients": [str(person.id)], "subject": "s", "fileHandleId": handle}
    person.ok("POST", "/repo/v1/message", body)
    text = mailing.box.next_to(f"{person.name}@example.org").get_content()
    return str(text).partition("\n\n-- ")[0].partition("\r\n\r\n-- ")[0]


def test_a_letter_reads_nothing_with_the_keys_of_the_server_that_its_sender_could_not(mailing: Mailing) -> None:
    """Who says of the server's own bucket that it is a store of theirs is not believed."""
    victim, eve = mailing.server.person("victim"), mailing.server.person("eve")
    secret = b"the secret of the victim"
    there = victim.ok("GET", f"/file/v1/fileHandle/{victim.upload(secret, 'secret.txt')}")
    kind = PREFIX + "ExternalObjectStorageLocationSetting"
    body = {"concreteType": kind, "bucket": there["bucketName"], "endpointUrl": "https://s3.example.org"}
    claim = {
        "concreteType": FILE + "ExternalObjectStoreFileHandle", "storageLocationId": location(eve, body),
        "fileKey": there["key"], "fileName": "a.txt", "contentMd5": md5(secret), "contentSize": len(secret),
        "contentType": "text/plain",
    }  # fmt: skip
    handle = eve.ok("POST", "/file/v1/externalFileHandle", claim)["id"]
    assert ELSEWHERE in mailed(mailing, eve, handle)
    url = eve.ok("POST", "/file/v1/externalFileHandle", {"externalURL": "https://example.org/a"})["id"]
    assert ELSEWHERE in mailed(mailing, eve, url)
    assert mailed(mailing, victim, there["id"]) == secret.decode()


def test_of_an_object_that_its_owner_changed_no_letter_is_made(mailing: Mailing) -> None:
    person = mailing.server.person("owner")
    bucket = own_bucket(mailing.server, person)
    number = location(person, external(bucket))

    def registered(key: str, content: bytes) -> str:
        put(mailing.server, bucket, key, content)
        claim = {"storageLocationId": number, "bucketName": bucket, "key": key, "contentMd5": md5(content)}
        made = person.ok("POST", "/file/v1/externalFileHandle/s3", {"concreteType": FILE + "S3FileHandle", **claim})
        return str(made["id"])

    same, empty = registered("same", b"as it was"), registered("empty", b"")
    longer, shorter, gone = (registered(key, b"ten bytes!") for key in ("longer", "shorter", "gone"))
    put(mailing.server, bucket, "longer", b"x" * 1_000_000)
    put(mailing.server, bucket, "shorter", b"")
    mailing.server.store().delete(bucket, "gone")
    assert mailed(mailing, person, same) == "as it was"
    assert mailed(mailing, person, empty) == ""
    for handle in (longer, shorter, gone, registered("long", b"x" * 65_537)):
        assert ELSEWHERE in mailed(mailing, person, handle)
