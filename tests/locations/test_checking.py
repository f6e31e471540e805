"""Whoever brought a bucket has it checked, from outside or from the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.live import Person, Server, command, environment
from tests.locations.buckets import PREFIX, external, location, managed_sts, own_bucket, put, upload_to
from tests.locations.conftest import AWAY, Owned, client_of
from tests.locations.test_other_stores import at, powers
from tests.locations.test_ownership import team
from tests.objectstore.sharing import Facts
from tests.sending import request


def path(number: int) -> str:
    return f"/vesicle/v1/storageLocation/{number}/check"


def states(found: dict[str, Any]) -> dict[str, str]:
    return {line["what"]: line["state"] for line in found["lines"]}


def test_the_owner_and_their_team_get_the_table_and_the_documents(
    server: Server, owner: Person, stranger: Person
) -> None:
    bucket = own_bucket(server, owner, "raw")
    put(server, bucket, "raw/owner.txt", f"{owner.id}\n{team(server, stranger)}")
    number = location(owner, external(bucket, baseKey="raw", stsEnabled=True))
    found = stranger.ok("POST", path(number))
    assert "fails" not in states(found).values(), found["lines"]
    assert {"owner.txt", "multipart upload", "CORS for browsers", "a location here"} <= states(found).keys()
    assert (found["bucket"], found["baseKey"]) == (bucket, "raw")
    assert json.loads(found["bucketPolicy"])["Statement"]
    assert json.loads(found["cors"])["CORSRules"][0]["AllowedOrigins"] == [server.settings().api_url]
    assert "AWS::S3::Bucket" in found["cloudFormation"]
    assert [one.key for one in server.store().list(bucket, "")] == ["raw/owner.txt"]
    assert list(server.store().open_uploads(bucket)) == []


def test_a_location_that_lends_the_whole_bucket_is_told_of_it(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    line = owner.ok("POST", path(location(owner, external(bucket, stsEnabled=True))))["lines"][-1]
    assert (line["what"], line["state"], "whole bucket" in line["change"]) == ("baseKey", "differs", True)
    assert "baseKey" not in states(owner.ok("POST", path(location(owner, external(bucket)))))


def test_strangers_are_refused_and_a_missing_bucket_is_a_line(
    server: Server, owner: Person, stranger: Person, administrator: Person
) -> None:
    bucket = own_bucket(server, owner)
    number = location(owner, external(bucket))
    assert stranger.call("POST", path(number)).status_code == 403
    server.store().delete(bucket, "owner.txt")
    default = server.settings()
    facts = {"http": default.s3_endpoint or default.store_url}
    client_of(facts, default.s3_access_key, default.s3_secret_key).delete_bucket(Bucket=bucket)
    assert states(administrator.ok("POST", path(number))) == {"reach the bucket": "fails"}


def test_what_is_no_bucket_of_theirs_is_not_checked(owner: Person) -> None:
    answer = owner.call("POST", path(managed_sts(owner)))
    assert (answer.status_code, "vesicle check bucket" in answer.text) == (400, True)
    kind = PREFIX + "ExternalStorageLocationSetting"
    elsewhere = location(owner, {"concreteType": kind, "uploadType": "SFTP", "url": "sftp://data.example.org/x"})
    answer = owner.call("POST", path(elsewhere))
    assert (answer.status_code, "is no bucket" in answer.text) == (400, True)


BUCKET = "/vesicle/v1/storageLocation/check"


def test_a_bucket_is_checked_before_there_is_a_location(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner, "raw")
    found = owner.ok("POST", BUCKET, external(bucket, baseKey="/raw/"))
    assert "fails" not in states(found).values(), found["lines"]
    assert states(found)["a location here"] == "works"
    assert (found["bucket"], found["baseKey"]) == (bucket, "raw")
    assert {"bucketPolicy", "cors", "cloudFormation"} <= found.keys()
    assert [one.key for one in server.store().list(bucket, "")] == ["raw/owner.txt"]
    assert list(server.store().open_uploads(bucket)) == []
    elsewhere = states(owner.ok("POST", BUCKET, {"bucket": bucket, "baseKey": "raw", "region": "eu-central-1"}))
    assert elsewhere["region"] == "fails"


def test_in_a_bucket_of_somebody_else_nothing_is_tried_and_nothing_told(
    server: Server, owner: Person, stranger: Person, administrator: Person
) -> None:
    bucket = own_bucket(server, owner, "raw")
    put(server, bucket, "raw/secret-plan.txt", b"of the owner's")
    for base_key in ("raw", "", "raw/deeper"):
        answer = stranger.call("POST", BUCKET, {"bucket": bucket, "baseKey": base_key})
        found = states(answer.json())
        assert (found["owner.txt"], found["everything else"]) == ("fails", "not tried"), answer.text
        assert not found.keys() & {"list", "write", "read", "copy", "presigned PUT", "a location here"}
        assert str(owner.id) not in answer.text
        assert "plan" not in answer.text
    assert [one.key for one in server.store().list(bucket, "")] == ["raw/owner.txt", "raw/secret-plan.txt"]
    assert states(administrator.ok("POST", BUCKET, {"bucket": bucket, "baseKey": "raw"}))["write"] == "works"


def test_a_check_of_a_bucket_asks_no_address_of_the_callers_and_takes_no_odd_names(
    server: Server, owner: Person
) -> None:
    own = server.settings().s3_bucket
    for body, says in (
        ({"bucket": "lab", "endpointUrl": "http://169.254.169.254"}, "no credentials for the object store"),
        ({"bucket": "lab", "endpointUrl": "http://127.0.0.1:5432"}, "no credentials for the object store"),
        ({"bucket": "lab", "endpointUrl": "file:///etc/passwd"}, "is not the address of a store"),
        ({"bucket": "../etc"}, "bucket is required"),
        ({"bucket": "a" * 64}, "bucket is required"),
        ({}, "bucket is required"),
        ({"bucket": own}, "is this server's own"),
        ({"bucket": "lab", "baseKey": "a/../b"}, "dots alone"),
        ({"bucket": "lab", "baseKey": "a//b"}, "empty piece"),
        ({"bucket": "lab", "baseKey": "\u0101" * 512}, "at most 700 bytes"),
        ({"bucket": "lab", "baseKey": "a*"}, "pattern"),
        ({"bucket": "lab", "region": "http://example.org/"}, "region is the name"),
    ):
        answer = owner.call("POST", BUCKET, body)
        assert (answer.status_code, says in answer.text) == (400, True), (body, answer.text)
    assert states(owner.ok("POST", BUCKET, {"bucket": "there-is-none-of-this-name"})) == {"reach the bucket": "fails"}


def test_nobody_has_two_checks_under_way(server: Server, owner: Person, stranger: Person) -> None:
    bucket = own_bucket(server, owner)
    with server.database() as conn:
        conn.execute("SELECT pg_advisory_lock(7346203, %s)", (int(owner.id),))
        answer = owner.call("POST", BUCKET, {"bucket": bucket})
        assert (answer.status_code, "is under way" in answer.text) == (409, True), answer.text
        assert stranger.call("POST", BUCKET, {"bucket": bucket}).status_code == 200
    assert owner.call("POST", BUCKET, {"bucket": bucket}).status_code == 200


def test_buckets_on_ceph_are_checked_with_the_rights_that_their_owner_gave(theirs: Owned, lab: Person) -> None:
    arn = f"arn:aws:s3:::{theirs.name}"
    theirs.put("owner.txt", str(lab.id))
    asked = {"bucket": theirs.name, "endpointUrl": theirs.endpoint}
    assert states(lab.ok("POST", BUCKET, asked)) == {"reach the bucket": "fails"}
    theirs.let_in({"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [arn, f"{arn}/*"]})
    answer = lab.call("POST", BUCKET, asked)
    assert (answer.status_code, "read-only" in answer.text) == (200, True), answer.text
    writing = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    theirs.let_in(
        {"Action": writing, "Resource": [f"{arn}/*"]},
        {"Action": ["s3:GetObject"], "Resource": [f"{arn}/owner.txt"]},
        {"Action": ["s3:GetObject", "s3:GetObjectAcl"], "NotResource": [f"{arn}/owner.txt"], "Effect": "Deny"},
    )
    answer = lab.call("POST", BUCKET, asked)
    assert (answer.status_code, "write-only" in answer.text) == (200, True), answer.text
    # Who may not look at a bucket is let in to write all the same.
    assert states(answer.json())["reach the bucket"] == "differs"
    theirs.put("owner.txt", "somebody-else")
    found = states(lab.ok("POST", BUCKET, asked))
    assert (found["owner.txt"], found["everything else"]) == ("fails", "not tried")


def test_a_store_that_does_not_answer_is_a_line_and_not_a_failure(lab: Person) -> None:
    found = lab.ok("POST", BUCKET, {"bucket": "lab-data", "endpointUrl": AWAY})
    assert states(found) == {"reach the bucket": "fails"}
    assert "does not answer" in found["lines"][0]["seen"]


def test_a_policy_that_was_changed_counts_from_the_next_check_on(far: Server, theirs: Owned, lab: Person) -> None:
    arn = f"arn:aws:s3:::{theirs.name}"
    theirs.let_in({"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [arn, f"{arn}/*"]})
    theirs.put("owner.txt", str(lab.id))
    number = location(lab, at(theirs))
    assert powers(far, number) == (True, False)
    assert "read-only" in lab.call("POST", path(number)).text
    assert powers(far, number) == (True, False)
    theirs.everything()
    assert states(lab.ok("POST", path(number)))["multipart upload"] == "works"
    assert powers(far, number) == (True, True)
    upload_to(lab, number, b"taken now")
    theirs.s3.delete_bucket_policy(Bucket=theirs.name)
    assert states(lab.ok("POST", path(number))) == {"reach the bucket": "fails"}
    assert powers(far, number) == (True, True)
    answer = lab.call("POST", "/file/v1/file/multipart", request(b"x", "a.txt", storageLocationId=number))
    assert (answer.status_code, "does not take files" in answer.text) == (409, True), answer.text


def checked(server: Server, *arguments: str) -> tuple[int, str]:
    """`vesicle check bucket …` beside the running server; its status, and all that it printed."""
    return ran("check", "bucket", *arguments, "--data", str(server.data))


def ran(*words: str, **more: str) -> tuple[int, str]:
    """A command of vesicle's; its status, and all that it printed."""
    done = subprocess.run(
        command(*words),
        env=environment(COLUMNS="300", **more),
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_command_line_prints_the_table_and_the_papers(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner, "raw")
    status, said = checked(server, bucket, "--base-key", "raw", "--papers")
    assert status == 0, said
    assert "✔  owner.txt" in said
    assert str(owner.id) in said
    assert "takes new files and hands them out" in said
    assert said.index("Bucket policy") < said.index("CORS\n") < said.index("CloudFormation")
    status, said = checked(server, bucket)
    assert (status, "✘  owner.txt" in said) == (1, True), said
    assert "Put your user id into an object owner.txt" in said
    assert "Bucket policy" not in said
    status, said = checked(server, bucket, "--endpoint", "https://s3.example.org")
    assert (status, "no credentials for the object store" in said) == (2, True), said


def test_an_operator_tries_a_store_that_no_setting_names_without_a_server(
    tmp_path: Path, seaweedfs: Facts
) -> None:  # fmt: skip
    client_of(seaweedfs, seaweedfs["access_key"], seaweedfs["secret_key"]).create_bucket(Bucket="a-new-provider")
    words = "check", "bucket", "a-new-provider", "--endpoint", seaweedfs["http"], "--data", str(tmp_path / "none")
    keys = {"AWS_ACCESS_KEY_ID": seaweedfs["access_key"], "AWS_SECRET_ACCESS_KEY": seaweedfs["secret_key"]}
    status, said = ran(*words, **keys)
    assert "takes new files and hands them out" in said, said
    assert (status, "✘  owner.txt" in said, seaweedfs["access_key"] in said) == (1, True, True), said
    assert seaweedfs["secret_key"] not in said
    given = ("--access-key", seaweedfs["access_key"])
    status, said = ran(*words, *given, "--secret-key", "wrong" * 8, "--region", "eu-central-1")
    assert (status, "✘  reach the bucket" in said) == (1, True), said
    status, said = ran(*words, *given)
    assert (status, "goes with its secret" in said) == (2, True), said
    assert not (tmp_path / "none").exists()
