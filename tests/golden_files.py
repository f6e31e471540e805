"""Pictures of what the house promises, kept in tests/golden and reviewed as a diff.

``VESICLE_GOLDEN=write ./dev test tests/contract`` draws them anew.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
# Taken out of the environment, because vesicle takes what begins like this for a setting.
WRITES = os.environ.pop("VESICLE_GOLDEN", "") == "write"


def check(name: str, now: str) -> None:
    """Compare with the golden file of that name, or write it when asked to."""
    file = FOLDER / name
    if WRITES:
        file.write_text(now, "utf-8")
    kept = file.read_text("utf-8") if file.exists() else ""
    assert now == kept, (
        f"tests/golden/{name} differs from what the server does. If the change is meant, draw it anew with"
        " VESICLE_GOLDEN=write and commit it, so that it is reviewed as a diff."
    )
