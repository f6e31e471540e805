"""Proof that whoever brings a bucket owns it: owner.txt in it says so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vesicle.access import AUTHENTICATED, CERTIFIED, PUBLIC, Actor
from vesicle.accounts import profiles
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.locations.model import Location
from vesicle.objectstore.contract import NoSuchObject, Refused
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.session_policies import owner_key

MOST_LINES = 100
MOST_BYTES = 64 * 1024
"""Only so much of the file is read, however long it is."""
NOBODY_IN_PARTICULAR = [PUBLIC, AUTHENTICATED, CERTIFIED]
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Owners:
    """Everybody that an owner.txt names, in lower case."""

    names: frozenset[str]

    @property
    def numbers(self) -> list[int]:
        """Those that may be ids of people or teams."""
        return sorted(int(name) for name in self.names if _NUMBER.fullmatch(name))


def proved(conn: Connection, actor: Actor, store: S3Store, location: Location) -> Owners:
    """Whom owner.txt names, after it was seen that it names the actor, or a team of theirs.

    Raises BadRequest that says what is missing, and Unavailable when the store does not answer.
    """
    owners = read(store, location)
    me = profiles.profile(conn, actor, actor.id)
    mine = {str(one) for one in actor.principals if one not in NOBODY_IN_PARTICULAR}
    # Names of digits alone, which people could once take, may be the ids of others.
    mine |= {name.lower() for name in [me.user_name, *(me.emails or [])] if name and not name.isdecimal()}
    if owners.names.isdisjoint(mine):
        raise BadRequest(
            f"{where(location)} names neither your user id {actor.id}, nor your user name, nor one of your e-mail"
            " addresses, nor the id of a team that you are in, in its first 100 lines."
        )
    return owners


def read(store: S3Store, location: Location) -> Owners:
    """Whom owner.txt names. Raises BadRequest when there is none, or it cannot be read."""
    bucket, key = location.bucket or "", key_of(location)
    try:
        raw = store.get(bucket, key, (0, MOST_BYTES - 1))
    except NoSuchObject:
        raise BadRequest(
            f"There is no {where(location)} that this server can read. Put a file of that name there, with your user id"
            " in it, and let this server's principal read it."
        ) from None
    except Refused as refused:
        if refused.store_code == "InvalidRange":  # A file without a byte has no range.
            raise BadRequest(f"{where(location)} is empty; write your user id into it.") from None
        raise BadRequest(f"{where(location)} cannot be read: {refused.reason}") from None
    return Owners(named_in(raw, where(location)))


def named_in(raw: bytes, where: str) -> frozenset[str]:
    """The pieces of the first hundred lines. Raises BadRequest for a file that is empty or no text."""
    try:
        # A character that the limit cut in two is not the owner's mistake.
        text = raw.decode(errors="ignore" if len(raw) == MOST_BYTES else "strict").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise BadRequest(f"{where} is not a text in UTF-8.") from None
    names = {piece.strip().lower() for line in text.splitlines()[:MOST_LINES] for piece in line.split(",")} - {""}
    if not names:
        raise BadRequest(f"{where} is empty; write your user id into it.")
    return frozenset(names)


def key_of(location: Location) -> str:
    """Where the proof lies."""
    return owner_key(location.base_key)


def where(location: Location) -> str:
    """The same for people."""
    return f"{key_of(location)} in the bucket {location.bucket}"
