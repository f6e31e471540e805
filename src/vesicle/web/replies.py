"""The few forms an answer takes besides a JSON shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from vesicle.wire import encode

JSON = "application/json;charset=UTF-8"
_OF_A_HEADER = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body, content type and further headers, ready to be sent."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Bare(Reply):
    """An empty body without a content type: the client would try to read a JSON one."""

    def __init__(self, status: int = 200) -> None:
        super().__init__(status)


class Text(Reply):
    """Plain text; what ``redirect=false`` answers."""

    def __init__(self, text: str, content_type: str = "text/plain; charset=UTF-8") -> None:
        super().__init__(200, text.encode(), content_type)


class Redirect(Reply):
    """307 to a URL that must not be kept, because it expires.

    People register URLs in their own letters, which a header cannot hold; quoted they lead to the same place.
    """

    def __init__(self, url: str) -> None:
        super().__init__(307, headers={"Location": quote(url, safe=_OF_A_HEADER), "Cache-Control": "no-store"})


def reply_of(answer: object, status: int) -> Reply:
    """A handler's answer as it goes out: shapes become JSON, None an empty body."""
    if isinstance(answer, Reply):
        return answer
    if answer is None:
        return Bare(status)
    return Reply(status, encode(answer), JSON)
