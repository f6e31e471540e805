"""A download list as a table, and its small files as a zip."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from vesicle.access import Actor, MayDownload, Scope, require_each
from vesicle.accounts import tokens
from vesicle.db import Connection
from vesicle.delivery import store, zips
from vesicle.delivery.bulk import Names, check_limits, note_downloads
from vesicle.delivery.list_model import (
    CsvTableDescriptor,
    DownloadListManifestRequest,
    DownloadListManifestResponse,
    DownloadListPackageRequest,
    DownloadListPackageResponse,
    ListedFile,
)
from vesicle.delivery.zips import Entry
from vesicle.errors import BadRequest, Refusal
from vesicle.files import handles as files
from vesicle.files.making import NewObject, check_room, clear, record
from vesicle.files.model import ENTITY
from vesicle.files.rules import check_file_name
from vesicle.jobs import frame
from vesicle.settings import Settings
from vesicle.wire import stamp

COLUMNS = (
    "ID", "name", "versionNumber", "contentType", "dataFileSizeBytes", "createdBy", "createdOn", "modifiedBy",
    "modifiedOn", "parentId", "synapseURL", "dataFileMD5Hex",
)  # fmt: skip
# The client adds columns of these names to its own table of what it fetched.
THE_CLIENTS = ("path", "error")
MOST_PACKED = 2500


def check_format(form: CsvTableDescriptor) -> None:
    """Raises BadRequest."""
    if len(form.separator) != 1 or len(form.quote_character) != 1 or form.separator == form.quote_character:
        raise BadRequest("separator and quoteCharacter are one character each, and not the same.")
    if form.line_end not in ("\n", "\r\n", "\r") or {form.separator, form.quote_character} & set("\r\n"):
        raise BadRequest("lineEnd ends a line, and separator and quoteCharacter do not.")


def write_manifest(job: frame.Running, request: DownloadListManifestRequest) -> frame.End:
    """The table of everything on the list that the caller may download. Raises BadRequest when that is nothing."""
    check_format(request.csv_table_descriptor)
    house = job.house
    with house.pool.connection() as conn, conn.transaction():
        actor = tokens.actor_of_person(conn, job.started_by, house.settings)
        check_room(conn, actor, house.settings)
        made = NewObject(house.managed, actor.id, job.id, f"manifest_{job.id}.csv", "text/csv")
        keys = _keys(conn, actor)
        rows = store.each_available(conn, actor, zips.LARGEST_FILE)
        if not _write(made, request.csv_table_descriptor, house.settings, keys, rows):
            raise BadRequest("No files available for download.")
    made.finish()
    return partial(_manifest_end, actor=actor, settings=house.settings, made=made)


def _manifest_end(conn: Connection, actor: Actor, settings: Settings, made: NewObject) -> DownloadListManifestResponse:
    return DownloadListManifestResponse(result_file_handle_id=str(record(conn, actor, settings, made)))


def _keys(conn: Connection, actor: Actor) -> list[str]:
    return [key for key in store.annotation_keys(conn, actor) if key not in COLUMNS + THE_CLIENTS]


def _write(
    target: Any, form: CsvTableDescriptor, settings: Settings, keys: list[str], rows: Iterator[ListedFile]
) -> int:
    """How many files are in the table."""
    text = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
    sheet = csv.writer(
        text, delimiter=form.separator, quotechar=form.quote_character, lineterminator=form.line_end
    )  # fmt: skip
    if form.is_first_line_header:
        sheet.writerow([*COLUMNS, *keys])
    count = 0
    for row in rows:
        count += 1
        sheet.writerow([*_cells(row, settings), *(_value(row.annotations.get(key)) for key in keys)])
    text.detach()
    return count


def _cells(row: ListedFile, settings: Settings) -> list[Any]:
    return [
        f"syn{row.id}", row.name, row.version, row.content_type or "", "" if row.size is None else row.size,
        row.created_by, stamp(row.created_on), row.modified_by, stamp(row.modified_on), f"syn{row.parent_id}",
        f"{settings.api_url}/#!Synapse:syn{row.id}.{row.version}", row.md5 or "",
    ]  # fmt: skip


def _value(held: Any) -> str:
    values = held["value"] if held else []
    return str(values[0]) if len(values) == 1 else (json.dumps(values) if values else "")


def check_package(request: DownloadListPackageRequest) -> None:
    """Raises BadRequest."""
    check_format(request.csv_table_descriptor)
    if request.zip_file_name:
        check_file_name(request.zip_file_name)


def package(job: frame.Running, request: DownloadListPackageRequest) -> frame.End:
    """As many of the files that fit as a zip takes; the list stays as it is. Raises BadRequest when none fits."""
    check_package(request)
    house = job.house
    with house.pool.connection() as conn:
        actor = tokens.actor_of_person(conn, job.started_by, house.settings, job.address)
        listed = store.available(conn, actor, zips.LARGEST_FILE, True, [], MOST_PACKED, 0)
        entries = _entries(conn, actor, listed)
        zips.look(conn, house, entries)
        check_limits(conn, actor, house.settings, entries)
        sheet = io.BytesIO()
        if request.include_manifest:
            keys = sorted({key for one in listed for key in one.annotations} - {*COLUMNS, *THE_CLIENTS})
            _write(sheet, request.csv_table_descriptor, house.settings, keys, iter(listed))
    made = NewObject(house.managed, actor.id, job.id, request.zip_file_name or f"{job.id}.zip", "application/zip")
    zips.write(job, made, entries, {"manifest.csv": sheet.getvalue()} if request.include_manifest else {})
    if not made.etag:
        raise BadRequest("No files are eligible for packaging.")
    return partial(_package_end, actor=actor, settings=house.settings, made=made, entries=entries)


def _entries(conn: Connection, actor: Actor, listed: list[ListedFile]) -> list[Entry]:
    ids = list(dict.fromkeys(one.id for one in listed))
    answers = require_each(conn, actor, MayDownload, ids) if ids else {}
    grants = {number: one for number, one in answers.items() if not isinstance(one, Refusal)}
    found = files.associated(conn, list(grants.values()), [one.handle_id for one in listed]) if grants else {}
    names = Names("manifest.csv")
    keys = dict.fromkeys((one.id, one.handle_id) for one in listed)
    return [Entry(grants[key[0]], found[key], names.flat(found[key]), ENTITY) for key in keys if key in found]


def _package_end(
    conn: Connection, actor: Actor, settings: Settings, made: NewObject, entries: list[Entry]
) -> DownloadListPackageResponse:
    handle_id = record(conn, actor, settings, made)
    note_downloads(conn, actor, handle_id, entries)
    return DownloadListPackageResponse(result_file_handle_id=str(handle_id))


_SCOPES = Scope.view | Scope.download | Scope.modify
MANIFEST = frame.kind(DownloadListManifestRequest, write_manifest, _SCOPES, clear)
PACKAGE = frame.kind(DownloadListPackageRequest, package, _SCOPES, clear)
