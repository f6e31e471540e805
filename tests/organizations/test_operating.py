"""What the operator does: allocating what was there before, private storage, and thresholds that are told of."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.live import Person, Server, command, environment
from tests.organizations.test_membership import ORG, managed, organization_of, own, refused
from tests.usage.counting import check
from tests.usage.test_charging import preferring

pytestmark = pytest.mark.xdist_group("plans")


def org(server: Server, *arguments: str | Path, status: int = 0) -> str:
    """`vesicle org …`; what it printed."""
    done = subprocess.run(
        command("org", *arguments, "--data", server.data), env=environment(VESICLE_PLANS="on"), capture_output=True,
        text=True, cwd="/", check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_operator_makes_renames_limits_and_reports(planned: Server, ann: Person, bob: Person) -> None:
    name = f"Group of {ann.name}"
    made = org(planned, "create", name, "--owner", ann.name).strip()
    org(planned, "rename", made, f"New {name}")
    org(planned, "limit", made, "--storage", "1.5", "--users", "2", "--period", "MONTH")
    seen = ann.ok("GET", f"{ORG}/{made}")
    assert (seen["name"], seen["storageLimitBytes"], seen["certifiedUserLimit"]) == (f"New {name}", 1_500_000_000, 2)
    assert "egressLimitBytes" not in seen
    org(planned, "put-member", made, str(bob.id), "--manager")
    assert f"{bob.id}\tmanager,contributor" in org(planned, "members", made)
    org(planned, "remove-member", made, str(bob.id))
    ann.ok("PUT", f"{ORG}/preferred", {"organizationId": made})
    project = ann.project()
    ann.file(project["id"], b"x" * 10)
    assert f"{project['id']},10,0,0,0,0,1,0,0,0,0" in org(planned, "usage", made)
    assert f"{made}\tSELF_MANAGED\t10\tNew {name}" in org(planned, "list")
    assert "vesicle: There is no organization 999." in org(planned, "rename", "999", "x", status=2)


def test_what_was_there_before_is_proposed_edited_and_allocated_again_and_again(
    planned: Server, chief: Person, ann: Person, bob: Person, tmp_path: Path
) -> None:
    target = managed(chief, bob)
    with planned.database() as conn:
        projects = [ann.project(), ann.project(), bob.project()]
        for one in projects:
            ann.file(one["id"], b"x" * 10) if one is not projects[2] else bob.file(one["id"], b"y" * 10)
        ids = [int(one["id"][3:]) for one in projects]
        from vesicle.organizations import moving
        from vesicle.organizations.roles import OPERATOR

        for number in ids:
            with conn.transaction():
                moving.assign(conn, OPERATOR, number, 1)
    proposal = org(planned, "propose")
    lines = [line for line in proposal.splitlines() if line.split(",")[0] in {one["id"] for one in projects}]
    assert len(lines) == 3
    assert all(line.split(",")[3] == "10" for line in lines)
    edited = tmp_path / "edited.csv"
    rows = [f"{projects[0]['id']},own", f"{projects[1]['id']},{target['id']}", f"{projects[2]['id']},{target['name']}"]
    turned = [",".join(reversed(row.split(","))) for row in rows]
    edited.write_text("\n".join(["organization,project", "own", "", *turned, "own,syn1"]) + "\n")
    said = org(planned, "allocate", edited, status=1)
    assert "None: NOT MOVED: None is not a valid" in said, "a short line is told of, and those after it are done"
    assert "syn1: NOT MOVED: There is no project syn1." in said
    assert "3 are in place, 2 are not" in said
    where = [organization_of(planned, one) for one in projects]
    assert where == [int(own(ann)["id"]), int(target["id"]), int(target["id"])]
    assert "is in organization" in org(planned, "allocate", edited, status=1)
    check(planned)
    edited.write_text(f"project,organization\n{projects[0]['id']},a\0b\nsyn1,\u00b2\n")
    assert org(planned, "allocate", edited, status=1).count("NOT MOVED: ") == 2
    edited.write_bytes("project,organization\nsyn1,Universit\u00e4t\n".encode("latin-1"))
    assert "Save it as CSV in UTF-8" in org(planned, "allocate", edited, status=2)
    edited.write_text("a,b\n1,2\n")
    assert "has to have the columns project," in org(planned, "allocate", edited, status=2)


def test_thresholds_are_told_of_once_for_each_crossing(planned: Server, chief: Person, ann: Person) -> None:
    from vesicle.organizations import notifying

    made = preferring(chief, ann, 1000)

    def look() -> list[tuple[str, int]]:
        with planned.database() as conn:
            notifying.tell_crossings(conn)
        found = ann.ok("GET", f"{ORG}/{made['id']}/notice")["results"]
        return [(one["type"], one["percent"]) for one in reversed(found)]

    assert look() == []
    ann.upload(b"x" * 850, "a.bin")
    assert look() == [("STORAGE", 80)]
    assert look() == [("STORAGE", 80)]
    last = ann.upload(b"y" * 150, "b.bin")
    assert look() == [("STORAGE", 80), ("STORAGE", 100)]
    ann.ok("DELETE", f"/file/v1/fileHandle/{last}")
    assert look() == [("STORAGE", 80), ("STORAGE", 100)]
    ann.upload(b"z" * 150, "c.bin")
    assert look() == [("STORAGE", 80), ("STORAGE", 100), ("STORAGE", 100)]
    with planned.database() as conn:
        told = conn.execute(
            "SELECT text FROM email WHERE recipient = %s AND subject LIKE %s",
            (f"{ann.name}@example.org", f"{made['name']}: % of the storage limit"),
        ).fetchall()
    assert len(told) == 3
    assert all("planRequest" in text for (text,) in told)


def test_private_storage_is_assigned_to_one_organization(planned: Server, chief: Person, ann: Person) -> None:
    made = managed(chief, ann)
    assert "cannot be private" in org(planned, "storage", "1", "--private-to", made["id"], status=2)
    assert "There is no storage location" in org(planned, "storage", "99999", status=2)
    with planned.database() as conn:
        (place,) = conn.execute(
            "INSERT INTO storage_location (kind, created_by) VALUES ('managed-s3', 1) RETURNING id"
        ).fetchone() or (0,)
    org(planned, "storage", str(place), "--private-to", made["id"], "--egress", "open", "--region", "10.0.0.0/8")
    org(planned, "storage", str(place), "--egress", "unlimited")
    back, there = chief.ok("GET", "/vesicle/v1/audit", deed="storage.terms", objectId=str(place))["results"]
    stated = {"private_to": int(made["id"]), "egress": "open", "region": ["10.0.0.0/8"]}
    assert there["detail"] == {"from": {"private_to": None, "egress": "limited", "region": []}, "to": stated}
    assert back["detail"] == {"from": stated, "to": {"private_to": None, "egress": "unlimited", "region": []}}
    assert "range of addresses" in org(planned, "storage", str(place), "--region", "here", status=2)
    assert refused(ann, "GET", f"{ORG}/1/notice")[0] == 403
