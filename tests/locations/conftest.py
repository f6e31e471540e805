"""A vesicle that may use the stores of others: a real Ceph, and a second SeaweedFS, each with an owner of buckets."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from tests.live import Person, Server, admin, start_server, start_shared, stop_shared  # noqa: F401
from tests.objectstore.conftest import ceph, seaweedfs  # noqa: F401
from tests.objectstore.sharing import Facts, run_folder, shared_by_run
from tests.objectstore.starting import free_ports

# Other tests of the run have a role of their own on the same Ceph, which another user takes.
FAR_ROLE = "arn:aws:iam:::role/vesicle-lends-far"
AWAY = "http://127.0.0.1:9"
"""A store that the operator lists, and that does not answer: nobody listens there."""


@dataclass
class Owned:
    """The bucket of somebody who is not vesicle: their own client, and who they let in."""

    s3: Any
    endpoint: str
    name: str
    guests: tuple[str, ...]

    def put(self, key: str, body: bytes | str) -> None:
        """An object of the owner's."""
        self.s3.put_object(Bucket=self.name, Key=key, Body=body.encode() if isinstance(body, str) else body)

    def let_in(self, *statements: dict[str, Any]) -> None:
        """What vesicle's principal and the sessions that it lends may do, and nothing else."""
        who = {"Principal": {"AWS": list(self.guests)}, "Effect": "Allow"}
        policy = {"Version": "2012-10-17", "Statement": [{**who, **one} for one in statements]}
        self.s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps(policy))

    def everything(self) -> None:
        """Let vesicle read, write, list and delete."""
        arn = f"arn:aws:s3:::{self.name}"
        self.let_in({"Action": ["s3:*"], "Resource": [arn, f"{arn}/*"]})


def client_of(engine: Facts, access: str, secret: str) -> Any:
    """A client of one user of a store."""
    return boto3.client(
        "s3", endpoint_url=engine["http"], region_name="us-east-1", aws_access_key_id=access,
        aws_secret_access_key=secret,
        config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
    )  # fmt: skip


def owned(ceph: Facts) -> Owned:  # noqa: F811
    """A new bucket on Ceph of a user who has nothing to do with vesicle; nobody else may do anything there."""
    s3 = client_of(ceph, ceph["owner_access_key"], ceph["owner_secret_key"])
    name = f"theirs-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=name)
    return Owned(s3, ceph["http"], name, ("arn:aws:iam:::user/svc-admin", FAR_ROLE))


@pytest.fixture
def theirs(ceph: Facts) -> Owned:  # noqa: F811
    """One such bucket."""
    return owned(ceph)


def _start(folder: Path, listed: list[dict[str, Any]]) -> Facts:
    data = Path(mkdtemp(prefix="far-", dir=folder)) / "data"
    port = free_ports(2)
    process = start_server(data, port, VESICLE_S3=json.dumps(listed), VESICLE_OBJECT_CHECK_SECONDS="1")
    token = admin(data, "create-token", "admin")
    facts = {"url": f"http://127.0.0.1:{port}", "data": str(data), "pid": str(process.pid), "admin_token": token}
    process.returncode = 0  # Another process of the run may be the one that stops it.
    return facts


@pytest.fixture(scope="session")
def far(
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
    ceph: Facts,  # noqa: F811
    seaweedfs: Facts,  # noqa: F811
) -> Iterator[Server]:
    """A vesicle whose operator lists that Ceph, with the keys of vesicle's own user there."""
    folder = run_folder(tmp_path_factory, worker_id)
    keys = {"access_key": ceph["access_key"], "secret_key": ceph["secret_key"]}
    guest = {"access_key": seaweedfs["guest_access_key"], "secret_key": seaweedfs["guest_secret_key"]}
    lends = {"role": FAR_ROLE, **{name: ceph[name] for name in ("lender_access_key", "lender_secret_key")}}
    listed = [{"endpoint": ceph["http"], **keys, **lends}, {"endpoint": AWAY, **keys}]
    listed.append({"endpoint": seaweedfs["http"], **guest})
    start = partial(_start, folder, listed)
    with shared_by_run(folder, "far", start, stop_shared) as facts, httpx.Client() as http:
        yield Server(facts["url"], Path(facts["data"]), facts["admin_token"], http)


@pytest.fixture
def lab(far: Server) -> Person:
    """Somebody new on that vesicle."""
    return far.person("lab")
