"""Shapes of people, as they are told of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import field

from vesicle.wire import UNSET, Id, Maybe, Shape


class NotificationSettings(Shape):
    """Whether messages also go out as e-mail."""

    send_email_notifications: bool = True
    mark_emailed_messages_as_read: bool = False


class UserPreferenceBoolean(
    Shape, tag_field="concreteType", tag="org.sagebionetworks.repo.model.UserPreferenceBoolean"
):
    """A switch of the web pages that a person keeps with their profile."""

    name: str
    value: bool = False


class UserProfile(Shape):
    """A person. Addresses and settings are given to the person and to administrators only."""

    owner_id: Maybe[Id] = UNSET
    etag: Maybe[str] = UNSET
    user_name: Maybe[str] = UNSET
    first_name: Maybe[str] = UNSET
    last_name: Maybe[str] = UNSET
    created_on: Maybe[str] = UNSET
    display_name: Maybe[str] = UNSET
    summary: Maybe[str] = UNSET
    position: Maybe[str] = UNSET
    location: Maybe[str] = UNSET
    industry: Maybe[str] = UNSET
    company: Maybe[str] = UNSET
    url: Maybe[str] = UNSET
    team_name: Maybe[str] = UNSET
    r_studio_url: Maybe[str] = UNSET
    # The contract spells it so.
    profile_picure_file_handle_id: Maybe[Id] = UNSET
    emails: Maybe[list[str]] = UNSET
    open_ids: Maybe[list[str]] = UNSET
    notification_settings: Maybe[NotificationSettings] = UNSET
    preferences: Maybe[list[UserPreferenceBoolean]] = UNSET
    two_factor_auth_enabled: Maybe[bool] = UNSET


class IdList(Shape):
    """Principal ids."""

    ids: list[Id] = field(name="list")


class ProfileList(Shape):
    """Profiles, in the order in which they were asked for."""

    profiles: list[UserProfile] = field(name="list")


class UserBundle(Shape):
    """What a mask asked for of a person."""

    user_id: Id
    user_profile: Maybe[UserProfile] = UNSET
    is_certified: Maybe[bool] = UNSET
    is_verified: Maybe[bool] = UNSET
    is_act_member: Maybe[bool] = field(default=UNSET, name="isACTMember")
    is_ar_reviewer: Maybe[bool] = field(default=UNSET, name="isARReviewer")


class PassingRecord(Shape):
    """Since when a person is certified."""

    user_id: Id
    passed: bool
    certified: bool
    revoked: bool
    passed_on: str


class UserGroupHeader(Shape):
    """A person or a team in one line."""

    owner_id: str
    user_name: str
    is_individual: bool
    first_name: Maybe[str] = UNSET
    last_name: Maybe[str] = UNSET


class UserGroupHeaderPage(Shape):
    """A page of headers; the contract calls the list ``children`` here."""

    children: list[UserGroupHeader]
    total_number_of_results: int
    prefix_filter: Maybe[str] = UNSET


class UserGroupHeaderResponse(Shape):
    """Headers for names."""

    headers: list[UserGroupHeader] = field(name="list")


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A person, as stored."""

    principal_id: int
    etag: UUID
    user_name: str
    first_name: str
    last_name: str
    created_on: datetime
    emails: list[str]
    details: dict[str, str]
    preferences: list[dict[str, Any]]
    picture_handle_id: int | None
    send_mail: bool
    mark_mailed_read: bool
