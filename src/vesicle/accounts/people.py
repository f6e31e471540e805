"""People: making them, and finding them."""

from __future__ import annotations

from collections.abc import Iterable

from vesicle.access import ADMINISTRATORS, ANONYMOUS, FIRST_ADMIN
from vesicle.accounts import groups, store
from vesicle.accounts.model import (
    AliasCheckRequest,
    AliasCheckResponse,
    PrincipalAliasRequest,
    PrincipalAliasResponse,
    UserGroupHeader,
    UserGroupHeaderPage,
    UserGroupHeaderResponse,
    check_email,
    check_user_name,
    squeezed,
)
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, NotFound
from vesicle.wire import check_window, or_unset

KINDS = {"ALL": ["user", "team", "group"], "USERS_ONLY": ["user"], "TEAMS_ONLY": ["team", "group"]}
KINDS_OF_ALIAS = ["USER_NAME", "TEAM_NAME", "USER_EMAIL"]
FORMS = {"USER_NAME": check_user_name, "TEAM_NAME": groups.check_name, "USER_EMAIL": check_email}
MOST_IDS = 1000
MOST_NAMES = 100


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
        store.insert_prefixes(conn, person_id, prefixes(name, first_name, last_name))
        if admin:
            store.insert_membership(conn, person_id, ADMINISTRATORS)
    return person_id


def prefixes(name: str, first_name: str, last_name: str) -> set[str]:
    """What a look-up by prefix finds a person under."""
    first, last = squeezed(first_name), squeezed(last_name)
    return {squeezed(name), first + last, last + first}


def has_administrator(conn: Connection) -> bool:
    """True when somebody who can sign in may do everything."""
    return bool(store.members(conn, ADMINISTRATORS) - {FIRST_ADMIN})


def find(conn: Connection, name: str) -> int:
    """The id of a person by user name or address. Raises NotFound."""
    person_id = store.principal_of(conn, squeezed(name), ["USER_NAME", "USER_EMAIL"])
    if person_id is None or person_id in (FIRST_ADMIN, ANONYMOUS):
        raise NotFound(f"There is no user {name!r}; make one with: vesicle admin create-user {name} --email ADDRESS")
    return person_id


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


def headers_of_names(conn: Connection, names: list[str]) -> UserGroupHeaderResponse:
    """Headers for names of people and teams, whatever their case and punctuation; unknown ones are skipped."""
    if len(names) > MOST_NAMES:
        raise BadRequest(f"list takes at most {MOST_NAMES} names.")
    found = store.principals_of(conn, [squeezed(name) for name in names], ["USER_NAME", "TEAM_NAME"])
    ids = [found[squeezed(name)] for name in names if squeezed(name) in found]
    return UserGroupHeaderResponse(headers=_headers(store.headers(conn, ids)))


def check_alias(conn: Connection, request: AliasCheckRequest) -> AliasCheckResponse:
    """Whether a name or address has the right form, and is nobody's yet."""
    check = FORMS.get(request.type)
    if check is None:
        raise BadRequest(f"type is one of {', '.join(FORMS)}, not {request.type[:50]!r}.")
    try:
        check(request.alias)
    except BadRequest:
        return AliasCheckResponse(valid=False, available=False)
    taken = store.principals_of(conn, [squeezed(request.alias)], KINDS_OF_ALIAS)
    return AliasCheckResponse(valid=True, available=not taken)


def owner_of_alias(conn: Connection, request: PrincipalAliasRequest) -> PrincipalAliasResponse:
    """Whose user name it is. Raises NotFound."""
    if request.type != "USER_NAME":
        raise BadRequest(f"Only aliases of the type USER_NAME are looked up, not {request.type[:50]!r}.")
    person_id = store.principal_of(conn, squeezed(request.alias), ["USER_NAME"])
    if person_id is None:
        raise NotFound(f"There is no user {request.alias[:100]!r}.")
    return PrincipalAliasResponse(principal_id=person_id)


def _headers(rows: Iterable[tuple[int, str, bool, str | None, str | None]]) -> list[UserGroupHeader]:
    return [
        UserGroupHeader(
            owner_id=str(id), user_name=name, is_individual=is_person,
            first_name=or_unset(first or None), last_name=or_unset(last or None),
        )
        for id, name, is_person, first, last in rows
    ]  # fmt: skip
