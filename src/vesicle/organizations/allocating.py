"""Projects from before plans were switched on: proposing where they go, and putting them there."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import TextIO

from vesicle.db import Connection
from vesicle.errors import BadRequest, NotFound, Refusal
from vesicle.organizations import founding, moving
from vesicle.organizations.model.organizations import INSTALLATION
from vesicle.organizations.roles import OPERATOR
from vesicle.organizations.store import allocation as rows
from vesicle.organizations.store import organizations
from vesicle.settings import Settings
from vesicle.wire import EntityId

COLUMNS = ["project", "name", "creator", "storedBytes", "organization"]
OWN = "own"
"""Stands for the default organization of who made the project, which is made when it does not exist."""


def propose(conn: Connection, out: TextIO) -> int:
    """Write a line for each project of the installation's organization; how many there are. Edit the last column:
    ``own``, the number of an organization, or its name.
    """
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for project_id, name, creator, stored, default_id in rows.unallocated(conn, OPERATOR):
        writer.writerow([f"syn{project_id}", name, creator, stored, default_id or OWN])
        count += 1
    return count


def apply(conn: Connection, settings: Settings, lines: Iterable[str]) -> Iterator[str]:
    """Do what an edited proposal says, line by line, each whole or not at all; what became of each.

    What is done already is passed over, so a run that was cut off is simply repeated. Raises BadRequest for a file
    that is no proposal.
    """
    reader = csv.DictReader(lines)
    try:
        columns = set(reader.fieldnames or [])
    except (UnicodeDecodeError, csv.Error) as trouble:
        raise _unreadable(1, trouble) from None
    if not {"project", "organization"} <= columns:
        raise BadRequest(f"The file has to have the columns {', '.join(COLUMNS)}; begin with: vesicle org propose")
    for line in _rows(reader):
        try:
            project_id = int(EntityId.parse(line["project"]))
            with conn.transaction():
                said = _place(conn, settings, project_id, (line["organization"] or "").strip())
        except (Refusal, ValueError) as refusal:
            said = f"NOT MOVED: {refusal}"
        yield f"{line['project']}: {said}"


def _rows(reader: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    """Every line; those before one that cannot be read are dealt with. Raises BadRequest."""
    try:
        yield from reader
    except (UnicodeDecodeError, csv.Error) as trouble:
        raise _unreadable(reader.line_num + 1, trouble) from None


def _unreadable(number: int, trouble: Exception) -> BadRequest:
    return BadRequest(
        f"The file cannot be read on from line {number}: {trouble}. Save it as CSV in UTF-8, and apply it again."
    )


def _place(conn: Connection, settings: Settings, project_id: int, wanted: str) -> str:
    target_id = _target(conn, settings, project_id, wanted)
    if not moving.assign(conn, OPERATOR, project_id, target_id):
        return f"is in organization {target_id} already"
    return f"moved to organization {target_id}"


def _target(conn: Connection, settings: Settings, project_id: int, wanted: str) -> int:
    if wanted == OWN:
        maker_id = rows.maker_of(conn, OPERATOR, project_id)
        if maker_id is None:
            raise NotFound(f"There is no project syn{project_id}.")
        return founding.default_of(conn, OPERATOR, settings, maker_id)
    if not wanted.isprintable():
        raise NotFound(f"{wanted[:50]!r} is the name of no organization.")
    found = int(wanted) if wanted.isascii() and wanted.isdigit() else rows.named(conn, OPERATOR, wanted)
    if found is None or found == INSTALLATION:
        raise NotFound(f"There is no organization {wanted!r} to put it into; make it first.")
    return found


def left(conn: Connection) -> int:
    """How many projects the installation's organization still has."""
    return organizations.project_count(conn, OPERATOR, INSTALLATION)
