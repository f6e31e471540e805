"""The system user that engines run as when vesicle is run by root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass

from vesicle.errors import Unavailable

NAME = "vesicle"


@dataclass(frozen=True, slots=True)
class SystemUser:
    """A user of this machine."""

    uid: int
    gid: int


def engine_user() -> SystemUser | None:
    """Who the engines run as: the system user ``vesicle`` for root, made when missing; ourselves (None) otherwise.

    Raises Unavailable when the user cannot be made.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        _make_user()
        entry = pwd.getpwnam(NAME)
    return SystemUser(entry.pw_uid, entry.pw_gid)


def _make_user() -> None:
    shell = "/usr/sbin/nologin"
    command = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        shell,
    ]
    try:
        subprocess.run([*command, NAME], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        why = getattr(error, "stderr", "") or str(error)
        raise Unavailable(
            f"The engines do not run as root, and the system user {NAME!r} cannot be made ({why.strip()}). "
            f"Make it by hand (useradd --system {NAME}), or start vesicle as an ordinary user."
        ) from None
