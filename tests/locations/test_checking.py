"""Whoever brought a bucket has it checked, from outside or from the command line."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.live import Person, Server, command, environment
from tests.locations.buckets import PREFIX, external, location, managed_sts, own_bucket, put, upload_to
from tests.locations.conftest import Owned, client_of
from tests.locations.test_other_stores import at, powers
from tests.locations.test_ownership import team
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
    assert json.loads(found["cors"])[0]["AllowedOrigins"] == [server.settings().api_url]
    assert "AWS::S3::Bucket" in found["cloudFormation"]
    assert [one.key for one in server.store().list(bucket, "")] == ["raw/owner.txt"]
    assert list(server.store().open_uploads(bucket)) == []


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
    port = server.url.rpartition(":")[2]
    done = subprocess.run(
        command("check", "bucket", *arguments, "--data", server.data),
        env=environment(COLUMNS="300", VESICLE_PORT=port),
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
