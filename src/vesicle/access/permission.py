"""The one place where grants are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, overload

from vesicle.access import decisions, store
from vesicle.access.actors import Actor
from vesicle.access.grants import _SEAL, Grant, Owns
from vesicle.access.rights import Right
from vesicle.access.team_grants import OnTeam
from vesicle.db import Connection
from vesicle.errors import Forbidden, NotFound, Refusal

G = TypeVar("G", bound=Grant)
O = TypeVar("O", bound=Owns)  # noqa: E741
T = TypeVar("T", bound=OnTeam)


@overload
def require(conn: Connection, actor: Actor, kind: type[G], object_id: int) -> G: ...
@overload
def require(conn: Connection, actor: Actor, kind: type[O], object_id: int) -> O: ...
@overload
def require(conn: Connection, actor: Actor, kind: type[T], object_id: int) -> T: ...
def require(
    conn: Connection, actor: Actor, kind: type[G] | type[O] | type[T], object_id: int
) -> Grant | Owns | OnTeam:  # fmt: skip
    """A proof that the actor may; raises NotFound (missing, in the trash can) or Forbidden with the reason."""
    answer: Grant | Owns | OnTeam | Refusal
    if issubclass(kind, Owns):
        answer = require_each_owned(conn, actor, kind, [object_id])[object_id]
    elif issubclass(kind, OnTeam):
        answer = require_each_team(conn, actor, kind, [object_id])[object_id]
    else:
        answer = require_each(conn, actor, kind, [object_id])[object_id]
    if isinstance(answer, Refusal):
        raise answer
    return answer


def require_each(conn: Connection, actor: Actor, kind: type[G], ids: Sequence[int]) -> dict[int, G | Refusal]:
    """For each id its proof or its refusal, in one query."""
    known = store.subjects(conn, actor.principals, ids)
    answers: dict[int, G | Refusal] = {}
    for object_id in ids:
        subject = known.get(object_id)
        why_not = decisions.refusal(actor, subject, kind.right, object_id)
        if why_not is not None:
            answers[object_id] = why_not
        elif subject is not None:
            answers[object_id] = kind(_SEAL, actor, subject)
    return answers


def require_each_owned(conn: Connection, actor: Actor, kind: type[O], ids: Sequence[int]) -> dict[int, O | Refusal]:
    """For each id the proof that it is the actor's, or of a team of theirs; or the refusal. One query."""
    known = store.owners(conn, kind.kind, ids)
    answers: dict[int, O | Refusal] = {}
    for object_id in ids:
        owners = known.get(object_id)
        if owners is None:
            answers[object_id] = NotFound(f"There is no {kind.kind} {object_id}.")
        elif not owners.isdisjoint(actor.principals) or (kind.admin_passes and actor.is_admin):
            owner_id = actor.id if actor.id in owners else min(owners)
            answers[object_id] = kind(_SEAL, actor, object_id, owner_id)
        else:
            answers[object_id] = Forbidden(f"Only {kind.owner} {kind.kind} {object_id} may do this.")
    return answers


def require_each_team(conn: Connection, actor: Actor, kind: type[T], ids: Sequence[int]) -> dict[int, T | Refusal]:
    """For each team its proof or its refusal, in one query."""
    known = store.team_subjects(conn, actor.principals, ids)
    answers: dict[int, T | Refusal] = {}
    for team_id in ids:
        subject = known.get(team_id)
        why_not = decisions.refusal_of_team(actor, subject, kind.right, team_id)
        if why_not is not None:
            answers[team_id] = why_not
        elif subject is not None:
            answers[team_id] = kind(_SEAL, actor, subject)
    return answers


def rights_of(grant: Grant) -> Right:
    """Every right that the actor of the grant has on its object, by the same rules."""
    allowed = Right(0)
    for right in Right:
        if decisions.refusal(grant.actor, grant, right, grant.id) is None:
            allowed |= right
    return allowed


def allows(grant: Grant | OnTeam, right: Right) -> bool:
    """Whether the actor of the grant has this right on its object or team, by the same rules and what was read then."""
    if isinstance(grant, Grant):
        return decisions.refusal(grant.actor, grant, right, grant.id) is None
    return decisions.refusal_of_team(grant.actor, grant, right, grant.id) is None
