"""Who is certified: may create and change content where the setting `certification` is `required` (ruling 7)."""

from __future__ import annotations

from vesicle.access import CERTIFIED, Actor
from vesicle.accounts import store
from vesicle.accounts.model import PassingRecord
from vesicle.accounts.store import profiles as rows
from vesicle.audit.recording import note
from vesicle.db import Connection
from vesicle.errors import NotFound
from vesicle.wire import Id, stamp


def record(conn: Connection, person_id: int) -> PassingRecord:
    """Since when a person is certified. Raises NotFound where nobody certified them: clients read that as a no."""
    moment = rows.certified_on(conn, person_id)
    if moment is None:
        raise NotFound(f"There is no record of user {person_id} being certified.")
    return PassingRecord(user_id=Id(person_id), passed=True, certified=True, revoked=False, passed_on=stamp(moment))


def certify(conn: Connection, actor: Actor | None, person_id: int, *, certified: bool = True) -> None:
    """Certify a person, or take that back. ``actor`` is None for the operator. Raises NotFound."""
    if not rows.profiles(conn, [person_id]):
        raise NotFound(f"There is no user {person_id}.")
    if certified:
        store.insert_membership(conn, person_id, CERTIFIED)
    else:
        store.delete_membership(conn, person_id, CERTIFIED)
    rows.set_certified(conn, actor, person_id, certified)
    deed = "certification.give" if certified else "certification.revoke"
    note(conn, actor.id if actor else None, deed, "person", person_id)
