"""The programs of the engines, where the engine user may execute them."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

from vesicle.engines.folders import make_folder
from vesicle.engines.system_user import SystemUser
from vesicle.errors import Unavailable

PROGRAMS = Path("/var/lib/vesicle/engines")


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
        make_folder(PROGRAMS, 0o755)
        new = Path(mkdtemp(prefix=".new-", dir=PROGRAMS))
        for folder in folders:
            if folder.is_dir():
                shutil.copytree(folder, new / folder.name, symlinks=True)
            else:
                shutil.copy(folder, new / folder.name)
        for one in (new, *new.rglob("*")):
            if not one.is_symlink():
                one.chmod(0o755 if one.is_dir() or one.stat().st_mode & 0o100 else 0o644)
        try:
            new.rename(place)
        except OSError:  # another vesicle put it there a moment ago
            shutil.rmtree(new)
    return place
