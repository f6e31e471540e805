"""Reading the mail of the shared server, which has no mail server and keeps everything."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from tests.live import Server

WITHIN_S = 20


def texts_to(server: Server, address: str) -> list[str]:
    """The texts of the mails to an address, the oldest first."""
    with server.database() as conn:
        found = conn.execute("SELECT text FROM email WHERE recipient = %s ORDER BY id", (address,))
        return [text for (text,) in found]


def token_in(text: str) -> dict[str, Any]:
    """What the link in a mail carries."""
    found = re.search(r"[?&]\w+=([0-9a-f]+)\s", text)
    assert found, text
    token: dict[str, Any] = json.loads(bytes.fromhex(found[1]))
    return token


def link_in(text: str) -> str:
    """The link in a mail."""
    found = re.search(r"https?://\S+\?\w+=[\w-]+", text)
    assert found, text
    return found[0]


def next_token_to(server: Server, address: str, seen: int = 0) -> dict[str, Any]:
    """The token of the first mail to an address after ``seen`` others, once it is there."""
    return token_in(next_text_to(server, address, seen))


def next_text_to(server: Server, address: str, seen: int = 0) -> str:
    """The text of the first mail to an address after ``seen`` others, once it is there."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        texts = texts_to(server, address)
        if len(texts) > seen:
            return texts[seen]
        time.sleep(0.05)
    raise AssertionError(f"no mail to {address}")
