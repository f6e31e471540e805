"""The ledger hears of everything that changes what is stored: who writes such rows calls it in the same function."""

import ast
from pathlib import Path

import pytest
from tests.house.test_import_rules import FILES, SOURCE, is_store, room_of, written
from tests.house.test_table_owners import tables_written

STORED = {"file_handle", "file_association", "multipart_upload"}
CHARGES = {"charge", "charge_new", "begin_with_ties", "discharge", "reserve", "release", "settle", "settle_purged"}
# Stories of other rooms that change where files lie, or to whom a project belongs, and what has to stand beside them.
# (They are the only ones that write these columns of their tables.)
BESIDE = {
    "growth.move": "charging.settle_below",
    "felling.fell": "charging.settle_below",
    "felling.restore": "charging.settle_below",
    "felling.remove": "handles.untie_purged",
    "belonging.transfer": "transferring.move_project",
    "belonging.transfer_all": "transferring.merge",
}


def functions(file: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]


def texts(node: ast.AST) -> set[str]:
    """Every table that the texts below a node write."""
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.expr) and (text := written(one)) is not None:
            found |= tables_written(text)
    return found


def writers() -> set[str]:
    """Functions of the store of files that make or remove rows which the ledger counts."""
    found = set()
    for file in FILES:
        if not (is_store(file) and room_of(file) == "files"):
            continue
        constants = {
            target.id: texts(node.value)
            for node in ast.parse(file.read_text("utf-8")).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for function in functions(file):
            named = {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
            tables = texts(function).union(*(constants.get(name, set()) for name in named))
            if tables & STORED and not function.name.startswith("_"):
                found.add(function.name)
    return found


def calls(function: ast.FunctionDef) -> set[str]:
    """What a function calls, as it is written: `charging.settle`."""
    return {ast.unparse(one.func) for one in ast.walk(function) if isinstance(one, ast.Call)}


# They change rows that stay: what is known of an object, the parts and the life of an upload.
CHANGES_ALONE = {
    "note_seen", "note_checked", "note_verified", "repoint", "forget_request", "put_part", "finish_upload",
}  # fmt: skip
WRITERS = writers() - CHANGES_ALONE
STORIES = [file for file in FILES if not is_store(file) and room_of(file) == "files"]


def test_the_writers_are_seen() -> None:
    assert {"insert_s3_handle", "copy_handles", "associate", "dissociate_purged", "insert_upload", "delete_upload"} <= (
        WRITERS
    )
    assert writers() >= CHANGES_ALONE, "take these off the list"


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
