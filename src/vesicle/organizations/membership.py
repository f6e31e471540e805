"""Which organization a new project belongs to."""

from __future__ import annotations

INSTALLATION = 1
"""The one unlimited organization that holds every project until plans are switched on (ruling 15)."""


def of_new_project() -> int:
    """The organization that a project made now belongs to."""
    return INSTALLATION
