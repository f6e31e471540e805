"""Limits that the operator sets hold at once: of custom storage, and of what is sent."""

from __future__ import annotations

import pytest
from tests import sending
from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket, upload_to
from tests.organizations.test_membership import managed
from tests.organizations.test_scenario_one import org
from tests.usage.counting import check
from tests.usage.test_charging import preferring, project_in
from tests.usage.test_egress import ask

pytestmark = pytest.mark.xdist_group("plans")


def test_the_limit_on_custom_storage_refuses_what_passes_it_and_nothing_else(
    planned: Server, chief: Person, ann: Person
) -> None:
    made = preferring(chief, ann)
    place = location(ann, external(own_bucket(planned, ann)))
    org(planned, "limit", made["id"], "--custom", "0.000001")
    assert ann.ok("GET", f"/vesicle/v1/organization/{made['id']}")["customStorageLimitBytes"] == 1000
    upload_to(ann, place, b"a" * 600)
    begun = sending.start(ann, sending.request(b"b" * 300, "b.bin", storageLocationId=place))
    more = sending.request(b"c" * 101, "c.bin", storageLocationId=place)
    answer = ann.call("POST", "/file/v1/file/multipart", more)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "PROJECT_STORAGE_LIMIT_EXCEEDED")
    assert answer.json()["reason"] == (
        f"{made['name']} may use 1.0 kB (1,000 bytes) of custom storage; 600 bytes are used and 300 bytes are promised"
        " to uploads, so 101 bytes more do not fit. Delete and purge something, or ask its owner or managers for a"
        " larger plan."
    )
    ann.upload(b"d" * 5000)
    plan = ann.ok("GET", f"/vesicle/v1/plan/{made['planId']}")
    chief.ok("PUT", f"/vesicle/v1/plan/{plan['id']}", {**plan, "customStorageLimitBytes": 1001})
    sending.start(ann, more)
    assert begun["state"] == "UPLOADING"
    usage = ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}")
    assert [usage[name] for name in ("customStoredBytes", "customReservedBytes", "storedBytes")] == [600, 401, 5000]
    check(planned)


def test_a_limit_of_egress_by_command_holds_for_the_next_download(planned: Server, chief: Person, ann: Person) -> None:
    made = managed(chief, ann)
    files = [ann.file(project_in(ann, made["id"]), letter * 600)["id"] for letter in (b"a", b"b")]
    assert ask(ann, files[0]) == 200
    org(planned, "limit", made["id"], "--egress", "0.0000005", "--period", "MONTH")
    answer = ann.call("GET", f"/repo/v1/entity/{files[1]}/file", redirect="false")
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "EGRESS_LIMIT_EXCEEDED")
    assert "may send 500 bytes" in answer.json()["reason"]
    org(planned, "limit", made["id"])
    assert ask(ann, files[1]) == 200
    org(planned, "limit", made["id"], "--egress", "0", "--period", "YEAR")
    assert ask(planned.person("reader", is_admin=True), files[1]) == 403
