"""The Content-Disposition header is read back by real parsers, whatever the file is called."""

from __future__ import annotations

from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from vesicle.objectstore.content_disposition import attachment


def _read_by_modern(header: str) -> tuple[str, dict[str, str]]:
    return parse_options_header(header)


def _read_by_old(header: str) -> str | None:
    message = Message()
    message["Content-Disposition"] = header.partition("; filename*=")[0]
    return message.get_filename()


@pytest.mark.parametrize(
    "name",
    ["plain.txt", "Größe 名前 🧬.csv", 'a "quoted" name', "back\\slash", "it's; really=%41, * odd.txt", "ends with \\"],
)
def test_a_name_comes_back_as_it_was(name: str) -> None:
    assert _read_by_modern(attachment(name)) == ("attachment", {"filename": name})


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1))
def test_any_name_without_control_characters_comes_back(name: str) -> None:
    assert _read_by_modern(attachment(name)) == ("attachment", {"filename": name})


@given(st.text())
def test_the_header_is_one_line_of_ascii(name: str) -> None:
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()


@pytest.mark.parametrize(
    ("name", "likeness"),
    [
        ("plain.txt", "plain.txt"),
        ("Café Größe 名前.csv", "Cafe Gro_e __.csv"),
        ('say "hi" \\ bye', 'say "hi" \\ bye'),
        ("two\r\nlines\x00", "two__lines_"),
    ],
)
def test_an_old_reader_gets_a_likeness(name: str, likeness: str) -> None:
    assert _read_by_old(attachment(name)) == likeness


def test_half_a_character_does_no_harm() -> None:
    assert _read_by_old(attachment("half \ud800.txt")) == "half _.txt"
    assert _read_by_modern(attachment("half \ud800.txt")) == ("attachment", {"filename": "half ?.txt"})
