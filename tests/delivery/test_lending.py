"""GET /entity/{id}/sts: whom credentials are lent to, for what, and what they open."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from tests.live import Person, Server
from tests.locations.buckets import external, location, managed_sts, own_bucket, put, set_on

from vesicle.objectstore.contract import Credentials, LendsCredentials, Refused, power
from vesicle.objectstore.s3 import S3Store

BASE = "path/within/bucket"
BITS = {"READ": 1, "DOWNLOAD": 2}


class Lab(NamedTuple):
    """An STS folder on somebody's bucket."""

    bucket: str
    location: int
    folder: str


@pytest.fixture
def lab(server: Server, owner: Person) -> Lab:
    bucket = own_bucket(server, owner, BASE)
    number = location(owner, external(bucket, baseKey=BASE, stsEnabled=True))
    folder = owner.folder(owner.project()["id"])["id"]
    set_on(owner, folder, number)
    return Lab(bucket, number, folder)


def borrowed(answer: dict[str, Any]) -> S3Store:
    """The store as the borrower reaches it."""
    keys = answer["accessKeyId"], answer["secretAccessKey"]
    return S3Store(answer["endpointUrl"], *keys, session_token=answer["sessionToken"])


def lent(person: Person, entity: str, permission: str) -> dict[str, Any]:
    found: dict[str, Any] = person.ok("GET", f"/repo/v1/entity/{entity}/sts", permission=permission)
    return found


def refused(person: Person, entity: str, permission: str, status: int) -> str:
    answer = person.call("GET", f"/repo/v1/entity/{entity}/sts", permission=permission)
    assert answer.status_code == status, answer.text
    return str(answer.json()["reason"])


def share(server: Server, owner: Person, project: str, person: Person, *rights: str) -> None:
    body = owner.ok("GET", f"/repo/v1/entity/{project}/acl")
    body["resourceAccess"].append({"principalId": person.id, "accessType": list(rights)})
    owner.ok("PUT", f"/repo/v1/entity/{project}/acl", body)


def test_an_external_bucket_is_lent_to_read_and_to_write(server: Server, owner: Person, lab: Lab) -> None:
    put(server, lab.bucket, f"{BASE}/in", b"inside")
    put(server, lab.bucket, "secret", b"outside")
    answer = lent(owner, lab.folder, "read_only")
    assert (answer["bucket"], answer["baseKey"]) == (lab.bucket, BASE)
    until = datetime.strptime(answer["expiration"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert timedelta(hours=11, minutes=55) < until - datetime.now(UTC) < timedelta(hours=12, minutes=5)
    with closing(borrowed(answer)) as store:
        assert store.get(lab.bucket, f"{BASE}/in") == b"inside"
        for deed in (
            lambda: store.put(lab.bucket, f"{BASE}/new", b"x"),
            lambda: store.get(lab.bucket, "secret"),
            lambda: store.get(lab.bucket, f"{BASE}/owner.txt"),
        ):
            with pytest.raises(Refused):
                deed()
    keys = Credentials(answer["accessKeyId"], answer["secretAccessKey"], answer["sessionToken"], until, None)
    assert not power(server.store(), LendsCredentials).lends_on(keys), "lent keys open no other session"
    with closing(borrowed(lent(owner, lab.folder, "read_write"))) as store:
        store.put(lab.bucket, f"{BASE}/new", b"x")
        store.delete(lab.bucket, f"{BASE}/new")
        with pytest.raises(Refused):
            store.put(lab.bucket, f"{BASE}/owner.txt", b"me")


def test_a_subfolder_and_a_file_lend_the_whole_location(owner: Person, lab: Lab) -> None:
    below = owner.folder(lab.folder)["id"]
    assert lent(owner, below, "read_write")["baseKey"] == BASE


def test_the_storage_of_the_server_is_lent_to_read_alone(server: Server, owner: Person) -> None:
    number = managed_sts(owner)
    folder = owner.folder(owner.project()["id"])["id"]
    set_on(owner, folder, number)
    handle = owner.ok("GET", f"/file/v1/fileHandle/{uploaded(owner, b'managed', number)}")
    answer = lent(owner, folder, "read_only")
    assert handle["key"].startswith(answer["baseKey"] + "/")
    with closing(borrowed(answer)) as store:
        assert store.get(answer["bucket"], handle["key"]) == b"managed"
        with pytest.raises(Refused):
            store.list(answer["bucket"], "")
    assert "is lent read_only alone" in refused(owner, folder, "read_write", 400)


def uploaded(person: Person, content: bytes, number: int) -> str:
    from tests import sending

    upload = sending.start(person, sending.request(content, "a.txt", storageLocationId=number))["uploadId"]
    sending.put_part(person, upload, 1, content)
    sending.add_part(person, upload, 1, content)
    return str(sending.complete(person, upload)["resultFileHandleId"])


def test_without_a_base_key_the_bucket_is_lent_and_the_proof_is_not(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    folder = owner.folder(owner.project()["id"])["id"]
    set_on(owner, folder, location(owner, external(bucket, stsEnabled=True)))
    answer = lent(owner, folder, "read_write")
    assert "baseKey" not in answer
    with closing(borrowed(answer)) as store:
        store.put(bucket, "anywhere", b"x")
        assert len(store.list(bucket, "")) == 2
        with pytest.raises(Refused):
            store.get(bucket, "owner.txt")


def test_what_is_no_sts_folder_lends_nothing(server: Server, owner: Person, lab: Lab) -> None:
    project = owner.ok("GET", f"/repo/v1/entity/{lab.folder}")["parentId"]
    assert "made with stsEnabled" in refused(owner, project, "read_only", 400)
    plain = owner.folder(project)["id"]
    set_on(owner, plain, location(owner, external(lab.bucket, baseKey=BASE)))
    assert "made with stsEnabled" in refused(owner, plain, "read_only", 400)


@pytest.mark.parametrize("permission", ["read", "READ_ONLY", "read_only,read_write", "admin"])
def test_another_permission_is_refused(permission: str, owner: Person, lab: Lab) -> None:
    assert "read_only or read_write" in refused(owner, lab.folder, permission, 400)
    assert owner.call("GET", f"/repo/v1/entity/{lab.folder}/sts").status_code == 400


def test_rights_decide_who_borrows_what(
    server: Server, owner: Person, stranger: Person, nobody: Person, lab: Lab
) -> None:
    project = owner.ok("GET", f"/repo/v1/entity/{lab.folder}")["parentId"]
    refused(stranger, lab.folder, "read_only", 403)
    share(server, owner, project, stranger, "READ")
    refused(stranger, lab.folder, "read_only", 403)
    refused(nobody, lab.folder, "read_only", 403)
    refused(owner, "syn499999999", "read_only", 404)
    reader = server.person("reader")
    share(server, owner, project, reader, "READ", "DOWNLOAD")
    lent(reader, lab.folder, "read_only")
    for missing in ("UPDATE", "CREATE", "DELETE"):
        almost = server.person("almost")
        share(server, owner, project, almost, "READ", "DOWNLOAD", *({"UPDATE", "CREATE", "DELETE"} - {missing}))
        refused(almost, lab.folder, "read_write", 403)
    editor = server.person("editor")
    share(server, owner, project, editor, "READ", "DOWNLOAD", "UPDATE", "CREATE", "DELETE")
    lent(editor, lab.folder, "read_write")
    owner.ok("DELETE", f"/repo/v1/entity/{lab.folder}")
    refused(owner, lab.folder, "read_only", 404)


def test_a_token_that_may_not_modify_borrows_to_read_alone(server: Server, owner: Person, lab: Lab) -> None:
    project = owner.ok("GET", f"/repo/v1/entity/{lab.folder}")["parentId"]
    looking = server.person("looking", scopes="view,download")
    share(server, owner, project, looking, "READ", "DOWNLOAD", "UPDATE", "CREATE", "DELETE")
    lent(looking, lab.folder, "read_only")
    assert "not made to modify" in refused(looking, lab.folder, "read_write", 403)


def test_every_issue_is_on_record(server: Server, owner: Person, lab: Lab) -> None:
    answer = lent(owner, lab.folder, "read_write")
    refused(owner, lab.folder, "nonsense", 400)
    with server.database() as conn:
        rows = conn.execute(
            "SELECT credentials, object_id, storage_location_id, charged FROM download_record WHERE principal_id = %s",
            (owner.id,),
        ).fetchall()
        notes = conn.execute(
            "SELECT deed, detail FROM audit_record WHERE actor_id = %s AND deed = 'credentials.lend'", (owner.id,)
        ).fetchall()
    assert rows == [("read_write", int(lab.folder[3:]), lab.location, 0)]
    assert len(notes) == 1
    assert notes[0][1]["until"] == answer["expiration"]
    assert answer["secretAccessKey"] not in str(notes)
