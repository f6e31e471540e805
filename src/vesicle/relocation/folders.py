"""Folders made of the pieces of keys, those of a whole page level by level."""

from __future__ import annotations

from collections.abc import Iterable

from vesicle.access import MayCreate, require_each
from vesicle.db import Connection
from vesicle.entities import many
from vesicle.errors import Refusal
from vesicle.locations import resolving
from vesicle.tree import planting
from vesicle.tree.planting import Place

Line = tuple[str, ...]
"""Names of folders, one in the other."""
NO_ROOM = "the folder holds as much as it may, or somebody took the name just now"


def ensure(
    conn: Connection, target: MayCreate, wanted: Iterable[Line], most_children: int
) -> tuple[dict[Line, int], dict[int, MayCreate], dict[Line, str]]:
    """The folders of these lines below the target, which are made where there are none.

    Returns their ids, the proofs that the actor may create in them, by id, and why a line has none. Call inside a
    transaction that holds the shape.
    """
    lines = set(wanted)
    ids: dict[Line, int] = {(): target.id}
    grants: dict[int, MayCreate] = {target.id: target}
    why_not: dict[Line, str] = {}
    for level in range(1, max(map(len, lines), default=0) + 1):
        here = {line[:level] for line in lines if len(line) >= level}
        for line in [one for one in here if one[:-1] in why_not]:
            why_not[line] = why_not[line[:-1]]
        _level(conn, target, {line for line in here if line not in why_not}, ids, grants, why_not, most_children)
    return ids, grants, {line: why_not[line] for line in lines if line in why_not}


def _level(
    conn: Connection, target: MayCreate, lines: set[Line], ids: dict[Line, int], grants: dict[int, MayCreate],
    why_not: dict[Line, str], most_children: int,
) -> None:  # fmt: skip
    places = {Place(ids[line[:-1]], line[-1]): line for line in lines}
    found = planting.there(conn, places)
    made = planting.plant(conn, grants, "folder", [one for one in places if one not in found], most_children)
    many.begin(conn, list(grants.values()), dict.fromkeys(made.values()), "", None)
    for place, line in places.items():
        number, kind = found.get(place, (made.get(place, 0), "folder"))
        if number == 0:
            why_not[line] = NO_ROOM
        elif kind != "folder":
            why_not[line] = f"{line[-1]!r} is to be a folder, and syn{number} has this name there"
        else:
            ids[line] = number
    new = [ids[line] for line in lines if line in ids]
    answers = require_each(conn, target.actor, MayCreate, new) if new else {}
    of_its_own = resolving.with_sts(conn, [number for number, _ in found.values()]) if found else set()
    for line in [one for one in lines if one in ids]:
        answer = answers[ids[line]]
        if isinstance(answer, Refusal):
            why_not[line] = answer.reason
        elif ids[line] in of_its_own:
            why_not[line] = f"syn{ids[line]} has a storage location with STS of its own, and takes no other files"
        else:
            grants[ids[line]] = answer
