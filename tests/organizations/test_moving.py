"""Moving projects between organizations, giving empty ones back, and merging organizations."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests import sending
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, join, managed, organization_of, own, project_body, refused
from tests.usage.counting import check
from tests.usage.test_charging import account, preferring, project_in

from vesicle.accounts import tokens
from vesicle.errors import BadRequest
from vesicle.organizations import moving

pytestmark = pytest.mark.xdist_group("plans")


def test_a_project_moves_with_its_charges_and_managers_of_both_are_told(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    here, there = preferring(chief, ann), managed(chief, bob)
    project = project_in(ann, here["id"])
    ann.file(project, b"x" * 100)
    path = f"{ORG}/{there['id']}/project/{project}"
    assert refused(bob, "PUT", path)[0] == 403
    status, reason = refused(ann, "PUT", path)
    assert (status, "to invite you" in reason) == (403, True)
    join(bob, ann, there["id"])
    assert ann.ok("PUT", path)["organizationId"] == there["id"]
    assert (account(planned, here["id"]), account(planned, there["id"])) == ((0, 0), (100, 0))
    check(planned)
    assert refused(ann, "PUT", path)[0] == 400
    with planned.database() as conn:
        told = conn.execute("SELECT recipient FROM email WHERE subject LIKE %s", (f"{project} moved%",)).fetchall()
    assert {row[0] for row in told} == {f"{one.name}@example.org" for one in (ann, bob)}
    listed = ann.ok("GET", f"{ORG}/{there['id']}/project")["results"]
    assert [one["projectId"] for one in listed] == [project]
    assert "name" not in bob.ok("GET", f"{ORG}/{there['id']}/project")["results"][0], "membership shows no content"


def test_a_move_into_an_organization_at_its_limit_is_refused(planned: Server, chief: Person, ann: Person) -> None:
    here, full = preferring(chief, ann), managed(chief, ann, storageLimitBytes=99)
    project = project_in(ann, here["id"])
    ann.file(project, b"x" * 100)
    answer = ann.call("PUT", f"{ORG}/{full['id']}/project/{project}")
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "PROJECT_STORAGE_LIMIT_EXCEEDED")
    assert organization_of(planned, {"id": project}) == int(here["id"])
    none = managed(chief, ann, projectLimit=0)
    assert refused(ann, "PUT", f"{ORG}/{none['id']}/project/{project}")[0] == 400
    check(planned)


def test_what_is_promised_to_uploads_into_a_project_moves_with_it(planned: Server, chief: Person, ann: Person) -> None:
    here, there, full = preferring(chief, ann), managed(chief, ann), managed(chief, ann, storageLimitBytes=149)
    project, content = project_in(ann, here["id"]), b"x" * 100
    upload = sending.start(ann, sending.request(content, "x.txt"), parentId=project)["uploadId"]
    sending.start(ann, sending.request(b"y" * 50, "y.txt"), parentId=project)
    sending.start(ann, sending.request(b"z" * 7, "z.txt"))
    status, reason = refused(ann, "PUT", f"{ORG}/{full['id']}/project/{project}")
    assert (status, "150 bytes more" in reason) == (400, True)
    assert account(planned, here["id"]) == (0, 157)
    ann.ok("PUT", f"{ORG}/{there['id']}/project/{project}")
    assert (account(planned, here["id"]), account(planned, there["id"])) == ((0, 7), (0, 150))
    sending.put_part(ann, upload, 1, content)
    sending.add_part(ann, upload, 1, content)
    sending.complete(ann, upload)
    assert (account(planned, here["id"]), account(planned, there["id"])) == ((0, 7), (100, 50))
    check(planned)


def test_content_in_private_storage_stays_with_its_organization(planned: Server, chief: Person, ann: Person) -> None:
    here, there = preferring(chief, ann), managed(chief, ann)
    with planned.database() as conn:
        (place,) = conn.execute(
            "INSERT INTO storage_location (kind, created_by) VALUES ('managed-s3', 1) RETURNING id"
        ).fetchone() or (0,)
        conn.execute("INSERT INTO storage_terms (location_id, private_to) VALUES (%s, %s)", (place, int(here["id"])))
    project, other = project_in(ann, here["id"]), project_in(ann, there["id"])
    content = b"private"
    body = sending.request(content, "p.txt", storageLocationId=place)
    upload = sending.start(ann, body, parentId=project)["uploadId"]
    status, reason = refused(ann, "PUT", f"{ORG}/{there['id']}/project/{project}")
    assert (status, "private storage" in reason) == (400, True)
    sending.put_part(ann, upload, 1, content)
    sending.add_part(ann, upload, 1, content)
    handle = sending.complete(ann, upload)["resultFileHandleId"]
    body = {"concreteType": "org.sagebionetworks.repo.model.FileEntity", "name": "p", "dataFileHandleId": handle}
    status, reason = refused(ann, "POST", "/repo/v1/entity", {**body, "parentId": other})
    assert (status, "private to another" in reason) == (403, True)
    ann.ok("POST", "/repo/v1/entity", {**body, "parentId": project})
    status, reason = refused(ann, "PUT", f"{ORG}/{there['id']}/project/{project}")
    assert (status, "private storage" in reason) == (400, True)
    check(planned)


def test_an_empty_project_goes_back_to_who_made_it(planned: Server, chief: Person, ann: Person, bob: Person) -> None:
    made = managed(chief, ann)
    join(ann, bob, made["id"])
    project = bob.project()
    folder = bob.folder(project["id"])
    path = f"{ORG}/{made['id']}/project/{project['id']}"
    assert refused(bob, "DELETE", path)[0] == 403
    status, reason = refused(ann, "DELETE", path)
    assert (status, "not empty" in reason) == (400, True)
    bob.ok("DELETE", f"/repo/v1/entity/{folder['id']}")
    assert refused(ann, "DELETE", path)[0] == 400, "the trash can is not empty"
    with planned.database() as conn:
        conn.execute("DELETE FROM trashed WHERE node_id = %s", (int(folder["id"][3:]),))
        conn.execute("DELETE FROM node WHERE id = %s", (int(folder["id"][3:]),))
    ann.ok("DELETE", path)
    back = organization_of(planned, project)
    bob.ok("PUT", f"{ORG}/preferred", {})
    assert str(back) == own(bob)["id"]
    assert refused(ann, "DELETE", path)[0] == 404


def test_an_empty_project_goes_back_only_where_there_is_room_and_to_who_may_have_an_organization(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    made, mine = managed(chief, ann), own(bob)
    join(ann, bob, made["id"])
    full = project_in(bob, made["id"])
    plan = chief.ok("GET", f"/vesicle/v1/plan/{mine['planId']}")
    chief.ok("PUT", f"/vesicle/v1/plan/{mine['planId']}", {**plan, "projectLimit": 1})
    status, reason = refused(ann, "DELETE", f"{ORG}/{made['id']}/project/{full}")
    assert (status, f"The plan of {mine['name']} allows 1 projects" in reason) == (400, True)
    carl = planned.person("carl")
    join(ann, carl, made["id"])
    project = project_in(carl, made["id"])
    required = replace(planned.settings(), certification="required", plans="on")
    with planned.database() as conn:
        manager = tokens.actor_of_person(conn, ann.id, required)
    with planned.database() as conn, conn.transaction(), pytest.raises(BadRequest, match="is not certified"):
        moving.give_back(conn, manager, required, int(made["id"]), int(project[3:]))
    assert carl.ok("GET", ORG)["results"][0]["id"] == made["id"], "none was made for them"


def test_merging_brings_projects_members_storage_and_history(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    source, target = preferring(chief, ann), managed(chief, ann)
    join(ann, bob, source["id"])
    project = bob.project()
    bob.file(project["id"], b"x" * 100)
    sending.start(bob, sending.request(b"open" * 5, "o.txt"))
    path = f"{ORG}/{target['id']}/merge"
    dry = ann.ok("POST", path, {"organizationId": source["id"], "dryRun": True})
    assert (dry["storedBytes"], dry["reservedBytes"], dry["projects"], dry["reasons"]) == (100, 20, 1, [])
    assert account(planned, source["id"]) == (100, 20)
    ann.ok("POST", path, {"organizationId": source["id"]})
    assert account(planned, target["id"]) == (100, 20)
    assert organization_of(planned, project) == int(target["id"])
    assert ann.call("GET", f"{ORG}/{source['id']}").status_code == 404
    members = {one["memberId"] for one in ann.ok("GET", f"{ORG}/{target['id']}/member")["results"]}
    assert members == {str(ann.id), str(bob.id)}
    assert organization_of(planned, bob.project()) == int(target["id"]), "preferences went along"
    days = ann.ok("GET", f"/vesicle/v1/usage/organization/{target['id']}/report", by="day")["results"]
    assert days[-1]["storedBytes"] == 100
    check(planned)


def test_merges_that_cannot_be_are_refused_with_every_reason(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    source = preferring(chief, ann)
    small = managed(chief, ann, storageLimitBytes=50, projectLimit=0)
    theirs = managed(chief, bob)
    ann.file(project_in(ann, source["id"]), b"x" * 100)
    path = f"{ORG}/{small['id']}/merge"
    status, reason = refused(ann, "POST", path, {"organizationId": small["id"]})
    assert (status, "with itself" in reason) == (400, True)
    assert refused(ann, "POST", path, {"organizationId": theirs["id"]})[0] == 403
    assert refused(chief, "POST", path, {"organizationId": "1"})[0] == 400
    status, reason = refused(ann, "POST", path, {"organizationId": source["id"]})
    assert (status, "allows 50 bytes" in reason, "0" in reason) == (400, True, True)
    assert len(ann.ok("POST", path, {"organizationId": source["id"], "dryRun": True})["reasons"]) == 2
    check(planned)


def test_uploads_and_ties_while_organizations_merge_and_projects_move_add_up(
    planned: Server, chief: Person, ann: Person
) -> None:
    source, target = preferring(chief, ann), managed(chief, ann)
    project = project_in(ann, source["id"])
    body = {"concreteType": "org.sagebionetworks.repo.model.FileEntity", "parentId": project}

    def store(number: int) -> None:
        answer = ann.call("POST", "/file/v1/file/multipart", sending.request(b"y" * (number + 1), f"{number}.txt"))
        if answer.status_code == 201:
            upload, part = answer.json()["uploadId"], b"y" * (number + 1)
            sending.put_part(ann, upload, 1, part)
            sending.add_part(ann, upload, 1, part)
            done = ann.call("PUT", f"/file/v1/file/multipart/{upload}/complete")
            if done.status_code == 201:
                named = {**body, "name": f"f{number}", "dataFileHandleId": done.json()["resultFileHandleId"]}
                ann.call("POST", "/repo/v1/entity", named)

    def merge(_: int) -> None:
        ann.call("POST", f"{ORG}/{target['id']}/merge", {"organizationId": source["id"]})

    def move(_: int) -> None:
        ann.call("PUT", f"{ORG}/{target['id']}/project/{project}")

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(store, number) for number in range(10)]
        jobs[3:3] = [pool.submit(move, 0)]
        jobs[6:6] = [pool.submit(merge, 0)]
        for job in jobs:
            job.result()
    check(planned)
    assert project_body()
