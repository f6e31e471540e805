"""The policy that bounds lent credentials, as the contract draws it."""

from __future__ import annotations

import json

import pytest

from vesicle.errors import BadRequest
from vesicle.objectstore.session_policies import LONGEST_POLICY, session_policy

READ = ["s3:GetObject", "s3:ListBucket"]
WRITE = [
    "s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
    "s3:ListBucketMultipartUploads",
]  # fmt: skip
ARN = "arn:aws:s3:::lab"


def test_a_base_key_bounds_listing_and_objects() -> None:
    listing, allowed, denied = json.loads(session_policy("lab", "raw/2026", write=False))["Statement"]
    assert listing == {
        "Effect": "Allow", "Action": "s3:ListBucket", "Resource": ARN,
        "Condition": {"StringLike": {"s3:prefix": ["raw/2026", "raw/2026/*"]}},
    }  # fmt: skip
    assert allowed == {"Effect": "Allow", "Action": READ, "Resource": [f"{ARN}/raw/2026", f"{ARN}/raw/2026/*"]}
    assert denied == {"Effect": "Deny", "Action": "s3:*", "Resource": f"{ARN}/raw/2026/owner.txt*"}


def test_to_write_is_more_and_never_an_owner_file() -> None:
    statements = json.loads(session_policy("lab", "raw", write=True))["Statement"]
    assert statements[1]["Action"] == READ + WRITE
    assert {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"{ARN}/raw/*/owner.txt*"} in statements


@pytest.mark.parametrize("base_key", [None, ""])
def test_without_a_base_key_it_is_the_whole_bucket_but_the_owner_file(base_key: str | None) -> None:
    listing, allowed, denied = json.loads(session_policy("lab", base_key, write=False))["Statement"]
    assert listing == {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": ARN}
    assert allowed["Resource"] == [f"{ARN}/*"]
    assert denied["Resource"] == f"{ARN}/owner.txt*"


def test_neither_a_space_nor_a_plus_stands_in_it() -> None:
    policy = session_policy("lab", "größe + maß", write=True)
    assert " " not in policy
    assert "+" not in policy
    assert policy.isascii()
    assert json.loads(policy)["Statement"][1]["Resource"][0] == f"{ARN}/größe + maß"


@pytest.mark.parametrize("base_key", ["a/*", "what?", "${aws:username}", "raw*"])
def test_a_base_key_with_a_wildcard_is_refused(base_key: str) -> None:
    with pytest.raises(BadRequest, match="have a meaning of their own"):
        session_policy("lab", base_key, write=False)


def test_a_base_key_whose_policy_stores_refuse_is_refused() -> None:
    with pytest.raises(BadRequest, match="Use a shorter base key"):
        session_policy("lab", "x" * 1000, write=True)
    assert len(session_policy("b" * 63, "x" * 150, write=True)) <= LONGEST_POLICY


@pytest.mark.parametrize("base_key", ['a","Resource":"', "../up", "a//b", "a\\b", "\u202e"])
def test_a_hostile_base_key_stays_a_text(base_key: str) -> None:
    statements = json.loads(session_policy("lab", base_key, write=True))["Statement"]
    assert statements[1]["Resource"] == [f"{ARN}/{base_key}", f"{ARN}/{base_key}/*"]
