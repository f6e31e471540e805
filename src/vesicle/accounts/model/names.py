"""Names of people and teams, addresses and passwords: their shapes, and what they may be."""

from __future__ import annotations

import re

from msgspec import field

from vesicle.errors import BadRequest
from vesicle.mail.model import check_address
from vesicle.wire import Shape

_USER_NAME = re.compile(r"[A-Za-z0-9._-]{3,256}", re.ASCII)
_SPECIAL = re.compile(r"[^A-Za-z0-9]")
# What satisfies the other rules, and is tried first by whoever guesses.
_COMMON = frozenset(
    [
        "p@ssw0rd",
        "p@ssword1",
        "p@ssw0rd1",
        "p@$$w0rd",
        "pa$$w0rd",
        "passw0rd!",
        "password1!",
        "password1.",
        "password12!",
        "password123!",
        "password@1",
        "password@123",
        "welcome1!",
        "welcome@1",
        "welcome123!",
        "welcome@123",
        "qwerty1!",
        "qwerty123!",
        "qwerty@123",
        "admin123!",
        "admin@123",
        "changeme1!",
        "changeme123!",
        "letmein1!",
        "letmein123!",
        "iloveyou1!",
        "1qaz@wsx",
        "1qaz!qaz",
        "zaq1@wsx",
        "zaq12wsx!",
        "abc@1234",
        "abcd@123",
        "abc123!@#",
        "a1b2c3d4!",
        "test@123",
        "test1234!",
        "hello123!",
        "monkey123!",
        "dragon123!",
        "football1!",
    ]
)


def squeezed(name: str) -> str:
    """The form in which names must be unique: lower case, letters and digits only."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def check_user_name(name: str) -> None:
    """Raises BadRequest unless the name may be a user's. One of digits alone would be taken for the id of somebody."""
    if not _USER_NAME.fullmatch(name) or not any(letter.isalpha() for letter in name):
        raise BadRequest(
            f"{name[:50]!r} cannot be a user name: it takes 3 to 256 letters, digits, dots, dashes or underscores, and"
            " at least one letter."
        )


def check_email(address: str) -> None:
    """Raises BadRequest unless mail can be sent there."""
    check_address(address)


def check_password(password: str) -> None:
    """The contract's rule. Raises BadRequest that says what is missing."""
    strong = len(password) >= 8 and re.search("[A-Za-z]", password) and re.search("[0-9]", password)
    guessed = "synapse" in password.lower() or password.lower() in _COMMON
    if not strong or not _SPECIAL.search(password) or guessed or len(password) > 1000:
        raise BadRequest(
            "A password has at least 8 characters, among them a letter, a digit and a special character, "
            "does not contain 'synapse', and is none of those that everybody tries first."
        )


class AliasCheckRequest(Shape):
    """A name that somebody would like."""

    alias: str
    type: str


class AliasCheckResponse(Shape):
    """Whether a name is well-formed, and free."""

    valid: bool
    available: bool


class PrincipalAliasRequest(Shape):
    """A name whose owner is asked for."""

    alias: str
    type: str


class PrincipalAliasResponse(Shape):
    """Whose name it is."""

    principal_id: int


class AliasList(Shape):
    """Names of people and teams."""

    names: list[str] = field(name="list")
