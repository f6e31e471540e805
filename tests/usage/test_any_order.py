"""Whatever happens in whatever order, usage equals an independent sum, now and on every day before, and no limit is
passed by a byte.

``ORDERS=50`` looks at so many orders of about three times as many deeds.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.live import Server
from tests.usage.counting import check, check_limits
from tests.usage.deeds import OFTEN, Deeds, do

pytestmark = [pytest.mark.xdist_group("plans"), pytest.mark.timeout(0)]
ORDERS = int(os.environ.get("ORDERS", "0"))


class Ledger(RuleBasedStateMachine):
    """Three people, organizations with little room, and everything that moves bytes between them."""

    server: Server
    deeds: Deeds

    @initialize(limits=st.tuples(*[st.integers(300, 2000)] * 3))
    def begin(self, limits: tuple[int, ...]) -> None:
        self.used = check_limits(self.server, None)
        self.deeds = Deeds(self.server, limits)
        for number in range(4):
            self.deeds.upload(number, 10 + number, number, number, number)

    def teardown(self) -> None:
        if hasattr(self, "deeds"):
            try:
                self.deeds.check_days()
            finally:
                self.deeds.close()

    @rule(deed=st.sampled_from(OFTEN), numbers=st.tuples(*[st.integers(0, 10**4)] * 5))
    def do(self, deed: str, numbers: tuple[int, int, int, int, int]) -> None:
        do(self.deeds, deed, numbers)

    @invariant()
    def usage_adds_up(self) -> None:
        if hasattr(self, "deeds"):
            check(self.server)

    @invariant()
    def no_limit_is_passed(self) -> None:
        """Where a limit was lowered below what was used, usage never grows."""
        if hasattr(self, "deeds"):
            self.used = check_limits(self.server, self.used)


def test_usage_adds_up_in_any_order(planned: Server) -> None:
    class OfThisServer(Ledger):
        server = planned

    run_state_machine_as_test(
        OfThisServer,
        settings=settings(
            max_examples=ORDERS or 3,
            stateful_step_count=200 if ORDERS else 60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
