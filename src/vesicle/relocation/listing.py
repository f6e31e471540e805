"""Walking through a bucket page by page, in whatever order its store gives, with its versions where it keeps them."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from vesicle.errors import Unavailable
from vesicle.locations.resolving import Place

PAGE = 1000
PATIENCE_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""A store that is started again is waited for a little, before the whole job is put off."""
OF_VERSIONS = "\x01versions "
"""How the cursor of a listing of versions begins. Whether a bucket is listed so may change between two pages, when it
gets versions or other rights; then the walk begins anew, for neither cursor means anything to the other listing.
"""
T = TypeVar("T")


class Seen(NamedTuple):
    """One object of a listing; ``newest`` is false for a version that a later one took the place of."""

    key: str
    size: int
    etag: str
    version_id: str | None = None
    newest: bool = True


class Walk:
    """All objects of a location below a prefix, a page after the other from a cursor on."""

    def __init__(self, place: Place, prefix: str) -> None:
        self._store, self._bucket = place.store, place.bucket
        self.prefix = f"{place.base_key}/{prefix}" if place.base_key else prefix
        self.keeps_versions = patiently(lambda: self._store.keeps_versions(self._bucket))

    def page(self, cursor: str | None) -> tuple[list[Seen], str | None]:
        """Some objects, and the cursor behind them; None when there are no more. Raises Refused and Unavailable."""
        return patiently(lambda: self._page_of_versions(cursor) if self.keeps_versions else self._page(cursor))

    def pages(self, cursor: str | None) -> Generator[tuple[list[Seen], str | None], None, None]:
        """Page after page from a cursor on, each with the cursor behind it. While one is dealt with, the store is asked
        for the next; so two pages are kept, and never more. Close it when it is left early.
        """
        with ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(self.page, cursor)
            while True:
                found, behind = coming.result()
                if behind is not None:
                    coming = ahead.submit(self.page, behind)
                yield found, behind
                if behind is None:
                    return

    def _page(self, cursor: str | None) -> tuple[list[Seen], str | None]:
        behind = None if cursor is None or cursor.startswith(OF_VERSIONS) else cursor
        listed = self._store.list(self._bucket, self.prefix, behind, PAGE)
        return [Seen(one.key, one.size, one.etag) for one in listed], listed[-1].key if listed else None

    def _page_of_versions(self, cursor: str | None) -> tuple[list[Seen], str | None]:
        behind = cursor.removeprefix(OF_VERSIONS) if cursor is not None and cursor.startswith(OF_VERSIONS) else None
        page = self._store.list_versions(self._bucket, self.prefix, behind, PAGE)
        found = [
            Seen(one.key, one.size, one.etag, None if one.version_id == "null" else one.version_id, one.newest)
            for one in page.found
        ]
        return found, None if page.after is None else OF_VERSIONS + page.after


def patiently(ask: Callable[[], T]) -> T:
    """The answer of a store that may be away for a moment. Raises Unavailable when it is away for longer."""
    for pause in PATIENCE_S:
        try:
            return ask()
        except Unavailable:
            time.sleep(pause)
    return ask()
