"""An S3 store that lends: it takes a role for the borrower, and bounds the session by a policy."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

from vesicle.objectstore.ceph_roles import CephRole
from vesicle.objectstore.contract import Credentials, Refused
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.s3_connection import Connection
from vesicle.objectstore.session_policies import session_policy

_NOT_IN_SESSION_NAMES = re.compile(r"[^A-Za-z0-9_=,.@-]")
# A role of AWS names the account that it belongs to, a role of Ceph a tenant or nobody.
_CEPH_ROLE = re.compile(r"arn:aws:iam::(?!\d{12}:)[^:]*:role/.+")


@dataclass(frozen=True, slots=True)
class Role:
    """The role whose sessions are lent, the token service that makes them, and the user who asks for them."""

    arn: str
    endpoint: str
    access_key: str
    secret_key: str


class LendingS3Store(S3Store):
    """An S3 store with every power of the contract."""

    def __init__(
        self, endpoint: str, access_key: str, secret_key: str, *, role: Role, region: str = "us-east-1",
        ca_bundle: str | None = None, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(endpoint, access_key, secret_key, region=region, ca_bundle=ca_bundle, **more)
        self._role, self.role = role, role.arn

        def service(name: str, lent: Credentials | None = None) -> Connection:
            keys = (lent.access_key, lent.secret_key) if lent else (role.access_key, role.secret_key)
            token = lent.session_token if lent else None
            return Connection(
                role.endpoint, *keys, service=name, region=region, ca_bundle=ca_bundle,
                session_token=token, connect_s=2.0, read_s=10.0, long_read_s=10.0, rest_s=1.0,
            )  # fmt: skip

        self._service = service
        self._sts = service("sts")
        self._ceph = CephRole(role.arn, service("iam"), service("s3")) if _CEPH_ROLE.fullmatch(role.arn) else None

    def close(self) -> None:
        super().close()
        self._sts.close()
        if self._ceph is not None:
            self._ceph.close()

    def lend(
        self, bucket: str, base_key: str | None, *, write: bool, session_name: str, life_s: int = 43_200
    ) -> Credentials:
        policy = session_policy(bucket, base_key, write=write, denies=self._ceph is None)
        if self._ceph is not None:
            self._ceph.reach(bucket, base_key)
        answer = self._sts.call(
            "assume_role",
            RoleArn=self._role.arn,
            RoleSessionName=_NOT_IN_SESSION_NAMES.sub("-", session_name)[:64],
            Policy=policy,
            DurationSeconds=life_s,
        )
        lent = answer["Credentials"]
        at_aws = (urlsplit(self.public_endpoint).hostname or "").endswith(".amazonaws.com")
        return Credentials(
            access_key=lent["AccessKeyId"],
            secret_key=lent["SecretAccessKey"],
            session_token=lent["SessionToken"],
            expires_on=lent["Expiration"].astimezone(UTC),
            endpoint=None if at_aws else self.public_endpoint,
        )

    def lends_on(self, lent: Credentials) -> bool:
        with closing(self._service("sts", lent)) as asked:
            try:
                asked.call("assume_role", RoleArn=self._role.arn, RoleSessionName="lent-on")
            except Refused:
                return False
        return True
