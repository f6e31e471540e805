"""Shapes of the projects of an organization, and of merging two organizations."""

from __future__ import annotations

from vesicle.wire import UNSET, EntityId, Id, Int64, Maybe, Shape


class OrganizationProject(Shape):
    """A project of an organization. Its name is told to those who may read it."""

    project_id: EntityId
    created_by: str
    created_on: str
    in_trash: bool
    organization_id: Id
    name: Maybe[str] = UNSET


class OrganizationProjectPage(Shape):
    """A page of projects."""

    results: list[OrganizationProject]
    next_page_token: Maybe[str] = UNSET


class MergeRequest(Shape):
    """Which organization becomes part of the one in the path; with dryRun only the outcome is told."""

    organization_id: Id
    dry_run: bool = False


class MergeOutcome(Shape):
    """What two organizations are together; ``reasons`` says what stands against merging them.

    ``sentBytes`` counts against the limit of egress, in the present period of the one that stays.
    """

    organization_id: Id
    stored_bytes: int
    reserved_bytes: int
    custom_stored_bytes: int
    sent_bytes: int
    projects: int
    certified_users: int
    reasons: list[str]
    storage_limit_bytes: Maybe[Int64] = UNSET
    custom_storage_limit_bytes: Maybe[Int64] = UNSET
    egress_limit_bytes: Maybe[Int64] = UNSET
