"""The S3 protocol: AWS, Ceph RGW, SeaweedFS, and whoever else speaks it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Self

from vesicle.objectstore.contract import (
    ListedPart,
    NoSuchObject,
    NoSuchUpload,
    ObjectStat,
    OpenUpload,
    Refused,
    SignedUrl,
    Unavailable,
)
from vesicle.objectstore.s3_buckets import BucketFacts, facts_of, principal_of
from vesicle.objectstore.s3_connection import Connection, address, given
from vesicle.objectstore.s3_copies import PartCopies, bare
from vesicle.objectstore.s3_surveys import Surveys, utc
from vesicle.objectstore.sigv4 import Presigner


class S3Store(PartCopies, Surveys):
    """One S3 endpoint with one set of credentials: every power of the contract. Keep it, for its connections are kept.

    ``public_endpoint`` is the address that presigned URLs carry, where clients do not reach the store as we do; the
    limits are those of ``Connection``. Raises ``errors.BadRequest`` for an endpoint that is no http(s) address.
    """

    uploads_per_page = 1000
    role: str | None = None
    """The role whose sessions are lent, where any are."""

    def __init__(
        self,
        endpoint: str,
        access_key: str,
        secret_key: str,
        *,
        region: str = "us-east-1",
        public_endpoint: str | None = None,
        ca_bundle: str | None = None,
        session_token: str | None = None,
        connect_s: float = 2.0,
        read_s: float = 5.0,
        long_read_s: float = 600.0,
        rest_s: float = 1.0,
    ) -> None:
        signing_endpoint = public_endpoint or endpoint
        address(signing_endpoint)
        self.public_endpoint = signing_endpoint
        self._made_with = {
            "endpoint": endpoint, "region": region, "public_endpoint": public_endpoint, "ca_bundle": ca_bundle
        }  # fmt: skip
        self._keys = access_key, secret_key
        self.region, self.ca_bundle = region, ca_bundle
        self._presigner = Presigner(signing_endpoint, access_key, secret_key, region, session_token)
        self._connection = Connection(
            endpoint,
            access_key,
            secret_key,
            region=region,
            ca_bundle=ca_bundle,
            session_token=session_token,
            connect_s=connect_s,
            read_s=read_s,
            long_read_s=long_read_s,
            rest_s=rest_s,
        )
        self.name = self._connection.name
        self._call = self._connection.call

    def close(self) -> None:
        """Close the kept connections. The store is not used afterwards."""
        self._connection.close()

    # What every store does.

    def put(self, bucket: str, key: str, body: bytes, content_type: str | None = None) -> None:
        self._call("put_object", Bucket=bucket, Key=key, Body=body, ContentType=content_type)

    def get(self, bucket: str, key: str, byte_range: tuple[int, int] | None = None) -> bytes:
        wanted = f"bytes={byte_range[0]}-{byte_range[1]}" if byte_range else None
        body: bytes = self._call("get_object", _read_body, Bucket=bucket, Key=key, Range=wanted)
        return body

    def stat(self, bucket: str, key: str, version_id: str | None = None) -> ObjectStat:
        head = self._call("head_object", Bucket=bucket, Key=key, VersionId=version_id)
        etag = bare(head["ETag"])
        own_key = str(head.get("ServerSideEncryption", "")).startswith("aws:kms") or "SSECustomerAlgorithm" in head
        return ObjectStat(
            size=head["ContentLength"],
            etag=etag,
            content_type=head.get("ContentType"),
            last_modified=utc(head["LastModified"]),
            version_id=head.get("VersionId"),
            metadata=head.get("Metadata", {}),
            etag_is_md5=len(etag) == 32 and not own_key,
        )

    def delete(self, bucket: str, key: str) -> None:
        try:
            self._call("delete_object", Bucket=bucket, Key=key)
        except NoSuchObject:
            return

    def copy(self, source_bucket: str, source_key: str, bucket: str, key: str) -> None:
        source = {"Bucket": source_bucket, "Key": source_key}
        self._call("copy_object", Bucket=bucket, Key=key, CopySource=source)

    def check(self, bucket: str | None = None) -> None:
        if bucket is None:
            self._call("list_buckets")
            return
        try:
            self._call("head_bucket", Bucket=bucket)
        except NoSuchObject as missing:
            raise Refused(f"The object store {self.name} has no bucket {bucket}.", "NoSuchBucket") from missing

    def ensure_bucket(self, bucket: str) -> None:
        try:
            self._call("head_bucket", Bucket=bucket)
        except NoSuchObject:
            # AWS wants the region named everywhere but in its first one, where it must not be.
            place = None if self.region == "us-east-1" else {"LocationConstraint": self.region}
            try:
                self._call("create_bucket", Bucket=bucket, CreateBucketConfiguration=place)
            except Refused as refused:
                if refused.store_code != "BucketAlreadyOwnedByYou":  # Another process was faster.
                    raise

    # TakesParts

    def begin_upload(
        self,
        bucket: str,
        key: str,
        content_type: str | None,
        content_disposition: str | None = None,
        metadata: dict[str, str] | None = None,
        *,
        for_bucket_owner: bool = False,
    ) -> str:
        answer = self._call(
            "create_multipart_upload",
            Bucket=bucket,
            Key=key,
            ContentType=content_type,
            ContentDisposition=content_disposition,
            Metadata=metadata,
            ACL="bucket-owner-full-control" if for_bucket_owner else None,
        )
        upload_id: str = answer["UploadId"]
        return upload_id

    def put_part(self, bucket: str, key: str, upload_id: str, number: int, body: bytes) -> str:
        part = self._call("upload_part", Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=body)
        return bare(part["ETag"])

    def listed_parts(self, bucket: str, key: str, upload_id: str, number: int) -> list[ListedPart]:
        # The listing begins behind the part before, so a few entries are enough, unless the part was sent many times.
        # The next page would begin behind this part: ask again for a longer one instead.
        for page_size in (4, 1000):
            page = self._call(
                "list_parts",
                Bucket=bucket,
                Key=key,
                UploadId=upload_id,
                PartNumberMarker=number - 1,
                MaxParts=page_size,
            )
            parts = page.get("Parts", [])
            if len(parts) < page_size or parts[-1]["PartNumber"] != number:
                break
        return [ListedPart(number, bare(part["ETag"]), part["Size"]) for part in parts if part["PartNumber"] == number]

    def complete_upload(self, bucket: str, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> None:
        # The answer's ETag is empty at Ceph; whoever wants it asks for the object's stat.
        listed = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
        upload: dict[str, Any] = {"Bucket": bucket, "Key": key, "UploadId": upload_id}
        try:
            self._call("complete_multipart_upload", **upload, MultipartUpload={"Parts": listed})
        except Unavailable:
            # Ceph has trouble of its own with an upload that is gone; asked for its parts it says what is the matter.
            self._call("list_parts", **upload, MaxParts=1)
            raise

    def abort_upload(self, bucket: str, key: str, upload_id: str) -> None:
        try:
            self._call("abort_multipart_upload", Bucket=bucket, Key=key, UploadId=upload_id)
        except NoSuchUpload:
            return

    def open_uploads(self, bucket: str, prefix: str = "", limit: int | None = None) -> Iterator[OpenUpload]:
        count = 0
        markers: dict[str, Any] = {}
        while limit is None or count < limit:
            page_size = self.uploads_per_page if limit is None else min(self.uploads_per_page, limit - count)
            page = self._call("list_multipart_uploads", Bucket=bucket, Prefix=prefix, MaxUploads=page_size, **markers)
            for upload in page.get("Uploads", []):
                yield OpenUpload(upload["Key"], upload["UploadId"], utc(upload["Initiated"]))
                count += 1
            if not page.get("IsTruncated"):
                return
            # SeaweedFS orders by upload, not by key, and gives the one marker only.
            markers = {"KeyMarker": page.get("NextKeyMarker"), "UploadIdMarker": page.get("NextUploadIdMarker")}

    # SignsUrls

    def sign_get(
        self,
        bucket: str,
        key: str,
        *,
        expires_s: int,
        now: datetime | None = None,
        content_type: str | None = None,
        content_disposition: str | None = None,
        version_id: str | None = None,
    ) -> str:
        query = {
            "response-content-disposition": content_disposition,
            "response-content-type": content_type,
            "versionId": version_id,
        }
        return self._presigner.url("GET", bucket, key, given(query), expires_s=expires_s, now=now)

    def sign_part(
        self,
        bucket: str,
        key: str,
        upload_id: str,
        number: int,
        content_length: int,
        *,
        expires_s: int,
        now: datetime | None = None,
    ) -> SignedUrl:
        query = {"partNumber": str(number), "uploadId": upload_id}
        length = {"content-length": str(content_length)}
        return SignedUrl(
            self._presigner.url("PUT", bucket, key, query, expires_s=expires_s, now=now, headers=length), {}
        )

    # What only the check of a bucket asks.

    def principal(self) -> str | None:
        """How bucket policies call us; None where the store does not tell. Raises Unavailable."""
        return principal_of(self._call)

    def with_keys(self, access_key: str, secret_key: str, session_token: str | None = None) -> S3Store:
        """The same store, as somebody else comes to it."""
        return S3Store(
            access_key=access_key,
            secret_key=secret_key,
            session_token=session_token,
            **self._made_with,  # type: ignore[arg-type]
        )

    def is_same(self, other: S3Store) -> bool:
        """Whether the other is the same store with the same credentials, so that it copies from there to here."""
        return (self.name, self._keys) == (other.name, other._keys)

    def hurried(self) -> Self:
        """The same store, for small objects alone: it waits for no call longer than for an ordinary one."""
        twin = copy.copy(self)
        twin._connection = self._connection.hurried()
        twin._call = twin._connection.call
        return twin

    def with_wrong_secret(self) -> S3Store:
        """The same store, as somebody comes to it who knows our access key alone."""
        return self.with_keys(self._keys[0], f"not-{self._keys[1]}")

    def facts(self, bucket: str) -> BucketFacts:
        """What the bucket and its store say of themselves. Raises Refused."""
        return facts_of(self._call, bucket)


def _read_body(answer: Any) -> bytes:
    with answer["Body"] as body:
        read: bytes = body.read()
    return read
