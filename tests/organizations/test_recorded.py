"""What the record and the shapes tell of an organization: who did what to it, when, from what to what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, join, managed, own
from tests.organizations.test_scenario_one import org
from tests.usage.test_charging import project_in

pytestmark = pytest.mark.xdist_group("plans")


def recorded(chief: Person, organization: str, deed: str) -> list[tuple[int, Any]]:
    """(who, what there is to say) of each line, the oldest first."""
    query = {"objectType": "organization", "objectId": organization, "deed": f"organization.{deed}"}
    lines = chief.ok("GET", "/vesicle/v1/audit", **query)["results"]
    return [(int(one["actorId"]), one["detail"]) for one in reversed(lines)]


def test_who_made_an_organization_when_and_its_plan_are_told(chief: Person, ann: Person, bob: Person) -> None:
    assert own(bob)["createdBy"] == str(bob.id)
    made = managed(chief, ann)
    join(ann, bob, made["id"])
    for person in (ann, bob, chief):
        seen = person.ok("GET", f"{ORG}/{made['id']}")
        assert (seen["createdBy"], seen["planId"], seen["planType"]) == (str(chief.id), made["planId"], "SELF_MANAGED")
        age = datetime.now(UTC) - datetime.fromisoformat(seen["createdOn"])
        assert timedelta(seconds=-5) < age < timedelta(minutes=5)
    plan = ann.ok("GET", f"/vesicle/v1/plan/{made['planId']}")
    assert (plan["createdBy"], plan["organizationId"], plan["createdOn"][:4]) == (
        str(chief.id), made["id"], made["createdOn"][:4],
    )  # fmt: skip


def test_the_record_says_who_joined_changed_and_left_from_what_to_what(chief: Person, ann: Person, bob: Person) -> None:
    number = managed(chief, ann)["id"]
    join(ann, bob, number, isContributor=True)
    path = f"{ORG}/{number}/member/{bob.id}"
    ann.ok("PUT", path, {"isManager": True, "isContributor": False})
    ann.ok("DELETE", path)
    began, managing = {"manager": False, "contributor": True}, {"manager": True, "contributor": False}
    invited = {"invitee": bob.id, "by_mail": False, "manager": False, "contributor": True}
    assert recorded(chief, number, "invite")[-1] == (ann.id, invited)
    assert recorded(chief, number, "join")[-1] == (bob.id, {"member": bob.id, "from": None, "to": began})
    assert recorded(chief, number, "put_member") == [(ann.id, {"member": bob.id, "from": began, "to": managing})]
    assert recorded(chief, number, "remove_member") == [(ann.id, {"member": bob.id, "from": managing, "to": None})]


def test_the_record_of_an_upgrade_has_all_limits_before_and_after(planned: Server, chief: Person, ann: Person) -> None:
    made = own(ann)
    asked = ann.ok("POST", "/vesicle/v1/planRequest", {"organizationId": made["id"], "offer": "SELF_MANAGED"})
    chief.ok("POST", f"/vesicle/v1/planRequest/{asked['id']}/decision", {"granted": True})
    ((who, detail),) = recorded(chief, made["id"], "upgrade")
    assert (who, detail["manager"]) == (chief.id, ann.id)
    before, after = detail["from"], detail["to"]
    assert (before["plan"], before["kind"], before["storage_limit"]) == (int(made["planId"]), "BASIC", 10**11)
    assert (before["egress_limit"], before["certified_user_limit"]) == (10**12, 1)
    assert (after["kind"], after["storage_limit"], after["egress_limit"]) == ("SELF_MANAGED", 500 * 10**9, 5000 * 10**9)
    assert after["plan"] == int(ann.ok("GET", f"{ORG}/{made['id']}")["planId"]) != before["plan"]
    org(planned, "upgrade", made["id"], "SELF_MANAGED")
    (_, again) = recorded(chief, made["id"], "upgrade")[-1]
    assert again["from"]["plan"] == after["plan"]
    assert again["from"]["storage_limit"] == again["to"]["storage_limit"] == 500 * 10**9


def test_the_record_says_which_project_moved_by_command_from_where_to_where(
    planned: Server, chief: Person, ann: Person
) -> None:
    here, there = managed(chief, ann)["id"], managed(chief, ann, projectLimit=1)["id"]
    projects = [project_in(ann, here) for _ in range(2)]
    ann.file(projects[0], b"x" * 10)
    org(planned, "move-project", projects[0], there)
    moved = {"project": int(projects[0][3:]), "from": int(here), "to": int(there)}
    assert [recorded(chief, one, "move_project")[-1][1] for one in (here, there)] == [moved, moved]
    stored = [ann.ok("GET", f"/vesicle/v1/usage/organization/{one}")["storedBytes"] for one in (here, there)]
    assert stored == [0, 10]
    assert projects[0] in org(planned, "projects", there)
    assert "allows 1 projects" in org(planned, "move-project", projects[1], there, status=2)
    assert "already" in org(planned, "move-project", projects[0], there, status=2)
    assert "There is no organization" in org(planned, "move-project", projects[0], "99999999", status=2)


MEMBER, MANAGER = {"manager": False, "contributor": True}, {"manager": True, "contributor": True}


def test_the_record_of_a_founding_has_the_plan_its_limits_and_the_first_members(
    chief: Person, ann: Person, bob: Person
) -> None:
    made = own(bob)
    ((who, detail),) = recorded(chief, made["id"], "create")
    told = detail["to"]
    assert (who, told["name"], told["owner"], told["plan"]) == (bob.id, made["name"], bob.id, int(made["planId"]))
    assert (told["kind"], told["storage_limit"], told["certified_user_limit"]) == ("BASIC", 10**11, 1)
    assert told["members"] == {str(bob.id): MEMBER}
    made = managed(chief, ann, projectLimit=3)
    ((who, detail),) = recorded(chief, made["id"], "create")
    assert (who, detail["to"]["owner"], detail["to"]["project_limit"]) == (chief.id, ann.id, 3)
    assert detail["to"]["members"] == {str(ann.id): MANAGER}


def test_the_record_of_a_merge_has_the_plan_that_went_and_what_became_of_every_member(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    gone, left, carl = managed(chief, ann, projectLimit=5), managed(chief, ann), planned.person("carl")
    join(ann, bob, gone["id"], isManager=True)
    join(ann, bob, left["id"])
    join(ann, carl, gone["id"])
    ann.ok("POST", f"{ORG}/{left['id']}/merge", {"organizationId": gone["id"]})
    ((who, detail),) = recorded(chief, left["id"], "merge")
    source = detail["from"]
    assert (who, detail["to"]) == (ann.id, int(left["id"]))
    assert (source["organization"], source["name"], source["plan"]) == (
        int(gone["id"]), gone["name"], int(gone["planId"]),
    )  # fmt: skip
    assert (source["kind"], source["project_limit"]) == ("SELF_MANAGED", 5)
    assert source["members"] == {str(ann.id): MANAGER, str(bob.id): MANAGER, str(carl.id): MEMBER}
    assert detail["members"] == {
        str(bob.id): {"from": MEMBER, "to": MANAGER}, str(carl.id): {"from": None, "to": MEMBER},
    }  # fmt: skip


def test_what_is_done_for_somebody_is_the_deed_of_who_did_it(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    operator = 1
    number, guest = managed(chief, ann)["id"], planned.person("guest")
    org(planned, "decline", org(planned, "invite", number, bob.name).strip(), bob.name)
    assert recorded(chief, number, "decline") == [(operator, {"invitee": bob.id, **MEMBER})]
    org(planned, "accept", org(planned, "invite", number, guest.name).strip(), guest.name)
    org(planned, "leave", number, guest.name)
    assert recorded(chief, number, "join") == [(operator, {"member": guest.id, "from": None, "to": MEMBER})]
    assert recorded(chief, number, "remove_member") == [(operator, {"member": guest.id, "from": MEMBER, "to": None})]
    request = org(planned, "ask", number, "SELF_MANAGED", "--user", ann.name).strip()
    query = {"objectType": "organization", "objectId": number, "deed": "plan_request.ask"}
    (asked,) = chief.ok("GET", "/vesicle/v1/audit", **query)["results"]
    assert (int(asked["actorId"]), asked["detail"]) == (
        operator, {"offer": "SELF_MANAGED", "request": int(request), "for": ann.id},
    )  # fmt: skip

    carl = planned.person("carl")
    join(ann, carl, number)
    ann.ok("DELETE", f"{ORG}/{number}/project/{project_in(carl, number)}")
    (default,) = (one["id"] for one in carl.ok("GET", ORG)["results"] if one["isDefault"])
    ((who, detail),) = recorded(chief, default, "create")
    assert (who, detail["to"]["owner"]) == (ann.id, carl.id), "a manager who gives back makes it for them"
    mine = org(planned, "create", f"Lab of {guest.name}", "--owner", guest.name, "--of-their-own").strip()
    ((who, detail),) = recorded(chief, mine, "create")
    assert (who, detail["to"]["owner"]) == (operator, guest.id)


def test_the_record_of_an_offer_that_went_says_what_it_was(chief: Person) -> None:
    offer = {"name": "SHORT_LIVED", "type": "LEGACY", "storageLimitBytes": 5}
    chief.ok("PUT", "/vesicle/v1/plan/catalogue", offer)
    chief.ok("DELETE", "/vesicle/v1/plan/catalogue/SHORT_LIVED")
    query = {"objectType": "plan_offer", "objectId": "SHORT_LIVED", "deed": "plan_offer.delete"}
    detail = chief.ok("GET", "/vesicle/v1/audit", **query)["results"][0]["detail"]
    assert (detail["from"]["kind"], detail["from"]["storage_limit"], detail["to"]) == ("LEGACY", 5, None)
