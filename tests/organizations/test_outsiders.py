"""Whether people who are no members may put content into an organization's projects is the organization's to say."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, managed, own, refused
from tests.usage.counting import check
from tests.usage.test_charging import account, project_in
from tests.world import allow

from vesicle.access import Right
from vesicle.accounts import tokens
from vesicle.organizations import founding
from vesicle.organizations.model.organizations import NewOrganization

pytestmark = pytest.mark.xdist_group("plans")
ENTITY = "/repo/v1/entity"
EDITOR = int(Right.READ | Right.UPDATE | Right.CREATE | Right.DELETE | Right.CHANGE_PERMISSIONS)


def test_outsiders_bring_nothing_in_by_moving_or_restoring_it_either(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    there, mine = project_in(ann, made["id"]), bob.project()["id"]
    allow(planned, there, bob.id, EDITOR)
    file, folder = bob.file(mine, b"from outside"), bob.folder(mine)
    inside = bob.file(folder["id"], b"in a folder")
    for thing in (file, folder):
        status, reason = refused(bob, "PUT", f"{ENTITY}/{thing['id']}", {**thing, "parentId": there})
        assert (status, "ask one of its managers to invite you" in reason) == (403, True)
    bob.ok("DELETE", f"{ENTITY}/{file['id']}")
    status, reason = refused(bob, "PUT", f"/repo/v1/trashcan/restore/{file['id']}/{there}")
    assert (status, "ask one of its managers to invite you" in reason) == (403, True)
    assert account(planned, made["id"]) == (0, 0)
    bob.ok("PUT", f"/repo/v1/trashcan/restore/{file['id']}")

    kept = ann.file(there, b"of the organization")
    moved = bob.ok("PUT", f"{ENTITY}/{kept['id']}", {**kept, "parentId": bob.folder(there)["id"]})
    bob.ok("DELETE", f"{ENTITY}/{kept['id']}")
    bob.ok("PUT", f"/repo/v1/trashcan/restore/{kept['id']}/{there}")
    assert moved["id"] == kept["id"], "what is in the project already may be put elsewhere in it"

    ann.ok("PUT", f"{ORG}/{made['id']}", {"etag": made["etag"], "name": made["name"], "outsidersMayUpload": True})
    bob.ok("PUT", f"{ENTITY}/{folder['id']}", {**folder, "parentId": there})
    bob.ok("DELETE", f"{ENTITY}/{inside['id']}")
    bob.ok("PUT", f"/repo/v1/trashcan/restore/{inside['id']}/{there}")
    check(planned)


def test_outsiders_are_let_in_by_default_only_where_strangers_cannot_sign_up(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    assert not own(ann)["outsidersMayUpload"], "sign-up is open on this server"
    assert not managed(chief, bob)["outsidersMayUpload"]
    invited = replace(planned.settings(), sign_up="invitation", plans="on")
    with planned.database() as conn, conn.transaction():
        guest = tokens.actor_of_person(conn, planned.person("guest").id, invited)
        made = founding.create(conn, guest, invited, NewOrganization(name=f"By invitation {secrets.token_hex(4)}"))
    assert made.outsiders_may_upload
