"""Locks on entities: nobody downloads until the Access and Compliance Team has looked (contract, core 17)."""

from __future__ import annotations

from collections.abc import Sequence

from vesicle.access import (
    Actor,
    Exists,
    MayCreate,
    MayRead,
    MayUpdate,
    Reviews,
    Right,
    lists,
    require,
    require_each,
    rights_of,
)
from vesicle.access.decisions import unmet
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.entities import sharing
from vesicle.entities.model.restrictions import (
    ActionRequiredList,
    LockAccessRequirement,
    MeetAccessRequirement,
    RequestDownload,
    RestrictableObjectDescriptor,
    RestrictionFulfillment,
    RestrictionInformationResponse,
)
from vesicle.errors import BadRequest, NotFound, Refusal
from vesicle.settings import Settings
from vesicle.tree import growth, restricting
from vesicle.tree.model import Requirement
from vesicle.wire import EntityId, Page, check_window, stamp

MOST_LISTED = 50


def lock(conn: Connection, actor: Actor, entity_id: int) -> LockAccessRequirement:
    """Nobody downloads from the entity, or from what is in it, until the lock is lifted. Call inside a transaction.

    The entity itself does not change, and keeps its etag. Raises Forbidden, and BadRequest where a lock holds already.
    """
    growth.lock_shape(conn, entity_id)
    require(conn, actor, MayCreate, entity_id)
    restricting.restrict(conn, require(conn, actor, MayUpdate, entity_id))
    made = restricting.upon(conn, [require(conn, actor, Exists, entity_id)])[0]
    recording.note(conn, actor.id, "requirement.create", "entity", entity_id, {"requirement": made.id})
    return _shape(made)


def lift(conn: Connection, actor: Actor, requirement_id: int) -> None:
    """The lock is gone. Call inside a transaction. Raises NotFound, and Forbidden for all but those who review."""
    entity_id = restricting.subject(conn, requirement_id)
    if entity_id is not None:
        growth.lock_shape(conn, entity_id)
    restricting.release(conn, require(conn, actor, Reviews, requirement_id))
    detail = {"entity": entity_id}
    recording.note(conn, actor.id, "requirement.delete", "access_requirement", requirement_id, detail)


def one(conn: Connection, actor: Actor, requirement_id: int) -> LockAccessRequirement:
    """One lock, for who may read what it is on. Raises NotFound and Forbidden."""
    entity_id = restricting.subject(conn, requirement_id)
    if entity_id is not None:
        for found in restricting.upon(conn, [require(conn, actor, MayRead, entity_id)]):
            if found.id == requirement_id:
                return _shape(found)
    raise NotFound(f"There is no access requirement {requirement_id}.")


def listed(conn: Connection, grant: MayRead, limit: int, offset: int) -> Page:
    """The locks on an entity and on what it lies in, the oldest first. Raises BadRequest."""
    check_window(limit, offset, MOST_LISTED)
    found = restricting.upon(conn, [grant])
    return Page(results=[_shape(one) for one in found[offset : offset + limit]], total_number_of_results=len(found))


def _shape(row: Requirement) -> LockAccessRequirement:
    subjects = [] if row.node_id is None else [RestrictableObjectDescriptor(id=EntityId(row.node_id), type="ENTITY")]
    return LockAccessRequirement(
        id=row.id, etag=str(row.etag), created_by=str(row.created_by), modified_by=str(row.created_by),
        created_on=stamp(row.created_on), modified_on=stamp(row.created_on), subject_ids=subjects,
        jira_key=f"LOCK-{row.id}",
    )  # fmt: skip


def of_entities(
    conn: Connection, grants: Sequence[Exists | MayRead], settings: Settings
) -> list[RestrictionInformationResponse]:
    """What keeps the caller from downloading each of these, and what they may do; two queries, however many."""
    public = lists.read_by_public(conn, grants)
    upon: dict[int, list[Requirement]] = {}
    for one in restricting.upon(conn, grants):
        upon.setdefault(one.asked, []).append(one)
    return [
        RestrictionInformationResponse(
            object_id=grant.id, restriction_level="CONTROLLED_BY_ACT" if grant.id in upon else "OPEN",
            has_unmet_access_requirement=unmet(grant.actor, grant),
            restriction_details=[_fulfillment(grant.actor, one) for one in upon.get(grant.id, [])],
            user_entity_permissions=sharing.permissions_beside(grant, settings, public),
        )
        for grant in grants
    ]  # fmt: skip


def _fulfillment(actor: Actor, row: Requirement) -> RestrictionFulfillment:
    """Nobody is approved: a lock is lifted for everybody, and until then holds for all but those who review."""
    exempt = actor.reviews_data
    return RestrictionFulfillment(access_requirement_id=row.id, is_approved=False, is_met=exempt, is_exempt=exempt)


def of_many(
    conn: Connection, actor: Actor, settings: Settings, kind: str, ids: list[str]
) -> list[RestrictionInformationResponse]:
    """The same of many entities, or of teams, which nothing restricts. Raises BadRequest and NotFound."""
    if kind not in ("ENTITY", "TEAM") or not 1 <= len(ids) <= MOST_LISTED:
        raise BadRequest(f"restrictableObjectType is ENTITY or TEAM, with from 1 to {MOST_LISTED} ids.")
    try:
        numbers = [EntityId.parse(one) for one in ids]
    except ValueError as error:
        raise BadRequest(f"objectId: {error}") from None
    if kind == "TEAM":
        return [RestrictionInformationResponse(object_id=int(number)) for number in numbers]
    answers = require_each(conn, actor, Exists, numbers).values()
    return of_entities(conn, [_or_raise(answer) for answer in answers], settings)


def _or_raise(answer: Exists | Refusal) -> Exists:
    if isinstance(answer, Refusal):
        raise answer
    return answer


def before_download(conn: Connection, grant: MayRead) -> ActionRequiredList:
    """What the caller must do before they can download."""
    if unmet(grant.actor, grant):
        found = restricting.upon(conn, [grant])
        return ActionRequiredList(actions=[MeetAccessRequirement(access_requirement_id=one.id) for one in found])
    missing = not rights_of(grant) & Right.DOWNLOAD
    return ActionRequiredList(actions=[RequestDownload(benefactor_id=grant.benefactor_id)] if missing else [])
