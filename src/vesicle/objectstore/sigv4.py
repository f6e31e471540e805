"""Presigned URLs by AWS Signature Version 4, in the query string, path style.

botocore makes the same URLs more than ten times slower; it is the oracle of this file's test. The parameters stand in
the order in which they are signed, so one string is both the URL's query and the canonical one.
Source of the rules: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit


class Presigner:
    """Signs URLs below one endpoint with one set of credentials."""

    def __init__(
        self, endpoint: str, access_key: str, secret_key: str, region: str, session_token: str | None = None
    ) -> None:
        parts = urlsplit(endpoint)
        default_port = {"http": 80, "https": 443}[parts.scheme]
        address = parts.netloc.lower()
        # A client leaves the scheme's own port out of its Host header, which is what the store will verify.
        host = address.removesuffix(f":{default_port}")
        self._origin = f"{parts.scheme}://{address}"
        self._base_path = parts.path.rstrip("/")
        self._host_header = f"host:{host}\n"
        self._secret = f"AWS4{secret_key}".encode()
        self._scope_end = f"{region}/s3/aws4_request"
        self._algorithm = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={quote(access_key, safe='')}%2F"
        self._token = f"&X-Amz-Security-Token={quote(session_token, safe='')}" if session_token else ""
        self._today = ("", b"")

    def _key_of(self, day: str) -> bytes:
        known, key = self._today
        if known != day:
            key = self._secret
            for word in (day, *self._scope_end.split("/")):
                key = hmac.digest(key, word.encode(), "sha256")
            self._today = (day, key)  # One assignment of a pair, so that another thread never sees half of it.
        return key

    def url(
        self,
        method: str,
        bucket: str,
        key: str,
        query: dict[str, str],
        *,
        expires_s: int,
        now: datetime | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """A URL for one request. ``query`` names begin with a small letter and come in the order of the alphabet, as
        do those of ``headers``: what the request must carry besides Host, in small letters.
        """
        if not 1 <= expires_s <= 604_800:
            raise ValueError("a presigned URL lives from 1 second to 7 days")
        stamp = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        day = stamp[:8]
        scope = f"{day}/{self._scope_end}"
        given = list((headers or {}).items())
        before = [(name, value) for name, value in given if name < "host"]
        after = given[len(before) :]
        lines = "".join(f"{name}:{value}\n" for name, value in before) + self._host_header
        lines += "".join(f"{name}:{value}\n" for name, value in after)
        signed = ";".join([*(name for name, _ in before), "host", *(name for name, _ in after)])
        path = f"{self._base_path}/{bucket}/{quote(key, safe='/')}"
        parameters = (
            f"{self._algorithm}{quote(scope, safe='')}&X-Amz-Date={stamp}&X-Amz-Expires={expires_s}{self._token}"
            f"&X-Amz-SignedHeaders={quote(signed, safe='')}"
        )
        for name, value in query.items():
            parameters += f"&{name}={quote(value, safe='')}"
        canonical = f"{method}\n{path}\n{parameters}\n{lines}\n{signed}\nUNSIGNED-PAYLOAD"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
        signature = hmac.digest(self._key_of(day), to_sign.encode(), "sha256").hex()
        return f"{self._origin}{path}?{parameters}&X-Amz-Signature={signature}"
