"""What is asked of AWS for temporary credentials is what its own SDK would ask; nothing is sent here."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any
from urllib.parse import parse_qs

import boto3
from botocore.awsrequest import AWSResponse

from vesicle.objectstore.s3_lending import LendingS3Store
from vesicle.objectstore.stores import store_of
from vesicle.settings import S3Access

REGION = "eu-central-1"
ROLE = "arn:aws:iam::123456789012:role/vesicle-lends"
ACCESS = S3Access("https://s3.eu-central-1.amazonaws.com", "AKIAEXAMPLE", "secret", region=REGION, role=ROLE)
ANSWER = b"""\
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/vesicle-lends/x</Arn><AssumedRoleId>A:x</AssumedRoleId>
</AssumedRoleUser><Credentials><AccessKeyId>ASIALENT</AccessKeyId><SecretAccessKey>lent secret</SecretAccessKey>
<SessionToken>lent token</SessionToken><Expiration>2030-01-02T03:04:05Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""


class Wire:
    """What botocore would send; it is kept and answered instead."""

    def __init__(self, client: Any) -> None:
        self.sent: list[Any] = []
        client.meta.events.register("before-send.sts.AssumeRole", self._send)

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        self.sent.append(request)
        return AWSResponse(request.url, 200, {"content-type": "text/xml"}, Raw())


class Raw:
    """The body of an answer, as urllib3 hands it out."""

    def stream(self, *_: Any, **__: Any) -> Any:
        yield ANSWER


def essence(request: Any) -> dict[str, Any]:
    """All of a request but for its time: whom it goes to, what it asks, and in whose name it is signed."""
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    signed = headers["Authorization"].split("Signature=")[0]
    scope = signed.split("Credential=")[1].split(",")[0].split("/")
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    return {
        "method": request.method, "url": request.url, "asks": parse_qs(body, strict_parsing=True),
        "type": headers["Content-Type"], "signed": [scope[0], *scope[2:]],
        # Ours signs the hash of the body as well, which AWS takes for every service.
        "headers": set(signed.split("SignedHeaders=")[1].strip(", ").split(";")) - {"x-amz-content-sha256"},
    }  # fmt: skip


def test_the_session_is_asked_for_as_the_sdk_of_aws_asks() -> None:
    lending = store_of(ACCESS)
    assert isinstance(lending, LendingS3Store)
    with closing(lending):
        ours = Wire(lending._sts._quick)
        lent = lending.lend("lab-data", "raw/år 1", write=True, session_name="3400001 syn12345")
    keys = {"aws_access_key_id": ACCESS.access_key, "aws_secret_access_key": ACCESS.secret_key}
    plain = boto3.client("sts", region_name=REGION, **keys)
    theirs = Wire(plain)
    seen = essence(ours.sent[0])
    plain.assume_role(
        RoleArn=ROLE, RoleSessionName="3400001-syn12345", DurationSeconds=43_200, Policy=seen["asks"]["Policy"][0]
    )
    assert seen == essence(theirs.sent[0])
    assert seen["url"] == f"https://sts.{REGION}.amazonaws.com/"
    assert seen["signed"] == ["AKIAEXAMPLE", REGION, "sts", "aws4_request"]
    objects = [f"arn:aws:s3:::lab-data/raw/år 1{end}" for end in ("", "/*")]
    listing, allowed, owner, deeper = json.loads(seen["asks"]["Policy"][0])["Statement"]
    assert allowed["Resource"] == objects
    assert {"s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"} < set(allowed["Action"])
    assert listing["Condition"] == {"StringLike": {"s3:prefix": ["raw/år 1", "raw/år 1/*"]}}
    assert (owner["Effect"], owner["Resource"]) == ("Deny", "arn:aws:s3:::lab-data/raw/år 1/owner.txt*")
    assert deeper["Effect"] == "Deny"
    # At AWS clients find the store by themselves, so no address goes with the credentials.
    assert (lent.access_key, lent.session_token, lent.endpoint) == ("ASIALENT", "lent token", None)
    assert lent.expires_on.isoformat() == "2030-01-02T03:04:05+00:00"
