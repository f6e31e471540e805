"""Many files as one zip: read from the store piece by piece, written back into it part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from vesicle.db import Connection
from vesicle.delivery import presence
from vesicle.delivery.associations import Proof
from vesicle.errors import Refusal
from vesicle.files.making import NewObject
from vesicle.files.model import Handle
from vesicle.jobs.frame import Running
from vesicle.objectstore.contract import NoSuchObject, Refused
from vesicle.objectstore.stores import NoCredentials, Stores
from vesicle.web import House

PIECE = 4 * 1024**2
LARGEST_FILE = 1024**3
LARGEST_ZIP = 1024**3
QUICK = 1
"""Most scientific files are compressed already; more effort would make the job longer and the zip no smaller."""


@dataclass
class Entry:
    """One file that goes into a zip: the proof that it may, what it is called there, and what became of it."""

    proof: Proof
    handle: Handle
    name: str
    object_type: str | None
    failure: tuple[str, str] | None = None


def why_not(handle: Handle) -> tuple[str, str] | None:
    """Code and reason for what never goes into a zip."""
    if handle.kind != "s3":
        return "UNKNOWN_ERROR", "Only files in an object store go into a zip; download this one by itself."
    if (handle.content_size or 0) > LARGEST_FILE:
        return "EXCEEDS_SIZE_LIMIT", f"Files of more than {LARGEST_FILE} bytes are downloaded by themselves."
    return None


def look(conn: Connection, house: House, entries: list[Entry]) -> None:
    """What lies in buckets of others may be gone, or be other bytes by now; such entries fail, with the reason."""
    for entry in entries:
        gone = entry.failure or presence.why_not(conn, house.stores, house.settings, entry.proof, entry.handle)
        if isinstance(gone, Refusal):
            entry.failure = "UNKNOWN_ERROR" if isinstance(gone, NoCredentials) else "NOT_FOUND", gone.reason


def write(job: Running, made: NewObject, entries: list[Entry], more: dict[str, bytes]) -> None:
    """Write the zip and finish the object; ``more`` are small files of the server's own. Each entry may fail alone."""
    try:
        with ZipFile(made, "w", ZIP_DEFLATED, compresslevel=QUICK) as archive:
            for number, entry in enumerate(entries):
                job.progress(number, len(entries), f"Packing {number + 1} of {len(entries)} files")
                entry.failure = entry.failure or _too_late(made) or _add(job.house.stores, archive, entry)
            for name, content in more.items():
                archive.writestr(ZipInfo(name), content)
        if any(entry.failure is None for entry in entries):
            made.finish()
        else:
            made.give_up()
    except BaseException:
        made.give_up()
        raise


def _too_late(made: NewObject) -> tuple[str, str] | None:
    if made.size <= LARGEST_ZIP:
        return None
    return "EXCEEDS_SIZE_LIMIT", f"The zip has more than {LARGEST_ZIP} bytes already; ask for this file in another."


def _add(stores: Stores, archive: ZipFile, entry: Entry) -> tuple[str, str] | None:
    """Why the file is not in the zip; the first piece is read before its entry is begun."""
    pieces = _pieces(stores, entry.handle)
    try:
        first = next(pieces, b"")
    except NoSuchObject:
        return "NOT_FOUND", "The bytes of this file are not in the store any more."
    except (Refused, NoCredentials) as refusal:
        return "UNKNOWN_ERROR", refusal.reason
    of = entry.handle.created_on
    info: Any = ZipInfo(entry.name, (max(1980, of.year), of.month, of.day, of.hour, of.minute, of.second))
    info.compress_type, info.file_size = ZIP_DEFLATED, entry.handle.content_size or 0
    info._compresslevel = QUICK
    with archive.open(info, "w") as target:
        target.write(first)
        for piece in pieces:
            target.write(piece)
    return None


def _pieces(stores: Stores, handle: Handle) -> Iterator[bytes]:
    size, bucket, key = handle.content_size or 0, handle.bucket or "", handle.key or ""
    store = stores.at(handle.endpoint, bucket)
    for start in range(0, size, PIECE):
        yield store.get(bucket, key, (start, min(start + PIECE, size) - 1))
