"""Making organizations and changing them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vesicle.access import Actor
from vesicle.accounts import people, tokens
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, Forbidden, NotFound, Stale
from vesicle.organizations import default_storage, planning, recorded
from vesicle.organizations.model.limits import own_limit
from vesicle.organizations.model.organizations import (
    LONGEST_NAME,
    NewOrganization,
    Organization,
    OrganizationPage,
    OrganizationUpdate,
    PreferredOrganization,
    clean_name,
    shape_of,
)
from vesicle.organizations.model.plans import BASIC
from vesicle.organizations.roles import (
    require_administrator,
    require_insider,
    require_overseer,
    standing,
)
from vesicle.organizations.store import members, plans
from vesicle.organizations.store import organizations as rows
from vesicle.settings import Settings
from vesicle.wire import UNSET, Id, key_of_token, token_of_key

PAGE = 50
TRIES = 50
OWN_LIMITS = {
    "manager_storage_limit_bytes": "own_storage_limit", "manager_egress_limit_bytes": "own_egress_limit",
    "manager_custom_storage_limit_bytes": "own_custom_limit",
}  # fmt: skip


def create(conn: Connection, actor: Actor, settings: Settings, given: NewOrganization) -> Organization:
    """Without a plan: the caller's default organization under a name of their choice. With one: what the
    administrators make of it. Call inside a transaction.
    """
    if given.plan_id is UNSET:
        if given.owner_id is not UNSET or given.manager_ids:
            raise BadRequest("An organization of your own has no other owner and no managers; name a planId for those.")
        made = default(conn, actor, settings, given.name or None)
        _begin_with_storage(conn, actor, made, given)
        return shape_of(standing(conn, actor, made).of)
    require_administrator(conn, actor)
    plan = plans.plan(conn, actor, given.plan_id, lock=True)
    if plan is None:
        raise NotFound(f"There is no plan {given.plan_id}; make one with POST /vesicle/v1/plan.")
    if plan.organization_id is not None:
        raise Conflict(f"Plan {given.plan_id} is that of organization {plan.organization_id} already.")
    name = clean_name(given.name or "")
    owner_id = _person(conn, actor, int(given.owner_id) if given.owner_id is not UNSET else actor.id)
    managers = [_person(conn, actor, one) for one in given.manager_ids or []]
    new = rows.insert(conn, actor, name, plan.id, owner_id, is_default=False, outsiders=outsiders(settings))
    if new is None:
        raise _taken(name)
    made = new
    planning.take_effect(conn, actor, made)
    _begin_with_storage(conn, actor, made, given)
    for one in {owner_id, *managers}:
        members.put(conn, actor, made, one, is_manager=one in managers or not managers, is_contributor=True)
    _check_contributors(conn, actor, made, plan.certified_user_limit)
    _note_founded(conn, actor, made)
    return shape_of(standing(conn, actor, made).of)


def _begin_with_storage(conn: Connection, actor: Actor, organization_id: int, given: NewOrganization) -> None:
    if given.default_storage_location_id is not UNSET:
        begin = {"default_location_id": given.default_storage_location_id}
        default_storage.check(conn, standing(conn, actor, organization_id), given.default_storage_location_id)
        rows.change(conn, actor, organization_id, **begin)
        detail = {"from": {"default_location_id": None}, "to": begin}
        recording.note(conn, actor.doer, "organization.change", "organization", organization_id, detail)


def default(conn: Connection, actor: Actor, settings: Settings, wanted: str | None = None) -> int:
    """The caller's default organization; with a name, a new one of that name. Raises Conflict when it is taken, and
    when there is a default one already; Forbidden for callers who are not certified where that is required.
    """
    there = rows.default_of(conn, actor)
    if there is not None:
        if wanted is None:
            return there
        raise Conflict(f"You have an organization of your own already, {there}; rename that one.")
    if not actor.certified:
        raise Forbidden("Only certified users may have an organization.", "USER_CERTIFICATION_REQUIRED")
    plan_id = planning.from_offer(conn, actor, planning.offer_named(conn, actor, BASIC))
    stem = f"{people.headers(conn, str(actor.id)).children[0].user_name[: LONGEST_NAME - 30]}Organization"
    for _ in range(1 if wanted else TRIES):
        name = clean_name(wanted or rows.free_name(conn, actor, stem))
        made = rows.insert(conn, actor, name, plan_id, actor.id, is_default=True, outsiders=outsiders(settings))
        if made is not None:
            planning.take_effect(conn, actor, made)
            members.put(conn, actor, made, actor.id, is_manager=False, is_contributor=True)
            _note_founded(conn, actor, made)
            return made
        # Somebody was faster: with the name, or the same person with another first project.
        there = rows.default_of(conn, actor)
        if there is not None and wanted is None:
            plans.delete(conn, actor, plan_id)
            return there
    raise _taken(wanted or stem)


def default_of(conn: Connection, actor: Actor, settings: Settings, person_id: int) -> int:
    """The default organization of somebody else, for whom the actor makes it when there is none.

    Raises BadRequest for a person who may have none.
    """
    person = replace(tokens.actor_of_person(conn, person_id, settings), deputy=actor.doer)
    if not person.certified and rows.default_of(conn, person) is None:
        raise BadRequest(
            f"User {person_id} is not certified, so there can be no organization of theirs; certify them first, or name"
            " another organization."
        )
    return default(conn, person, settings)


def _note_founded(conn: Connection, actor: Actor, made: int) -> None:
    of = standing(conn, actor, made).of
    plan, seats = planning.told(conn, actor, of.plan_id), recorded.memberships(conn, actor, made)
    detail = {"to": {"name": of.name, "owner": of.owner_id, **plan, "members": seats}}
    recording.note(conn, actor.doer, "organization.create", "organization", made, detail)


def outsiders(settings: Settings) -> bool:
    """Whether a new organization lets people upload who are no members: not where strangers may sign up."""
    return settings.sign_up != "open"


def read(conn: Connection, actor: Actor, organization_id: int) -> Organization:
    """For members, owner and administrators."""
    return shape_of(require_insider(conn, actor, organization_id).of)


def list_own(conn: Connection, actor: Actor, token: str | None, *, all_of_them: bool) -> OrganizationPage:
    """Those of the caller; with ``all_of_them``, for administrators, all."""
    if all_of_them:
        require_administrator(conn, actor)
    after = key_of_token(token, tuple[int])[0] if token else -1
    found = rows.organizations(conn, actor, after, PAGE, all_of_them=all_of_them)
    more = token_of_key(found[-1].id) if len(found) == PAGE else UNSET
    return OrganizationPage(results=[shape_of(row) for row in found], next_page_token=more)


def change(conn: Connection, actor: Actor, organization_id: int, given: OrganizationUpdate) -> Organization:
    """Rename (owner and managers), and what managers decide. Call inside a transaction."""
    who = require_overseer(conn, actor, organization_id, lock=True)
    if str(who.of.etag) != given.etag:
        raise Stale(f"Organization {organization_id} was changed since you read it; read it anew and repeat.")
    values = _asked(given)
    changed = {name: value for name, value in values.items() if value != getattr(who.of, name)}
    if changed.keys() - {"name"} and not (who.is_manager or who.is_administrator):
        raise Forbidden("An owner who is no manager may change the name alone; ask for a plan that has managers.")
    if changed.get("default_location_id") is not None:
        default_storage.check(conn, who, changed["default_location_id"])
    if changed and not rows.change(conn, actor, organization_id, **changed):
        raise _taken(str(values["name"]))
    if changed:
        planning.take_effect(conn, actor, organization_id)
        before = {name: getattr(who.of, name) for name in changed}
        detail = {"from": before, "to": changed}
        recording.note(conn, actor.doer, "organization.change", "organization", organization_id, detail)
    return shape_of(standing(conn, actor, organization_id).of)


def _asked(given: OrganizationUpdate) -> dict[str, Any]:
    """What is to be, by column; what is left out is not in it."""
    values: dict[str, Any] = {"name": clean_name(given.name)}
    if given.default_storage_location_id is not UNSET:
        values["default_location_id"] = given.default_storage_location_id or None
    if given.outsiders_may_upload is not UNSET:
        values["outsiders_may_upload"] = given.outsiders_may_upload
    if given.notification_thresholds is not UNSET:
        values["thresholds"] = _thresholds(given.notification_thresholds)
    for named, column in OWN_LIMITS.items():
        limit = getattr(given, named)
        if limit is not UNSET:
            values[column] = own_limit(named, limit)
    return values


def _thresholds(given: list[int]) -> list[int]:
    found = sorted({int(one) for one in given})
    if len(found) > 10 or any(not 1 <= one <= 100 for one in found):
        raise BadRequest("notificationThresholds holds up to 10 whole numbers from 1 to 100: percentages of a limit.")
    return found


def preference(conn: Connection, actor: Actor) -> PreferredOrganization:
    """Where the caller's new projects go, while they contribute there."""
    found, _ = rows.homes(conn, actor)
    return PreferredOrganization(organization_id=UNSET if found is None else Id(found))


def prefer(conn: Connection, actor: Actor, given: PreferredOrganization) -> PreferredOrganization:
    """Choose it, among the organizations to which the caller contributes. Raises Forbidden and NotFound."""
    if given.organization_id is UNSET:
        rows.prefer_none(conn, actor, actor.id)
    else:
        if not standing(conn, actor, given.organization_id).is_contributor:
            raise Forbidden(f"You may not make projects in organization {given.organization_id}, so prefer another.")
        rows.prefer(conn, actor, given.organization_id)
    return preference(conn, actor)


def _person(conn: Connection, actor: Actor, person_id: int) -> int:
    if members.kind_of(conn, actor, person_id) != "user":
        raise NotFound(f"There is no user {person_id}.")
    return person_id


def _check_contributors(conn: Connection, actor: Actor, organization_id: int, limit: int | None) -> None:
    if limit is not None and members.contributors(conn, actor, organization_id) > limit:
        raise BadRequest(f"The plan allows {limit} certified users; name fewer managers.")


def _taken(name: str) -> Conflict:
    return Conflict(f"An organization named {name} exists already; choose another name.")
