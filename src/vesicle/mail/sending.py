"""Sending e-mail: queued in the transaction of the deed, delivered by a worker, repeated while the server is away."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta

import structlog

from vesicle.db import Connection
from vesicle.jobs.queue import PROMPT, periodic, task
from vesicle.mail import smtp, store
from vesicle.mail.model import Mail, check_address, one_line, plain
from vesicle.web import House, limits

log = structlog.get_logger(__name__)
GIVE_UP_AFTER = timedelta(days=3)
REMEMBER_DAYS = 30


def send(conn: Connection, to: str, subject: str, text: str, *, unsubscribe_url: str | None = None) -> int:
    """Queue one e-mail, and its id. It leaves when the caller's transaction is kept, and not at all otherwise.

    ``to`` is one address (raises BadRequest for what is none). The subject becomes one line; neither it nor the text
    can add headers. ``unsubscribe_url``, made by this server, goes into the List-Unsubscribe header.
    Call it once per person: nobody sees the addresses of others.
    """
    check_address(to)
    email_id = store.insert(conn, to, one_line(subject), plain(text), unsubscribe_url)
    deliver.defer(conn, email_id=email_id)
    return email_id


@task("mail.deliver", on=PROMPT)
def deliver(work: House, email_id: int) -> None:
    """Hand one e-mail to the mail server; without one it is kept, for `vesicle admin mails` to show."""
    with work.pool.connection() as conn:
        mail = store.one(conn, email_id)
    if mail is None or mail.state != "queued":
        return
    try:
        if work.settings.smtp_host:
            smtp.hand_over(work.settings, mail)
    except smtp.Undeliverable as error:
        _settle(work, mail, "failed", str(error))
    except (OSError, smtplib.SMTPException) as error:
        if datetime.now(UTC) - mail.queued_on < GIVE_UP_AFTER:
            log.warning("an e-mail waits for the mail server", mail=mail.id, trouble=str(error))
            raise
        _settle(work, mail, "failed", f"not delivered for {GIVE_UP_AFTER.days} days: {error}")
    else:
        _settle(work, mail, "sent" if work.settings.smtp_host else "kept", None)


def _settle(work: House, mail: Mail, state: str, trouble: str | None) -> None:
    with work.pool.connection() as conn:
        store.note_state(conn, mail.id, state, trouble and one_line(trouble))
    # The text stays out of the log: it may hold a link that opens something.
    log.info("an e-mail was dealt with", mail=mail.id, state=state, to=mail.recipient, subject=mail.subject)


@periodic("mail.sweep", "41 3 * * *")
def sweep(work: House) -> None:
    """Forget expired links, e-mails that were dealt with a month ago, and who used sensitive doors yesterday."""
    with work.pool.connection() as conn:
        store.sweep_links(conn)
        store.sweep_emails(conn, REMEMBER_DAYS)
        limits.forget_old(conn)


def outbox(conn: Connection, most: int) -> list[Mail]:
    """The last e-mails, the newest first: for the operator."""
    return store.newest(conn, most)


def one(conn: Connection, email_id: int) -> Mail | None:
    """One e-mail with its text: for the operator."""
    return store.one(conn, email_id)
