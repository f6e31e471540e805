"""Beyond loopback, or with TLS, one process that speaks nothing but S3 listens for clients; the rest stays at home."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError
from tests.engines.parents import Parent, listening, tried_by, wait_until
from tests.objectstore.certifying import certify_loopback
from tests.objectstore.starting import free_ports

pytestmark = pytest.mark.xdist_group("engines: gateways")

BUCKET = "holdings"
PART = 5 * 1024**2
LOOPBACK = "0100007F"


class Certified(Parent):
    """Engines for clients anywhere, with a certificate of a private authority."""

    def __init__(self, folder: Path) -> None:
        self.authority, certificate, key = certify_loopback(folder)
        tls = {"VESICLE_TLS_CERTIFICATE": str(certificate), "VESICLE_TLS_KEY": str(key)}
        super().__init__(folder / "data", free_ports(1), VESICLE_HOST="0.0.0.0", **tls)

    @property
    def for_clients(self) -> str:
        return f"https://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def certified(open_folder: Path) -> Iterator[Certified]:
    """Running, with a bucket and an object that our own processes made."""
    parent = Certified(open_folder)
    parent.start()
    parent.s3().create_bucket(Bucket=BUCKET)
    parent.s3().put_object(Bucket=BUCKET, Key="sent by us", Body=b"two")
    yield parent
    parent.end()


def test_clients_and_our_own_processes_see_the_same_objects(certified: Certified) -> None:
    ours, clients = certified.s3(), certified.s3(certified.for_clients, verify=str(certified.authority))
    clients.put_object(Bucket=BUCKET, Key="sent by a client", Body=b"one")
    assert ours.get_object(Bucket=BUCKET, Key="sent by a client")["Body"].read() == b"one"
    assert clients.get_object(Bucket=BUCKET, Key="sent by us")["Body"].read() == b"two"


def test_an_upload_that_we_began_takes_its_parts_from_clients(certified: Certified) -> None:
    ours, clients = certified.s3(), certified.s3(certified.for_clients, verify=str(certified.authority))
    upload = {
        "Bucket": BUCKET,
        "Key": "parts",
        "UploadId": ours.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"],
    }
    bodies = [secrets.token_bytes(PART), b"end"]
    tags = [
        {"PartNumber": number, "ETag": clients.upload_part(**upload, PartNumber=number, Body=body)["ETag"]}
        for number, body in enumerate(bodies, 1)
    ]
    ours.complete_multipart_upload(**upload, MultipartUpload={"Parts": tags})
    assert clients.get_object(Bucket=BUCKET, Key="parts")["Body"].read() == b"".join(bodies)


def test_the_certificate_counts_and_plain_http_is_refused(certified: Certified) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        http.client.HTTPSConnection("127.0.0.1", certified.port, context=ssl.create_default_context()).connect()
    connection = http.client.HTTPConnection("127.0.0.1", certified.port, timeout=10)
    connection.request("GET", f"/{BUCKET}")
    assert connection.getresponse().status == 400
    connection.close()


def test_only_the_gateway_listens_beyond_loopback(certified: Certified) -> None:
    parts, _ = listening(certified.processes("objects"))
    assert {address for address, _ in parts} == {LOOPBACK}
    doors, _ = listening(certified.processes("objects.gateway"))
    assert certified.port in {port for _, port in doors}
    # The other is its gRPC port; the next test shows that it asks for our certificate.
    assert len({port for _, port in doors}) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_the_gateway_is_closed_to_strangers(certified: Certified, tmp_path: Path) -> None:
    _, certificate, key = certify_loopback(tmp_path)
    doors, sockets = listening(certified.processes("objects.gateway"))
    config = certified.data / "objects.config"
    named = [str(config / Path(one).name) if one.startswith("/proc/") else one for one in sockets]
    wishes = {
        "ports": sorted({port for _, port in doors}), "pair": certificate.read_text() + key.read_text(), "files": [],
        "requests": [("GET", f"/{BUCKET}", None), ("GET", "/metrics", None), ("GET", "/debug/pprof/", None)],
        "sockets": named,
    }  # fmt: skip
    result = tried_by("nobody", wishes)
    assert {status for *_, status, _ in result["requests"]} <= {400, 403, "none"}
    grpc = [answer for port, answer in result["greetings"] if port != certified.port]
    assert grpc == ["closed"] * 3
    assert named
    assert {answer for _, answer in result["sockets"]} == {"PermissionError"}


def test_a_killed_gateway_is_started_again(certified: Certified) -> None:
    (before,) = certified.processes("objects.gateway")
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: certified.processes("objects.gateway") not in ([], [before]), "the gateway runs again")
    clients = certified.s3(certified.for_clients, verify=str(certified.authority))

    def works() -> bool:
        try:
            return bool(clients.get_object(Bucket=BUCKET, Key="sent by us")["Body"].read() == b"two")
        except BotoCoreError:
            return False

    wait_until(works, "it hands out what was kept")


def test_without_the_certificate_the_store_speaks_plain_http_on_the_same_port(certified: Certified) -> None:
    certified.end()
    plain = Parent(certified.data, certified.port)
    plain.start()
    try:
        assert plain.facts["endpoint"] == f"http://127.0.0.1:{certified.port}"
        assert plain.s3().get_object(Bucket=BUCKET, Key="sent by us")["Body"].read() == b"two"
        assert plain.processes("objects.gateway") == []
    finally:
        plain.end()
        certified.start()
