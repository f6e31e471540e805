"""Storage locations of every kind: what each takes, what each refuses, and who sees them."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from cryptography.fernet import Fernet
from tests.live import Person, Server
from tests.locations.buckets import PREFIX, external, location, managed_sts, own_bucket, put
from tests.locations.test_ownership import LOCATION, refused

OTHERS: dict[str, dict[str, Any]] = {
    "ExternalStorageLocationSetting": {"url": "sftp://data.example.org/folder", "uploadType": "SFTP"},
    "ExternalObjectStorageLocationSetting": {
        "bucket": "their-bucket", "endpointUrl": "http://10.1.2.3:9000", "uploadType": "S3",
    },
    "ExternalGoogleCloudStorageLocationSetting": {"bucket": "their-bucket", "baseKey": "/a/b/"},
    "ProxyStorageLocationSettings": {
        "proxyUrl": "https://proxy.example.org", "secretKey": "k" * 36, "uploadType": "PROXYLOCAL",
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHERS)
def test_every_kind_is_kept_as_it_was_given_and_made_once(kind: str, owner: Person) -> None:
    body = {"concreteType": PREFIX + kind, "description": "theirs", "banner": "hello", **OTHERS[kind]}
    made = owner.ok("POST", LOCATION, body)
    assert made["storageLocationId"] >= 3
    assert made["createdBy"] == owner.id
    assert "secretKey" not in made
    expected = {name: value for name, value in body.items() if name != "secretKey"}
    if kind.startswith("ExternalGoogle"):
        expected |= {"baseKey": "a/b", "uploadType": "GOOGLECLOUDSTORAGE"}
    assert expected.items() <= made.items()
    assert owner.ok("POST", LOCATION, body | {"createdBy": 7, "etag": "x", "storageLocationId": 9}) == made
    assert owner.ok("POST", LOCATION, body | {"description": "other"})["storageLocationId"] != made["storageLocationId"]


def test_the_same_bucket_is_one_location_for_each_person(server: Server, owner: Person, stranger: Person) -> None:
    bucket = own_bucket(server, owner)
    put(server, bucket, "owner.txt", f"{owner.id},{stranger.id}")
    first = location(owner, external(bucket))
    assert location(owner, external(bucket, stsEnabled=False, endpointUrl="https://s3.amazonaws.com")) == first
    assert location(owner, external(bucket, stsEnabled=True)) != first
    assert location(stranger, external(bucket)) != first


def test_a_managed_location_for_sts_has_a_base_key_of_its_own(owner: Person) -> None:
    body = {"uploadType": "S3", "stsEnabled": True, "concreteType": PREFIX + "S3StorageLocationSetting"}
    one, other = owner.ok("POST", LOCATION, body), owner.ok("POST", LOCATION, body)
    assert one["baseKey"].startswith(f"{owner.id}/")
    assert one["baseKey"] != other["baseKey"]
    plain = owner.ok("POST", LOCATION, body | {"stsEnabled": False})
    assert "baseKey" not in plain
    assert owner.ok("POST", LOCATION, body | {"stsEnabled": False}) == plain
    assert "takes no baseKey" in refused(owner, body | {"baseKey": "mine"})


def test_an_sts_location_without_a_base_key_warns_that_the_bucket_is_open(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner)
    assert "whole bucket" in owner.call("POST", LOCATION, external(bucket, stsEnabled=True)).headers["warning"]
    assert "warning" not in owner.call("POST", LOCATION, external(bucket)).headers
    put(server, bucket, "a/owner.txt", str(owner.id))
    assert "warning" not in owner.call("POST", LOCATION, external(bucket, stsEnabled=True, baseKey="a")).headers


@pytest.mark.parametrize(
    ("kind", "members", "says"),
    [
        ("ExternalS3StorageLocationSetting", {}, "bucket is required"),
        ("ExternalS3StorageLocationSetting", {"bucket": "Not/A/Bucket"}, "bucket is required"),
        ("ExternalS3StorageLocationSetting", {"bucket": "vesicle"}, "this server's own"),
        ("ExternalStorageLocationSetting", {}, "url is required"),
        ("ExternalStorageLocationSetting", {"url": "no url"}, "url is required"),
        ("ExternalStorageLocationSetting", {"url": "sftp://a", "uploadType": "FTP"}, "uploadType is one of"),
        ("ExternalStorageLocationSetting", {"url": "sftp://a", "description": "d" * 513}, "at most 512"),
        ("ExternalObjectStorageLocationSetting", {"bucket": "abc"}, "endpointUrl is required"),
        ("ExternalObjectStorageLocationSetting", {"bucket": "abc", "endpointUrl": "ftp://a"}, "begins with http"),
        ("ExternalObjectStorageLocationSetting", {"endpointUrl": "https://a"}, "bucket is required"),
        ("ExternalGoogleCloudStorageLocationSetting", {}, "bucket is required"),
        ("ProxyStorageLocationSettings", {"proxyUrl": "http://a.example.org", "secretKey": "k" * 36}, "https"),
        ("ProxyStorageLocationSettings", {"proxyUrl": "https://a.example.org", "secretKey": "k" * 35}, "at least 36"),
        ("ProxyStorageLocationSettings", {"secretKey": "k" * 36}, "proxyUrl is required"),
    ],
)
def test_what_a_kind_needs_is_said(kind: str, members: dict[str, Any], says: str, owner: Person) -> None:
    assert says in refused(owner, {"concreteType": PREFIX + kind, **members})


@pytest.mark.parametrize(
    "base_key",
    ["../other", "a/../b", "a//b", "./a", "a/..", "a/ /b", "a*", "a?b", "a\\b", "${aws:username}", "a\x01b", "a\u200bb",
     "a/owner.txt", "x" * 1024, "é" * 351],
)  # fmt: skip
def test_a_base_key_that_could_mean_another_prefix_is_refused(base_key: str, server: Server, owner: Person) -> None:
    assert "baseKey" in refused(owner, external("some-bucket", baseKey=base_key))


@pytest.mark.parametrize("base_key", ["Ünïcode/数据", "a b", "x" * 700, "a.b/..c", "%2e%2e/é"])
def test_an_odd_base_key_is_that_prefix_and_no_other(base_key: str, server: Server, owner: Person) -> None:
    pieces = base_key if len(base_key) < 200 else "/".join(["x" * 99] * 7)
    bucket = own_bucket(server, owner, pieces)
    assert owner.ok("POST", LOCATION, external(bucket, baseKey=pieces))["baseKey"] == pieces


def test_an_address_that_the_operator_does_not_list_is_never_connected_to(owner: Person) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        port = trap.getsockname()[1]
        for endpoint in (
            f"http://127.0.0.1:{port}", f"http://localhost:{port}", f"http://2130706433:{port}",
            f"http://[::ffff:127.0.0.1]:{port}", f"http://0x7f.1:{port}", "http://169.254.169.254",
            "http://10.0.0.1", "http://metadata.example.org", f"https://127.0.0.1:{port}",
        ):  # fmt: skip
            assert "no credentials for the object store" in refused(
                owner, external("some-bucket", endpointUrl=endpoint)
            )
        with pytest.raises(TimeoutError):
            trap.accept()
    odd = ("http://a#", "http://a?", "\u0001http://a", "ht\ntp://a", "http://a" + " " * 600, f"http://{'a' * 300}")
    for nonsense in (
        *odd,
        "127.0.0.1",
        "file:///etc/passwd",
        "http://a/b?c",
        "http://u:p@a",
        "http://a:99999",
        "gopher://a",
    ):
        assert "is not the address of a store" in refused(owner, external("some-bucket", endpointUrl=nonsense))


def test_only_the_creator_reads_a_location(
    server: Server, owner: Person, stranger: Person, administrator: Person
) -> None:
    number = managed_sts(owner)
    assert stranger.call("GET", f"{LOCATION}/{number}").status_code == 403
    assert administrator.call("GET", f"{LOCATION}/{number}").status_code == 403
    assert owner.call("GET", f"{LOCATION}/1").status_code == 403
    assert owner.call("GET", f"{LOCATION}/999999999").status_code == 404
    assert server.nobody().call("GET", f"{LOCATION}/{number}").status_code in (401, 403)
    later = managed_sts(owner)
    assert [one["storageLocationId"] for one in owner.ok("GET", LOCATION)["list"]] == [later, number]


def test_a_secret_of_a_proxy_lies_encrypted(server: Server, owner: Person) -> None:
    body = {"concreteType": PREFIX + "ProxyStorageLocationSettings", "proxyUrl": "https://proxy.example.org"}
    secret = "correct horse battery staple, and some more"
    number = location(owner, {**body, "secretKey": secret})
    with server.database() as conn:
        (kept,) = conn.execute("SELECT secret FROM storage_location WHERE id = %s", (number,)).fetchone() or (b"",)
    assert secret.encode() not in bytes(kept)
    key = (server.data / "locations.key").read_bytes()
    assert Fernet(key).decrypt(bytes(kept)).decode() == secret
    assert (server.data / "locations.key").stat().st_mode & 0o777 == 0o600
