"""Merging one organization into another: projects, members, storage and history."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.organizations import letters, planning, recorded
from vesicle.organizations.model.moving import MergeOutcome, MergeRequest
from vesicle.organizations.model.organizations import INSTALLATION
from vesicle.organizations.roles import Standing, require_manager
from vesicle.organizations.store import members, plans
from vesicle.organizations.store import organizations as rows
from vesicle.tree import belonging
from vesicle.usage import limits, transferring
from vesicle.usage.model import size
from vesicle.wire import Id, or_unset


def merge(conn: Connection, actor: Actor, target_id: int, given: MergeRequest) -> MergeOutcome:
    """Everything of the other organization becomes part of this one, which the caller manages like the other.

    With ``dryRun`` nothing changes. Call inside a transaction. Raises NotFound, Forbidden, and BadRequest with every
    reason why it cannot be.
    """
    source_id = int(given.organization_id)
    if source_id == target_id:
        raise BadRequest("An organization cannot be merged with itself; name another one.")
    if INSTALLATION in (source_id, target_id):
        raise BadRequest("The organization of the installation cannot be merged; move projects out of it instead.")
    found = {one: require_manager(conn, actor, one, lock=True) for one in sorted((source_id, target_id))}
    source, target = found[source_id], found[target_id]
    outcome = _outcome(conn, source, target)
    if given.dry_run:
        return outcome
    if outcome.reasons:
        raise BadRequest(f"{source.of.name} cannot be merged into {target.of.name}: {' '.join(outcome.reasons)}")
    theirs, before = (recorded.memberships(conn, actor, one) for one in (source_id, target_id))
    gone = {"organization": source_id, "name": source.of.name, **planning.told(conn, actor, source.of.plan_id)}
    transferring.merge(conn, source_id, target_id)
    belonging.transfer_all(conn, actor, source_id, target_id)
    members.move_all(conn, actor, source_id, target_id)
    rows.delete(conn, actor, source_id)
    plans.delete(conn, actor, source.of.plan_id)
    after = recorded.memberships(conn, actor, target_id)
    changed = {one: {"from": before.get(one), "to": after[one]} for one in theirs if before.get(one) != after[one]}
    detail = {"from": {**gone, "members": theirs}, "to": target_id, "members": changed}
    recording.note(conn, actor.id, "organization.merge", "organization", target_id, detail)
    text = f"{source.of.name} is part of {target.of.name} now: its projects, members and storage."
    letters.tell(conn, members.manager_ids(conn, actor, target_id), f"{source.of.name} was merged", text)
    return outcome


def _outcome(conn: Connection, source: Standing, target: Standing) -> MergeOutcome:
    """What the merged organization would be, and what stands against it. Holds both accounts."""
    ours, theirs = (limits.account(conn, one.of.id, lock=True) for one in _in_order(source, target))
    mine, other = (ours, theirs) if ours.organization_id == target.of.id else (theirs, ours)
    used = mine.stored + mine.reserved + other.stored + other.reserved
    custom = mine.custom_stored + mine.custom_reserved + other.custom_stored + other.custom_reserved
    projects = sum(rows.project_count(conn, one.actor, one.of.id) for one in (source, target))
    people = members.contributors_together(conn, source.actor, source.of.id, target.of.id)
    reasons = []
    if mine.storage_limit is not None and used > mine.storage_limit:
        reasons.append(f"{size(used)} would be used or promised, and the plan allows {size(mine.storage_limit)}.")
    if mine.custom_limit is not None and custom > mine.custom_limit:
        reasons.append(f"{size(custom)} of custom storage would be used; the plan allows {size(mine.custom_limit)}.")
    if target.of.project_limit is not None and projects > target.of.project_limit:
        reasons.append(f"There would be {projects} projects, and the plan allows {target.of.project_limit}.")
    if target.of.certified_user_limit is not None and people > target.of.certified_user_limit:
        reasons.append(f"There would be {people} certified users; the plan allows {target.of.certified_user_limit}.")
    if not mine.is_open:
        reasons.append(f"The plan of {target.of.name} is not in force.")
    return MergeOutcome(
        organization_id=Id(target.of.id), stored_bytes=mine.stored + other.stored,
        reserved_bytes=mine.reserved + other.reserved, custom_stored_bytes=mine.custom_stored + other.custom_stored,
        storage_limit_bytes=or_unset(mine.storage_limit), projects=projects, certified_users=people, reasons=reasons,
    )  # fmt: skip


def _in_order(source: Standing, target: Standing) -> tuple[Standing, Standing]:
    return (source, target) if source.of.id < target.of.id else (target, source)
