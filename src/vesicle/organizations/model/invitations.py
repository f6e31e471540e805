"""Shapes of invitations into an organization."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from vesicle.wire import UNSET, Id, Maybe, Shape, or_unset, stamp


class NewInvitation(Shape):
    """Whom to invite: a user name, a person's id, or an e-mail address."""

    user_name: Maybe[str] = UNSET
    invitee_id: Maybe[Id] = UNSET
    invitee_email: Maybe[str] = UNSET
    is_manager: bool = False
    is_contributor: bool = True


class OrganizationInvitation(Shape):
    """An invitation into an organization."""

    id: Id
    organization_id: Id
    organization_name: str
    invited_by: str
    invited_on: str
    expires_on: str
    state: str
    is_manager: bool
    is_contributor: bool
    invitee_id: Maybe[str] = UNSET
    invitee_email: Maybe[str] = UNSET


class OrganizationInvitationList(Shape):
    """Invitations."""

    results: list[OrganizationInvitation]


class InvitationSecret(Shape):
    """The secret of the link in an e-mailed invitation."""

    secret: str


class InvitationRow(msgspec.Struct, array_like=True):
    """One invitation, as stored."""

    id: int
    organization_id: int
    organization_name: str
    invitee_id: int | None
    email: str | None
    as_manager: bool
    as_contributor: bool
    invited_by: int
    invited_on: datetime
    expires_on: datetime
    state: str
    is_expired: bool


@dataclass(frozen=True, slots=True)
class InvitationTold:
    """What somebody is told of an invitation before they accept it."""

    organization: str
    inviter: str
    as_manager: bool
    as_contributor: bool
    expires_on: str


def invitation_of(row: InvitationRow) -> OrganizationInvitation:
    """A stored invitation as the wire says it."""
    return OrganizationInvitation(
        id=Id(row.id), organization_id=Id(row.organization_id), organization_name=row.organization_name,
        invited_by=str(row.invited_by), invited_on=stamp(row.invited_on), expires_on=stamp(row.expires_on),
        state="EXPIRED" if row.is_expired and row.state == "OPEN" else row.state, is_manager=row.as_manager,
        is_contributor=row.as_contributor, invitee_id=UNSET if row.invitee_id is None else str(row.invitee_id),
        invitee_email=or_unset(row.email),
    )  # fmt: skip
