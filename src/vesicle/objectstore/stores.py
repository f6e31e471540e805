"""Every object store that this installation has credentials for, and which of them an endpoint means."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from vesicle.errors import BadRequest
from vesicle.objectstore.managed import Managed
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.s3_lending import LendingS3Store, Role
from vesicle.settings import S3Access

AMAZON = "https://s3.amazonaws.com"
"""What clients of this API name by themselves, whatever store they are to use."""


class Stores:
    """The default store, and those that the operator lists. No address that a user sends is ever connected to.

    ``managed`` is the default one, ``own_addresses`` are the endpoints that mean it, ``listed`` are the credentials for
    others, and ``unnamed`` is the endpoint that is meant by none and by Amazon's, if the operator says one.
    """

    def __init__(
        self, managed: Managed, own_addresses: Iterable[str], listed: Iterable[S3Access] = (), unnamed: str = ""
    ) -> None:
        self.managed = managed
        self._own = {normal(address) for address in own_addresses if address}
        self._listed = [(normal(one.endpoint), one) for one in listed]
        named = [normal(unnamed)] if unnamed else [normal(AMAZON)]
        known = {endpoint for endpoint, _ in self._listed}
        self._unnamed = named[0] if unnamed or named[0] in known else None
        self._made: dict[S3Access, S3Store] = {}
        self._making = threading.Lock()

    def meant_by(self, endpoint: str | None) -> str | None:
        """The endpoint to keep with a storage location: its normal form, and None for the default store.

        Raises BadRequest for one that the operator gave no credentials for.
        """
        wanted = normal(endpoint) if endpoint else None
        if wanted is None or wanted == AMAZON:
            wanted = self._unnamed
        if wanted is None or wanted in self._own:
            return None
        if wanted not in {known for known, _ in self._listed}:
            raise _unknown(wanted)
        return wanted

    def at(self, endpoint: str | None, bucket: str) -> S3Store:
        """The store at an endpoint that ``meant_by`` gave, with the credentials for this bucket.

        Raises BadRequest when the operator has taken them away since.
        """
        here = {endpoint} if endpoint else self._own
        found = [one for known, one in self._listed if known in here and bucket in (one.buckets or (bucket,))]
        if found:
            return self._store(max(found, key=lambda one: bool(one.buckets)))
        if endpoint is None or endpoint in self._own:
            return self.managed.store
        raise _unknown(endpoint)

    def address(self, endpoint: str | None, bucket: str) -> str:
        """Where clients reach the store of a location."""
        return self.at(endpoint, bucket).public_endpoint

    def _store(self, access: S3Access) -> S3Store:
        with self._making:
            if access not in self._made:
                self._made[access] = store_of(access)
            return self._made[access]


def store_of(access: S3Access) -> S3Store:
    """The store with these credentials; it lends where they name a role. Keep it: making one takes a while."""
    keys = access.access_key, access.secret_key
    more: dict[str, Any] = {
        "region": access.region, "public_endpoint": access.public_endpoint or None,
        "ca_bundle": access.ca_bundle or None,
    }  # fmt: skip
    if not access.role:
        return S3Store(access.endpoint, *keys, **more)
    lender = access.lender_access_key or keys[0], access.lender_secret_key or keys[1]
    return LendingS3Store(access.endpoint, *keys, role=Role(access.role, access.token_service, *lender), **more)


def _unknown(endpoint: str) -> BadRequest:
    return BadRequest(
        f"This server has no credentials for the object store {endpoint}; its operator lists the stores that storage"
        " locations may use (the setting s3)."
    )


def normal(endpoint: str) -> str:
    """An endpoint as it is compared: lower case, no default port, no slash at the end. Raises BadRequest."""
    try:
        parts = urlsplit(endpoint.strip())
        port = parts.port
    except ValueError:
        raise _no_endpoint(endpoint) from None
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not parts.hostname or not bare:
        raise _no_endpoint(endpoint)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, default) else "")


def _no_endpoint(endpoint: str) -> BadRequest:
    return BadRequest(f"endpointUrl {endpoint[:100]!r} is not the address of a store such as https://s3.example.org.")
