"""Every object store that this installation has credentials for, and which of them an endpoint means."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from vesicle.errors import BadRequest
from vesicle.objectstore.managed import Managed
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.s3_lending import LendingS3Store, Role
from vesicle.settings import S3Access

AMAZON = "https://s3.amazonaws.com"
"""What clients of this API name by themselves, whatever store they are to use."""
LONGEST = 300
MOST_OWNERS = 200
"""So many stores with keys of owners are kept, the ones used last; making one takes a while."""


class NoCredentials(BadRequest):
    """This server has nothing to come to that store or bucket with."""


class KeysTakenBack(NoCredentials):
    """The owner of a bucket took back the keys that opened it."""


class OwnKeys(NamedTuple):
    """Keys of somebody who brings a bucket. Never shown to anybody."""

    access_key: str
    secret_key: str

    def __repr__(self) -> str:
        return f"OwnKeys({self.access_key!r})"


class Stores:
    """The default store, and those that the operator lists. No other address that a user sends is ever connected to.

    ``managed`` is the default one, ``own_addresses`` are the endpoints that mean it, ``listed`` are the credentials for
    others, and ``unnamed`` is the endpoint that is meant by none and by Amazon's, if the operator says one. A store is
    kept on record by a reference: its endpoint, nothing for the default one, and behind a # the owner's keys for it as
    ``sealed`` gives them and ``unsealed`` reads them. Nothing behind the # is what is left of keys that were taken
    back: the operator's credentials do not take their place, since another account may have another bucket of that
    name.
    """

    def __init__(
        self,
        managed: Managed,
        own_addresses: Iterable[str],
        listed: Iterable[S3Access] = (),
        unnamed: str = "",
        sealed: Callable[[str], str] = str,
        unsealed: Callable[[str], str] = str,
    ) -> None:
        self.managed = managed
        self._own = {normal(address) for address in own_addresses if address}
        every = [(normal(one.endpoint), one) for one in listed]
        self._listed = [(known, one) for known, one in every if one.access_key]
        self._for_owners = dict(reversed(every))
        named = [normal(unnamed)] if unnamed else [normal(AMAZON)]
        known = {endpoint for endpoint, _ in self._listed}
        self._unnamed = named[0] if unnamed or named[0] in known else None
        self._made: dict[S3Access, S3Store] = {}
        self._making = threading.Lock()
        self._sealed, self._unsealed = sealed, unsealed
        self._owners = lru_cache(MOST_OWNERS)(self._opened)

    def meant_by(self, endpoint: str | None, *, own_keys: bool = False) -> str | None:
        """The endpoint to keep with a storage location: its normal form, and None for the default store.

        Raises BadRequest for one that the operator gave no credentials for; with ``own_keys`` for one that the operator
        did not list at all.
        """
        known = set(self._for_owners) if own_keys else {listed for listed, _ in self._listed}
        wanted = normal(endpoint) if endpoint else None
        if wanted is None or (wanted == AMAZON and not (own_keys and AMAZON in known)):
            wanted = self._unnamed
        if wanted is None or wanted in self._own:
            return None
        if wanted not in known:
            raise _unknown(wanted, for_owners=wanted in self._for_owners)
        return wanted

    def reference(self, endpoint: str | None, keys: OwnKeys | None) -> str | None:
        """What is kept on record of a store at an endpoint that ``meant_by`` gave, reached with these keys if any."""
        return f"{endpoint or ''}#{self._sealed(json.dumps(keys))}" if keys else endpoint

    def with_keys(self, endpoint: str | None, keys: OwnKeys) -> S3Store:
        """The store at an endpoint that ``meant_by`` gave, as somebody with keys of their own comes to it. It lends
        nothing, and nobody keeps it. Raises BadRequest when the operator does not list it any more.
        """
        if endpoint is None or endpoint in self._own:
            return self.managed.store.with_keys(*keys)
        if endpoint not in self._for_owners:
            raise _unknown(endpoint, for_owners=False)
        listed = self._for_owners[endpoint]
        return store_of(dataclasses.replace(listed, access_key=keys[0], secret_key=keys[1], role=""))

    def at(self, reference: str | None, bucket: str) -> S3Store:
        """The store of a reference, with the credentials for this bucket.

        Raises NoCredentials when the operator, or the owner, has taken them away since.
        """
        if reference and "#" in reference:
            with self._making:
                return self._owners(reference)
        endpoint = reference
        here = {endpoint} if endpoint else self._own
        found = [one for known, one in self._listed if known in here and bucket in (one.buckets or (bucket,))]
        if found:
            return self._store(max(found, key=lambda one: bool(one.buckets)))
        if endpoint is None or endpoint in self._own:
            return self.managed.store
        raise _unknown(endpoint, for_owners=endpoint in self._for_owners)

    def address(self, reference: str | None, bucket: str) -> str:
        """Where clients reach the store of a location."""
        return self.at(reference, bucket).public_endpoint

    def _opened(self, reference: str) -> S3Store:
        keys = reference.partition("#")[2]
        if not keys:
            raise KeysTakenBack(
                "The owner of this storage location took back the keys that opened its bucket; they leave new ones with"
                " PUT /vesicle/v1/storageLocation/{id}/keys."
            )
        return self.with_keys(endpoint_in(reference), OwnKeys(*json.loads(self._unsealed(keys))))

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


def endpoint_in(reference: str | None) -> str | None:
    """The endpoint of a store's reference, without the keys."""
    return (reference or "").partition("#")[0] or None


def closed(reference: str | None) -> str:
    """The reference without its keys, with which nobody comes to the store any more."""
    return f"{endpoint_in(reference) or ''}#"


def _unknown(endpoint: str, *, for_owners: bool) -> NoCredentials:
    if for_owners:
        return NoCredentials(
            f"This server has no credentials of its own for the object store {endpoint}; leave keys of yours with the"
            " storage location (accessKeyId and secretAccessKey)."
        )
    return NoCredentials(
        f"This server has no credentials for the object store {endpoint}; its operator lists the stores that storage"
        " locations may use (the setting s3)."
    )


def normal(endpoint: str) -> str:
    """An endpoint as it is compared: lower case, no default port, no slash at the end. Raises BadRequest."""
    if len(endpoint) > LONGEST or "#" in endpoint or "?" in endpoint or not endpoint.isprintable():
        raise _no_endpoint(endpoint)
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
