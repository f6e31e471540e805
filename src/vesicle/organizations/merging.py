"""Merging one organization into another: projects, members, storage and history."""

from __future__ import annotations

from collections.abc import Iterator

from vesicle.access import Actor
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.organizations import letters, planning, recorded
from vesicle.organizations.model.moving import MergeOutcome, MergeRequest
from vesicle.organizations.model.organizations import INSTALLATION
from vesicle.organizations.roles import Standing, require_manager
from vesicle.organizations.store import members, notices, plans
from vesicle.organizations.store import organizations as rows
from vesicle.tree import belonging
from vesicle.usage import limits, transferring
from vesicle.usage.model import Account, size
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
    # In this order, because a project that is purged at this moment is waited for, and leaves a stay to be rewritten.
    belonging.transfer_all(conn, actor, source_id, target_id)
    transferring.merge(conn, source_id, target_id)
    members.move_all(conn, actor, source_id, target_id)
    notices.move_all(conn, actor, source_id, target_id)
    plans.move_requests(conn, actor, source_id, target_id)
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
    brought, sent = transferring.sent_by_both(conn, source.of.id, target.of.id)
    outcome = MergeOutcome(
        organization_id=Id(target.of.id), stored_bytes=mine.stored + other.stored,
        reserved_bytes=mine.reserved + other.reserved, custom_stored_bytes=mine.custom_stored + other.custom_stored,
        sent_bytes=brought + sent, reasons=[],
        projects=sum(rows.project_count(conn, one.actor, one.of.id) for one in (source, target)),
        certified_users=members.contributors_together(conn, source.actor, source.of.id, target.of.id),
        storage_limit_bytes=or_unset(mine.storage_limit), custom_storage_limit_bytes=or_unset(mine.custom_limit),
        egress_limit_bytes=or_unset(mine.egress_limit),
    )  # fmt: skip
    custom = outcome.custom_stored_bytes + mine.custom_reserved + other.custom_reserved
    outcome.reasons += _passed(outcome, mine, target, custom, grows=brought > 0)
    if plans.open_requests(conn, target.actor, source.of.id, target.of.id) > 1:
        outcome.reasons.append("Both have asked for a plan; let one of the requests be decided first.")
    return outcome


def _passed(outcome: MergeOutcome, mine: Account, target: Standing, custom: int, *, grows: bool) -> Iterator[str]:
    """Each limit of the target that would be passed; that of egress only where the source has sent something."""
    used, sent, of = outcome.stored_bytes + outcome.reserved_bytes, outcome.sent_bytes, target.of
    if mine.storage_limit is not None and used > mine.storage_limit:
        yield f"{size(used)} would be used or promised, and the plan allows {size(mine.storage_limit)}."
    if mine.custom_limit is not None and custom > mine.custom_limit:
        yield f"{size(custom)} of custom storage would be used; the plan allows {size(mine.custom_limit)}."
    if mine.egress_limit is not None and grows and sent > mine.egress_limit:
        period = mine.egress_period.lower()
        yield f"{size(sent)} would have been sent in the present {period}; the plan allows {size(mine.egress_limit)}."
    if of.project_limit is not None and outcome.projects > of.project_limit:
        yield f"There would be {outcome.projects} projects, and the plan allows {of.project_limit}."
    if of.certified_user_limit is not None and outcome.certified_users > of.certified_user_limit:
        yield f"There would be {outcome.certified_users} certified users; the plan allows {of.certified_user_limit}."
    if not mine.is_open:
        yield f"The plan of {of.name} is not in force."


def _in_order(source: Standing, target: Standing) -> tuple[Standing, Standing]:
    return (source, target) if source.of.id < target.of.id else (target, source)
