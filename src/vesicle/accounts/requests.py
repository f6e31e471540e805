"""Shapes of signing up, of addresses, passwords and terms of use."""

from __future__ import annotations

from typing import TypeAlias

from vesicle.wire import UNSET, Id, Maybe, Shape

_MODEL = "org.sagebionetworks.repo.model"


class SignedToken(Shape, tag_field="concreteType"):
    """What a link in a mail carries. ``hmac`` is the secret; the rest is for web pages to show."""

    hmac: Maybe[str] = UNSET
    created_on: Maybe[str] = UNSET
    expires_on: Maybe[str] = UNSET


class EmailValidationSignedToken(SignedToken, tag=f"{_MODEL}.principal.EmailValidationSignedToken"):
    """Somebody reads the mail of this address."""

    email: Maybe[str] = UNSET
    user_id: Maybe[str] = UNSET


class PasswordResetSignedToken(SignedToken, tag=f"{_MODEL}.auth.PasswordResetSignedToken"):
    """The person may choose a new password."""

    user_id: Maybe[str] = UNSET


class NotificationSettingsSignedToken(SignedToken, tag=f"{_MODEL}.message.NotificationSettingsSignedToken"):
    """The person wants no more mail."""

    user_id: Maybe[str] = UNSET


AnySignedToken: TypeAlias = EmailValidationSignedToken | PasswordResetSignedToken | NotificationSettingsSignedToken


class NewUser(Shape):
    """Somebody who would like an account."""

    email: str
    user_name: Maybe[str] = UNSET
    first_name: Maybe[str] = UNSET
    last_name: Maybe[str] = UNSET


class AccountSetupInfo(Shape):
    """A new account, with the proof that its address is its person's."""

    username: str
    password: str
    email_validation_signed_token: EmailValidationSignedToken
    first_name: Maybe[str] = UNSET
    last_name: Maybe[str] = UNSET


class Username(Shape):
    """A mail address (the contract calls it so; where a person is looked for, a user name will do too)."""

    email: str


class NotificationEmail(Shape):
    """Where mail to a person goes."""

    email: str


class ResponseMessage(Shape):
    """One sentence for a web page to show."""

    message: str


class ChangePassword(Shape, tag_field="concreteType"):
    """A new password, and why it may be set."""

    new_password: str


class ChangePasswordWithCurrentPassword(ChangePassword, tag=f"{_MODEL}.auth.ChangePasswordWithCurrentPassword"):
    """Who knows the old password may choose a new one."""

    username: str
    current_password: str
    authentication_receipt: Maybe[str] = UNSET


class ChangePasswordWithToken(ChangePassword, tag=f"{_MODEL}.auth.ChangePasswordWithToken"):
    """Who reads the person's mail may choose a new one."""

    password_change_token: PasswordResetSignedToken


AnyChangePassword: TypeAlias = ChangePasswordWithCurrentPassword | ChangePasswordWithToken


class NewIntegrationTestUser(Shape):
    """An account that an administrator makes without a mail."""

    username: str
    email: str
    password: Maybe[str] = UNSET
    tou: Maybe[bool] = UNSET
    validated_user: Maybe[bool] = UNSET


class TermsOfServiceRequirements(Shape):
    """Which version of the terms is the least one to agree to."""

    minimum_terms_of_service_version: str


class TermsOfServiceInfo(Shape):
    """The terms of use of this installation."""

    latest_terms_of_service_version: str
    current_requirements: TermsOfServiceRequirements
    terms_of_service_url: Maybe[str] = UNSET


class TermsOfServiceStatus(Shape):
    """Whether the caller agreed to the current terms."""

    user_id: Id
    user_current_terms_of_service_state: str
    last_agreement_date: Maybe[str] = UNSET
    last_agreement_version: Maybe[str] = UNSET


class TermsOfServiceSignRequest(Shape):
    """The owner of the token agrees."""

    access_token: str
    terms_of_service_version: Maybe[str] = UNSET
