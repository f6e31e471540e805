"""What administrators do with the accounts of others."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.accounts import groups, people, sign_in, store, tokens
from vesicle.accounts.model import LoginResponse, squeezed
from vesicle.accounts.requests import NewIntegrationTestUser
from vesicle.accounts.store import profiles as rows
from vesicle.accounts.terms import NONE
from vesicle.audit.recording import note
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, Forbidden, NotFound
from vesicle.settings import Settings
from vesicle.wire import UNSET

FIRST_OWN_ID = 3_400_000


def create(conn: Connection, actor: Actor, settings: Settings, request: NewIntegrationTestUser) -> LoginResponse:
    """An account without a mail, and a token of it; for the name of an account that there is, a token of that one."""
    person_id = store.principal_of(conn, squeezed(request.username), ["USER_NAME"])
    if person_id is None:
        person_id = people.create(conn, request.username, request.email)
        if request.password:
            sign_in.set_password(conn, person_id, request.password, by=actor.id)
        if request.tou:
            rows.agree(conn, person_id, settings.terms_version or NONE)
        note(conn, actor.id, "account.create", "person", person_id, {"address": request.email})
    return token_of(conn, actor, person_id)


def token_of(conn: Connection, actor: Actor, person_id: int) -> LoginResponse:
    """A session of a person for an administrator. It can do no more than the token that the administrator used."""
    if person_id < FIRST_OWN_ID or not rows.profiles(conn, [person_id]):
        raise NotFound(f"There is no user {person_id} to sign in as.")
    note(conn, actor.id, "sign_in.for_another", "person", person_id)
    token = tokens.open_session(conn, person_id, actor.scopes)
    return LoginResponse(access_token=token, accepts_terms_of_use=True, authentication_receipt=UNSET)


def delete(conn: Connection, actor: Actor, person_id: int) -> None:
    """Remove an account that has left nothing behind. Raises NotFound, Conflict for one that has, and BadRequest for
    the last manager of an organization.
    """
    if not rows.profiles(conn, [person_id]):
        raise NotFound(f"There is no user {person_id}.")
    if person_id < FIRST_OWN_ID or person_id == actor.id:
        raise BadRequest("Neither the first accounts of the server nor your own can be removed.")
    groups.check_manages_nothing_alone(conn, actor, person_id, f"User {person_id}")
    if not rows.delete_person(conn, actor, person_id):
        raise Conflict(
            f"User {person_id} made things, or things are shared with them; an account can be removed only without any."
        )
    note(conn, actor.id, "account.delete", "person", person_id)


def end_sessions(conn: Connection, actor: Actor, person_id: int) -> None:
    """Sign a person out everywhere, themself or by an administrator. Their personal tokens stay. Raises Forbidden."""
    if actor.is_anonymous or not actor.is_self_or_admin(person_id):
        raise Forbidden("Only the person and administrators may end their sessions.")
    store.delete_sessions(conn, person_id)
    note(conn, actor.id, "sign_out.everywhere", "person", person_id)
