"""Changing an organization: what is left out stays, and managers limit all that a plan limits."""

from __future__ import annotations

import pytest
from tests import sending
from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket, upload_to
from tests.organizations.test_membership import ORG, join, managed, own, refused
from tests.usage.counting import check
from tests.usage.test_charging import preferring

pytestmark = pytest.mark.xdist_group("plans")
BYTES = ("managerStorageLimitBytes", "managerEgressLimitBytes", "managerCustomStorageLimitBytes")


def test_a_new_name_alone_leaves_everything_else_as_it_is(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made = managed(chief, ann)
    path = f"{ORG}/{made['id']}"
    said = {
        "defaultStorageLocationId": 1, "outsidersMayUpload": True, "notificationThresholds": [50],
        **dict.fromkeys(BYTES, 1000),
    }  # fmt: skip
    before = ann.ok("PUT", path, {"etag": made["etag"], "name": made["name"], **said})
    assert said.items() <= before.items()
    for person in (ann, chief):
        after = person.ok("PUT", path, {"etag": before["etag"], "name": f"{before['name']} {person.name}"})
        assert {**after, "name": "", "etag": ""} == {**before, "name": "", "etag": ""}
        before = after
    closed = ann.ok("PUT", path, {"etag": before["etag"], "name": before["name"], "outsidersMayUpload": False})
    again = ann.ok("PUT", path, {"etag": closed["etag"], "name": "".join(reversed(made["name"]))})
    assert not again["outsidersMayUpload"], "nobody is let in by a new name"

    basic = own(bob)
    renamed = bob.ok("PUT", f"{ORG}/{basic['id']}", {"etag": basic["etag"], "name": f"Lab of {bob.name}"})
    assert renamed["name"] == f"Lab of {bob.name}", "an owner who is no manager changes the name"


def test_what_managers_set_is_taken_away_by_saying_so(chief: Person, ann: Person) -> None:
    made = managed(chief, ann, customStorageLimitBytes=5000)
    path, begin = f"{ORG}/{made['id']}", {"etag": made["etag"], "name": made["name"]}
    limited = ann.ok("PUT", path, {**begin, "defaultStorageLocationId": 1, **dict.fromkeys(BYTES, 1000)})
    held = [limited[name] for name in ("storageLimitBytes", "egressLimitBytes", "customStorageLimitBytes")]
    assert held == [1000, 1000, 1000]
    free = ann.ok("PUT", path, {**limited, "defaultStorageLocationId": 0, **dict.fromkeys(BYTES, -1)})
    assert not {"defaultStorageLocationId", *BYTES} & free.keys()
    held = [free[name] for name in ("storageLimitBytes", "egressLimitBytes", "customStorageLimitBytes")]
    assert held == [500 * 10**9, 5000 * 10**9, 5000]
    for name in BYTES:
        status, reason = refused(ann, "PUT", path, {**free, name: -2})
        assert (status, f"{name} must be from 0 to" in reason, "send -1 for no limit" in reason) == (400, True, True)


def test_managers_limit_custom_storage_below_the_plan(planned: Server, chief: Person, ann: Person, bob: Person) -> None:
    made = preferring(chief, ann)
    path, place = f"{ORG}/{made['id']}", location(ann, external(own_bucket(planned, ann)))
    join(ann, bob, made["id"])
    limit = {"etag": made["etag"], "name": made["name"], "managerCustomStorageLimitBytes": 100}
    assert refused(bob, "PUT", path, limit)[0] == 403
    assert ann.ok("PUT", path, limit)["customStorageLimitBytes"] == 100
    upload_to(ann, place, b"a" * 60)
    answer = ann.call("POST", "/file/v1/file/multipart", sending.request(b"b" * 41, "b", storageLocationId=place))
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "PROJECT_STORAGE_LIMIT_EXCEEDED")
    assert "may use 100 bytes of custom storage" in answer.json()["reason"]
    ann.upload(b"c" * 101)
    check(planned)
