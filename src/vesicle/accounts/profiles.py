"""Profiles: what people say of themselves."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from vesicle.access import ACCESS_AND_COMPLIANCE, ADMINISTRATORS, CERTIFIED, Actor, OwnsFileHandle, require
from vesicle.accounts import store
from vesicle.accounts.model import (
    NotificationSettings,
    ProfileList,
    ProfileRow,
    UserBundle,
    UserPreferenceBoolean,
    UserProfile,
    check_user_name,
    squeezed,
)
from vesicle.accounts.people import MOST_IDS, prefixes
from vesicle.accounts.store import profiles as rows
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, Forbidden, NotFound, Stale
from vesicle.settings import Settings
from vesicle.wire import UNSET, Id, Page, check_window, offset_page, or_unset, stamp

LONGEST_NAME = 256
LONGEST_DETAIL = 1000
LONGEST_SUMMARY = 10_000
MOST_PREFERENCES = 100
# Names inside, and on the wire, of the free text of a profile.
DETAILS = {
    "display_name": "displayName", "summary": "summary", "position": "position", "location": "location",
    "industry": "industry", "company": "company", "url": "url", "team_name": "teamName", "r_studio_url": "rStudioUrl",
}  # fmt: skip
PROFILE, CERTIFIED_BIT, VERIFIED, ACT_MEMBER, AR_REVIEWER = 0x1, 0x8, 0x10, 0x20, 0x40


def profile(conn: Connection, actor: Actor, person_id: int) -> UserProfile:
    """A person's profile; what is private in it only for the person and for administrators. Raises NotFound."""
    found = rows.profiles(conn, [person_id])
    if not found:
        raise NotFound(f"There is no user {person_id}.")
    return _shape(actor, found[0])


def of_ids(conn: Connection, actor: Actor, ids: list[Id]) -> ProfileList:
    """The profiles of those of the ids that are people, in the order of the ids."""
    if len(ids) > MOST_IDS:
        raise BadRequest(f"list takes at most {MOST_IDS} ids.")
    return ProfileList(profiles=[_shape(actor, row) for row in rows.profiles(conn, ids)])


def page(conn: Connection, actor: Actor, limit: int, offset: int) -> Page:
    """Everybody, in the order of ids."""
    check_window(limit, offset)
    return offset_page([_shape(actor, row) for row in rows.profile_page(conn, limit, offset)], limit, offset)


def bundle(conn: Connection, actor: Actor, settings: Settings, person_id: int, mask: int) -> UserBundle:
    """What the bits of the mask ask for. Raises NotFound for what is no person: clients tell teams by that."""
    shown = profile(conn, actor, person_id)
    groups = store.groups(conn, person_id)
    certified = settings.certification == "everyone" or CERTIFIED in groups or ADMINISTRATORS in groups
    return UserBundle(
        user_id=Id(person_id),
        user_profile=shown if mask & PROFILE else UNSET,
        is_certified=certified if mask & CERTIFIED_BIT else UNSET,
        is_verified=False if mask & VERIFIED else UNSET,
        is_act_member=ACCESS_AND_COMPLIANCE in groups if mask & ACT_MEMBER else UNSET,
        is_ar_reviewer=False if mask & AR_REVIEWER else UNSET,
    )


def update(conn: Connection, actor: Actor, given: UserProfile) -> UserProfile:
    """Replace a profile: members that are left out become empty. Addresses are changed elsewhere.

    Call inside a transaction. Raises Forbidden for somebody else's, Stale for an etag that is no longer the current
    one, Conflict for a user name that is somebody's, and BadRequest for what a profile cannot hold.
    """
    person_id = int(given.owner_id) if given.owner_id is not UNSET else actor.id
    if actor.is_anonymous or not actor.is_self_or_admin(person_id):
        raise Forbidden("Only the person and administrators may change a profile.")
    old = rows.locked_profile(conn, actor, person_id)
    if old is None:
        raise NotFound(f"There is no user {person_id}.")
    if not given.etag:
        raise BadRequest("etag is required: send the one that came with the profile you changed.")
    if given.etag != str(old.etag):
        raise Stale(f"The profile of user {person_id} was changed since you read it; read it anew and repeat.")
    new = _changed(old, given)
    rows.update_profile(conn, actor, new, _new_picture(conn, actor, old, given))
    _rename(conn, actor, old, new)
    return profile(conn, actor, person_id)


def _changed(old: ProfileRow, given: UserProfile) -> ProfileRow:
    name = given.user_name or ""
    if name != old.user_name:
        check_user_name(name)
    details = {wire: _text(wire, getattr(given, inside)) for inside, wire in DETAILS.items()}
    for link in ("url", "rStudioUrl"):
        _check_link(link, details[link])
    wishes = given.notification_settings or NotificationSettings()
    preferences = {one.name: one.value for one in given.preferences or []}
    if len(preferences) > MOST_PREFERENCES or any(len(one) > LONGEST_NAME for one in preferences):
        raise BadRequest(
            f"preferences takes at most {MOST_PREFERENCES}, with names of up to {LONGEST_NAME} characters."
        )
    return replace(
        old, user_name=name,
        first_name=_text("firstName", given.first_name), last_name=_text("lastName", given.last_name),
        details={wire: text for wire, text in details.items() if text},
        preferences=[{"name": one, "value": value} for one, value in preferences.items()],
        picture_handle_id=given.profile_picure_file_handle_id or None,
        send_mail=wishes.send_email_notifications, mark_mailed_read=wishes.mark_emailed_messages_as_read,
    )  # fmt: skip


def _text(name: str, given: object) -> str:
    """The text of a member; absent is empty. Raises BadRequest for control characters and for too much."""
    text = given if isinstance(given, str) else ""
    is_name, is_summary = name in ("firstName", "lastName", "displayName"), name == "summary"
    most = LONGEST_NAME if is_name else LONGEST_SUMMARY if is_summary else LONGEST_DETAIL
    plain = text.replace("\n", " ").replace("\r", " ").replace("\t", " ") if is_summary else text
    if len(text) > most or not plain.isprintable():
        raise BadRequest(f"{name} takes at most {most} characters, and no control characters.")
    return text


def _check_link(name: str, text: str) -> None:
    """A page may show it as a link, so it must not be a script."""
    try:
        good = not text or urlsplit(text).scheme in ("http", "https")
    except ValueError:
        good = False
    if not good:
        raise BadRequest(f"{name} is a URL that begins with http:// or https://.")


def _new_picture(conn: Connection, actor: Actor, old: ProfileRow, given: UserProfile) -> OwnsFileHandle | None:
    """The proof for a picture that was not there before; one that is kept needs none."""
    asked = given.profile_picure_file_handle_id
    if not asked or asked == old.picture_handle_id:
        return None
    return require(conn, actor, OwnsFileHandle, asked)


def _rename(conn: Connection, actor: Actor, old: ProfileRow, new: ProfileRow) -> None:
    names = [(row.user_name, row.first_name, row.last_name) for row in (old, new)]
    if old.user_name != new.user_name and not rows.rename(
        conn, actor, new.principal_id, new.user_name, squeezed(new.user_name)
    ):
        raise Conflict(f"{new.user_name} is taken; names differ in more than case and punctuation.")
    if names[0] != names[1]:
        store.delete_prefixes(conn, new.principal_id)
        store.insert_prefixes(conn, new.principal_id, prefixes(*names[1]))


def _shape(actor: Actor, row: ProfileRow) -> UserProfile:
    picture = Id(row.picture_handle_id) if row.picture_handle_id else UNSET
    found = UserProfile(
        owner_id=Id(row.principal_id), etag=str(row.etag), user_name=row.user_name,
        first_name=row.first_name, last_name=row.last_name, created_on=stamp(row.created_on),
        profile_picure_file_handle_id=picture,
    )  # fmt: skip
    for inside, wire in DETAILS.items():
        setattr(found, inside, or_unset(row.details.get(wire)))
    if not actor.is_self_or_admin(row.principal_id) or actor.is_anonymous:
        found.r_studio_url = UNSET
        return found
    found.emails, found.open_ids, found.two_factor_auth_enabled = row.emails, [], False
    found.notification_settings = NotificationSettings(
        send_email_notifications=row.send_mail, mark_emailed_messages_as_read=row.mark_mailed_read
    )
    found.preferences = [UserPreferenceBoolean(**one) for one in row.preferences]
    return found
