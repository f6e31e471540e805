"""A location with STS lends what lies there to readers of a folder, so not everybody may set it on a folder."""

from __future__ import annotations

import pytest
from tests.live import Person, Server
from tests.locations.buckets import managed_sts, set_on, upload_to
from tests.locations.test_project_settings import refusal
from tests.organizations.test_membership import join, managed
from tests.organizations.test_operating import org
from tests.organizations.test_outsiders import EDITOR
from tests.usage.test_charging import project_in
from tests.world import allow

pytestmark = pytest.mark.xdist_group("plans")


def test_nobody_reads_what_others_store_by_setting_their_location_on_a_folder(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    theirs = managed_sts(ann)
    upload_to(ann, theirs, b"nobody else's business")
    folder = bob.folder(bob.project()["id"])["id"]
    assert "is somebody else's" in refusal(bob, 403, folder, theirs)
    made = set_on(bob, folder, 1)
    assert "is somebody else's" in refusal(bob, 403, folder, theirs, id=made["id"], etag=made["etag"])
    answer = bob.call("GET", f"/repo/v1/entity/{folder}/sts", permission="read_only")
    assert (answer.status_code, "accessKeyId" in answer.text) == (400, False)
    set_on(bob, bob.folder(bob.project()["id"])["id"], managed_sts(bob))
    set_on(chief, chief.folder(chief.project()["id"])["id"], theirs)


def test_the_contributors_of_an_organization_set_its_private_location_on_their_folders(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, place = managed(chief, ann), managed_sts(chief)
    project = project_in(ann, made["id"])
    folder = ann.folder(project)["id"]
    assert "is somebody else's" in refusal(ann, 403, folder, place)
    org(planned, "storage", str(place), "--private-to", made["id"])
    set_on(ann, folder, place)
    assert ann.ok("GET", f"/repo/v1/entity/{folder}/sts", permission="read_only")["baseKey"]
    join(ann, bob, made["id"], isManager=True, isContributor=False)
    allow(planned, project, bob.id, EDITOR)
    other = bob.folder(project)["id"]
    assert "is somebody else's" in refusal(bob, 403, other, place), "to manage is not to contribute"
