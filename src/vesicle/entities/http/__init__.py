"""Doors of entities."""

from vesicle.entities.http import (
    activities,
    annotations,
    bundles,
    content,
    lists,
    lookups,
    restrictions,
    sharing,
    trash,
    versions,
)
from vesicle.entities.http.declaring import door

__all__ = [
    "activities",
    "annotations",
    "bundles",
    "content",
    "door",
    "lists",
    "lookups",
    "restrictions",
    "sharing",
    "trash",
    "versions",
]
