"""The system user that engines run as when vesicle is run by root, and where that user finds their programs."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

from vesicle.errors import Unavailable

NAME = "vesicle"
PROGRAMS = Path("/var/lib/vesicle/engines")


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


def package_folder(name: str) -> Path:
    """Where a package is installed. Found, not imported: these packages do things when they are imported."""
    found = find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise Unavailable(f"The package {name} is not installed; the embedded engines need it.")
    return Path(found.submodule_search_locations[0])


def programs(package: str, folders: list[Path], user: SystemUser | None) -> Path:
    """The folder that holds these folders of a package, in a place where the engine user may execute what is in them.

    An ordinary user runs them where they were installed. Root's environment may be closed to others, so they are
    copied, once for each release, to a system folder.
    """
    if user is None:
        return folders[0].parent
    place = PROGRAMS / f"{package}-{version(package)}"
    if not place.exists():
        PROGRAMS.mkdir(parents=True, exist_ok=True, mode=0o755)
        new = Path(mkdtemp(prefix=".new-", dir=PROGRAMS))
        for folder in folders:
            if folder.is_dir():
                shutil.copytree(folder, new / folder.name, symlinks=True)
            else:
                shutil.copy(folder, new / folder.name)
        new.chmod(0o755)
        try:
            new.rename(place)
        except OSError:  # another vesicle put it there a moment ago
            shutil.rmtree(new)
    return place
