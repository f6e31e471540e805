"""Folders and files of the engines, and how their user reaches them."""

from __future__ import annotations

import os
from pathlib import Path

from vesicle.engines.system_user import SystemUser


def make_folder(folder: Path, mode: int, user: SystemUser | None = None) -> Path:
    """Make a folder that is not there yet, for this user. One that is there stays as it is."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir()
        one.chmod(0o755)  # whatever the umask: the engine user has to get through
    if missing:
        folder.chmod(mode)
        if user is not None:
            os.chown(folder, user.uid, user.gid)
    return folder


def write_private(file: Path, text: str | bytes, user: SystemUser | None = None) -> None:
    """Write a file that only its user can read, in one step."""
    new = file.with_name(file.name + ".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(text.encode() if isinstance(text, str) else text)
    if user is not None:
        os.chown(new, user.uid, user.gid)
    new.replace(file)


class Reachable:
    """A folder as the engine user can name it, even below folders that are closed to that user.

    Root hands the engine the open folder itself; no folder that we did not make changes its mode for that.
    """

    def __init__(self, folder: Path, user: SystemUser | None) -> None:
        self._folder, self._user = folder, user
        self.path = str(folder)
        self.descriptors: tuple[int, ...] = ()

    def __enter__(self) -> Reachable:
        if self._user is not None and Path("/proc/self/fd").exists():
            descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            self.descriptors = (descriptor,)
            self.path = f"/proc/self/fd/{descriptor}"
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in self.descriptors:
            os.close(descriptor)
