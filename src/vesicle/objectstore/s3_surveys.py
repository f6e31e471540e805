"""Looking through whole buckets, and through whole objects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from vesicle.objectstore.contract import ListedVersion, Refused, VersionPage

PIECE = 1024**2


class Surveys:
    """The power ``Surveys`` of an S3 store."""

    _call: Callable[..., Any]

    def keeps_versions(self, bucket: str) -> bool:
        try:
            answer = self._call("get_bucket_versioning", Bucket=bucket)
        except Refused:  # Not everybody who may list may ask, and not every store knows the question.
            return False
        return answer.get("Status") in ("Enabled", "Suspended")

    def list_versions(self, bucket: str, prefix: str, after: str | None = None, limit: int = 1000) -> VersionPage:
        key, version = json.loads(after) if after else (None, None)
        page = self._call(
            "list_object_versions", Bucket=bucket, Prefix=prefix, KeyMarker=key, VersionIdMarker=version, MaxKeys=limit
        )
        found = [
            ListedVersion(entry["Key"], entry["Size"], entry["ETag"].strip('"'), entry["VersionId"], entry["IsLatest"])
            for entry in page.get("Versions", [])
        ]
        if not page.get("IsTruncated"):
            return VersionPage(found, None)
        return VersionPage(found, json.dumps([page.get("NextKeyMarker"), page.get("NextVersionIdMarker")]))

    def md5(self, bucket: str, key: str, etag: str, version_id: str | None = None) -> str:
        digest: str = self._call("get_object", _md5_of, Bucket=bucket, Key=key, IfMatch=etag, VersionId=version_id)
        return digest


def _md5_of(answer: Any) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with answer["Body"] as body:
        while piece := body.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
