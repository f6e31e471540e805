"""The ledger hears of everything that changes what is stored: who writes such rows calls it in the same function."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.house.test_import_rules import FILES, SOURCE, is_store, room_of, written
from tests.house.test_table_owners import tables_written

STORED = {"file_handle", "file_association", "multipart_upload"}
CHARGES = {"charge", "charge_new", "begin_with_ties", "discharge", "reserve", "release", "settle", "settle_purged"}
# Stories of other rooms that change where files lie, or to whom a project belongs, and what has to stand beside them.
BESIDE = {
    "growth.move": "charging.settle_below",
    "felling.fell": "charging.settle_below",
    "felling.restore": "charging.settle_below",
    "felling.remove": "handles.untie_purged",
    "belonging.transfer": "transferring.move_project",
    "belonging.transfer_all": "transferring.merge",
}
# These leave every file where it is.
STAYS = {
    "inheriting.part": "another list decides, in the same project",
    "inheriting.rejoin": "another list decides, in the same project",
    "restricting.restrict": "the place_subtree of requirements writes requirements alone",
    "restricting.follow": "the place_subtree of requirements writes requirements alone",
}
PLACE = re.compile(
    r"update\s+node\s+set\b[^;]*?\b(project_id|benefactor_id|organization_id)\s*=|delete\s+from\s+node\b", re.IGNORECASE
)
"""What says in which project a node lies, whether in the trash can, and whose the project is."""


def functions(file: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]


def texts(node: ast.AST) -> set[str]:
    """Every table that the texts below a node write."""
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.expr) and (text := written(one)) is not None:
            found |= tables_written(text)
    return found


def placed(node: ast.AST) -> set[str]:
    """What the texts below a node write of where things lie."""
    said = [text for one in ast.walk(node) if isinstance(one, ast.expr) and (text := written(one)) is not None]
    return {found[0] for text in said for found in PLACE.finditer(text)}


def writers(room: str, seen: Callable[[ast.AST], set[str]], wanted: set[str] | None = None) -> set[str]:
    """Functions of the store of a room in whose texts, and constants, something is seen (or something wanted)."""
    found = set()
    for file in FILES:
        if not (is_store(file) and room_of(file) == room):
            continue
        constants = {
            target.id: seen(node.value)
            for node in ast.parse(file.read_text("utf-8")).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for function in functions(file):
            named = {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
            there = seen(function).union(*(constants.get(name, set()) for name in named))
            if (there if wanted is None else there & wanted) and not function.name.startswith("_"):
                found.add(function.name)
    return found


def stories_of(room: str, rows: set[str]) -> set[str]:
    """`file.function` of every story of a room that calls one of these functions of its store, itself or by a part."""
    found = set()
    for file in FILES:
        if is_store(file) or room_of(file) != room:
            continue
        made = {one.name: calls(one) for one in functions(file)}
        hits = {
            name for name, called in made.items() if {one.rpartition(".")[2] for one in called if "." in one} & rows
        }
        while more := {name for name, called in made.items() if called & hits} - hits:
            hits |= more
        found |= {f"{file.stem}.{name}" for name in hits if not name.startswith("_")}
    return found


def calls(function: ast.FunctionDef) -> set[str]:
    """What a function calls, as it is written: `charging.settle`."""
    return {ast.unparse(one.func) for one in ast.walk(function) if isinstance(one, ast.Call)}


# They change rows that stay: what is known of an object, the parts and the life of an upload.
CHANGES_ALONE = {
    "note_seen", "note_checked", "forget_checked", "note_verified", "repoint", "forget_request", "put_part",
    "finish_upload",
}  # fmt: skip
WRITERS = writers("files", texts, STORED) - CHANGES_ALONE
STORIES = [file for file in FILES if not is_store(file) and room_of(file) == "files"]


def test_the_writers_are_seen() -> None:
    assert {"insert_s3_handle", "copy_handles", "associate", "dissociate_purged", "insert_upload", "delete_upload"} <= (
        WRITERS
    )
    assert writers("files", texts, STORED) >= CHANGES_ALONE, "take these off the list"


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_whoever_writes_what_is_stored_tells_the_ledger(name: str) -> None:
    told = []
    for file in STORIES:
        for function in functions(file):
            made = calls(function)
            if any(one.rpartition(".")[2] == name and "." in one for one in made):
                told.append((f"{file.relative_to(SOURCE)}:{function.name}", made))
    assert told, f"nobody calls {name}; remove it"
    silent = [where for where, made in told if not made & {f"charging.{one}" for one in CHARGES}]
    assert not silent, f"{silent} call {name}, and no function of charging in the same function"


def test_every_story_that_moves_what_is_stored_is_known() -> None:
    rows = writers("tree", placed)
    assert {"place_subtree", "trash_subtree", "place_restored", "delete_doomed", "transfer", "transfer_all"} <= rows
    found = stories_of("tree", rows)
    assert found - set(STAYS) == set(BESIDE), "say what stands beside them in BESIDE, or why nothing does in STAYS"
    assert set(STAYS) <= found, "take these off the list"


@pytest.mark.parametrize("name", sorted(BESIDE))
def test_whoever_moves_what_is_stored_tells_the_ledger(name: str) -> None:
    callers = [
        (f"{file.relative_to(SOURCE)}:{function.name}", calls(function))
        for file in FILES
        for function in functions(file)
        if name in calls(function)
    ]
    assert callers, f"nobody calls {name} any more; take it off the list"
    silent = [where for where, made in callers if BESIDE[name] not in made]
    assert not silent, f"{silent} call {name} without {BESIDE[name]} beside it"
