"""Doors of plans, of the catalogue of plans, and of requests for plans."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.organizations import planning
from vesicle.organizations.http.declaring import ROLES, TEAM, WRITE, door
from vesicle.organizations.model.plans import (
    NewPlan,
    NewPlanRequest,
    Plan,
    PlanDecision,
    PlanOffer,
    PlanOfferList,
    PlanRequest,
    PlanRequestPage,
    PlanUpdate,
)
from vesicle.web import Bare, Call, SignedIn
from vesicle.wire import Id


@door("GET", "/vesicle/v1/plan/catalogue", access=SignedIn())
def catalogue(call: Call) -> PlanOfferList:
    """The plans that the operator offers."""
    return planning.catalogue(call.conn, call.actor)


@door("PUT", "/vesicle/v1/plan/catalogue", access=TEAM, scopes=WRITE)
def put_offer(call: Call, body: PlanOffer) -> PlanOffer:
    """Add an offer to the catalogue, or change it; for administrators."""
    return planning.put_offer(call.conn, call.actor, body)


@door("DELETE", "/vesicle/v1/plan/catalogue/{name}", access=TEAM, scopes=Scope.modify, status=204)
def delete_offer(call: Call, name: str) -> Bare:
    """Take an offer off the catalogue; for administrators."""
    planning.delete_offer(call.conn, call.actor, name)
    return Bare(204)


@door("POST", "/vesicle/v1/plan", access=TEAM, scopes=WRITE, status=201)
def create_plan(call: Call, body: NewPlan) -> Plan:
    """Make a plan, from an offer or from nothing; for administrators."""
    return planning.create(call.conn, call.actor, body)


@door("GET", "/vesicle/v1/plan/{id}", access=ROLES)
def read_plan(call: Call, id: Id) -> Plan:
    """One plan, for the owner and managers of its organization."""
    return planning.read(call.conn, call.actor, id)


@door("PUT", "/vesicle/v1/plan/{id}", access=TEAM, scopes=WRITE)
def change_plan(call: Call, id: Id, body: PlanUpdate) -> Plan:
    """Change the limits of a plan, with effect at once; for administrators."""
    return planning.change(call.conn, call.actor, id, body)


@door("POST", "/vesicle/v1/planRequest", access=ROLES, scopes=WRITE, status=201)
def ask_for_plan(call: Call, body: NewPlanRequest) -> PlanRequest:
    """Ask for another plan; for the owner and managers."""
    return planning.ask(call.conn, call.actor, body)


@door("GET", "/vesicle/v1/planRequest", access=SignedIn())
def list_plan_requests(call: Call, everyone: bool = False, next_page_token: str | None = None) -> PlanRequestPage:
    """The caller's requests for plans; with everyone=true, for administrators, all."""
    return planning.requests(call.conn, call.actor, next_page_token, all_of_them=everyone)


@door("POST", "/vesicle/v1/planRequest/{id}/decision", access=TEAM, scopes=WRITE, status=201)
def decide(call: Call, id: Id, body: PlanDecision) -> PlanRequest:
    """Grant a request, which upgrades the organization in place, or refuse it; for administrators."""
    return planning.decide(call.conn, call.actor, id, body)
