"""The presigner makes the URLs that botocore makes."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import botocore.session
import pytest
from botocore.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st

from vesicle.objectstore.contract import ByteRange
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.sigv4 import Presigner

ACCESS_KEY, SECRET_KEY = "AKIA/EXAMPLE+KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "FwoGZXIvYXdzE/token+with=odd&signs"
BUCKET = "some-bucket"

ENDPOINTS = (
    "http://127.0.0.1:8333",
    "https://s3.example.org",
    "https://s3.example.org:443",
    "http://s3.example.org:80/",
    "https://s3.example.org:8443/below/a/path",
)
NAMED_KEYS = (
    "plain.txt",
    "Größe 名前 🧬.txt",
    "a+b c",
    "two//slashes///three",
    "/leading",
    "trailing/",
    "./dot/../dots",
    "tilde~",
    "100%25%",
    "a?b#c&d=e",
    string.printable[:95],
    "x" * 1024,
)


def _client(endpoint: str, token: str | None, region: str = "us-east-1") -> Any:
    return botocore.session.get_session().create_client(
        "s3",
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        aws_session_token=token,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            proxies={},
        ),
    )


CLIENTS = {(endpoint, token): _client(endpoint, token) for endpoint in ENDPOINTS for token in (None, TOKEN)}
STORE = S3Store(ENDPOINTS[1], ACCESS_KEY, SECRET_KEY, session_token=TOKEN)
STORE._at_ceph = False  # Nobody is there to be asked.


def _taken_apart(url: str) -> tuple[str, str, str, list[tuple[str, str]]]:
    """The order of the parameters is free; their signature vouches for everything else."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc, parts.path, sorted(parse_qsl(parts.query, strict_parsing=True))


def _same(theirs: str, presigner: Presigner, method: str, key: str, query: dict[str, str], **more: Any) -> None:
    signed_at = dict(parse_qsl(urlsplit(theirs).query))["X-Amz-Date"]
    now = datetime.strptime(signed_at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    ours = presigner.url(method, BUCKET, key, query, now=now, **more)
    assert _taken_apart(ours) == _taken_apart(theirs)


def _same_get(endpoint: str, token: str | None, key: str, answers: dict[str, str], expires_s: int = 900) -> None:
    """``answers`` are botocore's names and values of what the URL asks for besides the object."""
    theirs = CLIENTS[endpoint, token].generate_presigned_url(
        "get_object", {"Bucket": BUCKET, "Key": key, **answers}, ExpiresIn=expires_s
    )
    names = {
        "ResponseContentDisposition": "response-content-disposition",
        "ResponseContentType": "response-content-type",
        "VersionId": "versionId",
    }
    query = {ours: answers[name] for name, ours in names.items() if name in answers}
    presigner = Presigner(endpoint, ACCESS_KEY, SECRET_KEY, "us-east-1", token)
    _same(theirs, presigner, "GET", key, query, expires_s=expires_s)


@pytest.mark.parametrize("key", NAMED_KEYS)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_download_url_equals_botocores(endpoint: str, key: str) -> None:
    _same_get(endpoint, None, key, {})


def _text(least: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"]), min_size=least, max_size=60)


@given(
    key=_text(1),
    token=st.sampled_from([None, TOKEN]),
    answers=st.fixed_dictionaries(
        {}, optional={"ResponseContentType": _text(1), "ResponseContentDisposition": _text(1), "VersionId": _text(1)}
    ),
    expires_s=st.integers(1, 604_800),
)
def test_any_download_url_equals_botocores(
    key: str, token: str | None, answers: dict[str, str], expires_s: int
) -> None:
    _same_get(ENDPOINTS[0], token, key, answers, expires_s)


@given(key=_text(1), upload_id=_text(1), number=st.integers(1, 10_000), length=st.integers(0, 5 * 2**30))
def test_any_part_url_equals_botocores(key: str, upload_id: str, number: int, length: int) -> None:
    theirs = CLIENTS[ENDPOINTS[0], TOKEN].generate_presigned_url(
        "upload_part",
        {"Bucket": BUCKET, "Key": key, "UploadId": upload_id, "PartNumber": number, "ContentLength": length},
        ExpiresIn=900,
    )
    assert "content-length%3Bhost" in theirs
    presigner = Presigner(ENDPOINTS[0], ACCESS_KEY, SECRET_KEY, "us-east-1", TOKEN)
    query = {"partNumber": str(number), "uploadId": upload_id}
    _same(theirs, presigner, "PUT", key, query, expires_s=900, headers={"content-length": str(length)})


@settings(deadline=None)
@given(
    key=_text(1),
    source=_text(1),
    upload_id=_text(1),
    number=st.integers(1, 10_000),
    first=st.integers(0, 5 * 2**40),
    length=st.integers(1, 5 * 2**30),
)
def test_any_copy_url_and_its_headers_equal_botocores(
    key: str, source: str, upload_id: str, number: int, first: int, length: int
) -> None:
    piece = ByteRange("source-bucket", source, "0" * 32, first, first + length - 1)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    signed = STORE.sign_part_copy(piece, BUCKET, key, upload_id, number, expires_s=900, now=now)
    theirs, headers = _botocores_copy(piece, key, upload_id, number)
    assert signed.headers == headers
    assert "x-amz-copy-source-if-match%3Bx-amz-copy-source-range" in theirs
    presigner = Presigner(ENDPOINTS[1], ACCESS_KEY, SECRET_KEY, "us-east-1", TOKEN)
    query = {"partNumber": str(number), "uploadId": upload_id}
    _same(theirs, presigner, "PUT", key, query, expires_s=900, headers=signed.headers)


def _botocores_copy(piece: ByteRange, key: str, upload_id: str, number: int) -> tuple[str, dict[str, str]]:
    """botocore's URL for the same copy, and the headers that it would send along."""
    client = CLIENTS[ENDPOINTS[1], TOKEN]
    seen: dict[str, str] = {}

    def look(request: Any, **_: Any) -> None:
        seen.update({name.lower(): _str(value) for name, value in request.headers.items()})

    client.meta.events.register("before-sign.s3.UploadPartCopy", look)
    asked = {
        "Bucket": BUCKET, "Key": key, "UploadId": upload_id, "PartNumber": number, "CopySourceIfMatch": piece.etag,
        "CopySource": {"Bucket": piece.bucket, "Key": piece.key},
        "CopySourceRange": f"bytes={piece.first}-{piece.last}",
    }  # fmt: skip
    url = client.generate_presigned_url("upload_part_copy", asked, ExpiresIn=900)
    client.meta.events.unregister("before-sign.s3.UploadPartCopy", look)
    return url, seen


def _str(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def test_a_url_for_another_region_equals_botocores() -> None:
    client = _client(ENDPOINTS[1], None, "eu-central-1")
    theirs = client.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "k"}, ExpiresIn=60)
    presigner = Presigner(ENDPOINTS[1], ACCESS_KEY, SECRET_KEY, "eu-central-1")
    _same(theirs, presigner, "GET", "k", {}, expires_s=60)


def test_the_signing_key_changes_with_the_day_in_utc() -> None:
    kept = Presigner(ENDPOINTS[0], ACCESS_KEY, SECRET_KEY, "us-east-1")
    evening = datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)
    for now in (evening, evening + timedelta(seconds=1), evening):
        fresh = Presigner(ENDPOINTS[0], ACCESS_KEY, SECRET_KEY, "us-east-1")
        assert kept.url("GET", "b", "k", {}, expires_s=60, now=now) == fresh.url(
            "GET", "b", "k", {}, expires_s=60, now=now
        )


@pytest.mark.parametrize("expires_s", [0, -1, 604_801])
def test_a_life_that_no_store_accepts_is_refused(expires_s: int) -> None:
    presigner = Presigner(ENDPOINTS[0], ACCESS_KEY, SECRET_KEY, "us-east-1")
    with pytest.raises(ValueError, match="7 days"):
        presigner.url("GET", "b", "k", {}, expires_s=expires_s)
