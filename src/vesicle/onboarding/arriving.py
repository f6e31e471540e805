"""What happens when an address is proved to be a person's: at sign-up, and when they add one."""

from __future__ import annotations

from vesicle.db import Connection
from vesicle.organizations import inviting
from vesicle.teams import arriving


def come_in(conn: Connection, person_id: int, address: str) -> None:
    """Every invitation that waits for the address becomes membership, in the transaction of the proof."""
    arriving.accept_for_address(conn, person_id, address)
    inviting.accept_for_address(conn, person_id, address)
