"""What the owner of a bucket pastes where, so that vesicle may use it: bucket policy, CORS, CloudFormation."""

from __future__ import annotations

import json
from typing import Any

from vesicle.objectstore.session_policies import OWNER_FILE, owner_key

PRINCIPAL = "arn:aws:iam::ACCOUNT:user/THE-USER-OF-THIS-SERVER"
VERSION = "2012-10-17"
CHECKS = ".vesicle-check-"
"""Below a base key, what every check of a bucket puts there begins so."""
READ = ["s3:GetObject", "s3:GetObjectVersion"]
WRITE = [
    "s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
]  # fmt: skip
LOOK = ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation", "s3:GetBucketVersioning"]


def bucket_policy(
    bucket: str, principal: str | None, role: str | None, *, write: bool, base_key: str | None = None
) -> dict[str, Any]:
    """Lets this server, and the role whose sessions it lends, into a bucket; to read only, unless ``write``.

    Old versions of objects are their owner's to remove, but for those that a check of the bucket leaves behind.
    """
    who = {"AWS": [one for one in (principal or PRINCIPAL, role) if one]}
    arn = f"arn:aws:s3:::{bucket}"
    look = [*LOOK, "s3:ListBucketMultipartUploads"] if write else LOOK
    tried = f"{arn}/{base_key}/{CHECKS}*" if base_key else f"{arn}/{CHECKS}*"
    tidies = {
        "Sid": "VesicleTidiesItsChecks", "Effect": "Allow", "Principal": who, "Action": ["s3:DeleteObjectVersion"],
        "Resource": tried,
    }  # fmt: skip
    return {
        "Version": VERSION,
        "Statement": [
            {"Sid": "VesicleLooks", "Effect": "Allow", "Principal": who, "Action": look, "Resource": arn},
            {
                "Sid": "VesicleMovesObjects", "Effect": "Allow", "Principal": who,
                "Action": [*READ, *(WRITE if write else ())], "Resource": f"{arn}/*",
            },
            *([tidies] if write else ()),
        ],
    }  # fmt: skip


def cors(origin: str) -> dict[str, Any]:
    """Lets web pages of this origin send and fetch files by presigned URLs; as S3 itself takes it."""
    rule = {
        "AllowedOrigins": [origin], "AllowedMethods": ["GET", "HEAD", "PUT"], "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag", "Content-Length", "Content-Range"], "MaxAgeSeconds": 3000,
    }  # fmt: skip
    return {"CORSRules": [rule]}


def cloud_formation(
    bucket: str, base_key: str | None, origin: str, principal: str | None, role: str | None
) -> dict[str, Any]:
    """A template for AWS that makes such a bucket, with versions, encryption and no public access.

    It cannot put ``owner.txt`` there; the owner does that.
    """
    rules = [
        {
            "AllowedOrigins": [origin], "AllowedMethods": ["GET", "HEAD", "PUT"], "AllowedHeaders": ["*"],
            "ExposedHeaders": ["ETag", "Content-Length", "Content-Range"], "MaxAge": 3000,
        }
    ]  # fmt: skip
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"A bucket for vesicle; then put {OWNER_FILE} at {owner_key(base_key)}",
        "Resources": {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "Properties": {"BucketName": bucket, "CorsConfiguration": {"CorsRules": rules}, **_closed()},
            },
            "Policy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {
                    "Bucket": {"Ref": "Bucket"},
                    "PolicyDocument": bucket_policy(bucket, principal, role, write=True, base_key=base_key),
                },
            },
        },
    }


def _closed() -> dict[str, Any]:
    """Nothing is public, versions are kept, everything is the owner's, and parts that were left go."""
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    abort = {
        "Id": "AbortLeftUploads",
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 14},
    }
    return {
        "VersioningConfiguration": {"Status": "Enabled"},
        "PublicAccessBlockConfiguration": dict.fromkeys(closed, True),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "LifecycleConfiguration": {"Rules": [abort]},
    }


def pasted(document: Any) -> str:
    """As it is pasted."""
    return json.dumps(document, indent=2)
