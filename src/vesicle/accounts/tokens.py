"""Access tokens: opaque random strings, kept as digests (ruling 14)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace

from vesicle.access import Actor, OwnsToken, Scope
from vesicle.access.actors import EVERY_SCOPE, signed_in
from vesicle.accounts import store
from vesicle.accounts.model import (
    AccessTokenRecord,
    AccessTokenRecordList,
    AccessTokenRequest,
    names_of,
    scopes_of,
)
from vesicle.audit.recording import note
from vesicle.db import Connection
from vesicle.errors import BadRequest, NotFound, NotSignedIn
from vesicle.settings import Settings
from vesicle.wire import UNSET, key_of_token, stamp, token_of_key

PERSONAL_PREFIX = "vsp_"
SESSION_PREFIX = "vss_"
SESSION_S = 24 * 3600
MOST_TOKENS = 100
PAGE = 50


def digest_of(token: str) -> bytes:
    """Tokens hold 256 random bits, so a plain hash is as good as a slow one."""
    return hashlib.sha256(token.encode()).digest()


def actor_of_token(conn: Connection, token: str, settings: Settings) -> Actor:
    """The person of a token. Raises NotSignedIn for an unknown, revoked or expired one."""
    row = store.token(conn, digest_of(token), settings.unused_token_days)
    if row is None or row.expired:
        raise NotSignedIn("Invalid access token")
    if row.stale:
        store.touch_token(conn, row.id)
    if row.first_today:
        note(conn, row.principal_id, "token.use", "access token", row.id)
    return signed_in(
        row.principal_id, row.groups, row.scopes,
        everyone_certified=settings.certification == "everyone", token_id=row.id,
        agreed=row.terms_version == (settings.terms_version or row.terms_version),
    )  # fmt: skip


def actor_of_person(conn: Connection, person_id: int, settings: Settings, address: str | None = None) -> Actor:
    """The person as an actor, for work that goes on after their request, which came from the address. Their groups are
    read now, not then.
    """
    certified = settings.certification == "everyone"
    groups = store.groups(conn, person_id)
    actor = signed_in(person_id, groups, EVERY_SCOPE, everyone_certified=certified, token_id=None)
    return replace(actor, address=address)


def create(conn: Connection, actor: Actor, request: AccessTokenRequest) -> str:
    """A new personal access token of the caller. Never more than the calling token may do, and never ``authorize``."""
    asked = EVERY_SCOPE if request.scope is UNSET else scopes_of(request.scope)
    name = request.name or fresh_label()
    return issue(conn, actor.id, name, asked & actor.scopes & ~Scope.authorize)


def fresh_label() -> str:
    """A name for a token that was given none."""
    return f"token {secrets.token_hex(4)}"


def issue(conn: Connection, person_id: int, name: str, scopes: Scope) -> str:
    """A new personal access token. Raises BadRequest when the person has one of that name."""
    if not name.strip() or len(name) > 256:
        raise BadRequest("The name of an access token has from 1 to 256 characters.")
    token = PERSONAL_PREFIX + secrets.token_urlsafe(32)
    if not store.insert_token(conn, person_id, "personal", name, digest_of(token), scopes, None):
        raise BadRequest(f"You have an access token of the name {name!r} already; choose another, or delete that one.")
    store.drop_least_used_tokens(conn, person_id, MOST_TOKENS)
    note(conn, person_id, "token.create", "person", person_id, {"name": name, "scopes": names_of(scopes)})
    return token


def revoke(conn: Connection, grant: OwnsToken) -> None:
    """From now on the token opens nothing."""
    store.delete_token(conn, grant)
    note(conn, grant.actor.id, "token.revoke", "access token", grant.id)


def open_session(conn: Connection, person_id: int, scopes: Scope = EVERY_SCOPE) -> str:
    """A token for a day, with every scope unless fewer are named."""
    token = SESSION_PREFIX + secrets.token_urlsafe(32)
    store.insert_token(conn, person_id, "session", None, digest_of(token), scopes, SESSION_S)
    return token


def list_own(conn: Connection, actor: Actor, settings: Settings, page_token: str | None) -> AccessTokenRecordList:
    """The caller's tokens, a page at a time."""
    after = key_of_token(page_token, tuple[int])[0] if page_token else 0
    rows = store.token_records(conn, actor, settings.unused_token_days, after, PAGE + 1)
    more = token_of_key(rows[PAGE - 1][0]) if len(rows) > PAGE else UNSET
    return AccessTokenRecordList(results=[_record(*row) for row in rows[:PAGE]], next_page_token=more)


def record(conn: Connection, grant: OwnsToken, settings: Settings) -> AccessTokenRecord:
    """One of the caller's tokens."""
    row = store.token_record(conn, grant, settings.unused_token_days)
    if row is None:
        raise NotFound(f"There is no access token {grant.id}.")
    return _record(*row)


def _record(id, person_id, scopes, name, created_on, last_used, expired) -> AccessTokenRecord:  # type: ignore[no-untyped-def]
    return AccessTokenRecord(
        id=str(id), user_id=str(person_id), scopes=names_of(Scope(scopes)), name=name,
        created_on=stamp(created_on), last_used=stamp(last_used), state="EXPIRED" if expired else "ACTIVE",
    )  # fmt: skip
