"""Invitations by e-mail: to who is a member already, and to addresses that were invited very often."""

from __future__ import annotations

import pytest
from psycopg.errors import CheckViolation
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, join, managed, refused

from vesicle.access import ANONYMOUS
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


def test_who_did_not_sign_in_is_no_member_whoever_asks(planned: Server, chief: Person, ann: Person) -> None:
    made = managed(chief, ann)
    path = f"{ORG}/{made['id']}"
    for asked in ({"inviteeId": str(ANONYMOUS), "isManager": True}, {"userName": "anonymous"}):
        assert refused(ann, "POST", f"{path}/invitation", asked)[0] == 404
    seat = {"isManager": True, "isContributor": True}
    for person in (ann, chief):
        assert refused(person, "PUT", f"{path}/member/{ANONYMOUS}", seat)[0] == 404
    assert refused(chief, "PUT", f"{path}/owner/{ANONYMOUS}")[0] == 404
    assert [one["memberId"] for one in ann.ok("GET", f"{path}/member")["results"]] == [str(ann.id)]
    with planned.database() as conn, pytest.raises(CheckViolation):
        conn.execute("INSERT INTO organization_member VALUES (%s, %s, true, true)", (int(made["id"]), ANONYMOUS))
