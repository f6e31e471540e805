"""From the key of an object to the place of a file: which folders, which name, or why it can have none."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from vesicle.errors import BadRequest
from vesicle.files.rules import check_file_name
from vesicle.objectstore.session_policies import OWNER_FILE
from vesicle.tree.model import clean_name


class Wanted(NamedTuple):
    """A place below the target of a registration."""

    folders: tuple[str, ...]
    name: str


def place_of(key: str, base: str, *, flat: bool, deepest: int) -> Wanted | str:
    """The place of an object, or the reason why it has none. ``base`` is the part of the key that makes no folders."""
    if not key.isprintable():
        return "the key contains a character that does not print"
    pieces = key.removeprefix(base).split("/")
    if pieces[-1] == "":
        return "the key ends in a slash: a mark for a folder, and no file"
    if flat:
        pieces = pieces[-1:]
    if len(pieces) > deepest:
        return f"the key has {len(pieces)} pieces, and the target has room for {deepest} levels"
    for piece in pieces:
        if (why_not := _why_no_name(piece)) is not None:
            return why_not
    return Wanted(tuple(pieces[:-1]), pieces[-1])


@lru_cache(4096)
def _why_no_name(piece: str) -> str | None:
    if piece == "":
        return "the key has two slashes with nothing between"
    if piece in (".", ".."):
        return "the key has a piece of dots alone"
    if piece != piece.strip():
        return f"the name {piece!r} begins or ends with a blank"
    try:
        clean_name(piece)
        check_file_name(piece)
    except BadRequest as refusal:
        return refusal.reason
    return None


def is_owner_file(key: str) -> bool:
    """True for the proof of whose a bucket is, which is nobody's data."""
    return key.rpartition("/")[2].lower() == OWNER_FILE


def printable(key: str) -> str:
    """The key as it can stand in a text file: what does not print is written as an escape."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "surrogatepass").decode() for letter in key
    )


def base_of(prefix: str) -> str:
    """The part of a prefix that ends in its last slash: what is in every key and makes no folder."""
    return prefix[: prefix.rfind("/") + 1]
