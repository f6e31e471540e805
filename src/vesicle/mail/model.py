"""An e-mail as it is kept, and the rules of addresses and subjects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from vesicle.errors import BadRequest

# RFC 5321's atoms, and host names; international domains are written in their xn-- form.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*", re.ASCII)
LONGEST_ADDRESS = 254
LONGEST_SUBJECT = 300
LONGEST_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail. ``state`` is queued, sent, kept (nobody to hand it to) or failed; what was sent has no text here."""

    id: int
    recipient: str
    subject: str
    text: str
    unsubscribe_url: str | None
    queued_on: datetime
    state: str
    trouble: str | None


def check_address(address: str) -> None:
    """Raises BadRequest unless mail can be sent there: one plain address, without names, quotes or line ends."""
    if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise BadRequest(f"{address[:100]!r} is not a mail address.")


def one_line(text: str, most: int = LONGEST_SUBJECT) -> str:
    """The text as a header can hold it: no line ends or other control characters, and not too long."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def plain(text: str) -> str:
    """The text as a mail's body: line ends and tabs are kept, other control characters are not."""
    kept = "".join(letter for letter in text.replace("\r\n", "\n") if letter.isprintable() or letter in "\n\t")
    return kept[:LONGEST_TEXT]
