"""Metering what is sent, and stopping it at the limit.

A download is the issue of a URL. Its size is charged once to each person and file handle; the URLs that a client asks
for while it goes on with the same download are recorded with nothing charged. Counting and refusing is one statement.
"""

from __future__ import annotations

from vesicle.access import Actor, MayDownload, MaySeeAttachment, OwnsFileHandle
from vesicle.db import Connection
from vesicle.errors import Forbidden
from vesicle.usage.model import size as told
from vesicle.usage.store import downloads as rows

EXCEEDED = "EGRESS_LIMIT_EXCEEDED"


def record_download(
    conn: Connection, actor: Actor, proof: MayDownload | MaySeeAttachment | OwnsFileHandle, *, handle_id: int,
    object_type: str | None, location_id: int | None, size: int,
) -> None:  # fmt: skip
    """One row for one URL that is handed out: who, what, its size in bytes, how many of them are charged, when.

    Raises Forbidden at the egress limit of the organization that pays.
    """
    object_id = None if isinstance(proof, OwnsFileHandle) else proof.id
    project_id = proof.project_id if isinstance(proof, MayDownload) else None
    values = {
        "who": actor.id, "handle": handle_id, "type": object_type, "object": object_id, "location": location_id,
        "size": size, "address": actor.address, "project": project_id,
    }  # fmt: skip
    if not rows.issue(conn, actor, proof, values):
        raise refusal(conn, actor, rows.payer(conn, actor, handle_id, project_id))


def record_packed(conn: Connection, actor: Actor, handle_id: int) -> None:
    """The files in a zip were recorded and charged one by one when it was made, so its first download is free.

    They are charged then, although nothing leaves the server yet, because only then is it known whose they are: each
    organization pays for its own files, at its own limit. The zip is a file of whoever asked for it, and its download
    would be charged to their organization; who is over a limit could have the files as a zip. Whoever fetches the zip
    again later is charged for it like for any other file of theirs. So is who asked from the region of a store: what
    stays there counts nowhere, and must not leave it as a zip.
    """
    rows.note_packed(conn, actor, handle_id)


def record_credentials(
    conn: Connection, actor: Actor, proof: MayDownload, *, location_id: int, permission: str
) -> None:
    """One row for temporary credentials that are lent. What is read with them nobody sees, so nothing is charged.

    None are lent at the egress limit of the organization that would pay, or of another that has something at the
    location. Raises Forbidden.
    """
    stopped = rows.stopped(conn, actor, rows.payer(conn, actor, 0, proof.project_id), location_id)
    if stopped is not None:
        raise refusal(conn, actor, stopped)
    rows.insert_credentials(conn, actor, proof, location_id, permission)


def refusal(conn: Connection, actor: Actor, organization_id: int) -> Forbidden:
    """Which limit it is, until when it holds, and whom to ask."""
    state = rows.state(conn, actor, organization_id)
    return Forbidden(
        f"{state.name} may send {told(state.limit or 0)} a {state.period.lower()} and has sent {told(state.sent)}."
        f" Downloads from it work again on {state.ends_on}, or when it gets another plan: ask the owner or managers"
        f" of organization {organization_id}.",
        EXCEEDED,
    )
