"""Secrets that are sent in links."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.live import Server

from vesicle.errors import BadRequest, Refusal
from vesicle.mail import links


def test_a_secret_is_good_once_and_for_its_purpose_only(server: Server) -> None:
    with server.database() as conn:
        secret = links.issue(conn, "test.one", "thing", 60, {"who": 7})
        for wrong in (
            lambda: links.redeem(conn, "test.two", secret),
            lambda: links.redeem(conn, "test.one", secret + "x"),
        ):
            with pytest.raises(BadRequest, match="ask for a new one"):
                wrong()
        assert links.look(conn, "test.one", secret) == {"who": 7}
        assert links.redeem(conn, "test.one", secret) == {"who": 7}
        for again in (links.redeem, links.look):
            with pytest.raises(BadRequest):
                again(conn, "test.one", secret)


def test_a_secret_expires_and_can_be_revoked(server: Server) -> None:
    subject = secrets.token_hex(8)
    with server.database() as conn:
        old = links.issue(conn, "test.one", subject, 0, {})
        revoked, other = (links.issue(conn, "test.one", name, 60, {}) for name in (subject, subject + "2"))
        links.revoke(conn, "test.one", subject)
        for gone in (old, revoked, "", "\x00", "x" * 10_000):
            with pytest.raises(BadRequest):
                links.redeem(conn, "test.one", gone)
        assert links.redeem(conn, "test.one", other) == {}


def test_a_deed_that_is_undone_does_not_use_up_its_secret(server: Server) -> None:
    with server.database() as conn:
        secret = links.issue(conn, "test.one", "thing", 60, {})
        with conn.transaction(force_rollback=True):
            links.redeem(conn, "test.one", secret)
        links.redeem(conn, "test.one", secret)


def test_of_many_who_follow_a_link_at_once_one_gets_in(server: Server) -> None:
    with server.database() as conn:
        secret = links.issue(conn, "test.one", "thing", 60, {})

    def follow(_: int) -> bool:
        with server.database() as conn:
            try:
                links.redeem(conn, "test.one", secret)
            except Refusal:
                return False
            return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(follow, range(8))) == 1


def test_the_database_does_not_hold_what_opens_something(server: Server) -> None:
    with server.database() as conn:
        secret = links.issue(conn, "test.one", "thing", 60, {})
        assert conn.execute("SELECT 1 FROM mail_link l WHERE l::text LIKE %s", (f"%{secret}%",)).fetchone() is None
