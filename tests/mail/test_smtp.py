"""The connection to the mail server: protected, and with a name where it asks for one."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from tests.objectstore.certifying import certify_loopback
from tests.postbox import open_postbox

from vesicle.mail import smtp
from vesicle.mail.model import Mail
from vesicle.settings import Settings, SettingsError

MAIL = Mail(7, "a@example.org", "hello", "text\n", None, datetime.now(UTC), "queued", None)
BASE = Settings(smtp_host="127.0.0.1", smtp_from="vesicle@example.org")


def only_ours(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    assert isinstance(given, LoginPassword)
    return AuthResult(success=(given.login, given.password) == (b"vesicle", b"hush"), handled=False)


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a mail server on loopback shows; its authority is trusted as an operator would have it trusted."""
    authority, certificate, key = certify_loopback(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


def test_a_server_that_asks_for_a_name_gets_it_over_tls(tls: ssl.SSLContext) -> None:
    asking = {"tls_context": tls, "require_starttls": True, "authenticator": only_ours, "auth_required": True}
    with open_postbox(**asking) as (box, port):
        settings = replace(BASE, smtp_port=port, smtp_user="vesicle", smtp_password="hush")
        smtp.hand_over(settings, MAIL)
        taken = box.next_to("a@example.org")
        assert taken["Message-ID"].startswith("<vesicle.7.")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.hand_over(replace(settings, smtp_password="wrong"), MAIL)


def test_a_server_with_tls_from_the_start(tls: ssl.SSLContext) -> None:
    with open_postbox(ssl_context=tls) as (box, port):
        smtp.hand_over(replace(BASE, smtp_port=port, smtp_security="tls"), MAIL)
        assert box.next_to("a@example.org")["Subject"] == "hello"


def test_nothing_is_sent_to_a_server_that_cannot_be_trusted(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with open_postbox(tls_context=tls, require_starttls=True) as (box, port):
        with pytest.raises(ssl.SSLCertVerificationError):
            smtp.hand_over(replace(BASE, smtp_port=port), MAIL)
        assert box.seen == []
    with open_postbox() as (box, port):
        with pytest.raises(smtplib.SMTPNotSupportedError, match="STARTTLS"):
            smtp.hand_over(replace(BASE, smtp_port=port, smtp_user="u", smtp_password="p"), MAIL)
        assert box.seen == []


def test_settings_of_mail_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(SettingsError, match="smtp_host needs smtp_from"):
        Settings(smtp_host="mail.example.org")
    with pytest.raises(SettingsError, match="a password is not sent without protection"):
        replace(BASE, smtp_security="none", smtp_user="u")
