"""What brings bytes and takes them away, at random: uploads, copies of handles, and what reapers remove."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from procrastinate.exceptions import AlreadyEnqueued
from tests import sending
from tests.live import Person, Server

from vesicle.files import reaping, removal
from vesicle.jobs.queue import Durable
from vesicle.web import House

EXCEEDED = "PROJECT_STORAGE_LIMIT_EXCEEDED"
# What may be refused beside a limit: something is gone, or taken, or at another place than the one who asks thinks.
KNOWN = (
    "begin it anew", "begin the upload anew", "parts are missing", "is completed", "last version", "already",
    "private storage", "cannot be merged", "with itself", "in trash", "trash can",
)  # fmt: skip


@dataclass
class Upload:
    """One that is not finished yet."""

    person: Person
    id: str
    content: bytes
    body: dict[str, Any]
    query: dict[str, Any]


@dataclass
class OfBytes:
    """What brings bytes and takes them away, and how any deed is done.

    Every deed takes numbers that say which things it is about, and does nothing when there are none. With ``storm``
    an answer may be lost, or say that the server or its database is busy.
    """

    server: Server
    limits: tuple[int, ...]
    storm: bool = False
    uploads: list[Upload] = field(default_factory=list)
    handles: list[tuple[Person, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    containers: list[str] = field(default_factory=list)
    projects: list[str] = field(default_factory=list)
    trash: list[str] = field(default_factory=list)
    organizations: list[dict[str, Any]] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    house: House = field(init=False)

    def close(self) -> None:
        """Nothing is done any more."""
        self.house.pool.close()

    # ------------------------------------------------------------ how to do

    def ask(self, person: Person, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The JSON of the answer; None when it was refused for a good reason, or lost in a storm."""
        try:
            answer = person.call(method, path, body, **query)
        except httpx.TransportError:
            assert self.storm, f"{method} {path} was not answered"
            return None
        if answer.is_success:
            return answer.json() if answer.content else {}
        if answer.status_code in (403, 404, 409, 410, 412) or (self.storm and answer.status_code == 503):
            return None
        said = answer.json()
        known = said.get("errorCode") == EXCEEDED or any(words in said["reason"] for words in KNOWN)
        assert answer.status_code == 400, f"{method} {path} → {answer.status_code} {answer.text}"
        assert known, f"{method} {path} → {answer.text}"
        return None

    def _one(self, things: list[Any], which: int) -> Any:
        some = list(things)
        return some[which % len(some)] if some else None

    def _drop(self, things: list[Any], thing: Any) -> None:
        # Another client may have dropped it already.
        with suppress(ValueError):
            things.remove(thing)

    def _work(self, now: Callable[[], object], durable: Durable, **arguments: Any) -> None:
        """What a worker does: at once, or in a storm by the workers of the server."""
        if not self.storm:
            now()
            return
        # A periodic job that waits already is not put on the queue twice.
        with self.server.database() as conn, suppress(AlreadyEnqueued):
            durable.defer(conn, **arguments)

    # -------------------------------------------------------------- uploads

    def start(self, who: int, size: int, salt: int, where: int, place: int) -> None:
        """The same request goes on with the same upload, whatever its state."""
        person = self._one(self.people, who)
        content = (str(salt % 20).encode() * size)[:size]
        body = sending.request(content, f"{salt % 20}.txt", storageLocationId=self._one(self.places, place))
        query = {"parentId": parent} if where % 2 and (parent := self._one(self.containers, where)) else {}
        self._started(Upload(person, "", content, body, query))

    def restart(self, which: int) -> None:
        """Begin the same upload anew; the old one may still be completed."""
        if upload := self._one(self.uploads, which):
            query = {**upload.query, "forceRestart": "true"}
            self._started(Upload(upload.person, "", upload.content, upload.body, query))

    def _started(self, new: Upload) -> None:
        status = self.ask(new.person, "POST", "/file/v1/file/multipart", new.body, **new.query)
        if status and status["state"] == "UPLOADING":
            known = [one for one in self.uploads if one.id == status["uploadId"]]
            self.uploads += [] if known else [Upload(new.person, status["uploadId"], new.content, new.body, new.query)]

    def complete(self, which: int) -> None:
        """Send the part, add it, and finish."""
        if (upload := self._one(self.uploads, which)) is None:
            return
        path = f"/file/v1/file/multipart/{upload.id}"
        signed = self.ask(upload.person, "POST", f"{path}/presigned/url/batch", {"partNumbers": [1]})
        if signed:
            url = signed["partPresignedUrls"][0]["uploadPresignedUrl"]
            upload.person.http.put(url, content=upload.content, timeout=60)
            self.ask(upload.person, "PUT", f"{path}/add/1", partMD5Hex=sending.md5(upload.content))
        done = self.ask(upload.person, "PUT", f"{path}/complete")
        if done:
            self.handles.append((upload.person, done["resultFileHandleId"]))
            self._drop(self.uploads, upload)

    def fail(self, which: int) -> None:
        """Nothing was sent, and the upload is told to end."""
        if upload := self._one(self.uploads, which):
            self.ask(upload.person, "PUT", f"/file/v1/file/multipart/{upload.id}/complete")

    def lose(self, which: int) -> None:
        """The store forgets an upload, and the server learns it when a part is added."""
        if upload := self._one(self.uploads, which):
            with self.server.database() as conn:
                row = conn.execute(
                    "SELECT bucket, key, store_upload_id FROM multipart_upload WHERE id = %s", (int(upload.id),)
                ).fetchone()
            if row:
                self.house.managed.store.abort_upload(*row)
            self.ask(upload.person, "PUT", f"/file/v1/file/multipart/{upload.id}/add/1", partMD5Hex="0" * 32)

    def expire(self, which: int) -> None:
        """Nobody went on with an upload for long, and the worker aborts it."""
        if upload := self._one(self.uploads, which):
            self._drop(self.uploads, upload)
            with self.server.database() as conn:
                conn.execute("UPDATE multipart_upload SET updated_on = '2020-01-01' WHERE id = %s", (int(upload.id),))
            self._work(lambda: removal.reap_uploads(self.house), removal.reap_uploads, timestamp=0)

    def abort(self, which: int) -> None:
        """Who began an upload ends it; somebody may still go on with it."""
        if upload := self._one(self.uploads, which):
            self.ask(upload.person, "DELETE", f"/vesicle/v1/upload/{upload.id}")

    # -------------------------------------------------------------- handles

    def copy_handle(self, who: int, which: int) -> None:
        """A handle of one's own for the bytes of a file."""
        person, file = self._one(self.people, who), self._one(self.files, which)
        now = file and self.ask(person, "GET", f"/repo/v1/entity/{file}")
        if now:
            original = {
                "fileHandleId": now["dataFileHandleId"], "associateObjectId": file, "associateObjectType": "FileEntity",
            }  # fmt: skip
            done = self.ask(person, "POST", "/file/v1/filehandles/copy", {"copyRequests": [{"originalFile": original}]})
            if done and "newFileHandle" in done["copyResults"][0]:
                self.handles.append((person, done["copyResults"][0]["newFileHandle"]["id"]))

    def delete_handle(self, which: int) -> None:
        """By its owner; refused while something refers to it."""
        if (found := self._one(self.handles, which)) and self.ask(
            found[0], "DELETE", f"/file/v1/fileHandle/{found[1]}"
        ) is not None:
            self._drop(self.handles, found)

    def reap_handle(self, which: int) -> None:
        """As if nothing had referred to it for long; if so, it goes."""
        if found := self._one(self.handles, which):
            with self.server.database() as conn:
                conn.execute("UPDATE charge SET since = '2020-01-01' WHERE handle_id = %s", (int(found[1]),))
            self._work(lambda: reaping.reap_untied(self.house), reaping.reap_untied, timestamp=0)
