"""Shapes of teams, and the small rules of who comes in how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

import msgspec

from vesicle.accounts.model import UserGroupHeader
from vesicle.accounts.requests import SignedToken
from vesicle.errors import BadRequest
from vesicle.wire import UNSET, Id, Int64, Maybe, Shape

_MODEL = "org.sagebionetworks.repo.model"
LONGEST_TEXT = 3000
OF_THE_INSTALLATION = frozenset({2, 3, 4, 5, 6, 7, 273957, 464532, 3412389})
"""Teams that are there from the beginning: those that the API contract knows by number, and 7 of organizations."""


class Team(Shape):
    """A team. What the server decides (etag, dates, …) a new one must not bring along."""

    id: Maybe[Id] = UNSET
    name: Maybe[str] = UNSET
    description: Maybe[str] = UNSET
    icon: Maybe[Id] = UNSET
    can_public_join: Maybe[bool] = UNSET
    can_request_membership: Maybe[bool] = UNSET
    etag: Maybe[str] = UNSET
    created_on: Maybe[str] = UNSET
    modified_on: Maybe[str] = UNSET
    created_by: Maybe[str] = UNSET
    modified_by: Maybe[str] = UNSET


class TeamMember(Shape):
    """Somebody in a team."""

    team_id: str
    member: UserGroupHeader
    is_admin: bool


class TeamMembershipStatus(Shape):
    """How one person stands to one team."""

    team_id: str
    user_id: str
    is_member: bool
    has_open_invitation: bool
    has_open_request: bool
    can_join: bool
    membership_approval_required: bool
    has_unmet_access_requirement: bool
    can_send_email: bool


class TeamAccessControlList(Shape):
    """Who may do what with a team."""

    id: Maybe[Id] = UNSET
    etag: Maybe[str] = UNSET
    creation_date: Maybe[str] = UNSET
    resource_access: Maybe[list[TeamResourceAccess]] = UNSET


class TeamResourceAccess(Shape):
    """What one principal may do with a team."""

    principal_id: Int64
    access_type: list[str]


class IdList(Shape):
    """Ids to look up."""

    ids: list[Int64] = msgspec.field(name="list", default_factory=list)


class TeamList(Shape):
    """Teams, in the order in which they were asked for."""

    teams: list[Team] = msgspec.field(name="list")


class TeamMemberList(Shape):
    """Memberships, in the order in which they were asked for."""

    members: list[TeamMember] = msgspec.field(name="list")


class PaginatedTeamIds(Shape):
    """A page of ids of teams."""

    team_ids: list[str]
    next_page_token: Maybe[str] = UNSET


class Count(Shape):
    """How many."""

    count: int


class MembershipInvitation(Shape):
    """An invitation of a person, or of whoever has a mail address."""

    id: Maybe[Id] = UNSET
    team_id: Maybe[Id] = UNSET
    invitee_id: Maybe[Id] = UNSET
    invitee_email: Maybe[str] = UNSET
    message: Maybe[str] = UNSET
    expires_on: Maybe[str] = UNSET
    created_on: Maybe[str] = UNSET
    created_by: Maybe[str] = UNSET


class MembershipRequest(Shape):
    """Somebody's wish to be in a team."""

    id: Maybe[Id] = UNSET
    team_id: Maybe[Id] = UNSET
    user_id: Maybe[Id] = UNSET
    message: Maybe[str] = UNSET
    expires_on: Maybe[str] = UNSET
    created_on: Maybe[str] = UNSET
    created_by: Maybe[str] = UNSET


class MembershipInvtnSignedToken(SignedToken, tag=f"{_MODEL}.MembershipInvtnSignedToken"):
    """Somebody has the letter that an invited address got."""

    membership_invitation_id: Maybe[str] = UNSET


class InviteeVerificationSignedToken(SignedToken, tag=f"{_MODEL}.InviteeVerificationSignedToken"):
    """An invited address is this person's."""

    invitee_id: Maybe[str] = UNSET
    membership_invitation_id: Maybe[str] = UNSET


class JoinTeamSignedToken(SignedToken, tag=f"{_MODEL}.JoinTeamSignedToken"):
    """``userId`` lets ``memberId`` into the team: both are one person, or the first manages the team."""

    user_id: Maybe[str] = UNSET
    team_id: Maybe[str] = UNSET
    member_id: Maybe[str] = UNSET


AnyTeamToken: TypeAlias = MembershipInvtnSignedToken | InviteeVerificationSignedToken | JoinTeamSignedToken


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team, as stored."""

    id: int
    name: str
    description: str | None
    icon_handle_id: int | None
    can_public_join: bool
    can_request_membership: bool
    etag: UUID
    created_by: int
    created_on: datetime
    modified_by: int
    modified_on: datetime

    @property
    def takes_requests(self) -> bool:
        """Neither open to everybody nor by invitation only."""
        return self.can_request_membership and not self.can_public_join


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation, as stored."""

    id: int
    team_id: int
    invitee_id: int | None
    invitee_email: str | None
    message: str | None
    created_by: int
    created_on: datetime
    expires_on: datetime | None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request for membership, as stored."""

    id: int
    team_id: int
    person_id: int
    message: str | None
    created_on: datetime
    expires_on: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands to a team: what the rules of joining are decided on."""

    is_member: bool
    is_manager: bool
    has_invitation: bool
    has_request: bool


def check_text(what: str, text: Maybe[str]) -> str | None:
    """The text, or None. Raises BadRequest for one that is too long."""
    if text is UNSET:
        return None
    if len(text) > LONGEST_TEXT:
        raise BadRequest(f"{what} has at most {LONGEST_TEXT} characters, not {len(text)}.")
    return text


def check_not_given(**members: object) -> None:
    """Raises BadRequest when the body brings something that the server decides."""
    given = [name for name, value in members.items() if value is not UNSET]
    if given:
        raise BadRequest(f"The server decides about {', '.join(given)}; leave it out.")


def moment_from(what: str, text: Maybe[str]) -> datetime | None:
    """A time of the wire, in UTC unless it says otherwise. Raises BadRequest for anything else, and for the past."""
    if text is UNSET:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest(f"{what} takes a time such as 2030-12-31T12:00:00.000Z, not {text[:50]!r}.") from None
    if moment <= datetime.now(UTC):
        raise BadRequest(f"{what} lies in the past: {text[:50]}.")
    return moment
