"""Mailing messages: to each recipient who wants that, with a link by which they want it no more."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from vesicle.accounts import addresses
from vesicle.errors import Refusal, Unavailable
from vesicle.jobs.queue import PROMPT, task
from vesicle.mail.sending import send
from vesicle.messages import store
from vesicle.messages.model import Letter
from vesicle.web import House

LONGEST_TEXT = 64 * 1024


@task("messages.mail", on=PROMPT)
def mail_message(work: House, message_id: int) -> None:
    """Queue the mails of one message. They are queued together, and once."""
    with work.pool.connection() as conn:
        letter = store.letter(conn, message_id)
        if letter is None:
            return
        text = _text(work, letter)
        with conn.transaction():
            recipients = store.begin_mailing(conn, message_id)
            wanting = addresses.wanting_mail(conn, recipients or [])
            for person_id, address, _ in wanting:
                link = addresses.unsubscribe_link(conn, work.settings, person_id, letter.unsubscribe_endpoint)
                end = (
                    f"\n\n-- \n{letter.sender} wrote this at {work.settings.api_url}. To get no more of these: {link}\n"
                )
                send(conn, address, letter.subject or f"A message of {letter.sender}", text + end, unsubscribe_url=link)
            store.mark_read(conn, message_id, [person_id for person_id, _, mark in wanting if mark])


def _text(work: House, letter: Letter) -> str:
    """The message as plain text; a body that cannot be mailed is told of instead."""
    body = _body(work, letter)
    if body is None:
        return (
            f"{letter.sender} sent you a message that is too long for a mail, or lies elsewhere; it is in your inbox."
        )
    text = body.decode("utf-8", "replace")
    return plain_of_html(text) if (letter.content_type or "").startswith("text/html") else text


def _body(work: House, letter: Letter) -> bytes | None:
    """The bytes, unless they are too many, out of reach, or not as many as are on record: an object that its owner
    changed may be of any size, and no more of it is read than tells so.
    """
    if letter.bucket is None or letter.key is None or letter.size is None or letter.size > LONGEST_TEXT:
        return None
    if letter.size == 0:
        return b""  # An object without a byte has no range to read.
    try:
        stored = work.stores.at(letter.endpoint, letter.bucket).get(letter.bucket, letter.key, (0, letter.size))
    except Unavailable:
        raise
    except Refusal:
        return None
    return stored if len(stored) == letter.size else None


class _Plain(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in ("script", "style", "head")
        if tag in ("p", "br", "div", "li", "tr", "h1", "h2", "h3"):
            self.seen.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in ("script", "style", "head")))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.seen.append(data)


def plain_of_html(html: str) -> str:
    """The text of a page, without its markup, so that a mail cannot disguise where a link leads."""
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(parser.seen)).strip()
