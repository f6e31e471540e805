"""What an access control list can give."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag

from vesicle.errors import BadRequest


class Right(IntFlag):
    """ACCESS_TYPE of the API. Values are stored: never renumber."""

    READ = 1
    DOWNLOAD = 2
    UPDATE = 4
    CREATE = 8
    DELETE = 16
    CHANGE_PERMISSIONS = 32
    CHANGE_SETTINGS = 64
    MODERATE = 128
    UPLOAD = 256
    PARTICIPATE = 512
    SUBMIT = 1024
    READ_PRIVATE_SUBMISSION = 2048
    UPDATE_SUBMISSION = 4096
    DELETE_SUBMISSION = 8192
    TEAM_MEMBERSHIP_UPDATE = 16384
    SEND_MESSAGE = 32768
    REVIEW_SUBMISSIONS = 65536
    EXEMPTION_ELIGIBLE = 131072


OWNER_RIGHTS = (
    Right.READ
    | Right.DOWNLOAD
    | Right.UPDATE
    | Right.DELETE
    | Right.CREATE
    | Right.CHANGE_PERMISSIONS
    | Right.CHANGE_SETTINGS
    | Right.MODERATE
)
"""What the creator of a project gets."""


def names_of(rights: Right) -> list[str]:
    """The names of the rights in a mask."""
    return [right.name for right in rights if right.name]


def rights_from(names: Iterable[str]) -> Right:
    """The mask of some names. Raises BadRequest for one that is no right."""
    rights = Right(0)
    for name in names:
        if name not in Right.__members__:
            raise BadRequest(f"{name[:50]!r} is no accessType; it is one of {', '.join(Right.__members__)}.")
        rights |= Right[name]
    return rights
