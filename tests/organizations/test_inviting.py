"""Invitations by e-mail: to who is a member already, and to addresses that were invited very often."""

from __future__ import annotations

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, join, managed, refused

from vesicle.organizations.store import members

pytestmark = pytest.mark.xdist_group("plans")


def test_a_member_is_recognised_by_their_address(chief: Person, ann: Person, bob: Person) -> None:
    made = managed(chief, ann)
    path, address = f"{ORG}/{made['id']}/invitation", f"{bob.name}@EXAMPLE.org"
    asked = {"inviteeEmail": address}
    assert ann.ok("POST", path, asked)["inviteeEmail"] == address, "whose it is is told to nobody"
    join(ann, bob, made["id"])
    status, reason = refused(ann, "POST", path, asked)
    assert (status, f"User {bob.id} is a member of {made['name']} already" in reason) == (409, True)
    assert refused(bob, "POST", path, asked)[0] == 403, "whoever may not invite learns nothing"


def test_whether_an_address_bounced_is_asked_of_an_index(planned: Server) -> None:
    with planned.database() as conn, conn.transaction():
        conn.execute("SET LOCAL enable_seqscan = off")
        plan = conn.execute(f"EXPLAIN {members.BOUNCED}", ("somebody@example.org",)).fetchall()
    text = "\n".join(row[0] for row in plan)
    assert "organization_invitation_mailed" in text, text
    assert "Index Cond: (lower(email)" in text, text
