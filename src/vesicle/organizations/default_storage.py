"""Where new files of an organization's projects go, unless a project or folder has a setting of its own."""

from __future__ import annotations

from vesicle.access import OwnsLocation, require_each_owned
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden, Refusal
from vesicle.organizations.roles import Standing
from vesicle.usage import terms

SHARED = "managed-s3"
WHY_UNUSABLE = {
    "google-cloud": "is a bucket of Google's, which this server cannot use",
    "proxy": "is a proxy, which this server cannot use",
}


def check(conn: Connection, who: Standing, location_id: int) -> None:
    """That a location may be the organization's default: shared, its own private, or custom and the caller's to use.

    Raises NotFound, BadRequest (nobody can upload there, or STS) and Forbidden (somebody else's).
    """
    found = terms.of(conn, who.actor, location_id)
    named = f"Storage location {location_id}"
    if found.kind in WHY_UNUSABLE:
        raise BadRequest(f"{named} {WHY_UNUSABLE[found.kind]}; choose another default storage.")
    if found.sts_enabled:
        raise BadRequest(f"{named} has STS enabled, which is set on a folder; choose another default storage.")
    if not found.writable:
        raise BadRequest(f"{named} can be read and not written by this server; choose another default storage.")
    if found.private_to not in (None, who.of.id):
        raise Forbidden(f"{named} is private to another organization; ask the operator for one of your own.")
    if found.kind != SHARED and not who.actor.is_admin:
        answer = require_each_owned(conn, who.actor, OwnsLocation, [location_id])[location_id]
        if isinstance(answer, Refusal):
            raise Forbidden(
                f"{named} is custom storage of somebody else; only its creator, and the members of a team in its"
                " owner.txt, may make it the default storage of an organization."
            )
