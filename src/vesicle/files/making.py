"""Files that the server makes itself: zips, manifests. The bytes go into the store in parts as they come."""

from __future__ import annotations

import hashlib
import io
from typing import Any
from uuid import uuid4

import structlog

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.files import store
from vesicle.files.removal import tidy
from vesicle.files.rules import check_file_name, key_name
from vesicle.locations.model import DEFAULT
from vesicle.objectstore.contract import StoreError
from vesicle.objectstore.managed import Managed
from vesicle.organizations import membership
from vesicle.organizations.model.organizations import INSTALLATION
from vesicle.settings import Settings
from vesicle.usage import charging
from vesicle.usage.model import size
from vesicle.web import House

log = structlog.get_logger(__name__)
PART = 8 * 1024**2
LIFE_HOURS = 24
GUEST_ROOM = 10 * 10**9


class NewObject(io.RawIOBase):
    """An object that grows as it is written to. At most one part of it is in memory.

    Every attempt of a job writes an object of its own, below one folder for the job, so that two that do the same work
    never write over each other.
    """

    def __init__(self, managed: Managed, owner_id: int, job_id: int, name: str, content_type: str) -> None:
        check_file_name(name)
        self._store, self.bucket = managed.store, managed.bucket
        self.folder = folder_of(owner_id, job_id)
        self.key = f"{self.folder}{uuid4()}/{key_name(name)}"
        self.name, self.content_type, self.size, self.etag = name, content_type, 0, ""
        self._waiting, self._upload, self._parts = bytearray(), "", list[tuple[int, str]]()
        self._md5 = hashlib.md5(usedforsecurity=False)

    @property
    def md5(self) -> str:
        """Hex MD5 of what was written."""
        return self._md5.hexdigest()

    def writable(self) -> bool:
        """It is for writing alone."""
        return True

    def write(self, data: Any, /) -> int:
        """Take these bytes, and send a part when there is enough for one."""
        piece = bytes(data)
        self._md5.update(piece)
        self.size += len(piece)
        self._waiting += piece
        while len(self._waiting) > PART:
            with memoryview(self._waiting) as waiting:
                part = bytes(waiting[:PART])
            self._send(part)
            del self._waiting[:PART]
        return len(piece)

    def finish(self) -> None:
        """The object is whole, and in the store."""
        if not self._upload:
            self._store.put(self.bucket, self.key, bytes(self._waiting), self.content_type)
        else:
            self._send(bytes(self._waiting))
            self._store.complete_upload(self.bucket, self.key, self._upload, self._parts)
        self.etag = self._store.stat(self.bucket, self.key).etag

    def give_up(self) -> None:
        """Nothing of it is to stay. What the store does not hear now is reaped as an abandoned upload later."""
        if not self._upload:
            return
        try:
            self._store.abort_upload(self.bucket, self.key, self._upload)
        except StoreError as error:
            log.warning("an upload of the server's own could not be aborted", reason=error.reason)

    def _send(self, part: bytes) -> None:
        if not self._upload:
            self._upload = self._store.begin_upload(self.bucket, self.key, self.content_type)
        number = len(self._parts) + 1
        self._parts.append((number, self._store.put_part(self.bucket, self.key, self._upload, number, part)))


def folder_of(owner_id: int, job_id: int) -> str:
    """Below it are the objects of a job, one of each attempt."""
    return f"{owner_id}/jobs/{job_id}/"


def clear(conn: Connection, house: House, owner_id: int, job_id: int) -> None:
    """What a job made that came to no end goes, once the caller's transaction is done. For ``frame.kind``."""
    tidy.defer(conn, bucket=house.managed.bucket, folder=folder_of(owner_id, job_id))


def check_room(conn: Connection, actor: Actor, settings: Settings) -> None:
    """Whether anything can be made for somebody now: asked before anything is read. Raises BadRequest."""
    organization_id = membership.payer(conn, actor)
    charging.check_room(conn, organization_id, DEFAULT, 1)
    _check_guest(conn, actor, settings, organization_id)


def record(conn: Connection, actor: Actor, settings: Settings, made: NewObject, *, passing: bool = True) -> int:
    """The handle of a finished object, which is the actor's; what other attempts left behind goes. In a transaction.

    It is charged to the organization that the actor prefers, or to their own one. People who only read have neither,
    and may have zips all the same: those are charged to the installation, as much as ``GUEST_ROOM`` at a time for each
    of them. What is ``passing`` was made to be fetched at once: it goes after a day, unless something refers to it,
    and so holds nobody's room for long. Raises BadRequest when it does not fit.
    """
    organization_id = membership.payer(conn, actor)
    handle_id = store.insert_made_handle(conn, actor, made, DEFAULT)
    charging.charge_new(conn, organization_id, [handle_id])
    _check_guest(conn, actor, settings, organization_id)
    if passing:
        charging.keep_for_hours(conn, [handle_id], LIFE_HOURS)
    tidy.defer(conn, bucket=made.bucket, folder=made.folder)
    return handle_id


def _check_guest(conn: Connection, actor: Actor, settings: Settings, organization_id: int) -> None:
    """Where plans are on, nothing is without a limit that somebody can have made again and again."""
    if organization_id != INSTALLATION or settings.plans == "off":
        return
    if charging.held_loose(conn, organization_id, actor.id) > GUEST_ROOM:
        raise BadRequest(
            f"You belong to no organization, so what the server makes for you may have {size(GUEST_ROOM)} at a time."
            f" Each of these files goes after {LIFE_HOURS} hours; delete some with DELETE /file/v1/fileHandle/<id>, or"
            " make a project, which gives you an organization of your own."
        )
