"""The refusals this server can give, each with its HTTP status.

Stories raise them; one handler in ``web`` writes them as the API's error body. A reason names the thing, the cause and,
where there is one, the next step. The real client repeats any request whose reason contains one of RETRY_PHRASES, so a
permanent refusal must not contain them.
"""

from __future__ import annotations

RETRY_PHRASES = (
    "proxy error",
    "slow down",
    "timeout",
    "timed out",
    "connection reset by peer",
    "unknown ssl protocol error",
    "couldn't connect to host",
    "slowdown",
    "try again",
)


class Refusal(Exception):
    """A request that the server understood and does not carry out."""

    status = 500

    def __init__(self, reason: str, code: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class BadRequest(Refusal):
    """The request itself is wrong: malformed, out of range, or not possible for this kind of thing."""

    status = 400


class NotSignedIn(Refusal):
    """No usable credentials where the deed needs a person."""

    status = 401


class Forbidden(Refusal):
    """The caller is known, and may not."""

    status = 403


class InsufficientScope(Forbidden):
    """The token is good, and was not made for this."""

    oauth_error = "insufficient_scope"


class NotFound(Refusal):
    """The thing does not exist, or lies in the trash can."""

    status = 404


class MethodNotAllowed(Refusal):
    """The path exists, the method does not."""

    status = 405


class Conflict(Refusal):
    """The name is taken, or the thing is still in use."""

    status = 409


class Gone(Refusal):
    """The bytes behind a file handle vanished from a bucket that is not ours."""

    status = 410


class Stale(Refusal):
    """The etag, or the file handle to be replaced, is no longer the current one."""

    status = 412


class TooLarge(Refusal):
    """The request body is longer than the edge accepts."""

    status = 413


class Locked(Refusal):
    """Too many failed sign-ins; the account is closed for a while."""

    status = 423


class TooManyRequests(Refusal):
    """The caller asks too often; the same request will work after a while."""

    status = 429

    def __init__(self, reason: str, *, retry_after_s: int) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class StoreRefused(Refusal):
    """The object store answered, and refused what vesicle asked of it."""

    status = 502


class Unavailable(Refusal):
    """The database or the object store does not answer; the same request will work later."""

    status = 503
