"""A room writes only its own tables; which ones they are is said by the sections of the migrations."""

import ast
import re
from pathlib import Path

from tests.house.test_import_rules import FILES, SOURCE, is_store, place, room_of, without_docstrings, written

MIGRATIONS = sorted((SOURCE / "db/migrations/versions").glob("*.sql"))
SECTION = re.compile(r"^-- -{3,} (\w+)$", re.MULTILINE)
TABLE = re.compile(r"^CREATE TABLE (\w+)", re.MULTILINE)
WRITE = re.compile(
    r"\b(?:insert\s+into|delete\s+from|truncate(?:\s+table)?|merge\s+into)\s+(\w+)|\bupdate\s+(\w+)\s+(?:\w+\s+)?set\b",
    re.IGNORECASE,
)


def owners() -> dict[str, str]:
    """Which room each table belongs to."""
    found = {}
    for file in MIGRATIONS:
        parts = SECTION.split(file.read_text("utf-8"))
        for room, text in zip(parts[1::2], parts[2::2], strict=True):
            found.update(dict.fromkeys(TABLE.findall(text), room))
    return found


def tables_written(text: str) -> set[str]:
    return {(insert or update).lower() for insert, update in WRITE.findall(text)}


def writes(file: Path) -> list[tuple[str, str]]:
    """(place, table) of everything that a store writes."""
    return [
        (place(file, node), table)
        for node in without_docstrings(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.expr) and (text := written(node)) is not None
        for table in tables_written(text)
    ]


def test_every_table_belongs_to_a_room() -> None:
    found = owners()
    rooms = {room_of(file) for file in FILES}
    made = {table for file in MIGRATIONS for table in TABLE.findall(file.read_text("utf-8"))}
    assert {
        "node": "tree",
        "acl_entry": "access",
        "file_handle": "files",
        "principal": "accounts",
    }.items() <= found.items()
    assert made == set(found), f"put these tables under the heading of their room: {made - set(found)}"
    assert set(found.values()) <= rooms, f"headings that are no rooms: {set(found.values()) - rooms}"


def test_a_room_writes_only_its_own_tables() -> None:
    of = owners()
    strays = [
        f"{where} writes {table}, which belongs to {of.get(table, 'nobody')}"
        for file in FILES
        if is_store(file)
        for where, table in writes(file)
        if of.get(table) != room_of(file)
    ]
    assert not strays, f"Call a story of the room that owns the table instead: {strays}"


def test_every_room_with_tables_writes_them_itself() -> None:
    written_by = {room_of(file) for file in FILES if is_store(file) and writes(file)}
    silent = set(owners().values()) - written_by
    assert not silent, f"nobody writes the tables of {silent}"


def test_a_write_is_recognised() -> None:
    assert tables_written("WITH x AS (UPDATE node SET a = 1) INSERT INTO acl (id) VALUES (1)") == {"node", "acl"}
    assert tables_written("delete from job where a; UPDATE person p SET x = 1") == {"job", "person"}
    assert tables_written("SELECT 1 FROM node FOR NO KEY UPDATE") == set()
    assert tables_written("INSERT INTO x (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2") == {"x"}
