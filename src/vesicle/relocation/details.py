"""What a listing does not tell of an object: its content type, and the MD5 of its bytes."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from vesicle.errors import BadRequest
from vesicle.files.model import Bytes
from vesicle.files.rules import check_content_type
from vesicle.locations.resolving import Place
from vesicle.objectstore.contract import NoSuchObject, ObjectStat, Refused
from vesicle.relocation.listing import Seen, patiently
from vesicle.relocation.model import RegisterObjectsRequest

AT_ONCE = 8
_HEX = re.compile(r"[0-9a-f]{32}")
# Where tools that copy into buckets leave the MD5 of the whole file.
_METADATA = ("md5", "content-md5", "md5chksum")
_TYPES = mimetypes.MimeTypes()


def needs_a_look(asked: RegisterObjectsRequest) -> bool:
    """Whether each object has to be asked about, besides the listing."""
    return asked.content_type_from == "object" or asked.md5_from in ("metadata", "bytes")


def of_many(place: Place, asked: RegisterObjectsRequest, seen: Sequence[Seen]) -> dict[str, Bytes | str]:
    """For each object what is known of it, or why it cannot be registered; by key. Raises Unavailable, and Refused
    where the store lets this server into the bucket no more.
    """
    if not needs_a_look(asked):
        return {one.key: _of_listing(asked, one) for one in seen}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        looked = threads.map(lambda one: patiently(lambda: _looked_at(place, asked, one)), seen)
        found = dict(zip([one.key for one in seen], looked, strict=True))
    if any(isinstance(one, Refused) for one in found.values()):
        # One object may be closed to this server. Where the bucket is, the registration ends here and goes on later.
        patiently(lambda: place.store.list(place.bucket, place.base_key or "", None, 1))
    return {
        key: f"the object cannot be read: {one.reason}" if isinstance(one, Refused) else one
        for key, one in found.items()
    }


def _of_listing(asked: RegisterObjectsRequest, one: Seen) -> Bytes:
    name = one.key.rpartition("/")[2]
    md5 = _whole(one.etag) if asked.md5_from == "etag" else None
    return Bytes(one.key, name, one.size, one.etag, one.version_id, _TYPES.guess_type(name)[0], md5, md5 is not None)


def _looked_at(place: Place, asked: RegisterObjectsRequest, one: Seen) -> Bytes | Refused | str:
    try:
        stat = place.store.stat(place.bucket, one.key)
        name = one.key.rpartition("/")[2]
        md5, verified = _md5(place, asked, one.key, stat)
    except NoSuchObject:
        return "the object is gone since it was listed"
    except Refused as refused:
        return refused
    by_name = _TYPES.guess_type(name)[0]
    content_type = _sound(stat.content_type) if asked.content_type_from == "object" else by_name
    version = None if stat.version_id == "null" else stat.version_id
    return Bytes(one.key, name, stat.size, stat.etag, version, content_type, md5, verified)


def _md5(place: Place, asked: RegisterObjectsRequest, key: str, stat: ObjectStat) -> tuple[str | None, bool]:
    """The MD5, and whether it is sure."""
    if asked.md5_from == "bytes":
        return place.store.md5(place.bucket, key, stat.etag), True
    if asked.md5_from == "nowhere":
        return None, False
    claimed = _claimed(stat.metadata) if asked.md5_from == "metadata" else None
    whole = stat.etag if stat.etag_is_md5 else None
    if claimed is None or claimed == whole:
        return whole, whole is not None
    return claimed, False


def _whole(etag: str) -> str | None:
    """The MD5 that an ETag is; that of an object of several parts is none."""
    return etag if _HEX.fullmatch(etag) else None


def _claimed(metadata: dict[str, str]) -> str | None:
    given = {name.lower(): value.strip() for name, value in metadata.items()}
    value = next((given[name] for name in _METADATA if name in given), "")
    if _HEX.fullmatch(value.lower()):
        return value.lower()
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == 16 else None


def _sound(content_type: str | None) -> str | None:
    try:
        check_content_type(content_type or "")
    except BadRequest:
        return None
    return content_type
