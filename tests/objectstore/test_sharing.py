"""Engines are started once for all who use them at the same time, and stopped by the last."""

from __future__ import annotations

from pathlib import Path

from tests.objectstore.sharing import Facts, shared_by_run


def test_the_first_user_starts_and_the_last_one_stops(tmp_path: Path) -> None:
    events: list[str] = []

    def start() -> Facts:
        events.append("start")
        return {"number": str(events.count("start"))}

    def stop(facts: Facts) -> None:
        events.append(f"stop {facts['number']}")

    with shared_by_run(tmp_path, "engine", start, stop) as first:
        with shared_by_run(tmp_path, "engine", start, stop) as second:
            assert first == second == {"number": "1"}
        assert events == ["start"]
    assert events == ["start", "stop 1"]
    with shared_by_run(tmp_path, "engine", start, stop) as later:
        assert later == {"number": "2"}
    assert events == ["start", "stop 1", "start", "stop 2"]
