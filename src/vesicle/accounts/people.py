"""People: making them, and finding them."""

from __future__ import annotations

from collections.abc import Iterable

from vesicle.access import ADMINISTRATORS, ANONYMOUS, CERTIFIED, FIRST_ADMIN, Actor
from vesicle.accounts import store
from vesicle.accounts.model import (
    NotificationSettings,
    UserGroupHeader,
    UserGroupHeaderPage,
    UserProfile,
    check_email,
    check_user_name,
    squeezed,
)
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, NotFound
from vesicle.wire import check_window, or_unset, stamp

KINDS = {"ALL": ["user", "team", "group"], "USERS_ONLY": ["user"], "TEAMS_ONLY": ["team", "group"]}
MOST_IDS = 1000


def create(
    conn: Connection, name: str, email: str, *, first_name: str = "", last_name: str = "", admin: bool = False
) -> int:
    """A new person, and their id. Raises Conflict when the name or the address is somebody's already."""
    check_user_name(name)
    check_email(email)
    with conn.transaction():
        person_id = store.insert_person(conn, first_name, last_name)
        for kind, alias in (("USER_NAME", name), ("USER_EMAIL", email)):
            if not store.insert_alias(conn, person_id, kind, alias, squeezed(alias)):
                raise Conflict(f"{alias} is taken; names differ in more than case and punctuation.")
        first, last = squeezed(first_name), squeezed(last_name)
        store.insert_prefixes(conn, person_id, {squeezed(name), first + last, last + first})
        if admin:
            store.insert_membership(conn, person_id, ADMINISTRATORS)
    return person_id


def certify(conn: Connection, person_id: int) -> None:
    """From now on the person counts as certified."""
    store.insert_membership(conn, person_id, CERTIFIED)


def has_administrator(conn: Connection) -> bool:
    """True when somebody who can sign in may do everything."""
    return bool(store.members(conn, ADMINISTRATORS) - {FIRST_ADMIN})


def find(conn: Connection, name: str) -> int:
    """The id of a person by user name or address. Raises NotFound."""
    person_id = store.principal_of(conn, squeezed(name), ["USER_NAME", "USER_EMAIL"])
    if person_id is None or person_id in (FIRST_ADMIN, ANONYMOUS):
        raise NotFound(f"There is no user {name!r}; make one with: vesicle admin create-user {name} --email ADDRESS")
    return person_id


def profile(conn: Connection, actor: Actor, person_id: int) -> UserProfile:
    """A person's profile; what is private in it only for the person and for administrators. Raises NotFound."""
    row = store.profile(conn, person_id)
    if row is None:
        raise NotFound(f"There is no user {person_id}.")
    found = UserProfile(
        owner_id=str(row.principal_id), etag=str(row.etag), user_name=row.user_name,
        first_name=row.first_name, last_name=row.last_name, created_on=stamp(row.created_on),
    )  # fmt: skip
    if actor.is_self_or_admin(person_id) and not actor.is_anonymous:
        found.emails = row.emails
        found.open_ids = []
        found.notification_settings = NotificationSettings()
        found.two_factor_auth_enabled = False
    return found


def headers(conn: Connection, ids: str) -> UserGroupHeaderPage:
    """Headers for ``1,2,3``; unknown ids are skipped. Raises BadRequest for what is not a number."""
    try:
        numbers = [int(text) for text in ids.split(",") if text.strip()]
    except ValueError:
        raise BadRequest("ids takes principal ids with commas between, such as 3400001,3400002.") from None
    if not numbers or len(numbers) > MOST_IDS or any(not 0 <= number < 2**63 for number in numbers):
        raise BadRequest(f"ids takes from 1 to {MOST_IDS} principal ids.")
    found = _headers(store.headers(conn, numbers))
    return UserGroupHeaderPage(children=found, total_number_of_results=len(found))


def headers_by_prefix(conn: Connection, prefix: str, kind: str, limit: int, offset: int) -> UserGroupHeaderPage:
    """Principals whose name begins with the prefix, whatever its case and punctuation."""
    check_window(limit, offset)
    if kind not in KINDS:
        raise BadRequest(f"typeFilter is one of {', '.join(KINDS)}, not {kind[:50]!r}.")
    rows = store.headers_by_prefix(conn, squeezed(prefix), KINDS[kind], limit, offset)
    total = offset + len(rows) + (1 if len(rows) == limit else 0)
    return UserGroupHeaderPage(children=_headers(rows), total_number_of_results=total, prefix_filter=prefix)


def _headers(rows: Iterable[tuple[int, str, bool, str | None, str | None]]) -> list[UserGroupHeader]:
    return [
        UserGroupHeader(
            owner_id=str(id), user_name=name, is_individual=is_person,
            first_name=or_unset(first or None), last_name=or_unset(last or None),
        )
        for id, name, is_person, first, last in rows
    ]  # fmt: skip
