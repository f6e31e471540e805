"""The embedded PostgreSQL: where it lies, how it is made, and what it promises about what it keeps."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from vesicle.engines.postgres import EmbeddedPostgres
from vesicle.engines.system_user import engine_user
from vesicle.errors import Unavailable

pytestmark = pytest.mark.xdist_group("engines: postgres")


@pytest.fixture(scope="module")
def closed_folder() -> Iterator[Path]:
    """A folder that only its owner can enter, with a path that is too long for a socket."""
    folder = Path(mkdtemp(prefix="vesicle-engines-"))
    deep = folder / ("very-" * 20) / ("deep-" * 20)
    deep.mkdir(parents=True)
    for one in (folder, deep.parent, deep):
        one.chmod(0o700)
    yield deep
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def url(closed_folder: Path) -> Iterator[str]:
    """Where a new one answers."""
    postgres = EmbeddedPostgres(closed_folder / "data", engine_user())
    yield postgres.start()
    postgres.stop()


def shown(url: str, name: str) -> str:
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row
    return str(row[0])


def test_it_runs_below_a_closed_folder_and_changes_no_mode_of_it(url: str, closed_folder: Path) -> None:
    assert shown(url, "is_superuser") == "on"
    assert {one.stat().st_mode & 0o777 for one in (closed_folder, closed_folder.parent)} == {0o700}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen_addresses", ""), ("data_checksums", "on"), ("server_encoding", "UTF8"), ("fsync", "on"),
        ("synchronous_commit", "on"), ("full_page_writes", "on"), ("password_encryption", "scram-sha-256"),
    ],
)  # fmt: skip
def test_it_keeps_what_it_acknowledged_and_speaks_on_no_network(url: str, name: str, value: str) -> None:
    assert shown(url, name) == value


def test_letters_of_every_script_have_upper_and_lower_case(url: str) -> None:
    with psycopg.connect(url) as conn:
        assert conn.execute("SELECT lower('ÄÇΣЖ')").fetchone() == ("äçσж",)


def test_the_password_is_for_its_owner_alone(url: str, closed_folder: Path) -> None:
    assert (closed_folder / "data" / "postgres.password").stat().st_mode & 0o777 == 0o600
    assert not (closed_folder / "data" / "postgres.first").exists()


def test_a_making_that_was_killed_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    # initdb writes the version first, long before the cluster can be used.
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    (tmp_path / "postgres" / "base").mkdir()
    (tmp_path / "postgres.first").write_text("the password of the one that was killed")
    shutil.chown(tmp_path / "postgres", user := getattr(engine_user(), "uid", -1), user)
    (tmp_path / "postgres").chmod(0o700)
    postgres = EmbeddedPostgres(tmp_path, engine_user())
    try:
        assert shown(postgres.start(), "server_encoding") == "UTF8"
    finally:
        postgres.stop()


def test_files_that_are_no_cluster_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "thesis.txt").write_text("three years of work")
    with pytest.raises(Unavailable, match="move it away"):
        EmbeddedPostgres(tmp_path, engine_user()).start()
    assert (tmp_path / "postgres" / "thesis.txt").read_text() == "three years of work"
