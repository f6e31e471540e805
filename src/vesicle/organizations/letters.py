"""Telling people by e-mail what became of their organizations."""

from __future__ import annotations

from collections.abc import Iterable

from vesicle.db import Connection
from vesicle.mail import sending
from vesicle.organizations.roles import OPERATOR
from vesicle.organizations.store import members


def tell(conn: Connection, principal_ids: Iterable[int | None], subject: str, text: str) -> None:
    """One e-mail to each of these people, and to each member of these teams. Who has no address is not told."""
    wanted = [one for one in principal_ids if one is not None]
    for address in members.addresses(conn, OPERATOR, wanted):
        sending.send(conn, address, subject, text)
