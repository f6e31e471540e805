"""Forms of web pages: only our own pages may send them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from vesicle.errors import Forbidden

# What a browser says of the page that sends a form: ours, or none (somebody reloads the answer).
_OURS = ("same-origin", "none")


def check_from_here(headers: Mapping[str, str], api_url: str) -> None:
    """Raises Forbidden for a form that a browser sends from a page of somebody else.

    ``Origin`` alone does not tell: pages that give no referrer, as ours, send ``null``. Callers that are no browsers
    send neither header; what protects a form from them is the secret in it.
    """
    origin = headers.get("origin", "null").lower()
    at_home = {"null", api_url.lower()}
    foreign = origin not in at_home and urlsplit(origin).netloc != headers.get("host", "").lower()
    if foreign or headers.get("sec-fetch-site", "none") not in _OURS:
        raise Forbidden("This form was sent from a page of another site; open the link in the mail and send it there.")
