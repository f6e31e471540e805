"""How often somebody may ask (docs/decisions/0009-limits.md).

Ordinary calls are counted in the memory of each API process: a token bucket for each person, and for each address
without a person, which holds a whole minute's worth and fills at this process's share of the pace. Calls that guess
secrets or send mail are counted in the database, exactly, over all processes.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.errors import TooManyRequests
from vesicle.settings import Settings
from vesicle.web import store
from vesicle.web.doors import Door, Sensitive

MINUTE_S = 60
# Callers beyond this many are forgotten, the longest silent first: a flood of addresses must not fill the memory.
MOST_KNOWN = 50_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands to one limit, after this request."""

    policy: str
    quota: int
    window_s: int
    left: int
    again_in_s: int

    @property
    def headers(self) -> dict[str, str]:
        """The fields of the IETF's draft: RateLimit-Policy and RateLimit."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={self.window_s}',
            "RateLimit": f'"{self.policy}";r={max(0, self.left)};t={self.again_in_s}',
        }


class Buckets:
    """What is left of the minute's quota of each caller, in this process."""

    def __init__(self, settings: Settings) -> None:
        self._quota = settings.requests_per_minute
        self._pace = self._quota / MINUTE_S / settings.processes
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str) -> Standing | None:
        """One request of a caller; None where there is no limit. One more than there is leaves ``left`` at -1."""
        if not self._quota:
            return None
        now = monotonic()
        with self._lock:
            left, at = self._known.pop(caller, (float(self._quota), now))
            left = min(float(self._quota), left + (now - at) * self._pace)
            allowed = left >= 1
            left -= allowed
            self._known[caller] = (left, now)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        again_in_s = math.ceil(((1 - left) if not allowed else (self._quota - left)) / self._pace)
        return Standing("requests", self._quota, MINUTE_S, int(left) if allowed else -1, max(1, again_in_s))


class Gate:
    """Where one request is counted. ``standing`` is what its answer says about that."""

    def __init__(self, buckets: Buckets, settings: Settings, address: str) -> None:
        self._buckets, self._settings, self.address = buckets, settings, address
        self.standing: Standing | None = None

    def pass_stranger(self) -> None:
        """A request without a person, or with credentials that are none. Raises TooManyRequests."""
        self._settle(self._buckets.take(f"address {self.address}"))

    def pass_person(self, actor: Actor) -> None:
        """A request of a person; administrators are not counted. Raises TooManyRequests."""
        if actor.is_anonymous:
            self.pass_stranger()
        elif not actor.is_admin:
            self._settle(self._buckets.take(f"person {actor.id}"))

    def pass_sensitive(self, conn: Connection, door: Door, actor: Actor) -> None:
        """A call that guesses a secret or sends a mail. Counted whatever comes of it. Raises TooManyRequests."""
        if door.limit is not None:
            by_person = door.limit is Sensitive.MAIL and not actor.is_anonymous
            who = f"person {actor.id}" if by_person else f"address {self.address}"
            self._settle(_counted(conn, self._settings, door.limit, who))

    def _settle(self, standing: Standing | None) -> None:
        self.standing = standing or self.standing
        _check(standing)


def count_mail(conn: Connection, settings: Settings, actor: Actor) -> None:
    """One more request of a person that sends a mail, for stories that write to somebody only if they are asked to.

    Counted together with the deed, because what is undone sends nothing. Raises TooManyRequests.
    """
    _check(_counted(conn, settings, Sensitive.MAIL, f"person {actor.id}"))


def _counted(conn: Connection, settings: Settings, limit: Sensitive, who: str) -> Standing | None:
    quota = getattr(settings, limit.setting)
    if not quota:
        return None
    count, left_s = store.count_request(conn, f"{limit.policy} {who}", limit.window_s)
    return Standing(limit.policy, quota, limit.window_s, quota - count, max(1, math.ceil(left_s)))


def _check(standing: Standing | None) -> None:
    if standing and standing.left < 0:
        raise TooManyRequests(
            f"More than {standing.quota} requests in {standing.window_s} seconds; repeat this one in"
            f" {standing.again_in_s} seconds.",
            retry_after_s=standing.again_in_s,
        )


def forget_old(conn: Connection) -> None:
    """Forget callers of sensitive doors whose window is long over."""
    store.forget_requests(conn)
