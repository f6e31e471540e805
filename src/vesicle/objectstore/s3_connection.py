"""One S3 endpoint over botocore: the clients, a single call, and what its failures mean. The only home of botocore."""

from __future__ import annotations

import copy
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NotConnected
from botocore.utils import parse_timestamp

from vesicle import errors
from vesicle.objectstore.contract import NoSuchObject, NoSuchUpload, Refused, StoreError, Unavailable

# These may rightly take minutes, and once carried out they cannot be asked for again with the same answer.
_LONG = frozenset({"complete_multipart_upload", "copy_object", "upload_part_copy"})
_MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "404"})
# The store asks for patience; it does so with several statuses.
_BUSY = frozenset({"SlowDown", "RequestTimeout", "TooManyRequests", "Throttling", "OperationAborted"})

# A session that knows nothing of the credentials and profiles of whoever runs the server. There is one for all, because
# it keeps the service's description, which takes 0.1 s to read; making clients of it is not safe in threads.
_NOTHING = (None, None, os.devnull, None)
_SESSION = botocore.session.Session(
    session_vars={"profile": (None, None, None, None), "config_file": _NOTHING, "credentials_file": _NOTHING}
)


def _moment(value: Any) -> datetime:
    """As the SDK reads it, which tries many forms: a third of the time that a page of a listing takes."""
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return parse_timestamp(value)
    return read if read.tzinfo else parse_timestamp(value)


_SESSION.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
_MAKING_CLIENTS = threading.Lock()


class Connection:
    """The clients of one endpoint and one set of credentials, safe to use from many threads. ``service`` is how the SDK
    calls what is spoken there.

    Times are in seconds: ``connect_s`` and ``read_s`` bound every ordinary call, ``long_read_s`` those that put an
    object together. For ``rest_s`` after a failure to reach the store, calls are refused at once, so that a dead store
    does not hold every thread of the server. Raises ``errors.BadRequest`` for an endpoint that is no http(s) address.
    """

    def __init__(
        self,
        endpoint: str,
        access_key: str,
        secret_key: str,
        *,
        region: str,
        ca_bundle: str | None,
        session_token: str | None,
        connect_s: float,
        read_s: float,
        long_read_s: float,
        rest_s: float,
        service: str = "s3",
    ) -> None:
        self.name = address(endpoint)
        self._rest_s = rest_s
        self._resting_until = 0.0

        def client(read_timeout: float) -> Any:
            return _SESSION.create_client(
                service,
                region_name=region,
                endpoint_url=endpoint,
                aws_access_key_id=access_key,
                aws_secret_access_key=secret_key,
                aws_session_token=session_token,
                verify=ca_bundle,
                config=_config(endpoint, connect_s, read_timeout),
            )

        with _MAKING_CLIENTS:
            self._quick, self._patient = client(read_s), client(long_read_s)

    def close(self) -> None:
        self._quick.close()
        self._patient.close()

    def hurried(self) -> Connection:
        """The same, with the same clients, which waits for no call longer than for an ordinary one."""
        twin = copy.copy(self)
        twin._patient = self._quick
        return twin

    def call(self, operation: str, read: Callable[[Any], Any] = lambda answer: answer, **request: Any) -> Any:
        """One call of the SDK, once more when it met a passing failure; what is None is left out of the request."""
        method = getattr(self._patient if operation in _LONG else self._quick, operation)
        wanted = given(request)
        for again in (operation not in _LONG, False):
            if time.monotonic() < self._resting_until:
                raise Unavailable(f"The object store {self.name} did not answer a moment ago.")
            try:
                return read(method(**wanted))
            except (ClientError, BotoCoreError) as failure:
                if not (again and _passing(failure)):
                    raise self._translated(failure, operation, request) from failure
        raise AssertionError("the second attempt returns or raises")

    def _translated(self, failure: ClientError | BotoCoreError, operation: str, request: dict[str, Any]) -> StoreError:
        parts = [request[part] for part in ("Bucket", "Key") if part in request]
        deed = f"{operation} of {_quiet('/'.join(parts), 'an object')}" if parts else operation
        if isinstance(failure, ClientError):
            return _answered(failure, f"The object store {self.name}", deed, "UploadId" in request)
        if isinstance(failure, (NotConnected, HTTPClientError, IncompleteReadError)):
            if isinstance(failure, NotConnected) or operation not in _LONG:
                self._resting_until = time.monotonic() + self._rest_s
            return Unavailable(f"The object store {self.name} does not answer ({type(failure).__name__}).")
        # Not sent at all, such as a bucket name that no store can have, or answered in a way that is not S3's.
        kind = type(failure).__name__
        return Refused(f"The object store {self.name} cannot be asked for {deed} ({kind}).", kind)


def _answered(failure: ClientError, store: str, deed: str, of_upload: bool) -> StoreError:
    """The contract's word for an error that the store answered with."""
    error = failure.response.get("Error", {})
    # Ceph's account services put the code at the root of the document, where the SDK does not look.
    code = str(error.get("Code") or failure.response.get("Code") or "")
    if code == "NoSuchUpload" or (of_upload and code in _MISSING):  # Ceph says NoSuchKey of an upload, too.
        return NoSuchUpload(f"{store} does not know the upload ({deed}).", code)
    if code in _MISSING:
        return NoSuchObject(f"{store} has no such object ({deed}).", code)
    if code in _BUSY or _is_trouble(failure):
        return Unavailable(f"{store} could not do {deed} just now ({code}).")
    message = _quiet(str(error.get("Message") or ""), "")
    return Refused(f"{store} refused {deed}: {code}{f' ({message})' if message else ''}", code)


def _passing(failure: ClientError | BotoCoreError) -> bool:
    """Whether the same call may well succeed at once: trouble of the store's own, a kept connection that it closed."""
    return _is_trouble(failure) if isinstance(failure, ClientError) else isinstance(failure, ConnectionClosedError)


def _is_trouble(failure: ClientError) -> bool:
    status = failure.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status == 429 or (status >= 500 and status != 501)  # 501 is "never", not "not now".


def _quiet(text: str, instead: str) -> str:
    """The text, unless it has words at which the real client would repeat a request that cannot succeed."""
    return instead if any(phrase in text.lower() for phrase in errors.RETRY_PHRASES) else text


def address(endpoint: str) -> str:
    """The endpoint's host and port. Raises ``errors.BadRequest`` when it is no http(s) address."""
    try:
        parts = urlsplit(endpoint)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # A port beyond 65,535, a bracket that does not close.
        known = False
    if not known or "@" in parts.netloc or parts.query:
        raise errors.BadRequest("An object store's endpoint is an address such as https://s3.example.org.")
    return parts.netloc


def _config(endpoint: str, connect_s: float, read_s: float) -> Config:
    local = urlsplit(endpoint).hostname in ("localhost", "127.0.0.1", "::1")
    return Config(
        connect_timeout=connect_s,
        read_timeout=read_s,
        retries={"total_max_attempts": 1},  # The one quick repetition is our own, without the SDK's pauses.
        max_pool_connections=50,
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        # Trailing checksums, the SDK's default, are refused by Ceph over https.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        proxies={} if local else None,  # No proxy of the environment leads to this very machine.
    )


def given(request: dict[str, Any]) -> dict[str, Any]:
    """The request without what is None."""
    return {name: value for name, value in request.items() if value is not None}
