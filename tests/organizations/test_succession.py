"""What a member who leaves alone administered gets an administrator of the organization."""

from __future__ import annotations

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, join, managed
from tests.organizations.test_operating import org
from tests.organizations.test_plans import deeds
from tests.usage.test_charging import project_in
from tests.world import allow

from vesicle.access.rights import OWNER_RIGHTS

pytestmark = pytest.mark.xdist_group("plans")


def administrators(person: Person, project: str) -> set[int]:
    """Whom its list lets change the list; as the caller may see it."""
    entries = person.ok("GET", f"/repo/v1/entity/{project}/acl")["resourceAccess"]
    return {one["principalId"] for one in entries if "CHANGE_PERMISSIONS" in one["accessType"]}


def letter_to(server: Server, person: Person, made: dict[str, str]) -> str:
    with server.database() as conn:
        row = conn.execute(
            "SELECT text FROM email WHERE recipient = %s AND subject LIKE %s ORDER BY id DESC LIMIT 1",
            (f"{person.name}@example.org", f"{made['name']}: you administer%"),
        ).fetchone()
    return row[0] if row else ""


def test_the_manager_who_removes_a_member_administers_what_that_one_alone_did(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    join(ann, bob, made["id"])
    alone, together = bob.project()["id"], bob.project()["id"]
    allow(planned, together, chief.id, int(OWNER_RIGHTS))
    file = bob.file(alone, b"stays")
    assert ann.call("GET", f"/repo/v1/entity/{alone}").status_code == 403, "membership gives no access"
    etag = bob.ok("GET", f"/repo/v1/entity/{alone}/acl")["etag"]
    ann.ok("DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    assert administrators(ann, alone) == {ann.id, bob.id}
    assert administrators(bob, together) == {bob.id, chief.id}
    assert ann.call("GET", f"/repo/v1/entity/{together}").status_code == 403
    now = ann.ok("GET", f"/repo/v1/entity/{alone}/acl")
    assert now["etag"] != etag, "who read the list before has to read it anew"
    text = letter_to(planned, ann, made)
    assert (alone in text, together in text, str(bob.id) in text) == (True, False, True)
    (deed, detail) = deeds(planned, "entity", alone[3:])[-1]
    assert (deed, detail["administrator"], detail["because_left"]) == ("acl.succession", ann.id, bob.id)
    now["resourceAccess"] = [one for one in now["resourceAccess"] if one["principalId"] == ann.id]
    ann.ok("PUT", f"/repo/v1/entity/{alone}/acl", now)
    ann.ok("GET", f"/repo/v1/entity/{file['id']}")


def test_who_leaves_hands_over_to_a_manager_or_else_to_the_owner(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    join(ann, bob, made["id"])
    mine = bob.project()["id"]
    bob.ok("DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    assert administrators(bob, mine) == {ann.id, bob.id}
    boss = planned.person("boss")
    join(ann, boss, made["id"], isManager=True)
    ann.ok("PUT", f"{ORG}/{made['id']}/member/{ann.id}", {"isManager": False})
    join(ann, bob, made["id"])
    later = project_in(bob, made["id"])
    bob.ok("DELETE", f"{ORG}/{made['id']}/member/{bob.id}")
    assert administrators(bob, later) == {boss.id, bob.id}
    assert later in letter_to(planned, boss, made)


def test_the_owner_of_an_organization_without_managers_follows(planned: Server, chief: Person, ann: Person) -> None:
    made = ann.ok("POST", ORG, {})
    guest = planned.person("guest")
    org(planned, "limit", made["id"], "--users", "2")
    join(ann, guest, made["id"])
    project = guest.project()["id"]
    org(planned, "remove-member", made["id"], str(guest.id))
    assert administrators(guest, project) == {ann.id, guest.id}


def test_a_team_that_alone_administered_is_followed_too(planned: Server, chief: Person, ann: Person) -> None:
    made = managed(chief, ann)
    team = ann.ok("POST", "/repo/v1/team", {"name": f"Team of {ann.name}"})["id"]
    ann.ok("PUT", f"{ORG}/{made['id']}/member/{team}", {})
    project = project_in(ann, made["id"])
    entries = ann.ok("GET", f"/repo/v1/entity/{project}/acl")
    entries["resourceAccess"] = [{"principalId": int(team), "accessType": ["READ", "CHANGE_PERMISSIONS"]}]
    ann.ok("PUT", f"/repo/v1/entity/{project}/acl", entries)
    ann.ok("DELETE", f"{ORG}/{made['id']}/member/{team}")
    assert administrators(ann, project) == {ann.id, int(team)}
