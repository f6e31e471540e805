"""The role of a Ceph gateway: made, and kept as wide as the buckets that are lent from, and no wider."""

from __future__ import annotations

import json
from typing import Any

from vesicle import errors
from vesicle.objectstore.contract import Refused
from vesicle.objectstore.s3_connection import Connection
from vesicle.objectstore.session_policies import OWNER_FILE, written_policy

LONGEST_LIFE_S = 43_200
DEEPEST_BASE_KEY = 12
_MISSING = frozenset({"NoSuchEntity", "NoSuchRole", "404"})


class CephRole:
    """One role of the gateway. Its user needs the capability ``roles=*``.

    A role that may do everything opens the buckets of every other user, whatever their policies say: so it may only
    touch the buckets that were named to ``reach``, each in a policy of its own, and no ``owner.txt`` in them.
    """

    def __init__(self, arn: str, iam: Connection, s3: Connection) -> None:
        self._arn, self._name = arn, arn.rpartition("/")[2]
        self._iam, self._s3 = iam, s3
        self._reached: set[str] = set()

    def close(self) -> None:
        self._iam.close()
        self._s3.close()

    def reach(self, bucket: str, base_key: str | None) -> None:
        """See to it that the role exists, lasts for 12 hours, and may touch this bucket. Asks the store once only.

        Raises BadRequest for a base key so deep that its ``owner.txt`` cannot be closed.
        """
        if (base_key or "").strip("/").count("/") >= DEEPEST_BASE_KEY:
            raise errors.BadRequest(f"On Ceph, credentials are lent for base keys of up to {DEEPEST_BASE_KEY} names.")
        if bucket in self._reached:
            return
        self._ensure()
        arn = f"arn:aws:s3:::{bucket}"
        allowed = {"Effect": "Allow", "Action": ["s3:*"], "Resource": [arn, f"{arn}/*"]}
        # What a session's own policy denies, the gateway lets it overwrite by a copy; what the role denies it does not.
        # Its wildcard ends at the first slash that is followed by the wrong letter, so each depth is named.
        owners = [f"{arn}/{'*/' * depth}{OWNER_FILE}" for depth in range(DEEPEST_BASE_KEY + 1)]
        denied = {"Effect": "Deny", "Action": ["s3:*"], "Resource": owners}
        self._put_policy(bucket, written_policy([allowed, denied]))
        self._reached.add(bucket)

    def _ensure(self) -> None:
        try:
            role = self._iam.call("get_role", RoleName=self._name)["Role"]
        except Refused as refused:
            if refused.store_code not in _MISSING:
                raise
            self._make()
            return
        if role["AssumeRolePolicyDocument"] != json.loads(trust := self._trust()):
            self._iam.call("update_assume_role_policy", RoleName=self._name, PolicyDocument=trust)
        if role.get("MaxSessionDuration", LONGEST_LIFE_S) < LONGEST_LIFE_S:
            # It cannot be changed, so it is made anew with the same policies.
            policies = {name: self._policy(name) for name in self._policy_names()}
            for name in policies:
                self._iam.call("delete_role_policy", RoleName=self._name, PolicyName=name)
            self._iam.call("delete_role", RoleName=self._name)
            self._make()
            for name, document in policies.items():
                self._put_policy(name, document)

    def _trust(self) -> str:
        """Only our own user may take the role: it opens whatever is lent from. To the gateway the sessions that we lend
        are our own user, too; as sessions of the role they are turned away, or each could be had anew without bounds.
        """
        tenant, _, user = self._s3.call("list_buckets")["Owner"]["ID"].rpartition("$")
        me, lent = f"arn:aws:iam::{tenant}:user/{user}", self._arn
        statements = [
            {"Effect": effect, "Principal": {"AWS": [who]}, "Action": ["sts:AssumeRole"]}
            for effect, who in (("Allow", me), ("Deny", lent))
        ]
        return written_policy(statements)

    def _make(self) -> None:
        try:
            self._iam.call(
                "create_role", RoleName=self._name, Path="/", AssumeRolePolicyDocument=self._trust(),
                MaxSessionDuration=LONGEST_LIFE_S,
            )  # fmt: skip
        except Refused as refused:
            if refused.store_code != "EntityAlreadyExists":  # Another process was faster.
                raise

    def _policy_names(self) -> list[str]:
        names: list[str] = self._iam.call("list_role_policies", RoleName=self._name)["PolicyNames"]
        return names

    def _policy(self, name: str) -> str:
        answer: Any = self._iam.call("get_role_policy", RoleName=self._name, PolicyName=name)
        return written_policy(answer["PolicyDocument"]["Statement"])

    def _put_policy(self, name: str, document: str) -> None:
        self._iam.call("put_role_policy", RoleName=self._name, PolicyName=name, PolicyDocument=document)
