"""Doors of people and of names."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.accounts import certification, model, people, profiles
from vesicle.accounts.http.declaring import PROFILES, door
from vesicle.web import Anyone, Call, InStory
from vesicle.wire import Id, Page


@door("GET", "/repo/v1/userProfile", access=Anyone("tells a caller who the server takes them for, also when nobody"))
def own_profile(call: Call) -> model.UserProfile:
    """The caller's own profile; the anonymous one without a token."""
    return profiles.profile(call.conn, call.actor, call.actor.id)


@door("GET", "/repo/v1/userProfile/{profileId}", access=Anyone(PROFILES))
def profile(call: Call, profile_id: Id) -> model.UserProfile:
    """A person's profile."""
    return profiles.profile(call.conn, call.actor, profile_id)


@door(
    "PUT", "/repo/v1/userProfile", scopes=Scope.view | Scope.modify,
    access=InStory("the person is in the body, and only they and administrators may"),
)  # fmt: skip
def update_profile(call: Call, body: model.UserProfile) -> model.UserProfile:
    """Replace the caller's profile, user name included; addresses have doors of their own."""
    return profiles.update(call.conn, call.actor, body)


@door("POST", "/repo/v1/userProfile", access=Anyone(PROFILES))
def profiles_of_ids(call: Call, body: model.IdList) -> model.ProfileList:
    """The profiles of people, in the order asked for."""
    return profiles.of_ids(call.conn, call.actor, body.ids)


@door("GET", "/repo/v1/user", access=Anyone(PROFILES))
def everybody(call: Call, limit: int = 100, offset: int = 0) -> Page:
    """All profiles, a page at a time."""
    return profiles.page(call.conn, call.actor, limit, offset)


@door("GET", "/repo/v1/user/bundle", access=Anyone(PROFILES))
def own_bundle(call: Call, mask: int) -> model.UserBundle:
    """What is asked for of the caller."""
    return profiles.bundle(call.conn, call.actor, call.settings, call.actor.id, mask)


@door("GET", "/repo/v1/user/{id}/bundle", access=Anyone(PROFILES))
def bundle(call: Call, id: Id, mask: int) -> model.UserBundle:
    """What is asked for of a person; 404 tells that the id is a team's."""
    return profiles.bundle(call.conn, call.actor, call.settings, id, mask)


@door("GET", "/repo/v1/user/{id}/certifiedUserPassingRecord", access=Anyone(PROFILES))
def passing_record(call: Call, id: Id) -> model.PassingRecord:
    """Since when a person is certified; 404 where nobody certified them."""
    return certification.record(call.conn, id)


@door("GET", "/repo/v1/userGroupHeaders/batch", access=Anyone(PROFILES))
def headers(call: Call, ids: str) -> model.UserGroupHeaderPage:
    """Names of people and teams by id; unknown ids are skipped."""
    return people.headers(call.conn, ids)


@door("GET", "/repo/v1/userGroupHeaders", access=Anyone(PROFILES))
def headers_by_prefix(
    call: Call, prefix: str = "", type_filter: str = "ALL", limit: int = 10, offset: int = 0
) -> model.UserGroupHeaderPage:
    """People and teams whose name begins with a prefix."""
    return people.headers_by_prefix(call.conn, prefix, type_filter, limit, offset)


@door("POST", "/repo/v1/userGroupHeaders/aliases", access=Anyone(PROFILES))
def headers_of_names(call: Call, body: model.AliasList) -> model.UserGroupHeaderResponse:
    """People and teams of these names."""
    return people.headers_of_names(call.conn, body.names)


@door("POST", "/repo/v1/principal/available", access=Anyone("sign-up asks before there is an account"), status=201)
def check_alias(call: Call, body: model.AliasCheckRequest) -> model.AliasCheckResponse:
    """Whether a name is well-formed and free."""
    return people.check_alias(call.conn, body)


@door("POST", "/repo/v1/principal/alias", access=Anyone(PROFILES))
def owner_of_alias(call: Call, body: model.PrincipalAliasRequest) -> model.PrincipalAliasResponse:
    """Whose user name it is."""
    return people.owner_of_alias(call.conn, body)
