"""Objects that lie in somebody's bucket become files: a durable job that goes on where it was cut off."""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

from vesicle.access import Actor, MayCreate, OwnsLocation, Scope, require
from vesicle.accounts import tokens
from vesicle.audit import recording
from vesicle.db import Connection, Contention
from vesicle.errors import BadRequest, NotFound
from vesicle.files import making
from vesicle.jobs import frame
from vesicle.locations import resolving
from vesicle.objectstore.stores import Stores
from vesicle.relocation import details, manifests, pages, turns
from vesicle.relocation.drifting import owned
from vesicle.relocation.keys import base_of
from vesicle.relocation.listing import Seen, Walk
from vesicle.relocation.model import RegisterObjectsRequest, Registration
from vesicle.relocation.store import registrations
from vesicle.tree import planting
from vesicle.tree.model import CONTAINERS
from vesicle.web import House

LONGEST_LABEL = 256
LONGEST_PREFIX = 1024
ATTEMPTS = 5
"""How often a page is begun anew when another writer crossed it."""


class Allowed(NamedTuple):
    """What a registration is about, after everything about it was asked."""

    location: OwnsLocation
    target: MayCreate
    place: resolving.Place


class _Overtaken(Exception):
    """Another worker, that took this one for dead, has done the page already."""


def allowed(conn: Connection, actor: Actor, stores: Stores, asked: RegisterObjectsRequest) -> Allowed:
    """Raises BadRequest, NotFound and Forbidden for a registration that cannot be."""
    if not asked.storage_location_id:
        raise BadRequest("storageLocationId is required: the storage location whose objects become files.")
    location = require(conn, actor, OwnsLocation, int(asked.storage_location_id))
    target = require(conn, actor, MayCreate, int(asked.target_id))
    if target.kind not in CONTAINERS:
        raise BadRequest(f"syn{target.id} is a {target.kind}; files are registered in a project or folder.")
    place = resolving.bucket_to_read(conn, stores, location.id)
    governing = resolving.governing(conn, target.id)
    if (governing.sts or place.location.sts_enabled) and governing.location_id != location.id:
        raise BadRequest(
            f"Files of a storage location with STS lie in a folder of that location alone, and syn{target.id} is"
            f" governed by storage location {governing.location_id}, not {location.id}."
        )
    prefix, label = asked.prefix or "", asked.version_label or ""
    if len(prefix.encode(errors="replace")) > LONGEST_PREFIX or not prefix.isprintable():
        raise BadRequest(f"prefix has at most {LONGEST_PREFIX} bytes, and no characters that do not print.")
    if prefix.startswith("/") or "//" in prefix:
        raise BadRequest(
            "prefix has an empty piece before or between slashes; write it as keys go on behind the base key."
        )
    if len(label) > LONGEST_LABEL or len(asked.version_comment or "") > LONGEST_LABEL:
        raise BadRequest(f"versionLabel and versionComment have at most {LONGEST_LABEL} characters.")
    return Allowed(location, target, place)


def register(job: frame.Running, asked: RegisterObjectsRequest) -> frame.End:
    """Page by page, each in a transaction of its own; then the manifest."""
    house = job.house
    with house.pool.connection() as conn:
        what = allowed(conn, tokens.actor_of_person(conn, job.started_by, house.settings), house.stores, asked)
        state = _begun(conn, job, what, asked)
    if not state.listed:
        with turns.held(house, what.location.id, "register", job):
            state = _listed(job, asked, what, state)
    return manifests.write(job, what.location, state, asked)


def _listed(job: frame.Running, asked: RegisterObjectsRequest, what: Allowed, state: Registration) -> Registration:
    """The state after every page."""
    house, walk = job.house, Walk(what.place, asked.prefix or "")
    while not state.listed:
        with closing(walk.pages(state.cursor)) as coming:
            for objects, cursor in coming:
                state = _next(house, job, asked, state, walk, objects, cursor)
                job.progress(state.counts.found, state.counts.found, _told(state))
                if asked.dry_run is not True:
                    with house.pool.connection() as conn:
                        registrations.refresh_statistics(conn, state.counts.registered)
                if state.cursor != cursor:
                    break  # Another worker is further on.
    return state


def _begun(conn: Connection, job: frame.Running, what: Allowed, asked: RegisterObjectsRequest) -> Registration:
    with conn.transaction():
        state = registrations.of_job(conn, job.id)
        if state is None and asked.continue_job_id:
            if not registrations.take_over(conn, what.location, what.target, job.id, int(asked.continue_job_id)):
                raise _none_left(asked)
        elif state is None:
            registrations.begin(conn, what.location, what.target, job.id)
            detail = {"target": f"syn{what.target.id}", "prefix": asked.prefix or "", "dryRun": asked.dry_run is True}
            recording.note(conn, job.started_by, "registration.start", "storageLocation", what.location.id, detail)
        state = state or registrations.of_job(conn, job.id)
    if state is None:
        raise RuntimeError("a registration was neither begun nor there")
    return state


def _next(
    house: House, job: frame.Running, asked: RegisterObjectsRequest, state: Registration, walk: Walk,
    objects: list[Seen], cursor: str | None,
) -> Registration:  # fmt: skip
    """The state after one more page."""
    for left in range(ATTEMPTS, 0, -1):
        try:
            return _settled(house, job, asked, state, walk, objects, cursor)
        except _Overtaken:
            with house.pool.connection() as conn:
                return registrations.of_job(conn, job.id) or state
        except Contention:
            if left == 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _settled(
    house: House, job: frame.Running, asked: RegisterObjectsRequest, before: Registration, walk: Walk,
    objects: list[Seen], cursor: str | None,
) -> Registration:  # fmt: skip
    with house.pool.connection() as conn:
        actor = tokens.actor_of_person(conn, job.started_by, house.settings)
        what = allowed(conn, actor, house.stores, asked)
        most = house.settings.max_children
        task = pages.Task(asked, what.place, base_of(walk.prefix), what.location, what.target, most)
        known = {}
        if details.needs_a_look(asked):
            # The store is asked before anything is held in the database.
            known = details.of_many(what.place, asked, pages.sort_out(conn, task, objects).open)
    with house.pool.connection() as conn, conn.transaction():
        planting.hold_shape(conn, what.target.id)
        registrations.hold_location(conn, what.location)
        what = allowed(conn, actor, house.stores, asked)
        task = pages.Task(asked, what.place, base_of(walk.prefix), what.location, what.target, most)
        with conn.transaction(force_rollback=asked.dry_run is True):
            page = pages.sort_out(conn, task, objects)
            if not details.needs_a_look(asked):
                known = details.of_many(what.place, asked, page.open)
            pages.register(conn, task, page, known)
        lines = pages.lines_of(page, objects)
        if asked.dry_run is True:
            manifests.promise_nothing(lines)
        state = Registration(
            before.id, before.location_id, before.target_id, cursor, cursor is None, before.pages + 1, before.counts
        )
        state.counts = manifests.counted(before.counts, lines)
        if not registrations.keep_page(conn, what.location, state, state.pages, manifests.text_of(lines)):
            raise _Overtaken
    return state


def _none_left(asked: RegisterObjectsRequest) -> NotFound:
    return NotFound(
        f"Job {asked.continue_job_id} left no registration of this location and target; what another job took over,"
        " that one goes on with."
    )


def _told(state: Registration) -> str:
    counts = state.counts
    return f"{counts.found} objects seen, {counts.registered} registered, {counts.versions} new versions"


def _admit(conn: Connection, actor: Actor, asked: RegisterObjectsRequest) -> None:
    location = owned(conn, actor, asked.storage_location_id)
    turns.require_free(conn, location, "register")
    if asked.continue_job_id and not registrations.is_of(conn, location, asked.target_id, int(asked.continue_job_id)):
        raise _none_left(asked)


REGISTER = frame.kind(RegisterObjectsRequest, register, Scope.view | Scope.modify, making.clear, _admit)


def start(conn: Connection, actor: Actor, stores: Stores, location_id: int, asked: RegisterObjectsRequest) -> str:
    """Put a registration on the queue; the number of its job. Call inside a transaction.

    Raises as ``allowed`` does, and Conflict while handles of the location are pointed elsewhere.
    """
    asked.storage_location_id = location_id
    allowed(conn, actor, stores, asked)
    return frame.start(conn, actor, REGISTER, asked).token
