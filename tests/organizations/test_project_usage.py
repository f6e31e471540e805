"""Who may change a project follows its numbers down to the file handles and downloads, without overseeing anything."""

from __future__ import annotations

import pytest
from tests.live import Person, Server
from tests.organizations.test_membership import join, managed, refused
from tests.usage.counting import check
from tests.usage.test_charging import project_in
from tests.usage.test_egress import ask
from tests.usage.test_following import lines
from tests.world import allow

pytestmark = pytest.mark.xdist_group("plans")


def test_the_numbers_of_a_project_are_followed_by_who_may_add_to_it(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    join(ann, bob, made["id"])
    mine, other = project_in(bob, made["id"]), project_in(ann, made["id"])
    path = f"/vesicle/v1/usage/project/{mine}"
    files = [bob.file(mine, b"a" * 100), bob.file(mine, b"b" * 20)]
    theirs = ann.file(other, b"c" * 3)
    allow(planned, mine, ann.id, 3)
    bob.ok("DELETE", f"/repo/v1/entity/{files[1]['id']}")
    assert [ask(ann, files[0]["id"]), ask(bob, files[0]["id"]), ask(ann, theirs["id"])] == [200, 200, 200]
    assert refused(bob, "GET", f"/vesicle/v1/usage/organization/{made['id']}/file")[0] == 403

    told = bob.ok("GET", path)
    behind = bob.ok("GET", f"{path}/file")["results"]
    assert {one["fileHandleId"]: (one["bytes"], one["inTrash"]) for one in behind} == {
        files[0]["dataFileHandleId"]: (100, False), files[1]["dataFileHandleId"]: (20, True),
    }  # fmt: skip
    assert (told["storedBytes"], told["inTrashBytes"], told["files"]) == (120, 20, 2)
    assert [one["project"] for one in lines(bob, f"{path}/file/csv")] == [mine, mine]
    sent = bob.ok("GET", f"{path}/download")["results"]
    assert told["sentBytes"] == sum(one["charged"] for one in sent) == 200
    assert {one["principalId"] for one in sent} == {str(ann.id), str(bob.id)}
    assert sum(int(one["charged"]) for one in lines(bob, f"{path}/download/csv")) == 200
    assert [one["charged"] for one in bob.ok("GET", f"{path}/download", contributorId=str(ann.id))["results"]] == [100]
    for what in ("file", "download"):
        assert bob.ok("GET", f"{path}/{what}", projectId=other) == bob.ok("GET", f"{path}/{what}"), "it is this project"
        assert bob.ok("GET", f"{path}/{what}", storageLocationId="99")["results"] == []
    check(planned)


def test_they_are_for_nobody_else_and_for_projects_alone(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    project = project_in(ann, managed(chief, ann)["id"])
    allow(planned, project, bob.id, 3)
    for what in ("file", "upload", "download", "file/csv", "upload/csv", "download/csv"):
        assert refused(bob, "GET", f"/vesicle/v1/usage/project/{project}/{what}")[0] == 403
        status, reason = refused(ann, "GET", f"/vesicle/v1/usage/project/{ann.folder(project)['id']}/{what}")
        assert (status, "is no project" in reason) == (400, True)
    assert refused(ann, "GET", f"/vesicle/v1/usage/project/{project}/colour/csv")[0] == 404
