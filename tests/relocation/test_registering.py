"""Objects that lie in somebody's bucket become files, once, and in new versions when they change."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests import sending
from tests.live import Person, Server
from tests.locations.buckets import external, location, managed_sts, own_bucket, put, set_on
from tests.relocation.registrations import counts, manifest, register, result, start
from tests.world import allow, deny

from vesicle.access import Right


def children(person: Person, parent: str) -> dict[str, dict[str, Any]]:
    """What lies in a container, by name."""
    body = {"parentId": parent, "includeTypes": ["file", "folder"]}
    page = person.ok("POST", "/repo/v1/entity/children", body)["page"]
    return {one["name"]: one for one in page}


def content(person: Person, entity: str) -> bytes:
    """The bytes of a file."""
    return person.http.get(person.ok("GET", f"/repo/v1/entity/{entity}/file", redirect="false")).content


def test_a_registration_makes_files_and_folders_of_keys_once(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner, "raw")
    for key in ("raw/r1/a.csv", "raw/r1/deep/er/b.txt", "raw/r1/deep/c.bin", "raw/other.txt", "elsewhere.txt"):
        put(server, bucket, key, f"bytes of {key}")
    number, project = location(owner, external(bucket, baseKey="raw")), owner.project()["id"]
    dry = register(owner, number, project, prefix="r1/", dryRun=True)
    assert counts(dry) == {"registered": 3}
    planned = manifest(owner, dry)["raw/r1/a.csv"]
    assert [planned[name] for name in ("outcome", "entity", "version", "fileHandle")] == ["registered", "", "", ""]
    assert children(owner, project) == {}

    told = register(owner, number, project, prefix="r1/", versionLabel="release 1", versionComment="the first")
    assert counts(told) == {"registered": 3}
    assert told["found"] == 3
    assert told["bytes"] == sum(len(f"bytes of raw/r1/{name}") for name in ("a.csv", "deep/er/b.txt", "deep/c.bin"))
    here = children(owner, project)
    assert set(here) == {"a.csv", "deep"}
    deep = children(owner, here["deep"]["id"])
    assert set(deep) == {"er", "c.bin"}
    assert content(owner, here["a.csv"]["id"]) == b"bytes of raw/r1/a.csv"
    entity = owner.ok("GET", f"/repo/v1/entity/{here['a.csv']['id']}")
    assert entity["versionLabel"] == "release 1"
    assert entity["versionComment"] == "the first"
    handle = owner.ok("GET", f"/file/v1/fileHandle/{entity['dataFileHandleId']}")
    assert handle["contentMd5"] == hashlib.md5(b"bytes of raw/r1/a.csv").hexdigest()
    assert handle["contentType"] == "text/csv"
    assert handle["bucketName"] == bucket
    assert handle["key"] == "raw/r1/a.csv"
    assert handle["storageLocationId"] == number

    lines = manifest(owner, told)
    assert set(lines) == {"raw/r1/a.csv", "raw/r1/deep/er/b.txt", "raw/r1/deep/c.bin"}
    assert lines["raw/r1/a.csv"]["outcome"] == "registered"
    assert lines["raw/r1/a.csv"]["entity"] == entity["id"]
    assert lines["raw/r1/a.csv"]["fileHandle"] == entity["dataFileHandleId"]
    assert lines["raw/r1/a.csv"]["md5"] == handle["contentMd5"]

    again = register(owner, number, project, prefix="r1/", versionLabel="release 2")
    assert counts(again) == {"unchanged": 3}
    before, now = lines["raw/r1/a.csv"], manifest(owner, again)["raw/r1/a.csv"]
    assert now == before | {"outcome": "unchanged"}, "a release names every file with its MD5, new or not"
    assert owner.ok("GET", f"/repo/v1/entity/{entity['id']}") == entity
    # The whole base key has the proof of ownership in it, which is nobody's data.
    everything = register(owner, number, project)
    assert counts(everything) == {"registered": 1, "unchanged": 3, "passedOver": 1}


def test_a_changed_object_is_a_new_version_or_a_line_in_the_manifest(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    put(server, bucket, "d/one.txt", "first")
    put(server, bucket, "d/two.txt", "same")
    number, project = location(owner, external(bucket)), owner.project()["id"]
    register(owner, number, project, prefix="d/", versionLabel="r1")
    one = children(owner, project)["one.txt"]["id"]
    owner.ok("PUT", f"/repo/v1/entity/{one}/annotations2", owner.ok("GET", f"/repo/v1/entity/{one}/annotations2"))
    put(server, bucket, "d/one.txt", "second")
    told = register(owner, number, project, prefix="d/", changed="report", versionLabel="r2")
    assert counts(told) == {"changed": 1, "unchanged": 1}
    assert manifest(owner, told)["d/one.txt"]["entity"] == one
    told = register(owner, number, project, prefix="d/", versionLabel="r1")
    assert counts(told) == {"reported": 1, "unchanged": 1}, "the label is another version's"
    told = register(owner, number, project, prefix="d/", versionLabel="r2")
    assert counts(told) == {"newVersions": 1, "unchanged": 1}
    entity = owner.ok("GET", f"/repo/v1/entity/{one}")
    assert (entity["versionNumber"], entity["versionLabel"]) == (2, "r2")
    assert manifest(owner, told)["d/one.txt"]["version"] == "2"
    assert content(owner, one) == b"second"
    assert counts(register(owner, number, project, prefix="d/", versionLabel="r3")) == {"unchanged": 2}
    # Somebody puts processed bytes on top: what changes below does not cover them.
    entity["dataFileHandleId"] = owner.upload(b"processed", "one.txt")
    owner.ok("PUT", f"/repo/v1/entity/{one}", entity)
    assert counts(register(owner, number, project, prefix="d/")) == {"unchanged": 2}
    put(server, bucket, "d/one.txt", "third")
    told = register(owner, number, project, prefix="d/")
    assert counts(told) == {"reported": 1, "unchanged": 1}
    assert "other bytes since" in manifest(owner, told)["d/one.txt"]["note"]


def test_a_file_that_was_renamed_and_moved_is_still_known_and_one_in_the_trash_can_is_not(
    server: Server, owner: Person
) -> None:
    bucket = own_bucket(server, owner)
    put(server, bucket, "d/one.txt", "first")
    number, project = location(owner, external(bucket)), owner.project()["id"]
    register(owner, number, project, prefix="d/")
    entity = owner.ok("GET", f"/repo/v1/entity/{children(owner, project)['one.txt']['id']}")
    entity["name"], entity["parentId"] = "renamed.txt", owner.folder(project)["id"]
    owner.ok("PUT", f"/repo/v1/entity/{entity['id']}", entity)
    assert counts(register(owner, number, project, prefix="d/")) == {"unchanged": 1}
    assert counts(register(owner, number, owner.project()["id"], prefix="d/")) == {"registered": 1}
    owner.ok("DELETE", f"/repo/v1/entity/{entity['id']}")
    assert counts(register(owner, number, project, prefix="d/")) == {"registered": 1}


HOSTILE = [
    "d/tab\tin it.txt", "d/new\nline.txt", "d/escape\x1b.txt", "d/hash#tag.txt", "d/ blank.txt", "d/blank .txt ",
    "d/per%cent.txt", "d/zero\u200bwidth.txt", "d/quote\".txt", "d/a?b*c.txt",
]  # fmt: skip


def test_hostile_keys_are_reported_one_by_one_and_spoil_nothing(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    put(server, bucket, "d/fine.txt", "fine")
    for key in HOSTILE:
        put(server, bucket, key, "x")
    long = "d/" + "/".join(["k" * 99] * 10)
    put(server, bucket, f"{long}/{'e' * (1024 - len(long) - 1)}", "long")
    put(server, bucket, "d/fine.txt2", "")
    number, project = location(owner, external(bucket)), owner.project()["id"]
    told = register(owner, number, project, prefix="d/")
    lines = manifest(owner, told)
    reported = {key for key, line in lines.items() if line["outcome"] == "not registered"}
    assert len(reported) == len(HOSTILE), reported
    assert told["reported"] == len(HOSTILE)
    assert told["registered"] == 3
    assert all(lines[key]["note"] for key in reported)
    assert "does not print" in lines["d/tab\\tin it.txt"]["note"]
    assert "Invalid Name" in lines["d/hash#tag.txt"]["note"]
    assert counts(register(owner, number, project, prefix="d/")) == {"reported": len(HOSTILE), "unchanged": 3}


def test_flat_files_of_one_name_are_reported_and_so_are_names_that_are_taken(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    for key in ("d/a/same.txt", "d/b/same.txt", "d/mine.txt"):
        put(server, bucket, key, key)
    number, project = location(owner, external(bucket)), owner.project()["id"]
    mine = owner.file(project, name="mine.txt")["id"]
    told = register(owner, number, project, prefix="d/", structure="flat")
    assert counts(told) == {"registered": 1, "reported": 2}
    notes = {line["note"] for line in manifest(owner, told).values()}
    assert f"{mine} has this name there" in notes
    assert any("has the same name there" in note for note in notes)
    owner.folder(project, "a")
    owner.file(project, name="b")
    put(server, bucket, "d/b/other.txt", "other")
    told = register(owner, number, project, prefix="d/")
    assert "is to be a folder" in manifest(owner, told)["d/b/other.txt"]["note"]


def test_what_vesicle_wrote_into_the_bucket_is_passed_over(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    put(server, bucket, "theirs.txt", "theirs")
    number, project = location(owner, external(bucket)), owner.project()["id"]
    set_on(owner, project, number)
    body = sending.request(b"through vesicle", "ours.txt", storageLocationId=number)
    upload = sending.start(owner, body)["uploadId"]
    for url in sending.part_urls(owner, upload, [1]).values():
        owner.http.put(url, content=b"through vesicle")
    owner.ok("PUT", f"/file/v1/file/multipart/{upload}/add/1", partMD5Hex=sending.md5(b"through vesicle"))
    owner.ok("PUT", f"/file/v1/file/multipart/{upload}/complete")
    assert counts(register(owner, number, project)) == {"registered": 1, "passedOver": 2}


def test_content_type_and_md5_come_from_where_the_caller_says(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    s3 = server.store()
    s3.put(bucket, "d/typed.dat", b"typed", "application/x-lab")
    part = b"p" * 5 * 1024**2
    md5_of_large = hashlib.md5(part + b"!").hexdigest()
    upload = s3.begin_upload(bucket, "d/large.dat", "application/x-lab", metadata={"md5": md5_of_large})
    parts = [(n, s3.put_part(bucket, "d/large.dat", upload, n, body)) for n, body in ((1, part), (2, b"!"))]
    s3.complete_upload(bucket, "d/large.dat", upload, parts)
    number = location(owner, external(bucket))
    seen = {}
    for source in ("etag", "metadata", "bytes", "nowhere"):
        project = owner.project()["id"]
        register(owner, number, project, prefix="d/", md5From=source, contentTypeFrom="object")
        for name, child in children(owner, project).items():
            entity = owner.ok("GET", f"/repo/v1/entity/{child['id']}")
            handle = owner.ok("GET", f"/file/v1/fileHandle/{entity['dataFileHandleId']}")
            with server.database() as conn:
                query = "SELECT verification FROM file_handle WHERE id = %s"
                (known,) = conn.execute(query, (int(handle["id"]),)).fetchone()
            assert handle["contentType"] == "application/x-lab"
            seen[source, name] = (handle.get("contentMd5"), known)
    small, large = hashlib.md5(b"typed").hexdigest(), md5_of_large
    assert seen == {
        ("etag", "typed.dat"): (small, "verified"), ("etag", "large.dat"): (None, "claimed"),
        ("metadata", "typed.dat"): (small, "verified"), ("metadata", "large.dat"): (large, "claimed"),
        ("bytes", "typed.dat"): (small, "verified"), ("bytes", "large.dat"): (large, "verified"),
        ("nowhere", "typed.dat"): (None, "claimed"), ("nowhere", "large.dat"): (None, "claimed"),
    }  # fmt: skip


def test_who_may_and_what_cannot_be_is_said_before_anything_begins(
    server: Server, owner: Person, stranger: Person
) -> None:
    bucket = own_bucket(server, owner)
    number, project = location(owner, external(bucket)), owner.project()["id"]
    path, theirs = f"/vesicle/v1/storageLocation/{number}/register", stranger.project()["id"]
    assert stranger.call("POST", path, {"targetId": theirs}).status_code == 403
    assert owner.call("POST", path, {"targetId": theirs}).status_code == 403
    assert owner.call("POST", path, {"targetId": "syn1"}).status_code == 404
    file = owner.file(project)["id"]
    for body, says in (
        ({"targetId": file}, "is a file"), ({"targetId": project, "prefix": "a\x01"}, "prefix"),
        ({"targetId": project, "versionLabel": "v" * 257}, "versionLabel"),
        ({"targetId": project, "structure": "x"}, ""),
    ):  # fmt: skip
        answer = owner.call("POST", path, body)
        assert answer.status_code == 400, answer.text
        assert says in answer.json()["reason"]
    managed = managed_sts(owner)
    answer = owner.call("POST", f"/vesicle/v1/storageLocation/{managed}/register", {"targetId": project})
    assert "server's own" in answer.json()["reason"]
    # The common door of all jobs asks the same.
    request = {
        "concreteType": "org.vesicle.relocation.RegisterObjectsRequest",
        "targetId": theirs,
        "storageLocationId": number,
    }
    assert stranger.call("POST", "/repo/v1/asynchronous/job", request).status_code == 403
    job = owner.ok("POST", "/repo/v1/asynchronous/job", request)["jobId"]
    assert result(owner, number, job).status_code == 403


def test_a_subfolder_with_a_list_of_its_own_decides_for_itself(server: Server, owner: Person, stranger: Person) -> None:
    bucket = own_bucket(server, stranger)
    for key in ("open/a.txt", "closed/b.txt"):
        put(server, bucket, key, key)
    number, project = location(stranger, external(bucket)), owner.project()["id"]
    allow(server, project, stranger.id, int(Right.READ | Right.CREATE | Right.DOWNLOAD))
    closed = owner.folder(project, "closed")["id"]
    allow(server, closed, stranger.id, int(Right.READ))
    told = register(stranger, number, project)
    assert counts(told) == {"registered": 1, "reported": 1, "passedOver": 1}
    assert manifest(stranger, told)["closed/b.txt"]["note"]
    deny(server, project, stranger.id)
    assert stranger.call(
        "POST", f"/vesicle/v1/storageLocation/{number}/register", {"targetId": project}
    ).status_code == 403  # fmt: skip


def test_a_subfolder_with_sts_of_its_own_takes_none_of_it(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    put(server, bucket, "d/lent/a.txt", "a")
    number, project = location(owner, external(bucket)), owner.project()["id"]
    lent = owner.folder(project, "lent")["id"]
    set_on(owner, lent, managed_sts(owner))
    told = register(owner, number, project, prefix="d/")
    assert counts(told) == {"reported": 1}
    assert "STS of its own" in manifest(owner, told)["d/lent/a.txt"]["note"]
    answer = owner.call("POST", f"/vesicle/v1/storageLocation/{number}/register", {"targetId": lent})
    assert (answer.status_code, "STS" in answer.json()["reason"]) == (400, True)


@pytest.mark.parametrize("structure", ["folders", "flat"])
def test_two_registrations_at_once_make_everything_once(structure: str, server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    for index in range(30):
        put(server, bucket, f"d/{index % 3}/{index}.txt", str(index))
    number, project = location(owner, external(bucket)), owner.project()["id"]
    jobs = [start(owner, number, project, prefix="d/", structure=structure) for _ in range(3)]
    told = [result(owner, number, job).json() for job in jobs]
    assert sum(one["registered"] for one in told) == 30
    assert sum(one["unchanged"] for one in told) == 60
    with server.database() as conn:
        query = "SELECT count(*) FROM file_handle WHERE bucket = %s"
        assert conn.execute(query, (bucket,)).fetchone() == (30,)


def test_after_bulk_work_the_database_knows_how_far_its_tables_have_grown(server: Server, owner: Person) -> None:
    bucket, objects = own_bucket(server, owner), 40
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: put(server, bucket, f"d/{number}.txt", str(number)), range(objects)))
    number = location(owner, external(bucket))
    assert counts(register(owner, number, owner.project()["id"], prefix="d/")) == {"registered": objects}
    with server.database() as conn:
        for table in ("node", "file_handle", "entity_version", "file_association", "charge", "charged_handle"):
            known = conn.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", (table,)).fetchone()
            assert known, table
            assert known[0] >= objects, table
