"""Handing a mail to the mail server that the settings name."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from vesicle.mail.model import Mail
from vesicle.settings import Settings

PATIENCE_S = 20


class Undeliverable(Exception):
    """The mail server refused this mail for good."""


def hand_over(settings: Settings, mail: Mail) -> None:
    """Give the mail to the server. Raises Undeliverable; OSError and SMTPException when a later attempt may work."""
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=PATIENCE_S, context=context
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=PATIENCE_S)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        try:
            server.send_message(letter(settings, mail), settings.smtp_from, [mail.recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, said = error.recipients[mail.recipient]
            if code >= 500:
                raise Undeliverable(f"{code} {said.decode('utf-8', 'replace')}") from None
            raise
        except smtplib.SMTPDataError as error:
            if error.smtp_code >= 500:
                raise Undeliverable(str(error)) from None
            raise


def letter(settings: Settings, mail: Mail) -> EmailMessage:
    """The mail in its form for the wire. An attempt that is repeated has the same Message-ID, so it is seen as one."""
    made = EmailMessage(policy=SMTP)
    made["From"] = settings.smtp_from
    made["To"] = mail.recipient
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(mail.queued_on)
    made["Message-ID"] = (
        f"<vesicle.{mail.id}.{int(mail.queued_on.timestamp())}@{settings.smtp_from.rpartition('@')[2]}>"
    )
    made["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe_url:
        made["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
    made.set_content(mail.text)
    return made
