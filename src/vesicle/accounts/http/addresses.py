"""Doors of signing up, and of mail addresses."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.accounts import addresses, model, requests, signing_up
from vesicle.accounts.http.declaring import door
from vesicle.web import Anyone, Bare, Call, InStory, Sensitive, SignedIn
from vesicle.wire import Id


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
