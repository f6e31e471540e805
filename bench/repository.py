"""A repository of any size, made by COPY: people, teams, projects, folders, files with bytes on record.

Its proportions are those of a large installation, so that the same questions can be asked of a small one and of one a
thousand times as large: one file in ten lies in one wide folder, one in ten below one folder that is shared and moved
whole, one chain of folders is as deep as the contract allows, and everything else is spread over projects.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.live import Person, Server

FIRST = 20_000_000
FIRST_PRINCIPAL = 30_000_000
IN_FOLDER, FOLDERS_IN_PROJECT = 1_000, 50
DEEPEST = 50
READ_AND_DOWNLOAD = 3


@dataclass
class Repository:
    """What a measurement may ask for, as the numbers of entities."""

    files: range
    folders: list[int] = field(default_factory=list)
    projects: list[int] = field(default_factory=list)
    wide: int = 0
    shared: int = 0
    deepest: int = 0
    other_project: int = 0

    def some_files(self, count: int) -> list[int]:
        """Files at random, the same ones in every run."""
        return random.Random(7).sample(self.files, min(count, len(self.files)))


def md5_of(number: int) -> str:
    """The MD5 that a generated file is said to have."""
    return f"{number:032x}"


def generate(server: Server, owner: Person, files: int) -> Repository:
    """``files`` files of ``owner`` with what belongs around them: a hundredth as many people, a thousandth as many
    teams.
    """
    made = Repository(range(FIRST, FIRST + files))
    _containers(owner, made)
    with server.database() as conn, conn.transaction():
        _people(conn, files // 100, files // 1_000)
        _grants(conn, made, files // 1_000)
        _files(conn, owner, made)
    with server.database() as conn:
        conn.execute("ANALYZE")
        conn.execute("CHECKPOINT")
    return made


def _containers(owner: Person, made: Repository) -> None:
    number = _number
    made.other_project = number(owner.project())
    made.projects.append(number(owner.project()))
    made.wide = number(owner.folder(f"syn{made.projects[0]}"))
    made.shared = number(owner.folder(f"syn{made.projects[0]}"))
    below = made.projects[0]
    for _ in range(DEEPEST - 1):
        below = made.deepest = number(owner.folder(f"syn{below}"))
    for n in range(max(1, len(made.files) * 8 // 10 // IN_FOLDER)):
        if n % FOLDERS_IN_PROJECT == 0:
            made.projects.append(number(owner.project()))
        made.folders.append(number(owner.folder(f"syn{made.projects[-1]}")))


def _number(entity: dict[str, Any]) -> int:
    return int(entity["id"].removeprefix("syn"))


def _people(conn: Any, people: int, teams: int) -> None:
    """Users 30,000,000 and up, then teams; every user is in one team."""
    users = range(FIRST_PRINCIPAL, FIRST_PRINCIPAL + people)
    groups = range(users.stop, users.stop + teams)
    copy(conn, "principal (id, kind)", [*((n, "user") for n in users), *((n, "team") for n in groups)])
    copy(conn, "person (principal_id)", ((n,) for n in users))
    names = [*((f"user{n}", "USER_NAME", n) for n in users), *((f"team{n}", "TEAM_NAME", n) for n in groups)]
    copy(conn, "alias (squeezed, alias, kind, principal_id)", ((name, name, kind, n) for name, kind, n in names))
    copy(conn, "principal_prefix (token, principal_id)", ((name, n) for name, _, n in names))
    if teams:
        copy(conn, "membership (member_id, group_id)", ((n, groups[n % teams]) for n in users))


def _grants(conn: Any, made: Repository, teams: int) -> None:
    """Every team reads one project."""
    users = len(made.files) // 100
    rows = {
        (made.projects[n % len(made.projects)], FIRST_PRINCIPAL + users + n, READ_AND_DOWNLOAD) for n in range(teams)
    }
    copy(conn, "acl_entry (acl_id, principal_id, rights)", rows)


def _files(conn: Any, owner: Person, made: Repository) -> None:
    projects = dict(conn.execute("SELECT id, project_id FROM node WHERE kind = 'folder' AND project_id IS NOT NULL"))
    copy(
        conn,
        "node (id, kind, parent_id, project_id, benefactor_id, name, created_by, modified_by)",
        (
            (n, "file", parent, projects[parent], projects[parent], f"file {n}", owner.id, owner.id)
            for n, parent in _places(made)
        ),
    )
    copy(
        conn,
        "file_handle (id, kind, created_by, file_name, content_type, content_md5, content_size,"
        " storage_location_id, bucket, key, verification)",
        (
            (n, "s3", owner.id, "data.csv", "text/csv", md5_of(n), n, 1, "vesicle", f"{owner.id}/{n}/a.csv", "claimed")
            for n in made.files
        ),
    )  # fmt: skip
    copy(
        conn, "entity_version (node_id, number, label, modified_by, file_handle_id)",
        ((n, 1, "1", owner.id, n) for n in made.files),
    )  # fmt: skip
    copy(
        conn, "file_association (file_handle_id, object_type, object_id, object_version)",
        ((n, "FileEntity", n, 1) for n in made.files),
    )  # fmt: skip


def _places(made: Repository) -> Iterator[tuple[int, int]]:
    """(file, its folder)."""
    for n in made.files:
        tenth = n % 10
        yield n, made.wide if tenth == 0 else made.shared if tenth == 1 else made.folders[n % len(made.folders)]


def copy(conn: Any, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Put rows into a table by COPY."""
    with conn.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
