"""E-mail through a real mail server, and without one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.live import Server, admin
from tests.postbox import Mailing, mailing_server

from vesicle.errors import BadRequest
from vesicle.mail import sending
from vesicle.mail.model import Mail, check_address, one_line, plain

pytestmark = pytest.mark.xdist_group("mail")
SETTLED_WITHIN_S = 30


@pytest.fixture(scope="module")
def mailing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailing]:
    with mailing_server(tmp_path_factory.mktemp("mailing")) as found:
        yield found


def settled(server: Server, number: int) -> Mail:
    """The mail once a worker has dealt with it."""
    deadline = time.monotonic() + SETTLED_WITHIN_S
    with server.database() as conn:
        while time.monotonic() < deadline:
            mail = sending.one(conn, number)
            assert mail
            if mail.state != "queued":
                return mail
            time.sleep(0.05)
    raise AssertionError("the mail is still queued")


def test_a_mail_arrives_whole_and_its_text_is_forgotten(mailing: Mailing) -> None:
    text = "Grüße,\n.\nfrom here\n" + "long " * 300
    with mailing.server.database() as conn:
        number = sending.send(conn, "a@example.org", "Über", text, unsubscribe_url="http://127.0.0.1/off?a=b")
    mail = mailing.box.next_to("a@example.org")
    assert (mail["Subject"], mail["From"]) == ("Über", "vesicle@example.org")
    assert mail.get_content().replace("\r\n", "\n").rstrip() == text.rstrip()
    assert mail["List-Unsubscribe"] == "<http://127.0.0.1/off?a=b>"
    assert mail["Auto-Submitted"] == "auto-generated"
    kept = settled(mailing.server, number)
    assert (kept.state, kept.text, kept.unsubscribe_url) == ("sent", "", None)
    assert "forgotten" in admin(mailing.server.data, "mails", str(number))


def test_a_deed_that_is_undone_sends_nothing(mailing: Mailing) -> None:
    with mailing.server.database() as conn:
        with conn.transaction(force_rollback=True):
            number = sending.send(conn, "undone@example.org", "never", "never")
        after = sending.send(conn, "done@example.org", "now", "now")
        assert sending.one(conn, number) is None
    mailing.box.next_to("done@example.org")
    settled(mailing.server, after)
    assert "undone@example.org" not in mailing.box.seen


def test_an_address_that_the_server_refuses_for_good_is_not_tried_again(mailing: Mailing) -> None:
    mailing.box.refusals.append("550 nobody of that name")
    with mailing.server.database() as conn:
        number = sending.send(conn, "gone@example.org", "hello", "hello")
    mail = settled(mailing.server, number)
    assert (mail.state, mail.trouble) == ("failed", "550 nobody of that name")
    assert f"{number}" in admin(mailing.server.data, "mails")
    assert "(550 nobody of that name)" in admin(mailing.server.data, "mails")


def test_a_refusal_for_now_is_waited_out(mailing: Mailing) -> None:
    mailing.box.refusals += ["451 come back later"] * 2
    again = "UPDATE procrastinate_jobs SET scheduled_at = now(), attempts = %s WHERE args->>'email_id' = %s"
    with mailing.server.database() as conn:
        number = sending.send(conn, "later@example.org", "hello", "hello")
        assert waits_s(conn, number, 1) < 60
        # The mail server has been away for days; and the test does not wait for the next try.
        conn.execute(again, (40, str(number)))
        assert 3500 < waits_s(conn, number, 41) <= 3600
        conn.execute(again, (41, str(number)))
    mailing.box.next_to("later@example.org")
    assert settled(mailing.server, number).state == "sent"


def waits_s(conn: psycopg.Connection[Any], number: int, tries: int) -> float:
    """For how many seconds a mail waits after so many tries."""
    deadline = time.monotonic() + SETTLED_WITHIN_S
    query = (
        "SELECT extract(epoch FROM scheduled_at - now())::float FROM procrastinate_jobs"
        " WHERE args->>'email_id' = %s AND status = 'todo' AND attempts = %s"
    )
    while not (found := conn.execute(query, (str(number), tries)).fetchone()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return float(found[0])


def test_without_a_mail_server_the_operator_reads_the_mail(server: Server) -> None:
    with server.database() as conn:
        number = sending.send(conn, "kept@example.org", "Sign in", "Follow SECRET-LINK")
    assert settled(server, number).state == "kept"
    assert f"{number}  " in admin(server.data, "mails", "--most", "1000")
    shown = admin(server.data, "mails", str(number))
    assert shown == "To: kept@example.org\nSubject: Sign in\n\nFollow SECRET-LINK"
    logs = list(server.data.parent.glob("*.log"))
    assert logs
    assert all("SECRET-LINK" not in log.read_text() for log in logs)


def test_nothing_in_a_subject_or_address_adds_a_header(mailing: Mailing) -> None:
    with mailing.server.database() as conn:
        sending.send(
            conn, "b@example.org", "Hello\r\nBcc: all@example.org\r\n\r\nbody\x00\x1b", "a\r\n.\r\nQUIT\r\n\x07"
        )
        for address in ("b@example.org\r\nBcc: c@example.org", "b@example.org\n", "b@example.org,c@example.org"):
            with pytest.raises(BadRequest, match="not a mail address"):
                sending.send(conn, address, "x", "x")
        with pytest.raises(psycopg.errors.CheckViolation):
            conn.execute("INSERT INTO email (recipient, subject, text) VALUES ('a@b', 'a' || chr(10) || 'b', '')")
    mail = mailing.box.next_to("b@example.org")
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hello Bcc: all@example.org body"
    assert "QUIT" in mail.get_content()


@pytest.mark.parametrize(
    "address",
    ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "<a@b>", '"a b"@c.org', "a@b,c@d", "a..b@c", ".a@b", "a@-b",
     "a@b..c", "ä@example.org", "a@exämple.org", "a" * 65 + "@b.org", "a@" + "b." * 130 + "org",
     "a@b\n", "a@b;c", "a\0@b"],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(BadRequest, match="not a mail address"):
        check_address(address)


@pytest.mark.parametrize(
    "address", ["a@b", "first.last+tag@sub.example.org", "o'neil@example.org", "x@xn--bcher-kva.ch"]
)
def test_plain_addresses_are_taken(address: str) -> None:
    check_address(address)


def test_subjects_and_texts_are_cut_to_what_a_mail_holds() -> None:
    assert len(one_line("x" * 1000)) == 300
    assert plain("a\tb\r\nc\x07\n") == "a\tb\nc\n"
