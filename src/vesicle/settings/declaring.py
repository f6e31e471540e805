"""How a setting is declared, and what the readers and the documentation see of a declaration."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin

from vesicle.settings.forms import S3_LIST, S3_MEMBERS, Form

NO_LIMIT = 2**31 - 1


class SettingsError(Exception):
    """A setting is unknown, malformed, or contradicts another one; the message is written for the operator."""


def setting(
    default: object,
    meaning: str,
    *,
    shown: str | None = None,
    least: int = 0,
    most: int = NO_LIMIT,
    form: Form | None = None,
    secret: bool = False,
) -> Any:
    """Declare one setting. ``shown`` is the default in the documentation where the value itself does not tell."""
    facts = {"meaning": meaning, "shown": shown, "least": least, "most": most, "form": form, "secret": secret}
    if callable(default):
        return dataclasses.field(default_factory=default, metadata=facts)
    return dataclasses.field(default=default, metadata=facts)


class Setting(NamedTuple):
    """One declaration, as the readers and the documentation see it."""

    name: str
    kind: Any
    optional: bool
    meaning: str
    shown: str
    least: int
    most: int
    form: Form | None
    secret: bool

    @property
    def choices(self) -> tuple[str, ...]:
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()

    @property
    def expected(self) -> str:
        if self.kind is int:
            return f"a whole number {f'from {self.least} to {self.most}' if self.most < NO_LIMIT else 'from 0'}"
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.kind == S3_LIST:
            return f"tables (in the environment: JSON) of {S3_MEMBERS}"
        plain = {Path: "a folder", str: "a text", Path | None: "a file that exists"}
        return self.form.expected if self.form else plain[self.kind]
