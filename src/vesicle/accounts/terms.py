"""Terms of use: off unless the operator names a version and a page (ruling 13)."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.accounts import tokens
from vesicle.accounts.requests import (
    TermsOfServiceInfo,
    TermsOfServiceRequirements,
    TermsOfServiceSignRequest,
    TermsOfServiceStatus,
)
from vesicle.accounts.store import profiles as rows
from vesicle.audit.recording import note
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.settings import Settings
from vesicle.wire import UNSET, Id, or_unset, stamp

# What the contract calls the version that asks for nothing.
NONE = "0.0.0"


def info(settings: Settings) -> TermsOfServiceInfo:
    """Which terms there are."""
    version = settings.terms_version or NONE
    return TermsOfServiceInfo(
        latest_terms_of_service_version=version,
        current_requirements=TermsOfServiceRequirements(minimum_terms_of_service_version=version),
        terms_of_service_url=settings.terms_url or UNSET,
    )


def status(conn: Connection, actor: Actor) -> TermsOfServiceStatus:
    """Whether the actor has agreed to them."""
    version, moment = rows.agreement(conn, actor) or (None, None)
    return TermsOfServiceStatus(
        user_id=Id(actor.id),
        user_current_terms_of_service_state="UP_TO_DATE" if actor.agreed else "MUST_AGREE_NOW",
        last_agreement_date=stamp(moment) if moment else UNSET,
        last_agreement_version=or_unset(version),
    )


def sign(conn: Connection, settings: Settings, request: TermsOfServiceSignRequest) -> None:
    """The owner of the token agrees to the current terms; again is no mistake. Raises NotSignedIn, BadRequest."""
    actor = tokens.actor_of_token(conn, request.access_token, settings)
    current = settings.terms_version or NONE
    version = request.terms_of_service_version or current
    if version != current:
        raise BadRequest(f"The current version of the terms is {current}, not {version[:50]}.")
    rows.agree(conn, actor.id, version)
    note(conn, actor.id, "terms.agree", "person", actor.id, {"version": version})
