"""Default organizations, invitations, members, and who may make projects where."""

from __future__ import annotations

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tests.accounts.mailbox import next_text_to, next_token_to, texts_to
from tests.accounts.test_signing_up import begin, setup
from tests.live import Person, Server

from vesicle.accounts import signing_up
from vesicle.accounts.model import squeezed
from vesicle.mail import links

ORG = "/vesicle/v1/organization"
# One of these tests changes the catalogue for a moment, so they run one after the other.
pytestmark = pytest.mark.xdist_group("plans")


def organization_of(server: Server, project: dict[str, Any]) -> int:
    with server.database() as conn:
        row = conn.execute("SELECT organization_id FROM node WHERE id = %s", (int(project["id"][3:]),)).fetchone()
    assert row
    return int(row[0])


def own(person: Person) -> dict[str, Any]:
    """The person's default organization, made by a first project."""
    person.project()
    return next(one for one in person.ok("GET", ORG)["results"] if one["isDefault"])


def managed(chief: Person, owner: Person, **limits: Any) -> dict[str, Any]:
    """An organization with a plan of its own."""
    plan = chief.ok("POST", "/vesicle/v1/plan", {"offer": "SELF_MANAGED", **limits})["id"]
    name = f"organization {secrets.token_hex(5)}"
    made: dict[str, Any] = chief.ok("POST", ORG, {"name": name, "planId": plan, "ownerId": str(owner.id)})
    return made


def join(manager: Person, guest: Person, organization: str, **roles: Any) -> None:
    made = manager.ok("POST", f"{ORG}/{organization}/invitation", {"userName": guest.name, **roles})
    guest.ok("POST", f"/vesicle/v1/invitation/{made['id']}/accept")


def refused(person: Person, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str]:
    answer = person.call(method, path, body, **query)
    assert not answer.is_success, answer.text
    return answer.status_code, answer.json()["reason"]


def secret_in_mail(server: Server, address: str) -> str:
    with server.database() as conn:
        row = conn.execute(
            "SELECT text FROM email WHERE recipient = %s ORDER BY id DESC LIMIT 1", (address,)
        ).fetchone()
    assert row
    found = re.search(r"secret=(\S+)", row[0])
    assert found
    return found[1]


def test_a_first_project_makes_a_default_organization_with_a_basic_plan(ann: Person, planned: Server) -> None:
    first, second = ann.project(), ann.project()
    (made,) = ann.ok("GET", ORG)["results"]
    assert made["name"] == f"{ann.name}Organization"
    assert (made["planType"], made["isDefault"], made["ownerId"]) == ("BASIC", True, str(ann.id))
    assert (made["storageLimitBytes"], made["egressLimitBytes"], made["certifiedUserLimit"]) == (10**11, 10**12, 1)
    assert {organization_of(planned, one) for one in (first, second)} == {int(made["id"])}
    (member,) = ann.ok("GET", f"{ORG}/{made['id']}/member")["results"]
    assert (member["memberId"], member["isOwner"], member["isManager"]) == (str(ann.id), True, False)


def test_first_projects_at_once_share_one_default_organization(ann: Person, planned: Server) -> None:
    with ThreadPoolExecutor(6) as pool:
        projects = list(pool.map(lambda _: ann.project(), range(6)))
    assert len({organization_of(planned, one) for one in projects}) == 1
    assert len(ann.ok("GET", ORG)["results"]) == 1


def test_a_taken_default_name_gets_a_number(ann: Person, bob: Person) -> None:
    made = bob.ok("POST", ORG, {"name": f"{ann.name.upper()}organization"})
    assert made["isDefault"]
    assert own(ann)["name"] == f"{ann.name}Organization2"
    status, reason = refused(bob, "POST", ORG, {"name": "another"})
    assert (status, "already" in reason) == (409, True)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "zero\u200bwidth", "x" * 257])
def test_names_that_cannot_be_shown_are_refused(ann: Person, name: str) -> None:
    made = own(ann)
    assert refused(ann, "PUT", f"{ORG}/{made['id']}", {**made, "name": name})[0] == 400


def test_the_owner_of_a_basic_plan_renames_it_and_can_add_nobody(ann: Person, bob: Person) -> None:
    made = own(ann)
    path = f"{ORG}/{made['id']}"
    renamed = ann.ok("PUT", path, {**made, "name": f"Lab of {ann.name}"})
    assert renamed["name"] == f"Lab of {ann.name}"
    assert refused(ann, "PUT", path, {**made, "name": "later"})[0] == 412
    taken = own(bob)["name"]
    assert refused(ann, "PUT", path, {**renamed, "name": taken.upper()})[0] == 409
    status, reason = refused(ann, "PUT", path, {**renamed, "outsidersMayUpload": not renamed["outsidersMayUpload"]})
    assert (status, "name alone" in reason) == (403, True)
    status, reason = refused(ann, "POST", f"{path}/invitation", {"userName": bob.name})
    assert (status, "planRequest" in reason) == (403, True)


def test_scenario_one_an_owner_invites_by_name_and_by_mail_until_the_plan_is_full(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    basic = {"name": "BASIC", "type": "BASIC", "storageLimitBytes": 10**11, "egressLimitBytes": 10**12}
    try:
        chief.ok("PUT", "/vesicle/v1/plan/catalogue", {**basic, "certifiedUserLimit": 3})
        made = ann.ok("POST", ORG, {"name": f"CancerOrg {ann.name}"})
    finally:
        chief.ok("PUT", "/vesicle/v1/plan/catalogue", {**basic, "certifiedUserLimit": 1})
    assert organization_of(planned, ann.project()) == int(made["id"])
    thing2, late = planned.person("thing2"), planned.person("late")
    address = f"{thing2.name}@elsewhere.example.org"
    ann.ok("POST", f"{ORG}/{made['id']}/invitation", {"inviteeEmail": address})
    join(ann, bob, made["id"])
    assert organization_of(planned, bob.project()) == int(made["id"]), "accepting set the preference"
    secret = secret_in_mail(planned, address)
    assert thing2.ok("POST", "/vesicle/v1/invitation/link", {"secret": secret})["memberId"] == str(thing2.id)
    assert refused(late, "POST", "/vesicle/v1/invitation/link", {"secret": secret})[0] == 400
    assert refused(ann, "POST", f"{ORG}/{made['id']}/invitation", {"userName": late.name})[0] == 403
    assert refused(bob, "POST", f"{ORG}/{made['id']}/invitation", {"userName": late.name})[0] == 403


def test_an_invited_address_is_a_member_from_its_sign_up_on_while_there_is_a_seat(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = managed(chief, ann, certifiedUserLimit=2)
    names = [f"new-{secrets.token_hex(5)}" for _ in range(2)]
    for name in names:
        ann.ok("POST", f"{ORG}/{made['id']}/invitation", {"inviteeEmail": f"{name}@example.org"})
    with planned.database() as conn:
        assert links.is_open(conn, signing_up.INVITED_TO_ORGANIZATION, f"{names[0]}@example.org")
    mine = []
    for name in names:
        assert begin(planned.nobody(), f"{name}@example.org") == 201
        body = setup(name, next_token_to(planned, f"{name}@example.org", seen=1))
        token = planned.nobody().ok("POST", "/repo/v1/account2", body)["accessToken"]
        person = Person(planned.url, name, 0, token, planned.http)
        mine.append([one["id"] for one in person.ok("GET", ORG)["results"]])
    assert mine == [[made["id"]], []]
    waiting = [one for one in person.ok("GET", "/vesicle/v1/invitation")["results"] if one["state"] == "OPEN"]
    assert [one["organizationId"] for one in waiting] == [made["id"]]


def test_an_invited_address_may_sign_up_until_no_organization_invites_it(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    address = f"guest-{secrets.token_hex(5)}@example.org"
    made = []
    for owner, written in ((ann, address), (bob, address.upper()), (ann, address)):
        path = f"{ORG}/{managed(chief, owner)['id']}/invitation"
        made.append((owner, owner.ok("POST", path, {"inviteeEmail": written})["id"]))
    secret = secret_in_mail(planned, address)
    with planned.database() as conn:
        for owner, number in made[:2]:
            owner.ok("DELETE", f"/vesicle/v1/invitation/{number}")
            assert links.is_open(conn, signing_up.INVITED_TO_ORGANIZATION, address)
        planned.person("other").ok("POST", "/vesicle/v1/invitation/link", {"secret": secret})
        assert not links.is_open(conn, signing_up.INVITED_TO_ORGANIZATION, address)


def test_letters_go_where_a_person_wants_their_mail(planned: Server, chief: Person, ann: Person, bob: Person) -> None:
    made = managed(chief, ann)
    join(ann, bob, made["id"])
    other = f"aaa-{bob.name}@example.org"
    with planned.database() as conn:
        query = "INSERT INTO alias (principal_id, kind, alias, squeezed) VALUES (%s, 'USER_EMAIL', %s, %s)"
        conn.execute(query, (bob.id, other, squeezed(other)))
    ann.ok("DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    assert texts_to(planned, other) == []
    assert "You are no member of" in next_text_to(planned, f"{bob.name}@example.org", seen=1)


def test_seats_cannot_be_overfilled_at_once(planned: Server, chief: Person, ann: Person) -> None:
    made = managed(chief, ann, certifiedUserLimit=3)
    guests = [planned.person("guest") for _ in range(6)]
    path = f"{ORG}/{made['id']}/invitation"
    asked = [ann.ok("POST", path, {"userName": one.name})["id"] for one in guests]

    def accept(pair: tuple[Person, str]) -> int:
        return pair[0].call("POST", f"/vesicle/v1/invitation/{pair[1]}/accept").status_code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(accept, zip(guests, asked, strict=True)))
    assert sorted(answers) == [201, 201, 403, 403, 403, 403]


def test_invitations_that_make_no_sense_are_refused(planned: Server, chief: Person, ann: Person, bob: Person) -> None:
    made = managed(chief, ann)
    path = f"{ORG}/{made['id']}/invitation"
    assert refused(ann, "POST", path, {"userName": ann.name}) == (400, "This is yourself; invite somebody else.")
    assert refused(ann, "POST", path, {"inviteeEmail": f"{ann.name}@example.org"})[0] == 400
    assert refused(ann, "POST", path, {"userName": "nobody-of-that-name"})[0] == 404
    assert refused(ann, "POST", path, {"inviteeEmail": "not an address"})[0] == 400
    assert refused(ann, "POST", path, {})[0] == 400
    join(ann, bob, made["id"])
    assert refused(ann, "POST", path, {"userName": bob.name})[0] == 409
    guest = planned.person("guest")
    first = ann.ok("POST", path, {"userName": guest.name})["id"]
    assert [one["id"] for one in guest.ok("GET", "/vesicle/v1/invitation")["results"]] == [first]
    assert refused(bob, "POST", f"/vesicle/v1/invitation/{first}/accept")[0] == 403
    guest.ok("POST", f"/vesicle/v1/invitation/{first}/decline")
    assert refused(guest, "POST", f"/vesicle/v1/invitation/{first}/accept")[0] == 409
    second = ann.ok("POST", path, {"userName": guest.name})["id"]
    ann.ok("DELETE", f"/vesicle/v1/invitation/{second}")
    assert refused(guest, "POST", f"/vesicle/v1/invitation/{second}/accept")[0] == 409
    third = ann.ok("POST", path, {"userName": guest.name})["id"]
    with planned.database() as conn:
        conn.execute("UPDATE organization_invitation SET expires_on = now() WHERE id = %s", (third,))
    status, reason = refused(guest, "POST", f"/vesicle/v1/invitation/{third}/accept")
    assert (status, "expired" in reason) == (409, True)


def test_a_bounced_address_and_invitations_in_thousands_are_refused(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = managed(chief, ann)
    path = f"{ORG}/{made['id']}/invitation"
    address = f"{ann.name}@bounces.example.org"
    ann.ok("POST", path, {"inviteeEmail": address})
    with planned.database() as conn:
        conn.execute(
            "UPDATE email SET state = 'failed', settled_on = now(), trouble = '550 no such mailbox'"
            " WHERE recipient = %s",
            (address,),
        )
    status, reason = refused(ann, "POST", path, {"inviteeEmail": address})
    assert (status, "550 no such mailbox" in reason) == (400, True)
    with planned.database() as conn:
        conn.execute(
            "INSERT INTO organization_invitation (organization_id, email, as_manager, as_contributor, invited_by,"
            " expires_on, state) SELECT %s, 'x@example.org', false, true, 1, now(), 'REVOKED'"
            " FROM generate_series(1, 100)",
            (made["id"],),
        )
    status, reason = refused(ann, "POST", path, {"inviteeEmail": "one-more@example.org"})
    assert (status, "tomorrow" in reason) == (403, True)


def test_members_leave_and_are_removed_and_their_projects_stay(
    planned: Server, chief: Person, ann: Person, bob: Person, stranger: Person
) -> None:
    made = managed(chief, ann)
    path = f"{ORG}/{made['id']}"
    join(ann, bob, made["id"])
    project = bob.project()
    assert bob.call("GET", path).status_code == 200
    stranger_here = planned.person("stranger")
    assert stranger_here.call("GET", path).status_code == 403
    assert refused(bob, "DELETE", f"{path}/member/{ann.id}")[0] == 403
    ann.ok("DELETE", f"{path}/member/{bob.id}")
    assert bob.call("GET", path).status_code == 403
    assert organization_of(planned, project) == int(made["id"])
    assert refused(bob, "POST", "/repo/v1/entity", project_body(), organizationId=made["id"])[0] == 403
    join(ann, bob, made["id"])
    bob.ok("DELETE", f"{path}/member/{bob.id}")
    status, reason = refused(ann, "DELETE", f"{path}/member/{ann.id}")
    assert (status, "owner" in reason) == (400, True)


def project_body() -> dict[str, Any]:
    return {"concreteType": "org.sagebionetworks.repo.model.Project", "name": f"project {secrets.token_hex(6)}"}


def test_the_last_manager_stays(planned: Server, chief: Person, ann: Person, bob: Person) -> None:
    made = managed(chief, ann)
    path = f"{ORG}/{made['id']}"
    join(ann, bob, made["id"], isManager=True)
    chief.ok("PUT", f"{path}/owner/{bob.id}")
    ann.ok("PUT", f"{path}/member/{ann.id}", {"isManager": False})
    for method, body in (("PUT", {"isManager": False}), ("DELETE", None)):
        status, reason = refused(chief, method, f"{path}/member/{bob.id}", body)
        assert (status, "last manager" in reason or "owner" in reason) == (400, True)
    assert refused(ann, "PUT", f"{path}/member/{ann.id}", {"isManager": True})[0] == 403


def test_a_manager_need_not_be_a_contributor(planned: Server, chief: Person, ann: Person, bob: Person) -> None:
    made = managed(chief, ann)
    join(ann, bob, made["id"], isManager=True, isContributor=False)
    status, reason = refused(bob, "POST", "/repo/v1/entity", project_body(), organizationId=made["id"])
    assert (status, "invite you" in reason) == (403, True)
    bob.ok("PUT", f"{ORG}/{made['id']}/member/{bob.id}", {"isManager": True, "isContributor": True})
    project = bob.ok("POST", "/repo/v1/entity", project_body(), organizationId=made["id"])
    assert organization_of(planned, project) == int(made["id"])
    assert organization_of(planned, bob.project()) != int(made["id"]), "nothing is preferred: the default one"
    bob.ok("PUT", f"{ORG}/preferred", {"organizationId": made["id"]})
    assert organization_of(planned, bob.project()) == int(made["id"])
    bob.ok("PUT", f"{ORG}/preferred", {})
    assert bob.ok("GET", f"{ORG}/preferred") == {}


def test_a_team_is_a_member_and_each_of_its_people_counts(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann, certifiedUserLimit=2)
    with planned.database() as conn:
        (team,) = conn.execute("INSERT INTO principal (kind) VALUES ('team') RETURNING id").fetchone() or (0,)
        conn.execute("INSERT INTO membership (member_id, group_id) VALUES (%s, %s)", (bob.id, team))
    path = f"{ORG}/{made['id']}/member/{team}"
    ann.ok("PUT", path, {})
    project = bob.ok("POST", "/repo/v1/entity", project_body(), organizationId=made["id"])
    assert organization_of(planned, project) == int(made["id"])
    with planned.database() as conn:
        conn.execute("INSERT INTO membership (member_id, group_id) VALUES (%s, %s)", (chief.id, team))
    status, reason = refused(bob, "POST", "/repo/v1/entity", project_body(), organizationId=made["id"])
    assert (status, "its teams counted" in reason) == (403, True)
    ann.ok("DELETE", path)
    assert refused(ann, "PUT", path, {})[0] == 403


def test_certification_is_asked_for_where_it_is_required(planned: Server, chief: Person, ann: Person) -> None:
    from vesicle import access
    from vesicle.errors import Forbidden
    from vesicle.organizations import membership

    uncertified = access.Actor(ann.id, [ann.id], certified=False)
    with planned.database() as conn, conn.transaction(), pytest.raises(Forbidden) as refusal:
        membership.of_new_project(conn, uncertified, replace(planned.settings(), plans="on"))
    assert refusal.value.code == "USER_CERTIFICATION_REQUIRED"
    made = managed(chief, ann)
    ann.ok("PUT", f"{ORG}/preferred", {"organizationId": made["id"]})
    with planned.database() as conn, pytest.raises(Forbidden) as refusal:
        membership.of_upload(conn, uncertified, planned.settings())
    assert refusal.value.code == "USER_CERTIFICATION_REQUIRED"
