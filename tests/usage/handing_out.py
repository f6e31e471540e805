"""Handing out URLs, and merging, on connections of a test's own."""

from __future__ import annotations

from typing import Any

import psycopg
from tests.live import Person

from vesicle.access import Actor, MayDownload, require
from vesicle.access.actors import AUTHENTICATED, PUBLIC
from vesicle.organizations import merging
from vesicle.organizations.model.moving import MergeRequest
from vesicle.organizations.roles import OPERATOR
from vesicle.usage import recording
from vesicle.wire import Id

Conn = psycopg.Connection[Any]


def actor_of(person: Person, address: str | None = None) -> Actor:
    """Somebody, as a request of theirs would say it."""
    return Actor(person.id, [person.id, PUBLIC, AUTHENTICATED], address=address)


def hand_out(conn: Conn, owner: Person, file: dict[str, Any], size: int, actor: Actor | None = None) -> tuple[int, int]:
    """A URL of a file of the owner goes to somebody; how many bytes were charged, and how many of them counted."""
    proof = require(conn, actor_of(owner), MayDownload, int(file["id"][3:]))
    handle = int(file["dataFileHandleId"])
    recording.record_download(
        conn, actor or actor_of(owner), proof, handle_id=handle, object_type="FileEntity", location_id=1, size=size
    )
    found = conn.execute(
        "SELECT charged, counted FROM download_record WHERE file_handle_id = %s ORDER BY id DESC LIMIT 1", (handle,)
    ).fetchone()
    assert found
    return found[0], found[1]


def merge(conn: Conn, source: str, target: str) -> None:
    """One organization becomes part of another, by the operator."""
    with conn.transaction():
        merging.merge(conn, OPERATOR, int(target), MergeRequest(organization_id=Id(int(source))))
