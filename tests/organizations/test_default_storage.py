"""The default storage of an organization steers new files of its projects, unless a setting overrides it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.live import Person, Server
from tests.locations.buckets import PREFIX, external, location, managed_sts, own_bucket, put, set_on
from tests.organizations.test_membership import ORG, join, managed, own, refused
from tests.organizations.test_operating import org
from tests.organizations.test_plans import deeds
from tests.real_client.conftest import Client, programs_of
from tests.usage.counting import check
from tests.usage.test_charging import account, project_in

pytestmark = pytest.mark.xdist_group("plans")


def shared(person: Person) -> int:
    return location(
        person, {"concreteType": PREFIX + "S3StorageLocationSetting", "uploadType": "S3", "description": person.name}
    )


def private(server: Server, organization: str) -> int:
    """A managed bucket's place that the operator gives to one organization."""
    place = shared(server.person("operator", is_admin=True))
    org(server, "storage", str(place), "--private-to", organization)
    return place


def keep_in(person: Person, made: dict[str, Any], place: int | None) -> dict[str, Any]:
    now: dict[str, Any] = person.ok("GET", f"{ORG}/{made['id']}")
    changed: dict[str, Any] = person.ok("PUT", f"{ORG}/{made['id']}", {**now, "defaultStorageLocationId": place or 0})
    return changed


def destinations(person: Person, container: str) -> set[int]:
    """What every door of upload destinations says of a container."""
    path = f"/file/v1/entity/{container}"
    one = person.ok("GET", f"{path}/uploadDestination")["storageLocationId"]
    many = person.ok("GET", f"{path}/uploadDestinations")["list"]
    lines = person.ok("GET", f"{path}/uploadDestinationLocations")["list"]
    return {one, *(each["storageLocationId"] for each in [*many, *lines])}


def test_folders_inherit_the_default_storage_of_their_organization_until_a_setting_overrides_it(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = managed(chief, ann)
    project = project_in(ann, made["id"])
    folder = ann.folder(ann.folder(project)["id"])["id"]
    assert destinations(ann, folder) == {1}
    mine, other = private(planned, made["id"]), shared(ann)
    assert keep_in(ann, made, mine)["defaultStorageLocationId"] == mine
    assert destinations(ann, project) == destinations(ann, folder) == {mine}
    setting = set_on(ann, folder, other)
    assert (destinations(ann, project), destinations(ann, folder)) == ({mine}, {other})
    ann.ok("DELETE", f"/repo/v1/projectSettings/{setting['id']}")
    set_on(ann, project, other)
    assert destinations(ann, folder) == {other}
    (deed, detail) = deeds(planned, "organization", made["id"])[-1]
    assert (deed, detail["from"], detail["to"]) == (
        "organization.change", {"default_location_id": None}, {"default_location_id": mine},
    )  # fmt: skip
    keep_in(ann, made, None)
    assert destinations(ann, project_in(ann, made["id"])) == {1}


def test_a_project_that_moves_goes_by_the_storage_of_its_new_organization(
    planned: Server, chief: Person, ann: Person
) -> None:
    here, there = managed(chief, ann), managed(chief, ann)
    project = project_in(ann, here["id"])
    keep_in(ann, here, private(planned, here["id"]))
    keep_in(ann, there, place := shared(ann))
    ann.ok("PUT", f"{ORG}/{there['id']}/project/{project}")
    assert destinations(ann, project) == {place}


def test_an_organization_begins_with_a_default_storage_where_one_is_named(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    place = shared(ann)
    assert bob.ok("POST", ORG, {"defaultStorageLocationId": place})["defaultStorageLocationId"] == place
    assert destinations(bob, bob.project()["id"]) == {place}
    plan = chief.ok("POST", "/vesicle/v1/plan", {"offer": "SELF_MANAGED"})["id"]
    body = {"name": f"Begun by {ann.name}", "planId": plan, "defaultStorageLocationId": place}
    assert chief.ok("POST", ORG, body)["defaultStorageLocationId"] == place


def test_storage_that_is_not_for_this_organization_is_refused_with_the_reason(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, theirs, mine = managed(chief, ann), managed(chief, bob), own(bob)
    own_custom = location(ann, external(own_bucket(planned, ann)))
    custom_of_bob = location(bob, external(own_bucket(planned, bob)))
    google = location(ann, {"concreteType": PREFIX + "ExternalGoogleCloudStorageLocationSetting", "bucket": "g-b-c"})
    for place, status, words in (
        (999_999, 404, "There is no storage location 999999"),
        (private(planned, theirs["id"]), 403, "private to another"),
        (custom_of_bob, 403, "custom storage of somebody else"), (managed_sts(ann), 400, "STS enabled"),
        (google, 400, "bucket of Google's"),
    ):  # fmt: skip
        status_, reason = refused(ann, "PUT", f"{ORG}/{made['id']}", {**made, "defaultStorageLocationId": place})
        assert (status_, words in reason) == (status, True), reason
    kept = keep_in(ann, made, own_custom)
    join(ann, bob, made["id"], isManager=True)
    name = f"Renamed by {bob.name}"
    assert bob.ok("PUT", f"{ORG}/{made['id']}", {**kept, "name": name})["defaultStorageLocationId"] == own_custom
    status, reason = refused(bob, "PUT", f"{ORG}/{mine['id']}", {**mine, "defaultStorageLocationId": 1})
    assert (status, "name alone" in reason) == (403, True)


def test_storage_that_another_organization_uses_by_default_does_not_become_private(
    planned: Server, chief: Person, ann: Person
) -> None:
    made, other = managed(chief, ann), managed(chief, ann)
    keep_in(ann, made, place := shared(ann))
    said = org(planned, "storage", str(place), "--private-to", other["id"], status=2)
    assert f"default storage of other organizations ({made['id']})" in said
    org(planned, "storage", str(place), "--private-to", made["id"])


def test_the_unmodified_client_uploads_into_the_default_storage(
    planned: Server, chief: Person, ann: Person, tmp_path: Path
) -> None:
    made = managed(chief, ann)
    bucket = own_bucket(planned, ann, "by/default")
    put(planned, bucket, "by/default/there", b"already")
    keep_in(ann, made, location(ann, external(bucket, baseKey="by/default")))
    ann.ok("PUT", f"{ORG}/preferred", {"organizationId": made["id"]})
    client = Client(programs_of("4.14"), tmp_path / "home", ann)
    client.write("new.txt", b"by default")
    out = client.python(
        f"""
        project = syn.store(synapseclient.Project("Stored by {ann.name}"))
        folder = syn.store(synapseclient.Folder("f", parent=project))
        file = syn.store(synapseclient.File("new.txt", parent=folder))
        print(file._file_handle["bucketName"], file._file_handle["key"].startswith("by/default/"))
        """
    )
    assert out.split() == [bucket, "True"]
    private_place = private(planned, made["id"])
    keep_in(ann, made, private_place)
    client.write("more.txt", b"private")
    out = client.python(
        f"""
        project = Project(name="Stored by {ann.name}").get()
        print(File(path="more.txt", parent_id=project.id).store().file_handle.storage_location_id)
        """
    )
    assert out.split() == [str(private_place)]
    assert account(planned, made["id"]) == (len(b"private"), 0), "custom storage does not count"
    check(planned)
