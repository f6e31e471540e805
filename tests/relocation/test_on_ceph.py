"""Registering the bucket of somebody else on a real Ceph: keys as only it keeps them, versions, and a closed door."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor

from tests.live import Person, Server
from tests.locations.buckets import external, location
from tests.locations.conftest import Owned
from tests.relocation.registrations import counts, manifest, register, result, run, start

OBJECTS = 3500


def test_keys_that_no_file_can_have_are_reported_and_versions_are_kept(far: Server, theirs: Owned, lab: Person) -> None:
    arn = f"arn:aws:s3:::{theirs.name}"
    reading = [
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:GetBucketVersioning",
    ]
    theirs.let_in({"Action": reading, "Resource": [arn, f"{arn}/*"]})
    theirs.s3.put_bucket_versioning(Bucket=theirs.name, VersioningConfiguration={"Status": "Enabled"})
    theirs.put("owner.txt", str(lab.id))
    hostile = [
        "d/a//b.txt",
        "d/folder/",
        "d/../up.txt",
        "d/line\nend.txt",
        "d/" + "n" * 257,
        "d/" + "k" * 1022,
        "d/bell\x07",
    ]
    for key in [*hostile, "d/fine.txt", "d/a", "d/deep/" + "/".join(["k" * 99] * 10)]:
        theirs.put(key, f"first of {key[:9]!r}")
    number, project = location(lab, external(theirs.name, endpointUrl=theirs.endpoint)), lab.project()["id"]
    told = register(lab, number, project, prefix="d/", versionLabel="r1")
    lines = manifest(lab, told)
    assert counts(told) == {"registered": 3, "reported": len(hostile)}, lines
    assert all(line["note"] for line in lines.values() if line["outcome"] == "not registered")
    fine = lines["d/fine.txt"]
    assert fine["objectVersion"]
    theirs.put("d/fine.txt", "second")
    run(lab, number, "drift")
    page = lab.ok("GET", f"/vesicle/v1/storageLocation/{number}/drift")["results"]
    assert [(one["key"], one["difference"]) for one in page] == [("d/fine.txt", "new version")]
    told = register(lab, number, project, prefix="d/", versionLabel="r2")
    assert counts(told) == {"newVersions": 1, "unchanged": 2, "reported": len(hostile)}
    run(lab, number, "drift")
    assert lab.ok("GET", f"/vesicle/v1/storageLocation/{number}/drift")["results"] == []
    for version, body in ((1, "first of 'd/fine.tx'"), (2, "second")):
        url = lab.ok("GET", f"/repo/v1/entity/{fine['entity']}/version/{version}/file", redirect="false")
        assert lab.http.get(url).text == body, "each version of the file is that version of the object"
    theirs.s3.delete_object(Bucket=theirs.name, Key="d/a")
    assert counts(register(lab, number, project, prefix="d/")) == {"unchanged": 2, "reported": len(hostile)}
    assert hashlib.md5(b"second").hexdigest() == manifest(lab, told)["d/fine.txt"]["md5"]


def pages_done(server: Server, job: str) -> int:
    """How many pages of a registration are on record."""
    with server.database() as conn:
        row = conn.execute("SELECT pages FROM registration WHERE job_id = %s", (int(job),)).fetchone()
    return row[0] if row else 0


def test_a_door_that_closes_half_way_is_a_clear_error_and_the_job_can_be_continued(
    far: Server, theirs: Owned, lab: Person
) -> None:
    theirs.everything()
    theirs.put("owner.txt", str(lab.id))
    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(lambda n: theirs.put(f"raw/{n:05}.txt", str(n)), range(OBJECTS)):
            pass
    number, project = location(lab, external(theirs.name, endpointUrl=theirs.endpoint)), lab.project()["id"]
    job = start(lab, number, project, prefix="raw/", contentTypeFrom="object")
    until = time.monotonic() + 60
    while pages_done(far, job) < 1:
        assert time.monotonic() < until, "the registration does not begin"
    theirs.s3.delete_bucket_policy(Bucket=theirs.name)
    answer = result(lab, number, job)
    assert answer.status_code == 400, answer.text
    assert "AccessDenied" in answer.json()["reason"]
    done = pages_done(far, job)
    assert 1 <= done <= OBJECTS // 1000
    theirs.everything()
    told = result(lab, number, start(lab, number, project, prefix="raw/", continueJobId=job)).json()
    assert (told["found"], told["registered"], told["reported"]) == (OBJECTS, OBJECTS, 0), "all of it is tried again"
    assert counts(register(lab, number, project, prefix="raw/")) == {"unchanged": OBJECTS}


def test_what_may_not_be_looked_at_is_not_called_missing(far: Server, theirs: Owned, lab: Person) -> None:
    theirs.everything()
    theirs.put("owner.txt", str(lab.id))
    theirs.s3.put_bucket_versioning(Bucket=theirs.name, VersioningConfiguration={"Status": "Enabled"})
    theirs.put("d/x.txt", "x")
    number, project = location(lab, external(theirs.name, endpointUrl=theirs.endpoint)), lab.project()["id"]
    register(lab, number, project, prefix="d/")
    arn = f"arn:aws:s3:::{theirs.name}"
    theirs.let_in({"Action": ["s3:ListBucket"], "Resource": [arn]})
    path = f"/vesicle/v1/storageLocation/{number}/drift"
    answer = result(lab, number, lab.ok("POST", path, {})["token"], door="drift")
    assert (answer.status_code, "is not known" in answer.text) == (400, True), lab.ok("GET", path)
    assert lab.ok("GET", path)["results"] == []
    theirs.everything()
    again = result(lab, number, lab.ok("POST", path, {})["token"], door="drift")
    assert again.status_code == 201, again.text
    assert lab.ok("GET", path)["results"] == []
