"""What borrowed credentials may do: the policy of one session, which only ever takes away from what the role may."""

from __future__ import annotations

import json
from typing import Any

from vesicle import errors

LONGEST_POLICY = 2048
READ = ("s3:GetObject", "s3:ListBucket")
WRITE = (
    "s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
    "s3:ListBucketMultipartUploads",
)  # fmt: skip
OWNER_FILE = "owner.txt"
"""The object in which the owner of a bucket says who may bring it."""
VERSION = "2012-10-17"


def owner_key(base_key: str | None) -> str:
    """Where that object lies."""
    return f"{base_key}/{OWNER_FILE}" if base_key else OWNER_FILE


def session_policy(bucket: str, base_key: str | None, *, write: bool, denies: bool = True) -> str:
    """The policy of a session for a base key (itself, and what follows behind a slash) or for a whole bucket.

    It never reaches the base key's ``owner.txt``, and writes none further below: whoever could, would keep the bucket
    as an owner when the credentials are long over. Where sessions must not deny, the role has to (``denies``).

    Raises BadRequest for a base key that a policy cannot say: one with the wildcards ``*`` and ``?`` or with ``$``,
    whose escapes not every store knows, and one so long that the store would refuse the policy.
    """
    folder = (base_key or "").strip("/")
    if any(letter in folder for letter in "*?$"):
        raise errors.BadRequest(
            f"No credentials can be lent for the base key {folder[:200]!r}: *, ? and $ have a meaning of their own in "
            "policies. Use a storage location whose base key has none of them."
        )
    arn = f"arn:aws:s3:::{bucket}"
    objects = [f"{arn}/{folder}", f"{arn}/{folder}/*"] if folder else [f"{arn}/*"]
    listing: dict[str, Any] = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn}
    if folder:
        listing["Condition"] = {"StringLike": {"s3:prefix": [folder, f"{folder}/*"]}}
    statements = [listing, {"Effect": "Allow", "Action": [*READ, *(WRITE if write else ())], "Resource": objects}]
    if denies:
        top = f"{arn}/{folder}" if folder else arn
        # SeaweedFS takes a key with a slash behind it for the one without, so whatever begins like it is closed.
        statements.append({"Effect": "Deny", "Action": "s3:*", "Resource": f"{top}/{OWNER_FILE}*"})
        if write:
            statements.append({"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"{top}/*/{OWNER_FILE}*"})
    written = written_policy(statements)
    if len(written) > LONGEST_POLICY:
        raise errors.BadRequest(
            f"No credentials can be lent for a base key of {len(folder)} characters: the policy that bounds them would "
            f"have {len(written)} characters, and stores take {LONGEST_POLICY}. Use a shorter base key."
        )
    return written


def written_policy(statements: list[dict[str, Any]]) -> str:
    """A policy as JSON that survives every store: Ceph does not read a form's ``+`` as the space that it stands for,
    so neither of the two is in it.
    """
    text = json.dumps({"Version": VERSION, "Statement": statements}, separators=(",", ":"))
    return text.replace("+", "\\u002b").replace(" ", "\\u0020")
