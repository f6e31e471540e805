"""What the settings promise: one declaration, four sources, and refusals that say what to write instead."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vesicle.settings import Settings, SettingsError, as_environment, load
from vesicle.settings.__main__ import markdown
from vesicle.settings.declared import SETTINGS

ROOT = Path(__file__).parents[2]
STORE = {"s3_endpoint": "https://s3.test", "s3_access_key": "key", "s3_secret_key": "hush"}


@pytest.fixture(autouse=True)
def no_settings_of_this_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("VESICLE_")]:
        monkeypatch.delenv(name)


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert (found.data, found.host, found.port, found.store_port) == (tmp_path, "127.0.0.1", 7770, 7771)
    assert (found.api_url, found.store_url) == ("http://127.0.0.1:7770", "http://127.0.0.1:7771")


def test_the_later_source_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vesicle.toml").write_text("port = 1001\nthreads = 5\nprocesses = 4\n")
    monkeypatch.setenv("VESICLE_PORT", "1002")
    monkeypatch.setenv("VESICLE_THREADS", "6")
    found = load(tmp_path, {"port": 1003, "processes": None})
    assert (found.port, found.threads, found.processes) == (1003, 6, 4)


@pytest.mark.parametrize("how", ["command line", "environment"])
def test_a_named_file_takes_the_place_of_the_one_in_the_data_folder(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vesicle.toml").write_text("port = 1001\n")
    named = tmp_path / "elsewhere" / "my.toml"
    named.parent.mkdir()
    named.write_text('data = "here"\nthreads = 5\n')
    monkeypatch.setenv("VESICLE_CONFIG", str(named) if how == "environment" else "/does/not/exist.toml")
    found = load(None, {"config": str(named)} if how == "command line" else {})
    assert (found.data, found.port, found.threads) == (named.parent / "here", 7770, 5)


def test_the_file_in_the_data_folder_cannot_move_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "vesicle.toml").write_text('data = "/elsewhere"\n')
    with pytest.raises(SettingsError, match="remove the line"):
        load(tmp_path)


def test_relative_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(Path("some/../data")).data == tmp_path / "data"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("prot = 1", "prot in .*no setting.*nearest one is port"),
        ("port = 'many'", "port in .*expected a whole number from 1 to 65535, not 'many'"),
        ("port = true", "expected a whole number"),
        ("port = 0", "expected a whole number from 1"),
        ("host = 7", "expected a host name"),
        ("host = ''", "expected a host name"),
        ("host = 'localhost:80'", "without a port"),
        ("log_format = 'xml'", "expected one of auto, console, json, not 'xml'"),
        ("public_url = 'data.example.org'", "expected an origin such as"),
        ("public_url = 'https://data.example.org/path'", "without a path"),
        ("public_url = 'https://data.example.org:no'", "expected an origin"),
        ("s3_bucket = 'Ab'", "expected a bucket name"),
        ("url_life_seconds = 59", "from 60 to 43200"),
        ("tls_key = 'missing.pem'", "expected a file that exists"),
        ("store_port = 7770", "set another store_port"),
        ("threads = 64", "database_pool is 16; set it to 64 or more, or threads to 16"),
        ("database_pool = 8", "threads: 16 requests at a time"),
        ("port = 65535", "past the last port"),
        ("s3_endpoint = 'https://s3.test'", "belong together: set all or none"),
        ("public_url = 'http://127.0.0.1:7771'", "needs another origin"),
        ("port = ", "not valid TOML"),
        ("[port]\nx = 1", "expected a whole number"),
        ("data = '~no-such-user-here/x'", "expected a folder"),
    ],
)
def test_what_cannot_be_right_is_refused_with_what_was_expected(line: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "vesicle.toml").write_text(line)
    with pytest.raises(SettingsError, match=says):
        load(tmp_path)


def test_an_unknown_variable_is_refused_and_the_nearest_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VESICLE_LOGFORMAT", "json")
    with pytest.raises(SettingsError, match=r"VESICLE_LOGFORMAT in the environment.*VESICLE_LOG_FORMAT"):
        load(tmp_path)


def test_a_named_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml does not exist"):
        load(None, {"config": tmp_path / "absent.toml"})


def test_a_key_without_its_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").touch()
    with pytest.raises(SettingsError, match="tls_certificate and tls_key belong together"):
        load(tmp_path, {"tls_key": tmp_path / "key.pem"})


def test_secrets_are_neither_in_the_repr_nor_in_a_refusal(tmp_path: Path) -> None:
    found = load(tmp_path, {**STORE, "database_url": "postgresql://me:hush@db/vesicle"})
    assert "hush" not in repr(found)
    assert "s3_secret_key=***" in repr(found)
    with pytest.raises(SettingsError) as refusal:
        load(tmp_path, {"database_url": "mysql://me:hush@db/vesicle"})
    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "api", "store"),
    [
        ({"host": "0.0.0.0"}, "http://127.0.0.1:7770", "http://127.0.0.1:7771"),
        ({"host": "::1"}, "http://[::1]:7770", "http://[::1]:7771"),
        ({"public_url": "https://d.test/"}, "https://d.test", "http://d.test:7771"),
        ({"store_public_url": "https://s.test"}, "http://127.0.0.1:7770", "https://s.test"),
        (STORE, "http://127.0.0.1:7770", "https://s3.test"),
        ({**STORE, "store_public_url": "https://s.test"}, "http://127.0.0.1:7770", "https://s.test"),
    ],
)
def test_clients_are_told_origins_that_they_can_reach(
    given: dict[str, str], api: str, store: str, tmp_path: Path
) -> None:
    found = load(tmp_path, given)
    assert (found.api_url, found.store_url) == (api, store)


def test_a_certificate_makes_both_origins_https(tmp_path: Path) -> None:
    (tmp_path / "both.pem").touch()
    found = load(tmp_path, {"tls_certificate": tmp_path / "both.pem", "tls_key": tmp_path / "both.pem"})
    assert (found.api_url, found.store_url) == ("https://127.0.0.1:7770", "https://127.0.0.1:7771")


def test_a_child_gets_exactly_the_settings_of_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "both.pem").touch()
    (tmp_path / "vesicle.toml").write_text("tls_certificate = 'both.pem'\ntls_key = 'both.pem'\nthreads = 3\n")
    parent = load(tmp_path, {**STORE, "tls_certificate": "", "tls_key": "", "url_life_seconds": 61})
    (tmp_path / "vesicle.toml").write_text("broken")
    for name, value in as_environment(parent).items():
        monkeypatch.setenv(name, value)
    assert load() == parent


def test_every_declared_setting_reaches_the_documentation() -> None:
    assert [line.split("`")[1] for line in markdown().splitlines() if line.startswith("| `")] == list(SETTINGS)
    assert all(one.meaning.endswith(".") for one in SETTINGS.values())


def test_the_committed_page_is_current() -> None:
    current = subprocess.run(
        [sys.executable, "-m", "vesicle.settings"], capture_output=True, text=True, check=True
    ).stdout
    committed = (ROOT / "docs/settings.md").read_text("utf-8")
    assert committed == current, "run: python -m vesicle.settings > docs/settings.md"


def test_settings_made_without_load_are_checked_too() -> None:
    with pytest.raises(SettingsError, match="set another store_port"):
        Settings(port=5000, store_port=5000)


S3_TABLE = """
[[s3]]
endpoint = "https://s3.eu-central-1.amazonaws.com"
access_key = "key"
secret_key = "hush"
region = "eu-central-1"
[[s3]]
endpoint = "http://127.0.0.1:1234"
access_key = "key"
secret_key = "hush"
buckets = ["theirs"]
[[s3]]
endpoint = "https://s3.lab.example"
"""


def test_stores_of_others_are_read_from_tables_and_survive_the_way_to_a_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vesicle.toml").write_text(S3_TABLE)
    found = load(tmp_path)
    assert [(one.endpoint, one.region, one.buckets) for one in found.s3] == [
        ("https://s3.eu-central-1.amazonaws.com", "eu-central-1", ()),
        ("http://127.0.0.1:1234", "us-east-1", ("theirs",)),
        ("https://s3.lab.example", "us-east-1", ()),
    ]
    assert "hush" not in repr(found) + repr(found.s3)
    for name, value in as_environment(found).items():
        monkeypatch.setenv(name, value)
    assert load() == found


@pytest.mark.parametrize(
    "table",
    [
        's3 = "no json"',
        "s3 = 7",
        's3 = ["a"]',
        '[[s3]]\nendpoint = "https://a.example.org"\nrole = "arn:aws:iam::1:role/a"',
        '[[s3]]\nendpoint = "https://a.example.org"\nbuckets = ["a"]',
        '[[s3]]\nendpoint = "https://a.example.org"\naccess_key = "hush"\nsecret_key = ""',
        '[[s3]]\nendpoint = "a.example.org"\naccess_key = "a"\nsecret_key = "hush"',
        '[[s3]]\nendpoint = "https://a.example.org"\naccess_key = "a"\nsecret_key = "hush"\nregoin = "b"',
        '[[s3]]\nendpoint = "https://a.example.org"\naccess_key = "a"\nsecret_key = "hush"\nbuckets = "b"',
        '[[s3]]\nendpoint = "https://a.example.org"\naccess_key = "a"\nsecret_key = 7',
        '[[s3]]\nendpoint = "https://a.example.org"\naccess_key = "a"\nsecret_key = "hush"\nca_bundle = "/none"',
    ],
)
def test_a_malformed_store_is_refused_without_its_secret(table: str, tmp_path: Path) -> None:
    (tmp_path / "vesicle.toml").write_text(table)
    with pytest.raises(SettingsError, match=r"expected tables .* of endpoint, access_key, secret_key") as refusal:
        load(tmp_path)
    assert "hush" not in str(refusal.value)
