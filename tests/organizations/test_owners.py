"""Another owner for an organization, also where the plan has a seat for one person alone."""

from __future__ import annotations

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, join, managed, organization_of, own, refused
from tests.organizations.test_recorded import recorded

pytestmark = pytest.mark.xdist_group("plans")


def seats(person: Person, organization: str) -> dict[str, tuple[bool, bool]]:
    """(owner, contributor) of every member."""
    found = person.ok("GET", f"{ORG}/{organization}/member")["results"]
    return {one["memberId"]: (one["isOwner"], one["isContributor"]) for one in found}


def test_the_owner_of_a_basic_plan_is_followed_by_somebody_who_gets_their_seat(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = own(ann)
    assert refused(ann, "PUT", f"{ORG}/{made['id']}/owner/{bob.id}")[0] == 403
    assert chief.ok("PUT", f"{ORG}/{made['id']}/owner/{bob.id}")["ownerId"] == str(bob.id)
    assert seats(bob, made["id"]) == {str(ann.id): (False, False), str(bob.id): (True, True)}
    assert organization_of(planned, bob.project()) == int(made["id"]), "it is the new owner's default one"
    assert organization_of(planned, ann.project()) != int(made["id"]), "the old owner begins anew"
    ((_, left),) = recorded(chief, made["id"], "put_member")
    assert left == {
        "member": ann.id, "from": {"manager": False, "contributor": True},
        "to": {"manager": False, "contributor": False},
    }  # fmt: skip
    status, reason = refused(chief, "PUT", f"{ORG}/{made['id']}/owner/{ann.id}")
    assert (status, "upgrade one of the two" in reason) == (409, True)


def test_an_owner_keeps_their_seat_where_there_is_another_and_the_refusal_says_what_to_do_where_there_is_none(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann, certifiedUserLimit=2)
    chief.ok("PUT", f"{ORG}/{made['id']}/owner/{bob.id}")
    assert seats(ann, made["id"]) == {str(ann.id): (False, True), str(bob.id): (True, True)}
    chief.ok("PUT", f"{ORG}/{made['id']}/member/{bob.id}", {"isContributor": False, "isManager": True})
    guest, late = planned.person("guest"), planned.person("late")
    join(ann, guest, made["id"])
    status, reason = refused(chief, "PUT", f"{ORG}/{made['id']}/owner/{late.id}")
    assert (status, "allows 2 certified users" in reason, "planRequest" in reason) == (403, True, True)
    assert str(late.id) not in seats(ann, made["id"])
