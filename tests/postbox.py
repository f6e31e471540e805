"""A real mail server on loopback, and a vesicle that sends through it."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.controller import Controller
from tests.live import Server, admin, start_server, stop_server
from tests.objectstore.starting import free_ports

ARRIVES_WITHIN_S = 30


@dataclass
class Postbox:
    """What the mail server took, and the answers that it gives instead while ``refusals`` lasts."""

    taken: queue.Queue[EmailMessage] = field(default_factory=queue.Queue)
    refusals: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        self.seen.append(address)
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        parsed = message_from_bytes(envelope.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.taken.put(parsed)
        return "250 OK"

    def next_to(self, address: str) -> EmailMessage:
        """The next mail to an address; others are put aside for those who wait for them."""
        others = []
        try:
            while True:
                mail = self.taken.get(timeout=ARRIVES_WITHIN_S)
                if mail["To"] == address:
                    return mail
                others.append(mail)
        except queue.Empty:
            raise AssertionError(f"no mail to {address}") from None
        finally:
            for mail in others:
                self.taken.put(mail)


@contextmanager
def open_postbox(**more: Any) -> Iterator[tuple[Postbox, int]]:
    """A mail server on loopback, and its port."""
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_ports(1), **more)
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()


@dataclass
class Mailing:
    """A vesicle, and the postbox of everybody whom it writes to."""

    server: Server
    box: Postbox


@contextmanager
def mailing_server(folder: Path, **settings: str) -> Iterator[Mailing]:
    """A vesicle of its own that sends its mail to a postbox."""
    with open_postbox() as (box, smtp_port), httpx.Client() as http:
        data, port = folder / "data", free_ports(2)
        given = {
            "VESICLE_SMTP_HOST": "127.0.0.1", "VESICLE_SMTP_PORT": str(smtp_port), "VESICLE_SMTP_SECURITY": "none",
            "VESICLE_SMTP_FROM": "vesicle@example.org", **settings,
        }  # fmt: skip
        process = start_server(data, port, **given)
        try:
            token = admin(data, "create-token", "admin")
            yield Mailing(Server(f"http://127.0.0.1:{port}", data, token, http), box)
        finally:
            assert stop_server(process) == 0
