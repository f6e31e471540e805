"""What the S3 provider does beyond the contract's probes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.objectstore.sharing import Facts

from vesicle import errors
from vesicle.objectstore.contract import Unavailable
from vesicle.objectstore.s3 import S3Store

BUCKET = "beyond"


@pytest.fixture(params=["seaweedfs", "ceph"])
def engine(request: pytest.FixtureRequest) -> Facts:
    facts: Facts = request.getfixturevalue(request.param)
    return {"endpoint": facts["http"], "access_key": facts["access_key"], "secret_key": facts["secret_key"]}


@pytest.fixture
def store(engine: Facts) -> Iterator[S3Store]:
    with closing(S3Store(**engine)) as store:
        store.ensure_bucket(BUCKET)
        yield store


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_open_uploads_are_read_over_many_pages(store: S3Store, page: int) -> None:
    prefix = f"pages-of-{page}/"
    begun = {store.begin_upload(BUCKET, f"{prefix}{n // 2}", None) for n in range(7)}
    store.uploads_per_page = page
    assert sorted(u.upload_id for u in store.open_uploads(BUCKET, prefix)) == sorted(begun)
    assert len(list(store.open_uploads(BUCKET, prefix, 5))) == 5


def test_one_store_serves_many_threads_at_once(store: S3Store) -> None:
    def there_and_back(n: int) -> bytes:
        store.put(BUCKET, f"thread/{n}", b"%d" % n)
        return store.get(BUCKET, f"thread/{n}")

    with ThreadPoolExecutor(20) as threads:
        assert list(threads.map(there_and_back, range(200))) == [b"%d" % n for n in range(200)]


def test_metadata_of_an_upload_is_kept_with_the_object(store: S3Store) -> None:
    upload_id = store.begin_upload(BUCKET, "described", "text/plain", None, {"origin": "a test"})
    signed = store.sign_part(BUCKET, "described", upload_id, 1, 1, expires_s=60)
    etag = _put_by_url(signed.url, b"x")
    store.complete_upload(BUCKET, "described", upload_id, [(1, etag)])
    assert store.stat(BUCKET, "described").metadata == {"origin": "a test"}


def _put_by_url(url: str, body: bytes) -> str:
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.netloc, timeout=10)) as connection:
        connection.request("PUT", f"{parts.path}?{parts.query}", body)
        return connection.getresponse().headers["ETag"].strip('"')


def test_the_operators_own_aws_settings_change_nothing(engine: Facts, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[default]\nregion = nowhere-1\nendpoint_url = http://127.0.0.1:1\n")
    settings = {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_PROFILE": "no-such-profile",
        "AWS_SESSION_TOKEN": "not-of-these-keys",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
    }
    code = f"from vesicle.objectstore.s3 import S3Store; S3Store(**{engine!r}).check()"
    ran = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("name", ["seaweedfs", "ceph"])
def test_a_store_with_a_certificate_of_an_unknown_authority_is_unavailable(
    name: str, request: pytest.FixtureRequest
) -> None:
    facts: Facts = request.getfixturevalue(name)
    store = S3Store(facts["https"], facts["access_key"], facts["secret_key"])
    with closing(store), pytest.raises(Unavailable, match="SSLError"):
        store.check()


def test_presigned_urls_carry_the_public_address() -> None:
    public = "https://objects.example.org"
    with closing(S3Store("http://127.0.0.1:1", "key", "secret", public_endpoint=public)) as store:
        assert store.sign_get("bucket", "key", expires_s=60).startswith(f"{public}/bucket/key?")
        assert store.sign_part("bucket", "key", "id", 1, 5, expires_s=60).url.startswith(f"{public}/bucket/key?")


@pytest.mark.parametrize(
    "endpoint",
    ["", "s3.example.org", "ftp://s3.example.org", "http://", "http://me:pw@host", "http://h:99999", "http://["],
)
def test_an_endpoint_that_is_no_web_address_is_refused(endpoint: str) -> None:
    with pytest.raises(errors.BadRequest, match=r"https://s3\.example\.org") as refused:
        S3Store(endpoint, "key", "secret")
    assert "pw" not in refused.value.reason
