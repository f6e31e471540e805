"""Plans begin and end: before and after, nothing new is taken, and what is there is read."""

from __future__ import annotations

import pytest
from tests import sending
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, managed, refused
from tests.organizations.test_scenario_one import org
from tests.usage.test_charging import preferring, project_in

pytestmark = pytest.mark.xdist_group("plans")
PLAN = "/vesicle/v1/plan"
UPLOAD = "/file/v1/file/multipart"


def takes_nothing(person: Person, name: str) -> None:
    status, reason = refused(person, "POST", UPLOAD, sending.request(b"more", name))
    assert (status, "not in force" in reason) == (400, True)


def test_a_plan_that_has_ended_stops_uploads_and_never_reads(planned: Server, chief: Person, ann: Person) -> None:
    made = managed(chief, ann, startsOn="2020-01-01T00:00:00.000Z")
    ann.ok("PUT", f"{ORG}/preferred", {"organizationId": made["id"]})
    file = ann.file(project_in(ann, made["id"]), b"to be read")
    path = f"{PLAN}/{made['planId']}"
    plan = chief.ok("GET", path)
    assert refused(chief, "PUT", path, {**plan, "endsOn": "2019-12-31T00:00:00.000Z"})[0] == 400
    plan = chief.ok("PUT", path, {**plan, "endsOn": "2021-01-01T00:00:00.000Z"})
    takes_nothing(ann, "a.txt")
    assert ann.http.get(ann.ok("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false")).content == b"to be read"
    chief.ok("PUT", path, {**plan, "endsOn": "2999-01-01T00:00:00.000Z"})
    ann.upload(b"again")
    org(planned, "limit", made["id"], "--ends-on", "2022-01-01T00:00:00Z")
    takes_nothing(ann, "b.txt")
    org(planned, "limit", made["id"], "--storage", "1")
    takes_nothing(ann, "c.txt")
    org(planned, "limit", made["id"], "--ends-on", "never")
    ann.upload(b"and again")


def test_a_plan_that_has_not_begun_takes_nothing_yet(planned: Server, chief: Person, ann: Person) -> None:
    before, here = managed(chief, ann, startsOn="2999-01-01T00:00:00.000Z"), preferring(chief, ann)
    there, file = project_in(ann, before["id"]), ann.file(project_in(ann, here["id"]), b"from elsewhere")
    status, reason = refused(ann, "PUT", f"/repo/v1/entity/{file['id']}", {**file, "parentId": there})
    assert (status, "not in force" in reason) == (400, True)
    ann.ok("PUT", f"{ORG}/preferred", {"organizationId": before["id"]})
    takes_nothing(ann, "a.txt")
    assert ann.http.get(ann.ok("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false")).content == (
        b"from elsewhere"
    )
