"""Shapes of members."""

from __future__ import annotations

from vesicle.wire import UNSET, Id, Maybe, Shape


class Member(Shape):
    """A person or a team in an organization."""

    organization_id: Id
    member_id: str
    is_owner: bool
    is_manager: bool
    is_contributor: bool
    joined_on: str


class MemberPage(Shape):
    """A page of members."""

    results: list[Member]
    next_page_token: Maybe[str] = UNSET


class MemberRoles(Shape):
    """What a member may do."""

    is_manager: bool = False
    is_contributor: bool = True
