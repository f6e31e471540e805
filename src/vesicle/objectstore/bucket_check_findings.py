"""The table of a check of a bucket while it is filled: a line for each thing that is tried, within a limit of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from vesicle import errors
from vesicle.objectstore.contract import StoreError
from vesicle.objectstore.probing import PromiseBroken, Subject
from vesicle.objectstore.s3 import S3Store

MOST_S = 60.0
"""After so long nothing new is tried; the call under way has limits of its own."""
FAILURES = (StoreError, errors.BadRequest, PromiseBroken, OSError)
State = Literal["works", "fails", "differs", "not tried"]


class Finding(NamedTuple):
    """One line of the table: what was tried, how it went, what was seen, and what its owner can change."""

    what: str
    state: State
    seen: str = ""
    change: str = ""


class OutOfTime(Exception):
    """The check took as long as it may."""


@dataclass
class Check:
    """A check under way. ``can`` holds the names of what works.

    ``proof`` looks into owner.txt and says what it saw, or raises BadRequest. Where it ``must_prove``, nothing but what
    the bucket says of itself is looked at without: whoever asks may be anybody. ``said_region`` is where the bucket is
    said to be.
    """

    subject: Subject
    base_key: str | None
    origin: str
    region: str
    proof: Callable[[], str]
    must_prove: bool = False
    said_region: str | None = None
    until: float = field(default_factory=lambda: time.monotonic() + MOST_S)
    findings: list[Finding] = field(default_factory=list)
    can: set[str] = field(default_factory=set)
    made: list[str] = field(default_factory=list)

    @property
    def store(self) -> S3Store:
        if not isinstance(self.subject.store, S3Store):
            raise TypeError("the check of a bucket is for S3 stores")
        return self.subject.store

    @property
    def bucket(self) -> str:
        return self.subject.bucket

    @contextmanager
    def trying(self, what: str, change: str) -> Iterator[list[str]]:
        """A finding of what happens inside; what is put into the list is what was seen. Raises OutOfTime."""
        self.in_time()
        seen: list[str] = []
        try:
            yield seen
        except FAILURES as failure:
            self.findings.append(Finding(what, "fails", str(failure), change))
        else:
            self.findings.append(Finding(what, "works", "; ".join(seen)))
            self.can.add(what)

    def in_time(self) -> None:
        """Raises OutOfTime."""
        if time.monotonic() > self.until:
            raise OutOfTime

    def skip(self, *names: str, because: str) -> None:
        self.findings += [Finding(name, "not tried", because) for name in names]
