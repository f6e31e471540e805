"""Parts of uploads whose bytes the store has already."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from vesicle import errors
from vesicle.objectstore.contract import ByteRange, SignedUrl
from vesicle.objectstore.sigv4 import Presigner

CEPH_REQUEST = re.compile(r"tx[0-9a-f]{21}-[0-9a-f]{10}-")
"""How a gateway of Ceph numbers its requests, by which it is told from other stores."""


class PartCopies:
    """The power ``CopiesParts`` of an S3 store."""

    name: str
    _presigner: Presigner
    _call: Callable[..., Any]
    _at_ceph: bool | None = None  # Nobody knows until somebody asks.

    def sign_part_copy(
        self, source: ByteRange, bucket: str, key: str, upload_id: str, number: int, *, expires_s: int,
        now: datetime | None = None,
    ) -> SignedUrl:  # fmt: skip
        query = {"partNumber": str(number), "uploadId": upload_id}
        headers = {
            "x-amz-copy-source": quote(f"{source.bucket}/{self._copyable(source)}", safe="/") + _version(source),
            "x-amz-copy-source-if-match": source.etag,
            "x-amz-copy-source-range": f"bytes={source.first}-{source.last}",
        }
        url = self._presigner.url("PUT", bucket, key, query, expires_s=expires_s, now=now, headers=headers)
        return SignedUrl(url, headers)

    def copy_part(self, source: ByteRange, bucket: str, key: str, upload_id: str, number: int) -> str:
        version = {"VersionId": source.version_id} if source.version_id else {}
        answer = self._call(
            "upload_part_copy",
            Bucket=bucket,
            Key=key,
            UploadId=upload_id,
            PartNumber=number,
            CopySource={"Bucket": source.bucket, "Key": self._copyable(source)} | version,
            CopySourceIfMatch=source.etag,
            CopySourceRange=f"bytes={source.first}-{source.last}",
        )
        return bare(answer["CopyPartResult"]["ETag"])

    def _copyable(self, source: ByteRange) -> str:
        """The source's key. A gateway of Ceph decodes it twice in this call, so that a ``%`` in it means another
        object, or ends the gateway. Raises BadRequest.
        """
        if "%" in source.key and self._is_ceph(source.bucket):
            raise errors.BadRequest(
                f"The object store {self.name} cannot copy {source.key[:200]!r} in parts: it misreads a % in the key "
                "of a source. Download the file and upload it."
            )
        return source.key

    def _is_ceph(self, bucket: str) -> bool:
        """Told by how it numbers its requests."""
        if self._at_ceph is None:
            request_id = self._call("head_bucket", _request_id, Bucket=bucket)
            self._at_ceph = CEPH_REQUEST.match(request_id) is not None
        return self._at_ceph


def _version(source: ByteRange) -> str:
    """Which version, as the header of a copy says it."""
    return f"?versionId={quote(source.version_id, safe='')}" if source.version_id else ""


def _request_id(answer: Any) -> str:
    return str(answer["ResponseMetadata"].get("RequestId", ""))


def bare(etag: str) -> str:
    """An ETag without its quotes."""
    return etag.strip('"')
