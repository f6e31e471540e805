"""The one place that writes a refusal as the API's error body."""

from __future__ import annotations

from vesicle.errors import RETRY_PHRASES, MethodNotAllowed, NotSignedIn, Refusal, TooManyRequests, Unavailable
from vesicle.web.replies import JSON, Reply
from vesicle.wire import UNSET, Maybe, Shape, encode

REALM = 'Bearer realm="vesicle"'
RETRY_AFTER_S = 5


class ErrorResponse(Shape, tag_field="concreteType", tag="org.sagebionetworks.repo.model.ErrorResponse"):
    """Why a request was refused."""

    reason: str
    error_code: Maybe[str] = UNSET
    error: Maybe[str] = UNSET


def reply_of_refusal(refusal: Refusal) -> Reply:
    """Status and error body.

    A lasting refusal never carries a phrase that makes the client repeat it for half an hour.
    """
    reason = refusal.reason or type(refusal).__name__
    if refusal.status < 500 and refusal.status != TooManyRequests.status:
        reason = _without_retry_phrases(reason)
    headers = {}
    if isinstance(refusal, NotSignedIn):
        headers["WWW-Authenticate"] = REALM
    elif isinstance(refusal, Unavailable | TooManyRequests):
        headers["Retry-After"] = str(getattr(refusal, "retry_after_s", RETRY_AFTER_S))
    elif isinstance(refusal, MethodNotAllowed):
        headers["Allow"] = reason.rpartition("it takes ")[2].rstrip(".")
    body = ErrorResponse(
        reason=reason, error_code=refusal.code or UNSET, error=getattr(refusal, "oauth_error", None) or UNSET
    )
    return Reply(refusal.status, encode(body), JSON, headers)


def _without_retry_phrases(reason: str) -> str:
    """Reasons quote what the client sent, such as a name; a quoted retry phrase is broken up with a visible mark."""
    for phrase in RETRY_PHRASES:
        while (at := reason.lower().find(phrase)) >= 0:
            reason = f"{reason[: at + 1]}·{reason[at + 1 :]}"
    return reason
