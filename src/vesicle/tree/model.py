"""Nodes, and the pure rules of where they may be."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from uuid import UUID

import msgspec

from vesicle.errors import BadRequest

ROOT = 4489
DEEPEST = 50
LONGEST_NAME = 256
KINDS = (
    "project", "folder", "file", "link", "table", "entityview", "submissionview", "dataset", "datasetcollection",
    "materializedview", "virtualtable", "dockerrepo", "recordset", "searchindex",
)  # fmt: skip
CONTAINERS = ("project", "folder")
_PUNCTUATION = frozenset(",_. -+()'")


class Node(msgspec.Struct, array_like=True):
    """One row of the tree."""

    id: int
    kind: str
    parent_id: int | None
    project_id: int | None
    benefactor_id: int
    name: str
    etag: UUID
    version: int
    highest_version: int
    created_by: int
    created_on: datetime
    modified_by: int
    modified_on: datetime


def clean_name(name: str) -> str:
    """The name as it is stored: trimmed. Raises BadRequest for characters outside the contract's rule (ruling 18)."""
    name = name.strip()
    if len(name) > LONGEST_NAME:
        raise BadRequest(f"Invalid Name: '{name[:60]}...'. A name has at most {LONGEST_NAME} characters.")
    if not all(letter in _PUNCTUATION or unicodedata.category(letter)[0] in "LMN" for letter in name):
        raise BadRequest(
            f"Invalid Name: '{name}'. Names may only contain: letters, numbers, spaces, underscores, hyphens, periods, "
            "plus signs, apostrophes, commas and parentheses"
        )
    return name


class Trashed(msgspec.Struct, array_like=True):
    """What is remembered of something in the trash can: it comes back under this name, to this parent.

    ``project_id`` is the project that it came from; ``may_move``: whoever deleted it might have moved it as well.
    """

    id: int
    kind: str
    name: str
    parent_id: int
    project_id: int | None
    deleted_by: int
    deleted_on: datetime
    may_move: bool


class Requirement(msgspec.Struct, array_like=True):
    """What must be met before anybody downloads, as it holds for the node that was asked about."""

    asked: int
    id: int
    node_id: int | None
    etag: UUID
    created_by: int
    created_on: datetime


def check_place(kind: str, parent_id: int, parent_kind: str, parent_project: int | None) -> None:
    """Projects lie below the root, images of software in a project, the rest in projects and folders.

    Raises BadRequest.
    """
    if kind == "project":
        if parent_id != ROOT:
            raise BadRequest(f"A project lies below the root (syn{ROOT}) and nowhere else; leave parentId out.")
        return
    if parent_project is None:
        raise BadRequest(f"A {kind} lies in a project or in a folder: give its parentId.")
    if parent_kind not in CONTAINERS:
        raise BadRequest(f"syn{parent_id} is a {parent_kind}; only projects and folders hold other things.")
    if kind == "dockerrepo" and parent_kind != "project":
        raise BadRequest(f"A dockerrepo lies in a project itself, and syn{parent_id} is a {parent_kind}.")
