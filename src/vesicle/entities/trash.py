"""The trash can: what is deleted lies there for a while, can be restored, and is purged in the end."""

from __future__ import annotations

import structlog

from vesicle.access import Actor, MayCreate, require
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.entities import placing
from vesicle.entities.model.lists import TrashedEntity
from vesicle.errors import Forbidden
from vesicle.files import handles
from vesicle.jobs.queue import LONG, periodic, task
from vesicle.organizations import membership
from vesicle.settings import Settings
from vesicle.tree import felling
from vesicle.usage import charging
from vesicle.web import House
from vesicle.wire import EntityId, Page, check_window, offset_page, stamp

log = structlog.get_logger(__name__)
BATCH = 1000


def delete(conn: Connection, actor: Actor, entity_id: int, *, purge_soon: bool) -> None:
    """Move an entity with all that is in it to the trash can. Call inside a transaction. Raises Forbidden."""
    if not felling.fell(conn, actor, entity_id, purge_soon=purge_soon):
        return
    charging.settle_below(conn, entity_id)
    recording.note(conn, actor.id, "entity.delete", "entity", entity_id, {"purge_soon": purge_soon})
    if purge_soon:
        purge.defer(conn, entity_id=entity_id)


def listed(conn: Connection, actor: Actor, limit: int, offset: int, *, everybodys: bool = False) -> Page:
    """What the actor deleted, the newest first; for administrators, what anybody did. Only the tops of subtrees."""
    check_window(limit, offset)
    if everybodys and not actor.is_admin:
        raise Forbidden("Only administrators see what others deleted.")
    found = [
        TrashedEntity(
            entity_id=EntityId(row.id), entity_name=row.name, entity_type=row.kind,
            deleted_by_principal_id=str(row.deleted_by), deleted_on=stamp(row.deleted_on),
            original_parent_id=EntityId(row.parent_id),
        )
        for row in felling.deleted(conn, actor, limit, offset, everybodys=everybodys)
    ]  # fmt: skip
    return offset_page(found, limit, offset)


def restore(conn: Connection, actor: Actor, settings: Settings, entity_id: int, parent_id: int | None = None) -> None:
    """Put it back where it was, or elsewhere. Call inside a transaction.

    Raises NotFound, Forbidden, BadRequest, Conflict.
    """
    kept = felling.restore(conn, actor, entity_id, parent_id, settings.max_children)
    to = kept.parent_id if parent_id is None else parent_id
    placing.check_restored(conn, kept, to)
    if kept.kind != "project":
        membership.require_contribution_of_moved(conn, require(conn, actor, MayCreate, to), kept.project_id)
    charging.settle_below(conn, entity_id)
    recording.note(conn, actor.id, "entity.restore", "entity", entity_id)


def flag(conn: Connection, actor: Actor, entity_id: int) -> None:
    """Purge it as soon as a worker is free. Call inside a transaction. Raises NotFound and Forbidden."""
    felling.flag(conn, actor, entity_id)
    recording.note(conn, actor.id, "entity.purge", "entity", entity_id)
    purge.defer(conn, entity_id=entity_id)


@task("entities.purge", on=LONG)
def purge(work: House, entity_id: int) -> None:
    """Delete a subtree for good, if it is due. Safe to repeat: what a crash left over goes the next time.

    Versions, annotations and the ties to file handles go with it; a handle that nothing else refers to is reaped.
    """
    with work.pool.connection() as conn:
        doomed = felling.give_up(conn, entity_id, work.settings.trash_days)
        for begin in range(0, len(doomed), BATCH):
            batch = doomed[begin : begin + BATCH]
            with conn.transaction():
                handles.untie_purged(conn, batch)
                felling.remove(conn, batch)
    if doomed:
        log.info("purged from the trash can", entity=entity_id, entities=len(doomed))


@periodic("entities.purge_due", "41 * * * *")
def purge_due(work: House) -> None:
    """Purge what has lain in the trash can for long enough."""
    while True:
        with work.pool.connection() as conn:
            due = felling.due(conn, work.settings.trash_days, BATCH)
        for entity_id in due:
            purge(work, entity_id=entity_id)
        if len(due) < BATCH:
            return
