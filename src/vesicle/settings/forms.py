"""What a setting may say: texts with rules, and the credentials for one object store."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Form(NamedTuple):
    """A text with rules: what to say when it breaks them, and the normal form of one that keeps them (else None)."""

    expected: str
    normal: Callable[[str], str | None]


def _origin(text: str) -> str | None:
    try:
        parts = urlsplit(text)
        valid_port = parts.port is None or parts.port > 0
    except ValueError:
        return None
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    valid = parts.scheme in ("http", "https") and parts.hostname and valid_port and bare
    return f"{parts.scheme}://{parts.netloc}" if valid else None


def _origins(text: str) -> str | None:
    found = [_origin(one.strip()) for one in text.split(",")]
    return ",".join(one.lower() for one in found if one) if all(found) else None


def _networks(text: str) -> str | None:
    try:
        return ",".join(str(ipaddress.ip_network(one.strip(), strict=False)) for one in text.split(","))
    except ValueError:
        return None


def _matching(pattern: str) -> Callable[[str], str | None]:
    return lambda text: text if re.fullmatch(pattern, text) else None


ORIGIN = Form("an origin such as https://data.example.org, without a path", _origin)
NETWORKS = Form("addresses or networks such as 10.0.0.0/8, with commas between", _networks)
ORIGINS = Form("origins such as https://data.example.org, with commas between", _origins)
WEB_PAGE = Form("the address of a web page", _matching(r"https?://[^\s\"'<>]+"))
VERSION = Form("a version such as 1.0.0", _matching(r"[0-9A-Za-z.-]{1,64}"))
POSTGRESQL = Form("a URL that begins with postgresql://", _matching(r"postgres(ql)?://.+"))
BUCKET = Form(
    "a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens",
    _matching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
)
ROLE = Form(
    "the ARN of a role, such as arn:aws:iam::123456789012:role/name", _matching(r"arn:aws[a-z-]*:iam::.*role/.+")
)
HOST = Form("a host name or an IP address, without a port", _matching(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"))

ADDRESS = Form("a mail address such as vesicle@example.org", _matching(r"[\w.+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"))


@dataclasses.dataclass(frozen=True)
class S3Access:
    """Credentials for one object store, or, where ``buckets`` names some, for these buckets of it. Without keys it is a
    store that people bring buckets of with keys of their own.
    """

    endpoint: str
    access_key: str = ""
    secret_key: str = dataclasses.field(default="", repr=False)
    region: str = "us-east-1"
    public_endpoint: str = ""
    ca_bundle: str = ""
    role: str = ""
    sts_endpoint: str = ""
    lender_access_key: str = ""
    lender_secret_key: str = dataclasses.field(default="", repr=False)
    buckets: tuple[str, ...] = ()

    @property
    def token_service(self) -> str:
        """Where sessions of ``role`` are asked for."""
        if self.sts_endpoint or not (urlsplit(self.endpoint).hostname or "").endswith(".amazonaws.com"):
            return self.sts_endpoint or self.endpoint
        return f"https://sts.{self.region}.amazonaws.com"


S3_LIST = tuple[S3Access, ...]
S3_MEMBERS = ", ".join(one.name for one in dataclasses.fields(S3Access))


def s3_list(raw: object) -> tuple[S3Access, ...]:
    """From TOML tables, or from the same as JSON. Raises ValueError."""
    tables = json.loads(raw or "[]") if isinstance(raw, str) else raw
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError
    return tuple(_s3_access(table) for table in tables)


def _s3_access(table: dict[str, Any]) -> S3Access:
    buckets = table.get("buckets", [])
    texts = [value for name, value in table.items() if name != "buckets"] + list(buckets)
    if not isinstance(buckets, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError
    try:
        access = S3Access(**{**table, "buckets": tuple(buckets)})
    except TypeError:  # A name that is none of ours, or one that is missing.
        raise ValueError from None
    origins = [access.endpoint, *filter(None, [access.public_endpoint, access.sts_endpoint])]
    if bool(access.access_key) != bool(access.secret_key) or not all(_origin(one) for one in origins):
        raise ValueError
    if not access.access_key and (access.role or access.lender_access_key or access.buckets):
        raise ValueError
    if access.ca_bundle and not Path(access.ca_bundle).is_file():
        raise ValueError
    return access
