"""What becomes of a bucket behind the back of vesicle is seen, told, and followed where the bytes are the same."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket, put
from tests.relocation.registrations import counts, register, result, run, start
from tests.relocation.test_registering import children

from vesicle.app import open_house
from vesicle.relocation import drifting


def differences(person: Person, number: int) -> dict[str, str]:
    """What differs, by key, after a comparison."""
    run(person, number, "drift")
    page = person.ok("GET", f"/vesicle/v1/storageLocation/{number}/drift")
    assert page["finishedOn"]
    return {one["key"]: one["difference"] for one in page["results"]}


def file_at(server: Server, bucket: str, key: str) -> tuple[Any, ...]:
    """(id, size, MD5, verification, ours) of the handles of a key."""
    with server.database() as conn:
        query = (
            "SELECT id, content_size, content_md5, verification, ours FROM file_handle WHERE bucket = %s AND key = %s"
        )
        row = conn.execute(query, (bucket, key)).fetchone()
    assert row
    return tuple(row)


def test_missing_and_changed_objects_are_listed_until_they_are_as_they_were(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    for name in ("kept", "gone", "other", "moved"):
        put(server, bucket, f"d/{name}.txt", f"bytes of {name}")
    number, project = location(owner, external(bucket)), owner.project()["id"]
    register(owner, number, project, prefix="d/")
    assert differences(owner, number) == {}
    server.store().delete(bucket, "d/gone.txt")
    put(server, bucket, "d/other.txt", "something else")
    assert differences(owner, number) == {"d/gone.txt": "missing", "d/other.txt": "changed"}
    files = {name: one["id"] for name, one in children(owner, project).items()}
    for name, status in (("gone.txt", 410), ("other.txt", 409), ("kept.txt", 200)):
        assert owner.call("GET", f"/repo/v1/entity/{files[name]}/file", redirect=False).status_code == status, name
    page = owner.ok("GET", f"/vesicle/v1/storageLocation/{number}/drift")["results"]
    changed = next(one for one in page if one["difference"] == "changed")
    assert changed["seenSize"] == len("something else")
    assert changed["objectEtag"] == hashlib.md5(b"bytes of other").hexdigest()
    assert changed["seenEtag"] == hashlib.md5(b"something else").hexdigest()
    assert changed["entityId"].startswith("syn")
    put(server, bucket, "d/gone.txt", "bytes of gone")
    register(owner, number, project, prefix="d/")
    old = owner.call("GET", f"/repo/v1/entity/{files['other.txt']}/version/1/file", redirect=False)
    assert (old.status_code, "was changed" in old.text) == (409, True)
    # The bucket keeps no versions, so the bytes of the first version of the changed file are gone for good.
    assert differences(owner, number) == {"d/other.txt": "changed"}


def test_what_moved_is_followed_and_what_has_other_bytes_is_not(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    for name in ("a", "b", "c", "twin1", "twin2"):
        put(server, bucket, f"d/{name}.txt", "twins" if name.startswith("twin") else f"bytes of {name}")
    number, project = location(owner, external(bucket)), owner.project()["id"]
    register(owner, number, project, prefix="d/")
    s3 = server.store()
    for name in ("a", "b", "twin1", "twin2"):
        s3.copy(bucket, f"d/{name}.txt", bucket, f"new/{name}.txt")
        s3.delete(bucket, f"d/{name}.txt")
    pairs = [{"fromKey": "d/a.txt", "toKey": "new/a.txt"}, {"fromKey": "d/c.txt", "toKey": "new/a.txt"},
             {"fromKey": "d/b.txt", "toKey": "nowhere"}, {"fromKey": "unknown", "toKey": "new/b.txt"}]  # fmt: skip
    handle = file_at(server, bucket, "d/a.txt")
    told = run(owner, number, "relink", pairs=pairs)
    assert told["relinked"] == 1
    assert len(told["notRelinked"]) == 3
    assert file_at(server, bucket, "new/a.txt")[0] == handle[0]
    assert differences(owner, number) == dict.fromkeys(("d/b.txt", "d/twin1.txt", "d/twin2.txt"), "missing")
    assert run(owner, number, "relink")["relinked"] == 1, "what cannot be told from its twin stays where it is"
    assert file_at(server, bucket, "new/b.txt")
    assert differences(owner, number) == dict.fromkeys(("d/twin1.txt", "d/twin2.txt"), "missing")
    with server.database() as conn:
        query = "SELECT count(*) FROM audit_record WHERE deed = 'file_handle.relink' AND actor_id = %s"
        assert conn.execute(query, (owner.id,)).fetchone() == (2,)


def test_reading_turns_claims_into_knowledge_or_contradicts_them(server: Server, owner: Person) -> None:
    bucket, s3 = own_bucket(server, owner), server.store()
    part = b"p" * 5 * 1024**2
    right = hashlib.md5(part + b"!").hexdigest()
    for key, claim in (("d/right.bin", right), ("d/wrong.bin", "0" * 32), ("d/silent.bin", None)):
        upload = s3.begin_upload(bucket, key, None, metadata={"md5": claim} if claim else None)
        parts = [(n, s3.put_part(bucket, key, upload, n, body)) for n, body in ((1, part), (2, b"!"))]
        s3.complete_upload(bucket, key, upload, parts)
    number = location(owner, external(bucket))
    register(owner, number, owner.project()["id"], prefix="d/", md5From="metadata")
    assert differences(owner, number) == {}, "an ETag of parts is no MD5, and no contradiction"
    told = run(owner, number, "verify")
    assert told == {"verified": 2, "contradicted": 1, "unreadable": 0}
    assert file_at(server, bucket, "d/right.bin")[2:4] == (right, "verified")
    assert file_at(server, bucket, "d/silent.bin")[2:4] == (right, "verified")
    assert file_at(server, bucket, "d/wrong.bin")[2:4] == ("0" * 32, "claimed")
    assert differences(owner, number) == {"d/wrong.bin": "contradicted"}


def test_strangers_are_kept_out_of_drift(server: Server, owner: Person, stranger: Person) -> None:
    number = location(owner, external(own_bucket(server, owner)))
    for door in ("drift", "relink", "verify"):
        assert stranger.call("POST", f"/vesicle/v1/storageLocation/{number}/{door}", {}).status_code == 403
    answer = owner.call(
        "POST", f"/vesicle/v1/storageLocation/{number}/relink", {"pairs": [{"fromKey": "a", "toKey": "b"}] * 1001}
    )
    assert answer.status_code == 400


def test_the_house_looks_by_itself(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    put(server, bucket, "d/gone.txt", "gone")
    number = location(owner, external(bucket))
    register(owner, number, owner.project()["id"], prefix="d/")
    server.store().delete(bucket, "d/gone.txt")
    house = open_house(server.settings())
    try:
        drifting.compare_one(house, location_id=number)
    finally:
        house.pool.close()
    page = owner.ok("GET", f"/vesicle/v1/storageLocation/{number}/drift")
    assert [one["difference"] for one in page["results"]] == ["missing"]


WALK, POINT = 7_346_205, 7_346_206
"""The locks of whoever walks through a bucket, and of whoever points handles elsewhere."""


def start_of(number: int, door: str) -> str:
    return f"/vesicle/v1/storageLocation/{number}/{door}"


def ended(person: Person, number: int, door: str, job: str) -> dict[str, Any]:
    """The answer of a job that was started."""
    told: dict[str, Any] = result(person, number, job, door=door).json()
    return told


def test_a_location_is_compared_by_one_job_at_a_time_and_the_second_is_told_which(
    server: Server, owner: Person
) -> None:  # fmt: skip
    bucket = own_bucket(server, owner)
    put(server, bucket, "d/gone.txt", "gone")
    number, project = location(owner, external(bucket)), owner.project()["id"]
    register(owner, number, project, prefix="d/")
    server.store().delete(bucket, "d/gone.txt")
    with server.database() as conn, ThreadPoolExecutor(4) as threads:
        conn.execute("SELECT pg_advisory_lock(%s, %s)", (WALK, number))
        answers = list(threads.map(lambda _: owner.call("POST", start_of(number, "drift"), {}), range(4)))
        (job,) = [one.json()["token"] for one in answers if one.is_success]
        for refused in [one for one in answers if not one.is_success] + [
            owner.call("POST", start_of(number, "relink"))
        ]:
            assert refused.status_code == 409
            assert f"Job {job} compares the bucket of storage location {number}" in refused.text
        assert owner.call("GET", f"{start_of(number, 'drift')}/{job}").status_code == 202
        # New objects may be registered beside a comparison, which lets be what is newer than itself.
        put(server, bucket, "d/new.txt", "new")
        assert register(owner, number, project, prefix="d/")["registered"] == 1
        conn.execute("SELECT pg_advisory_unlock_all()")
        ended(owner, number, "drift", job)
    assert differences(owner, number) == {"d/gone.txt": "missing"}


def test_handles_are_not_pointed_elsewhere_while_objects_are_registered(server: Server, owner: Person) -> None:
    bucket, s3 = own_bucket(server, owner), server.store()
    put(server, bucket, "d/a.txt", "bytes of a")
    number, project = location(owner, external(bucket)), owner.project()["id"]
    register(owner, number, project, prefix="d/")
    s3.copy(bucket, "d/a.txt", bucket, "d/b.txt")
    s3.delete(bucket, "d/a.txt")
    assert differences(owner, number) == {"d/a.txt": "missing"}
    with server.database() as conn:
        conn.execute("SELECT pg_advisory_lock(%s, %s)", (POINT, number))
        job = owner.ok("POST", start_of(number, "relink"), {})["token"]
        for door, body in (("register", {"targetId": project}), ("drift", {}), ("relink", {})):
            refused = owner.call("POST", start_of(number, door), body)
            assert (refused.status_code, f"Job {job} points file handles" in refused.text) == (409, True), refused.text
        conn.execute("SELECT pg_advisory_unlock_all()")
        assert ended(owner, number, "relink", job)["relinked"] == 1
        conn.execute("SELECT pg_advisory_lock(%s, %s)", (POINT, number))
        job = start(owner, number, project, prefix="d/")
        refused = owner.call("POST", start_of(number, "relink"), {})
        assert (refused.status_code, f"Job {job} registers objects" in refused.text) == (409, True), refused.text
    # Who held the location is gone, and so is the hold.
    assert counts(ended(owner, number, "register", job)) == {"unchanged": 1}


def test_the_house_does_not_look_while_somebody_else_does(server: Server, owner: Person) -> None:
    number = location(owner, external(own_bucket(server, owner)))
    house = open_house(server.settings())
    try:
        with server.database() as conn:
            conn.execute("SELECT pg_advisory_lock(%s, %s)", (WALK, number))
            drifting.compare_one(house, location_id=number)
            query = "SELECT count(*) FROM drift_check WHERE location_id = %s"
            assert conn.execute(query, (number,)).fetchone() == (0,)
            conn.execute("SELECT pg_advisory_unlock_all()")
            drifting.compare_one(house, location_id=number)
            assert conn.execute(query, (number,)).fetchone() == (1,)
    finally:
        house.pool.close()
