"""What the forms of the pages send."""

from __future__ import annotations

from vesicle.wire import Shape


class Carried(Shape):
    """What of a link's token counts: the secret. The rest of it is for others' pages to show."""

    hmac: str


class Asked(Shape):
    """Somebody's mail address (or user name, where they have an account)."""

    email: str


class NewAccount(Shape):
    """Somebody who followed the link to their account."""

    token: str
    user_name: str
    password: str
    first_name: str = ""
    last_name: str = ""
    agreed: str = ""


class NewPassword(Shape):
    """Somebody who followed the link to a new password."""

    token: str
    password: str


class Confirmed(Shape):
    """Somebody who followed a link that asks nothing further."""

    token: str


class SignedLink(Shape):
    """Somebody who followed a link, and shows who they are."""

    token: str
    user_name: str
    password: str


class NewToken(Shape):
    """Somebody who wants an access token."""

    user_name: str
    password: str
    name: str = ""
    agreed: str = ""
