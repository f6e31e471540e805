"""The effective settings of a process, from every source.

Later sources win: the defaults, ``vesicle.toml``, the ``VESICLE_*`` environment, the command line.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vesicle.settings.declared import SETTINGS, Settings, default_data_folder
from vesicle.settings.declaring import Setting, SettingsError
from vesicle.settings.forms import S3_LIST, s3_list

PREFIX = "VESICLE_"
CONFIG = "config"  # says where settings are, and is none itself


def load(data: Path | None = None, overrides: Mapping[str, object] | None = None) -> Settings:
    """The effective settings: defaults, then the file, the environment, and the command line (``overrides``).

    The file is ``overrides["config"]``, else ``VESICLE_CONFIG``, else ``vesicle.toml`` in the data folder if there is
    one. An override of None counts as not given. Raises SettingsError.
    """
    line = {key: value for key, value in (overrides or {}).items() if value is not None}
    if data is not None:
        line["data"] = data
    ours = {key: value for key, value in os.environ.items() if key.startswith(PREFIX)}
    environment = {key.removeprefix(PREFIX).lower(): value for key, value in ours.items()}
    config = str(line.pop(CONFIG, None) or environment.get(CONFIG) or "")
    environment.pop(CONFIG, None)
    above = _read(environment, "the environment", Path.cwd(), lambda key: PREFIX + key.upper())
    above |= _read(line, "the command line", Path.cwd(), lambda key: "--" + key.replace("_", "-"))
    if config:
        return Settings(**{**_read_file(Path(config).expanduser()), **above})
    own = above.get("data", default_data_folder()) / "vesicle.toml"
    below = _read_file(own, needed=False)
    if "data" in below:
        raise SettingsError(f"data: {own} lies in the data folder, so it cannot say where that is; remove the line")
    return Settings(**{**below, **above})


def _read_file(path: Path, *, needed: bool = True) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if needed:
            raise SettingsError(f"{path} does not exist") from None
        return {}
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    return _read(content, str(path), path.absolute().parent, str)


def _read(raw: Mapping[str, object], source: str, base: Path, spelled: Callable[[str], str]) -> dict[str, Any]:
    """Check what one source says. Relative paths count from ``base``; ``spelled`` is how the source writes a name."""
    read = {}
    for key, value in raw.items():
        if key not in SETTINGS:
            near = difflib.get_close_matches(key, SETTINGS, n=1, cutoff=0)[0]
            raise SettingsError(f"{spelled(key)} in {source} is no setting; the nearest one is {spelled(near)}")
        try:
            read[key] = _value(SETTINGS[key], value, base)
        except (ValueError, RuntimeError):  # a RuntimeError is ~NAME of a user that does not exist
            said = "" if SETTINGS[key].secret else f", not {str(value)!r}"
            raise SettingsError(f"{spelled(key)} in {source}: expected {SETTINGS[key].expected}{said}") from None
    return read


def _value(one: Setting, raw: object, base: Path) -> object:
    """The value in its type. Raises ValueError for one that is not as ``one.expected`` says."""
    if one.kind is int:
        return _number(one, raw)
    if one.kind == S3_LIST:
        return s3_list(raw)
    text = str(raw)
    if not isinstance(raw, str | Path) or "\0" in text or (one.choices and text not in one.choices):
        raise ValueError
    if not text:
        return _empty(one)
    if one.kind in (Path, Path | None):
        path = Path(os.path.normpath(base / Path(text).expanduser()))
        if one.optional and not path.is_file():
            raise ValueError
        return path
    normal = one.form.normal(text) if one.form else text
    if normal is None:
        raise ValueError
    return normal


def _number(one: Setting, raw: object) -> int:
    number = int(raw) if isinstance(raw, int | str) and not isinstance(raw, bool) else None
    if number is None or not one.least <= number <= one.most:
        raise ValueError
    return number


def _empty(one: Setting) -> str | None:
    if not one.optional:
        raise ValueError
    return "" if one.kind is str else None


def as_environment(settings: Settings) -> dict[str, str]:
    """Variables with which ``load`` gives a child process exactly these settings, whatever files say by then."""
    values = {one.name: getattr(settings, one.name) for one in SETTINGS.values()}
    given = {PREFIX + name.upper(): _as_text(value) for name, value in values.items()}
    return {**given, PREFIX + CONFIG.upper(): os.devnull}


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return json.dumps([dataclasses.asdict(one) for one in value])
    return "" if value is None else str(value)
