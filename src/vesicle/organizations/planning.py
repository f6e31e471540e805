"""Plans: the operator's catalogue, the plan of an organization, and asking for another one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vesicle.access import Actor
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, NotFound, Stale
from vesicle.organizations import letters
from vesicle.organizations.model.limits import Limits, check_limits, least, none_if_unset
from vesicle.organizations.model.organizations import OrganizationRow
from vesicle.organizations.model.plans import (
    BASIC,
    LONGEST_MESSAGE,
    NewPlan,
    NewPlanRequest,
    Plan,
    PlanDecision,
    PlanOffer,
    PlanOfferList,
    PlanRequest,
    PlanRequestPage,
    PlanRow,
    PlanUpdate,
    check_kind,
    plan_of,
)
from vesicle.organizations.roles import require_administrator, require_overseer
from vesicle.organizations.store import members, organizations
from vesicle.organizations.store import plans as rows
from vesicle.usage import limits
from vesicle.wire import UNSET, Id, key_of_token, or_unset, stamp, token_of_key

PAGE = 50


def catalogue(conn: Connection, actor: Actor) -> PlanOfferList:
    """What the operator offers."""
    return PlanOfferList(
        results=[
            PlanOffer(
                name=row["name"], type=row["kind"], storage_limit_bytes=or_unset(row["storage_limit"]),
                egress_limit_bytes=or_unset(row["egress_limit"]), egress_period=row["egress_period"],
                certified_user_limit=or_unset(row["certified_user_limit"]),
                project_limit=or_unset(row["project_limit"]), custom_storage_limit_bytes=or_unset(row["custom_limit"]),
            )
            for row in rows.offers(conn, actor)
        ]
    )  # fmt: skip


def put_offer(conn: Connection, actor: Actor, given: PlanOffer) -> PlanOffer:
    """Add a line to the catalogue, or change it; plans that were made from it stay as they are.

    A period that is left out is that of the line before, or a year.
    """
    require_administrator(conn, actor)
    name = given.name
    if not (name[:1].isalpha() and name.isascii() and name.isupper() and name.replace("_", "").isalnum()) or (
        len(name) > 64
    ):
        raise BadRequest(
            f"The name of an offer has capitals, digits and underscores, such as BASIC, not {name[:64]!r}."
        )
    check_limits(given)
    before = rows.offer(conn, actor, name)
    values = {"name": name, "kind": check_kind(given.type), **_values(given)}
    values["egress_period"] = values["egress_period"] or (before["egress_period"] if before else "YEAR")
    rows.put_offer(conn, actor, values)
    recording.note(conn, actor.id, "plan_offer.put", "plan_offer", name, {"from": before, "to": values})
    return given


def delete_offer(conn: Connection, actor: Actor, name: str) -> None:
    """Take a line off the catalogue. BASIC stays: first projects need it."""
    require_administrator(conn, actor)
    if name == BASIC:
        raise BadRequest("The offer BASIC cannot be removed, because first projects get it; change it instead.")
    before = rows.offer(conn, actor, name)
    if before is None or not rows.delete_offer(conn, actor, name):
        raise NotFound(f"There is no offer {name[:64]}.")
    recording.note(conn, actor.id, "plan_offer.delete", "plan_offer", name, {"from": before, "to": None})


def create(conn: Connection, actor: Actor, given: NewPlan) -> Plan:
    """A plan that waits for its organization. Raises Forbidden, BadRequest and NotFound (the offer)."""
    require_administrator(conn, actor)
    check_limits(given)
    values: dict[str, Any] = _values(given)
    if given.offer:
        offer = offer_named(conn, actor, given.offer)
        set_ones = {name for name, value in values.items() if value is not None}
        values = {**{name: offer[name] for name in values}, **{name: values[name] for name in set_ones}}
        values["kind"] = check_kind(given.type or offer["kind"])
    elif given.type:
        values["kind"] = check_kind(given.type)
    else:
        raise BadRequest("A plan is made from an offer of the catalogue, or has a type; give one of them.")
    values["egress_period"] = values["egress_period"] or "YEAR"
    starts, ends = _moment("startsOn", given.starts_on), _moment("endsOn", given.ends_on)
    if ends and ends <= (starts or rows.now(conn, actor)):
        raise BadRequest("endsOn must be later than startsOn, which is now where it is left out.")
    plan_id = rows.insert(conn, actor, values | {"starts_on": starts, "ends_on": ends})
    recording.note(conn, actor.id, "plan.create", "plan", plan_id, {"to": values})
    return read(conn, actor, plan_id)


def offer_named(conn: Connection, actor: Actor, name: str) -> dict[str, Any]:
    """One line of the catalogue. Raises NotFound."""
    offer = rows.offer(conn, actor, name)
    if offer is None:
        names = ", ".join(row["name"] for row in rows.offers(conn, actor))
        raise NotFound(f"The catalogue has no offer {name[:64]}; it has {names}.")
    return offer


def from_offer(conn: Connection, actor: Actor, offer: dict[str, Any]) -> int:
    """A plan with the terms of an offer, from now on."""
    return rows.insert(conn, actor, offer | {"starts_on": None, "ends_on": None})


def read(conn: Connection, actor: Actor, plan_id: int) -> Plan:
    """One plan, for administrators and for those who oversee its organization. Raises NotFound and Forbidden."""
    row = rows.plan(conn, actor, plan_id)
    if row is None:
        raise NotFound(f"There is no plan {plan_id}.")
    if row.organization_id is None:
        require_administrator(conn, actor)
    else:
        require_overseer(conn, actor, row.organization_id)
    return plan_of(row)


def change(conn: Connection, actor: Actor, plan_id: int, given: PlanUpdate) -> Plan:
    """New limits, with effect at once. Raises Forbidden, NotFound, Stale and BadRequest."""
    require_administrator(conn, actor)
    check_limits(given)
    row = rows.plan(conn, actor, plan_id, lock=True)
    if row is None:
        raise NotFound(f"There is no plan {plan_id}.")
    if str(row.etag) != given.etag:
        raise Stale(f"Plan {plan_id} was changed since you read it; read it anew and repeat your change.")
    ends = _moment("endsOn", given.ends_on)
    if ends and ends <= row.starts_on:
        raise BadRequest("endsOn must be later than startsOn.")
    values = {"kind": check_kind(given.type or row.kind), **_values(given), "ends_on": ends}
    values["egress_period"] = values["egress_period"] or row.egress_period
    rows.change(conn, actor, plan_id, values)
    if row.organization_id is not None:
        take_effect(conn, actor, row.organization_id)
    detail = {"from": _told(row), "to": {**values, "ends_on": stamp(ends) if ends else None}}
    recording.note(conn, actor.id, "plan.change", "plan", plan_id, detail)
    return read(conn, actor, plan_id)


def take_effect(conn: Connection, actor: Actor, organization_id: int) -> None:
    """What the plan and the managers of an organization allow is what its account is held against from now on."""
    of = organizations.organization(conn, actor, organization_id)
    plan = rows.plan(conn, actor, of.plan_id) if of else None
    if of is None or plan is None:
        raise NotFound(f"There is no organization {organization_id}.")
    limits.hold(
        conn, organization_id, storage_limit=least(plan.storage_limit, of.own_storage_limit),
        custom_limit=least(plan.custom_limit, of.own_custom_limit),
        egress_limit=least(plan.egress_limit, of.own_egress_limit), egress_period=plan.egress_period,
        opens_on=plan.starts_on, closes_on=plan.ends_on,
    )  # fmt: skip


def upgrade(conn: Connection, actor: Actor, of: OrganizationRow, offer: dict[str, Any]) -> None:
    """Another plan in place. The owner becomes a manager, and the organization is nobody's default one any more."""
    before = told(conn, actor, of.plan_id)
    plan_id = from_offer(conn, actor, offer)
    organizations.change(conn, actor, of.id, plan_id=plan_id, is_default=False)
    rows.delete(conn, actor, of.plan_id)
    take_effect(conn, actor, of.id)
    detail: dict[str, Any] = {
        "from": before, "to": {"plan": plan_id, **offer},
    }  # fmt: skip
    if of.owner_id is not None:
        owner = members.member(conn, actor, of.id, of.owner_id)
        members.put(conn, actor, of.id, of.owner_id, is_manager=True, is_contributor=owner is None or bool(owner[2]))
        detail["manager"] = of.owner_id
    recording.note(conn, actor.id, "organization.upgrade", "organization", of.id, detail)


def upgrade_to(conn: Connection, actor: Actor, organization_id: int, name: str) -> None:
    """Give an organization the plan of an offer, in place; for administrators. Call inside a transaction."""
    require_administrator(conn, actor)
    upgrade(conn, actor, require_overseer(conn, actor, organization_id, lock=True).of, offer_named(conn, actor, name))


def ask(conn: Connection, actor: Actor, given: NewPlanRequest) -> PlanRequest:
    """The form: an owner or manager asks for a plan of the catalogue. Raises Conflict while another one is open."""
    require_overseer(conn, actor, given.organization_id)
    offer_named(conn, actor, given.offer)
    message = given.message or ""
    if len(message) > LONGEST_MESSAGE:
        raise BadRequest(f"message has at most {LONGEST_MESSAGE} characters.")
    request_id = rows.insert_request(conn, actor, given.organization_id, given.offer, message)
    if request_id is None:
        raise Conflict(f"Organization {given.organization_id} has an open request for a plan already; wait for it.")
    detail = {"offer": given.offer, "request": request_id, "for": actor.id}
    recording.note(conn, actor.doer, "plan_request.ask", "organization", given.organization_id, detail)
    return _request(rows.request(conn, actor, request_id))


def requests(conn: Connection, actor: Actor, next_page_token: str | None, *, all_of_them: bool) -> PlanRequestPage:
    """The caller's own requests; with ``all_of_them``, for administrators, everybody's."""
    if all_of_them:
        require_administrator(conn, actor)
    before = key_of_token(next_page_token, tuple[int])[0] if next_page_token else 2**63 - 1
    found = rows.requests(conn, actor, before, PAGE, all_of_them=all_of_them)
    more = token_of_key(found[-1][0]) if len(found) == PAGE else UNSET
    return PlanRequestPage(results=[_request(row) for row in found], next_page_token=more)


def decide(conn: Connection, actor: Actor, request_id: int, decision: PlanDecision) -> PlanRequest:
    """Grant a request, which upgrades the organization in place, or refuse it. Whoever asked is told."""
    require_administrator(conn, actor)
    row = rows.request(conn, actor, request_id, lock=True)
    if row is None:
        raise NotFound(f"There is no request {request_id} for a plan.")
    if row[6] != "OPEN":
        raise Conflict(f"Request {request_id} was decided already.")
    answer = decision.answer or ""
    if len(answer) > LONGEST_MESSAGE:
        raise BadRequest(f"answer has at most {LONGEST_MESSAGE} characters.")
    of = require_overseer(conn, actor, row[1], lock=True).of
    if decision.granted:
        upgrade(conn, actor, of, offer_named(conn, actor, row[2]))
    state = "GRANTED" if decision.granted else "REFUSED"
    rows.decide(conn, actor, request_id, state, answer)
    recording.note(
        conn, actor.id, "plan_request.decide", "organization", of.id, {"request": request_id, "state": state}
    )
    said = f"\n\n{answer}" if answer else ""
    outcome = f"has the plan {row[2]} now" if decision.granted else f"does not get the plan {row[2]}"
    letters.tell(conn, [row[4]], f"{of.name}: your request for a plan", f"{of.name} {outcome}.{said}")
    return _request(rows.request(conn, actor, request_id))


def _request(row: tuple[Any, ...] | None) -> PlanRequest:
    if row is None:
        raise NotFound("There is no such request for a plan.")
    return PlanRequest(
        id=Id(row[0]), organization_id=Id(row[1]), offer=row[2], message=row[3], requested_by=str(row[4]),
        requested_on=stamp(row[5]), state=row[6], decided_by=UNSET if row[7] is None else str(row[7]),
        decided_on=UNSET if row[8] is None else stamp(row[8]), answer=or_unset(row[9]),
    )  # fmt: skip


def _values(limits: Limits) -> dict[str, Any]:
    return {
        "storage_limit": none_if_unset(limits.storage_limit_bytes),
        "egress_limit": none_if_unset(limits.egress_limit_bytes),
        "egress_period": limits.egress_period or None,
        "certified_user_limit": none_if_unset(limits.certified_user_limit),
        "project_limit": none_if_unset(limits.project_limit),
        "custom_limit": none_if_unset(limits.custom_storage_limit_bytes),
    }


def told(conn: Connection, actor: Actor, plan_id: int) -> dict[str, Any]:
    """A plan and its terms, for the record of deeds."""
    row = rows.plan(conn, actor, plan_id)
    return {"plan": plan_id, **_told(row)} if row else {"plan": plan_id}


def _told(row: PlanRow) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("kind", *rows.LIMITS)}
    return told | {"ends_on": stamp(row.ends_on) if row.ends_on else None}


def _moment(name: str, text: Any) -> datetime | None:
    if text is UNSET or not text:
        return None
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 < found.year < 9999:
        raise BadRequest(f"{name} is a moment such as 2030-01-31T00:00:00.000Z, not {str(text)[:50]!r}.")
    return found
