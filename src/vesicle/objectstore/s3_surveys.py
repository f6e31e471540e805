"""Looking through whole buckets, and through whole objects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from vesicle.objectstore.contract import ListedObject, ListedVersion, Refused, VersionPage
from vesicle.objectstore.s3_copies import bare

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

    # This stands last, because in the body of the class the name hides the built-in list from what follows.

    def list(self, bucket: str, prefix: str, after: str | None = None, limit: int = 1000) -> Sequence[ListedObject]:
        page = self._call("list_objects_v2", Bucket=bucket, Prefix=prefix, StartAfter=after, MaxKeys=limit)
        found = [
            ListedObject(entry["Key"], entry["Size"], bare(entry["ETag"]), utc(entry["LastModified"]))
            for entry in page.get("Contents", [])
        ]
        # Behind a key at which a page ended, SeaweedFS passes over what lies below that key as if it were a folder; so
        # no page ends there.
        if page.get("IsTruncated") and len(found) > 1 and self._has_below(bucket, found[-1].key):
            found.pop()
        return found

    def _has_below(self, bucket: str, key: str) -> bool:
        answer = self._call("list_objects_v2", Bucket=bucket, Prefix=f"{key}/", MaxKeys=1)
        return bool(answer.get("Contents"))


def _md5_of(answer: Any) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with answer["Body"] as body:
        while piece := body.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def utc(moment: datetime) -> datetime:
    """The moment, said in UTC."""
    return moment.astimezone(UTC)
