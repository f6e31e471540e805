"""How the database carried out what a story asked, as it says itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

_SESSION = (
    "LOAD 'auto_explain'",
    "SET auto_explain.log_min_duration = 0",
    "SET auto_explain.log_analyze = on",
    "SET auto_explain.log_buffers = on",
    "SET auto_explain.log_timing = off",
    "SET auto_explain.log_format = 'json'",
)


@contextmanager
def explained(conn: psycopg.Connection[Any]) -> Iterator[list[dict[str, Any]]]:
    """The plan of every statement that is asked on the connection meanwhile, with what it really took."""
    plans: list[dict[str, Any]] = []

    def notice(said: psycopg.errors.Diagnostic) -> None:
        _, _, plan = (said.message_primary or "").partition("plan:\n")
        if plan:
            plans.append(json.loads(plan))

    for setting in _SESSION:
        conn.execute(setting)
    conn.add_notice_handler(notice)
    conn.execute("SET client_min_messages = log")
    try:
        yield plans
    finally:
        conn.remove_notice_handler(notice)
        conn.execute("RESET client_min_messages")
        conn.execute("SET auto_explain.log_min_duration = -1")


def pages_read(plans: list[dict[str, Any]]) -> int:
    """How many pages of tables and indexes the statements looked at, in memory or not."""
    return sum(one["Plan"]["Shared Hit Blocks"] + one["Plan"]["Shared Read Blocks"] for one in plans)


def rows_read(plan: dict[str, Any], table: str) -> int:
    """How many rows of a table were given by the steps of a plan that read it."""
    here = plan["Actual Rows"] * plan["Actual Loops"] if plan.get("Relation Name") == table else 0
    return int(here) + sum(rows_read(one, table) for one in plan.get("Plans", []))
