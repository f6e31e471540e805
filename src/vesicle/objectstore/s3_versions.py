"""Every version of every object at a store whose pages of versions lose some where they end.

SeaweedFS walks by folder, stops when a page is full, and sorts only then; the next page begins behind the last key of
that order. What the walk had not come to, and sorts before, is lost: a key that others begin with (``b.bam`` beside
``b.bam.bai``), or a whole folder ``run-b`` where a page ended in the folder ``run``. What comes in one page is whole.
So what does not is split by the next letter of its keys, until every piece is one page. Where this stands is the list
of the pieces that are left, the next one last; it can be kept and gone on with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from vesicle.objectstore.answers import ListedVersion

Piece = tuple[Literal["all", "key", "rest"], str, str | int]
"""All keys that begin so; the versions of one key, behind so many; what begins so, and comes behind a key."""
List = Callable[..., Any]
LAST = "\U0010ffff"
# Letters that sort before a slash, though the walk comes to them behind a folder of the same name. So does the dot.
BEFORE_SLASH = [chr(code) for code in range(0x20, 0x2E)]
MOST, FIRST = 1000, 10


def whole(prefix: str) -> list[Piece]:
    """What is left before the beginning: everything."""
    return [("all", prefix, "")]


def some(listed: List, left: list[Piece], limit: int) -> list[ListedVersion]:
    """At most ``limit`` versions of what is left; the pieces that they come from are left no more.

    ``listed`` asks the store for one page.
    """
    found: list[ListedVersion] = []
    while left and len(found) < limit:
        room = limit - len(found)
        kind, name, behind = left.pop()
        if kind == "key":
            versions = _of_key(listed, name)[int(behind) :]
            found += versions[:room]
            if len(versions) > room:
                left.append(("key", name, int(behind) + room))
        elif kind == "rest":
            begin = _first(listed, name, str(behind))
            if begin is not None:
                left += [("rest", name, begin + LAST), ("all", begin, "")]
        else:
            page = listed(Prefix=name, MaxKeys=room)
            if not page.get("IsTruncated"):
                found += versions_in(page, name)
            elif found:  # It may be whole where there is more room.
                left.append(("all", name, ""))
                break
            else:
                left += reversed(_split(listed, name))
    return found


def versions_in(page: Any, prefix: str) -> list[ListedVersion]:
    """The versions of an answer, without the marks of deletions.

    Asked for ``b.``, SeaweedFS tells of ``b`` as well, whose versions it keeps in a folder ``b.versions``.
    """
    return [
        ListedVersion(one["Key"], one["Size"], one["ETag"].strip('"'), one["VersionId"], one["IsLatest"])
        for one in page.get("Versions", [])
        if one["Key"].startswith(prefix)
    ]


def _split(listed: List, prefix: str) -> list[Piece]:
    """Pieces of what is too much for a page, in order. No key is in two of them."""
    pieces: list[Piece] = []
    while True:
        if prefix:
            pieces.append(("key", prefix, 0))
        if prefix and not prefix.endswith("/") and _any(listed, f"{prefix}/"):
            beside = [prefix + letter for letter in BEFORE_SLASH if _any(listed, prefix + letter)]
            pieces += [("all", one, "") for one in (f"{prefix}/", *beside, f"{prefix}.")]
            return [*pieces, ("rest", prefix, f"{prefix}/{LAST}")]
        first = _first(listed, prefix, prefix)
        if first is None:
            return pieces
        if _first(listed, prefix, first + LAST) is not None:
            return [*pieces, ("all", first, ""), ("rest", prefix, first + LAST)]
        prefix = first  # All but one of them begin so, and are still too many.


def _any(listed: List, prefix: str) -> bool:
    return bool(_keys(listed(Prefix=prefix, MaxKeys=1)))


def _first(listed: List, prefix: str, behind: str) -> str | None:
    """The prefix with the next letter of the keys behind this one; None when there are none."""
    keys = _keys(listed(Prefix=prefix, KeyMarker=behind or None, MaxKeys=1))
    return min(keys)[: len(prefix) + 1] if keys else None


def _keys(page: Any) -> list[str]:
    return [one["Key"] for kind in ("Versions", "DeleteMarkers") for one in page.get(kind, [])]


def _of_key(listed: List, key: str) -> list[ListedVersion]:
    """The versions of one key, the newest thousand of them.

    SeaweedFS tells of them alone when it is asked for the folder that it keeps them in. One from before the bucket kept
    versions lies beside it, where the walk comes first; elsewhere all begin there.
    """
    kept = versions_in(listed(Prefix=f"{key}.versions", MaxKeys=MOST), key)
    first = versions_in(listed(Prefix=key, MaxKeys=FIRST), key)
    found = {one.version_id: one for one in (*kept, *first) if one.key == key}
    return sorted(found.values(), key=lambda one: not one.newest)
