"""What becomes of one page of a listing, in one transaction and a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vesicle.access import MayCreate, MayUpdate, OwnsLocation, require_each
from vesicle.db import Connection
from vesicle.entities import many
from vesicle.errors import Refusal
from vesicle.files import many as handles
from vesicle.files.model import Bytes
from vesicle.locations.resolving import Place
from vesicle.relocation import folders
from vesicle.relocation.keys import Wanted, is_owner_file, place_of
from vesicle.relocation.listing import Seen
from vesicle.relocation.model import Outcome, RegisterObjectsRequest
from vesicle.relocation.store import registrations
from vesicle.relocation.store.registrations import OnRecord
from vesicle.tree import planting
from vesicle.tree.model import DEEPEST
from vesicle.tree.planting import Place as Spot


@dataclass
class Line:
    """A line of the manifest."""

    seen: Seen
    outcome: Outcome
    note: str = ""
    entity: int | None = None
    version: int | None = None
    handle: int | None = None
    content_type: str | None = None
    md5: str | None = None


@dataclass
class Page:
    """The objects of a page, sorted out: those that are dealt with, those to be made, those to get a new version."""

    lines: dict[str, Line] = field(default_factory=dict)
    new: dict[str, tuple[Seen, Wanted]] = field(default_factory=dict)
    changed: dict[str, tuple[Seen, int]] = field(default_factory=dict)
    replaced: list[int] = field(default_factory=list)  # The handles whose objects are others by now.

    def settle(
        self, seen: Seen, outcome: Outcome, note: str = "", *, entity: int | None = None, version: int | None = None,
        handle: int | None = None, known: Bytes | OnRecord | None = None,
    ) -> None:  # fmt: skip
        """This is what became of the object."""
        told = (known.content_type, known.md5) if known else (None, None)
        self.lines[seen.key] = Line(seen, outcome, note, entity, version, handle, *told)

    @property
    def open(self) -> list[Seen]:
        """The objects that are not dealt with."""
        return [seen for seen, _ in [*self.new.values(), *self.changed.values()]]


@dataclass(frozen=True)
class Task:
    """What is registered, where, and as whom; the grants are asked for anew for every page."""

    asked: RegisterObjectsRequest
    place: Place
    base: str
    location: OwnsLocation
    target: MayCreate
    most_children: int


def sort_out(conn: Connection, task: Task, objects: Iterable[Seen]) -> Page:
    """Which objects are vesicle's own, known, changed, new, or cannot be registered."""
    page, newest = Page(), [one for one in objects if one.newest]
    # What does not print cannot be on record.
    keys = [one.key for one in newest if one.key.isprintable()]
    history: dict[str, list[OnRecord]] = {}
    ours = registrations.uploads(conn, task.location, task.place.bucket, keys)
    for row in registrations.known(conn, task.target, task.place.location, keys):
        if row.ours:
            ours.add(row.key)
        elif row.entity is not None:
            history.setdefault(row.key, []).append(row)
    deepest = DEEPEST - planting.depth(conn, task.target)
    for one in newest:
        if one.key in ours or is_owner_file(one.key):
            page.settle(one, Outcome.PASSED_OVER)
        elif one.key in history:
            _compare(page, one, history[one.key])
        else:
            place = place_of(one.key, task.base, flat=task.asked.structure == "flat", deepest=deepest)
            if isinstance(place, str):
                page.settle(one, Outcome.REPORTED, place)
            else:
                page.new[one.key] = (one, place)
    return page


def _compare(page: Page, one: Seen, rows: list[OnRecord]) -> None:
    """With the newest version that the first entity has of this object."""
    entity = rows[0].entity or 0
    last = [row for row in rows if row.entity == entity][-1]
    if (last.etag, last.size) == (one.etag, one.size):
        page.settle(one, Outcome.UNCHANGED, entity=entity, version=last.number, handle=last.handle, known=last)
        return
    page.replaced += [row.handle for row in rows]
    if last.number != last.current:
        page.settle(one, Outcome.REPORTED, f"the object changed, and syn{entity} got other bytes since", entity=entity)
    else:
        page.changed[one.key] = (one, entity)


def register(conn: Connection, task: Task, page: Page, known: Mapping[str, Bytes | str]) -> None:
    """Make files of the new objects, and new versions of the changed ones. Call inside a transaction."""
    for key, (seen, _) in [*page.new.items(), *page.changed.items()]:
        details = known.get(key, "the object appeared while the page was looked at; the next registration takes it")
        if isinstance(details, str):
            page.settle(seen, Outcome.REPORTED, details)
    handles.met_no_more(conn, task.location.id, page.replaced)
    _make(conn, task, page, known)
    _cut(conn, task, page, known)


def _make(conn: Connection, task: Task, page: Page, known: Mapping[str, Bytes | str]) -> None:
    left = {key: wanted for key, (_, wanted) in page.new.items() if key not in page.lines}
    lines = {wanted.folders for wanted in left.values()}
    parents, grants, why_not = folders.ensure(conn, task.target, lines, task.most_children)
    spots: dict[Spot, str] = {}
    for key, wanted in left.items():
        if wanted.folders in why_not:
            page.settle(page.new[key][0], Outcome.REPORTED, why_not[wanted.folders])
            continue
        spot = Spot(parents[wanted.folders], wanted.name)
        if spot in spots:
            page.settle(page.new[key][0], Outcome.REPORTED, f"the object {spots[spot]} has the same name there")
        else:
            spots[spot] = key
    taken = planting.there(conn, spots)
    free = {spot: key for spot, key in spots.items() if spot not in taken}
    made = planting.plant(conn, grants, "file", free, task.most_children)
    details = {key: found for spot, key in free.items() if spot in made and isinstance(found := known[key], Bytes)}
    ids = handles.insert_many(conn, task.location.actor, task.place.location, list(details.values()))
    label, comment = task.asked.version_label or "", task.asked.version_comment or None
    first = {made[spot]: ids[key] for spot, key in free.items() if spot in made}
    many.begin(conn, list(grants.values()), first, label, comment)
    for spot, key in spots.items():
        seen = page.new[key][0]
        if spot in made:
            page.settle(seen, Outcome.REGISTERED, entity=made[spot], version=1, handle=ids[key], known=details[key])
        elif spot in taken:
            page.settle(seen, Outcome.REPORTED, f"syn{taken[spot][0]} has this name there", entity=taken[spot][0])
        else:
            page.settle(seen, Outcome.REPORTED, folders.NO_ROOM)


def _cut(conn: Connection, task: Task, page: Page, known: Mapping[str, Bytes | str]) -> None:
    left = {key: entity for key, (_, entity) in page.changed.items() if key not in page.lines}
    if task.asked.changed == "report":
        for key, entity in left.items():
            page.settle(page.changed[key][0], Outcome.CHANGED, "the object changed", entity=entity)
        return
    answers = require_each(conn, task.location.actor, MayUpdate, list(left.values())) if left else {}
    grants = [answer for answer in answers.values() if not isinstance(answer, Refusal)]
    label, comment = task.asked.version_label or "", task.asked.version_comment or None
    free = many.without_label(conn, grants, label) if grants else set()
    details = {key: found for key, entity in left.items() if entity in free and isinstance(found := known[key], Bytes)}
    ids = handles.insert_many(conn, task.location.actor, task.place.location, list(details.values()))
    wanted = {entity: ids[key] for key, entity in left.items() if entity in free}
    cut = many.cut(conn, [one for one in grants if one.id in free], wanted, label, comment) if wanted else {}
    for key, entity in left.items():
        seen, answer = page.changed[key][0], answers[entity]
        if isinstance(answer, Refusal):
            page.settle(seen, Outcome.REPORTED, f"the object changed: {answer.reason}", entity=entity)
        elif entity not in cut:
            why_not = f"the object changed, and syn{entity} has a version {label!r}, or as many as it may"
            page.settle(seen, Outcome.REPORTED, why_not, entity=entity)
        else:
            found = details[key]
            page.settle(seen, Outcome.VERSION, entity=entity, version=cut[entity], handle=ids[key], known=found)


def lines_of(page: Page, objects: Sequence[Seen]) -> list[Line]:
    """The lines of the manifest, in the order of the listing."""
    return [page.lines[one.key] for one in objects if one.newest]
