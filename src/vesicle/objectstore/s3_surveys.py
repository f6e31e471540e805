"""Looking through whole buckets, and through whole objects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from vesicle.objectstore.contract import ListedObject, Refused, VersionPage
from vesicle.objectstore.s3_copies import CEPH_REQUEST, bare
from vesicle.objectstore.s3_versions import Piece, some, versions_in, whole

PIECE = 1024**2


class Surveys:
    """The power ``Surveys`` of an S3 store."""

    name: str
    _call: Callable[..., Any]

    def keeps_versions(self, bucket: str) -> bool:
        try:
            answer = self._call("get_bucket_versioning", Bucket=bucket)
        except Refused:  # Not everybody who may list may ask, and not every store knows the question.
            return False
        return answer.get("Status") in ("Enabled", "Suspended")

    def list_versions(self, bucket: str, prefix: str, after: str | None = None, limit: int = 1000) -> VersionPage:
        listed = partial(self._call, "list_object_versions", Bucket=bucket)
        place = json.loads(after) if after else [None, None]
        if isinstance(place, dict):
            return _next_pieces(listed, [(kind, name, behind) for kind, name, behind in place["left"]], limit)
        page = listed(Prefix=prefix, KeyMarker=place[0], VersionIdMarker=place[1], MaxKeys=limit)
        if not page.get("IsTruncated"):
            return VersionPage(versions_in(page, prefix), None)
        if after is None and not _keeps_order(page["ResponseMetadata"]):
            return _next_pieces(listed, whole(prefix), limit)
        behind = [page.get("NextKeyMarker"), page.get("NextVersionIdMarker")]
        return VersionPage(versions_in(page, prefix), json.dumps(behind))

    def erase(self, bucket: str, prefix: str) -> None:
        if not prefix:
            raise ValueError("a whole bucket is never erased")
        before: list[tuple[str, str]] = []
        while True:
            # From the beginning each time, because a page may not tell where the next one begins.
            page = self._call("list_object_versions", Bucket=bucket, Prefix=prefix)
            entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            found = [(entry["Key"], entry["VersionId"]) for entry in entries]
            if not found:
                return
            if found == before:
                raise Refused(f"The object store {self.name} keeps versions that were deleted.", "NotDeleted")
            for key, version in found:
                self._call("delete_object", Bucket=bucket, Key=key, VersionId=version)
            before = found

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
        if found and found[-1].key == after:  # Behind the last key of a bucket with versions SeaweedFS begins anew.
            return []
        # Behind a key at which a page ended, SeaweedFS passes over what lies below that key as if it were a folder; so
        # no page ends there. A full page that ends so may call itself the last one.
        full = page.get("IsTruncated") or len(found) >= limit
        if full and len(found) > 1 and self._has_below(bucket, found[-1].key):
            found.pop()
        return found

    def _has_below(self, bucket: str, key: str) -> bool:
        answer = self._call("list_objects_v2", Bucket=bucket, Prefix=f"{key}/", MaxKeys=1)
        return bool(answer.get("Contents"))


def _next_pieces(listed: Callable[..., Any], left: list[Piece], limit: int) -> VersionPage:
    found = some(listed, left, limit)
    return VersionPage(found, json.dumps({"left": left}) if left else None)


def _keeps_order(answered: dict[str, Any]) -> bool:
    """Whether pages of versions begin where the one before ended, as at Amazon and Ceph. Nobody knows of others."""
    server = answered.get("HTTPHeaders", {}).get("server")
    return server == "AmazonS3" or CEPH_REQUEST.match(str(answered.get("RequestId", ""))) is not None


def _md5_of(answer: Any) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with answer["Body"] as body:
        while piece := body.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def utc(moment: datetime) -> datetime:
    """The moment, said in UTC."""
    return moment.astimezone(UTC)
