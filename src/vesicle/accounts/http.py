"""Doors of people, sign-in and access tokens."""

from __future__ import annotations

from vesicle.access import OwnsToken, Scope
from vesicle.accounts import (
    addresses,
    by_administrators,
    certification,
    model,
    passwords,
    people,
    profiles,
    requests,
    sign_in,
    signing_up,
    store,
    terms,
    tokens,
)
from vesicle.web import Administrators, Anyone, Bare, Call, Doors, InStory, Needs, Sensitive, SignedIn, Transaction
from vesicle.wire import Id, Page, stamp, tag_of

door = Doors("accounts")
NONE = Scope(0)
PROFILES = "profiles are public; what is private in them is shown to the person and to administrators only"


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


@door(
    "POST", "/repo/v1/account/emailValidation", scopes=Scope.modify, status=201,
    access=Anyone("who signs up has no account yet; the setting sign_up decides"),
    limit=Sensitive.MAIL,
)  # fmt: skip
def begin_sign_up(call: Call, body: requests.NewUser, portal_endpoint: str | None = None) -> None:
    """Mail a link that makes an account."""
    signing_up.begin(call.conn, call.settings, body, portal_endpoint)


@door(
    "POST", "/repo/v1/account2", scopes=Scope.modify, status=201,
    access=Anyone("the link is the proof; the setting sign_up decides"),
    limit=Sensitive.SIGN_IN,
)  # fmt: skip
def finish_sign_up(call: Call, body: requests.AccountSetupInfo) -> model.LoginResponse:
    """Make the account of a link, and sign in."""
    return signing_up.finish(call.conn, call.settings, body)


@door(
    "POST", "/repo/v1/account/{id}/emailValidation", scopes=Scope.modify, status=201,
    access=InStory("only the person may"),
    limit=Sensitive.MAIL,
)  # fmt: skip
def begin_adding_address(call: Call, id: Id, body: requests.Username, portal_endpoint: str | None = None) -> None:
    """Mail a link that adds an address to the caller's account."""
    addresses.begin_adding(call.conn, call.actor, call.settings, id, body, portal_endpoint)


@door("POST", "/repo/v1/email", access=SignedIn(), scopes=Scope.modify, status=201, limit=Sensitive.SIGN_IN)
def add_address(call: Call, body: requests.EmailValidationSignedToken, set_as_notification_email: bool = False) -> None:
    """Add the address of a link."""
    addresses.add(call.conn, call.actor, body, notify=set_as_notification_email)


@door("DELETE", "/repo/v1/email", access=SignedIn(), scopes=Scope.modify)
def remove_address(call: Call, email: str) -> Bare:
    """Remove an address, unless mail goes there."""
    addresses.remove(call.conn, call.actor, email)
    return Bare()


@door("GET", "/repo/v1/notificationEmail", access=SignedIn())
def notification_address(call: Call) -> requests.NotificationEmail:
    """Where mail to the caller goes."""
    return addresses.notification(call.conn, call.actor)


@door("PUT", "/repo/v1/notificationEmail", access=SignedIn(), scopes=Scope.modify)
def choose_notification_address(call: Call, body: requests.Username) -> Bare:
    """Have mail go to another address of the caller's."""
    addresses.notify_at(call.conn, call.actor, body.email)
    return Bare()


@door(
    "PUT", "/repo/v1/notificationSettings", scopes=Scope.view | Scope.modify,
    access=Anyone("the link in the mail is the proof"),
    limit=Sensitive.SIGN_IN,
)  # fmt: skip
def unsubscribe(call: Call, body: requests.NotificationSettingsSignedToken) -> requests.ResponseMessage:
    """No more mail about messages to the person of the link."""
    return addresses.unsubscribe(call.conn, body)


@door(
    "POST", "/auth/v1/login2", access=Anyone("the way in"), scopes=NONE, status=201, transaction=Transaction.STORY,
    limit=Sensitive.SIGN_IN,
)  # fmt: skip
def login(call: Call, body: model.LoginRequest) -> model.LoginResponse:
    """Sign in with user name (or mail address) and password; the token is good for a day."""
    return sign_in.sign_in(call.conn, call.settings, body, call.address)


@door("GET", "/auth/v1/authenticatedOn", access=SignedIn())
def authenticated_on(call: Call) -> model.AuthenticatedOn:
    """When the caller last signed in with a password."""
    return model.AuthenticatedOn(authenticated_on=stamp(sign_in.authenticated_on(call.conn, call.actor)))


@door("DELETE", "/auth/v1/sessionAccessToken", access=SignedIn(), scopes=Scope.modify | Scope.authorize)
def sign_out(call: Call) -> Bare:
    """End the session of the token that this request carries."""
    if call.actor.token_id is not None:
        store.delete_session(call.conn, call.actor.token_id)
    return Bare()


@door(
    "DELETE", "/auth/v1/user/{targetUserId}/sessionAccessToken/all", scopes=Scope.modify | Scope.authorize,
    access=InStory("the person themself, and administrators"),
)  # fmt: skip
def sign_out_everywhere(call: Call, target_user_id: Id) -> Bare:
    """End every session of a person."""
    by_administrators.end_sessions(call.conn, call.actor, target_user_id)
    return Bare()


@door(
    "POST", "/auth/v1/user/password/reset", scopes=Scope.modify, status=204,
    access=Anyone("who forgot the password cannot sign in; the answer is the same for everybody"),
    limit=Sensitive.MAIL,
)  # fmt: skip
def ask_password_reset(call: Call, body: requests.Username, password_reset_endpoint: str | None = None) -> Bare:
    """Mail a link for a new password to whoever has this address or name."""
    passwords.ask_reset(call.conn, call.settings, body, password_reset_endpoint)
    return Bare(204)


@door(
    "POST", "/auth/v1/user/changePassword", scopes=Scope.modify, status=204, transaction=Transaction.STORY,
    access=Anyone("the old password, or the link, is the proof"),
    default_tag=tag_of(requests.ChangePasswordWithCurrentPassword),
    limit=Sensitive.SIGN_IN,
)  # fmt: skip
def change_password(call: Call, body: requests.AnyChangePassword) -> Bare:
    """Choose a new password; every session ends."""
    passwords.change(call.conn, body, call.address)
    return Bare(204)


@door("GET", "/auth/v1/termsOfUse2/info", access=Anyone("the terms are public"))
def terms_info(call: Call) -> requests.TermsOfServiceInfo:
    """Which terms of use there are."""
    return terms.info(call.settings)


@door("GET", "/auth/v1/termsOfUse2/status", access=SignedIn())
def terms_status(call: Call) -> requests.TermsOfServiceStatus:
    """Whether the caller has agreed to them."""
    return terms.status(call.conn, call.actor)


@door(
    "POST", "/auth/v1/termsOfUse2", scopes=Scope.modify, status=204, access=Anyone("the token is in the body"),
    limit=Sensitive.SIGN_IN,
)  # fmt: skip
def sign_terms(call: Call, body: requests.TermsOfServiceSignRequest) -> Bare:
    """The owner of the token agrees to the terms."""
    terms.sign(call.conn, call.settings, body)
    return Bare(204)


@door("POST", "/repo/v1/admin/user", access=Administrators(), scopes=Scope.view | Scope.modify)
def create_user(call: Call, body: requests.NewIntegrationTestUser) -> model.LoginResponse:
    """Make an account without a mail."""
    return by_administrators.create(call.conn, call.actor, call.settings, body)


@door("DELETE", "/repo/v1/admin/user/{id}", access=Administrators(), scopes=Scope.modify)
def delete_user(call: Call, id: Id) -> Bare:
    """Remove an account that has left nothing behind."""
    by_administrators.delete(call.conn, call.actor, id)
    return Bare(204)


@door(
    "GET", "/repo/v1/admin/user/{id}/token", access=Administrators(), scopes=Scope.view | Scope.modify,
    transaction=Transaction.WRITE,
)  # fmt: skip
def token_of_user(call: Call, id: Id) -> model.LoginResponse:
    """A session of a person, that can do no more than the caller's token."""
    return by_administrators.token_of(call.conn, call.actor, id)


@door("PUT", "/repo/v1/admin/user/{id}/certificationStatus", access=Administrators(), scopes=Scope.modify)
def certify(call: Call, id: Id, is_certified: bool) -> Bare:
    """Certify a person, or take that back."""
    certification.certify(call.conn, call.actor, id, certified=is_certified)
    return Bare(204)


@door("POST", "/auth/v1/personalAccessToken", access=SignedIn(), scopes=Scope.authorize, status=201)
def create_token(call: Call, body: model.AccessTokenRequest) -> model.NewAccessToken:
    """Make a personal access token; it is shown this once."""
    return model.NewAccessToken(token=tokens.create(call.conn, call.actor, body))


@door("GET", "/auth/v1/personalAccessToken", access=SignedIn())
def list_tokens(call: Call, next_page_token: str | None = None) -> model.AccessTokenRecordList:
    """The caller's personal access tokens."""
    return tokens.list_own(call.conn, call.actor, call.settings, next_page_token)


@door("GET", "/auth/v1/personalAccessToken/{id}", access=Needs(OwnsToken))
def show_token(call: Call, grant: OwnsToken) -> model.AccessTokenRecord:
    """One of the caller's personal access tokens, without its secret."""
    return tokens.record(call.conn, grant, call.settings)


@door("DELETE", "/auth/v1/personalAccessToken/{id}", access=Needs(OwnsToken), scopes=Scope.modify | Scope.authorize)
def delete_token(call: Call, grant: OwnsToken) -> Bare:
    """Revoke a personal access token."""
    tokens.revoke(call.conn, grant)
    return Bare()
