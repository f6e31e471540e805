"""Pages of long lists, in the API's two styles.

Style 1 takes ``limit`` and ``offset`` and answers ``results`` with a total. Style 2 answers a ``nextPageToken``; ours
holds the key of the last row that was given, so that page one thousand costs what page one costs.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

import msgspec

from vesicle.errors import BadRequest
from vesicle.wire.shapes import Shape

LARGEST_PAGE = 100
T = TypeVar("T")


class Page(Shape):
    """Style 1. Where an exact count is not cheap, a full page promises one more."""

    results: list[Any]
    total_number_of_results: int


def offset_page(results: list[Any], limit: int, offset: int) -> Page:
    """A page whose total is only as exact as the page tells."""
    more = 1 if len(results) == limit else 0
    return Page(results=results, total_number_of_results=offset + len(results) + more)


def check_window(limit: int, offset: int, most: int = LARGEST_PAGE) -> None:
    """Raises BadRequest unless 1 <= limit <= most and offset >= 0."""
    if not 1 <= limit <= most:
        raise BadRequest(f"limit must be from 1 to {most}, not {limit}.")
    if offset < 0:
        raise BadRequest(f"offset must be 0 or more, not {offset}.")


def token_of_key(*key: Any) -> str:
    """A nextPageToken that names the last row of this page."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def key_of_token(token: str, kind: type[T]) -> T:
    """The key inside a token. Raises BadRequest for a token that this server did not make."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)), type=kind)
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        raise BadRequest("nextPageToken is not one that this server gave out; begin with the first page.") from None
