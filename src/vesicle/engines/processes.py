"""Child processes that never outlive their parent, and left-over ones of an earlier life."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from vesicle.engines.folders import make_folder
from vesicle.engines.system_user import SystemUser
from vesicle.errors import Unavailable

PR_SET_PDEATHSIG = 1
LARGEST_LOG = 10 * 1024**2
LEFT_OVER_WITHIN_S = 10.0


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """In a new child, before it becomes its program: be sent this signal when the parent ends, however it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number)


@contextmanager
def exclusive(data: Path) -> Iterator[None]:
    """Hold the data folder alone. The kernel lets go when the process ends, so nothing stale can block a start.

    Raises Unavailable when another vesicle holds it.
    """
    make_folder(data, 0o711)
    with (data / "lock").open("a") as gate:
        try:
            fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(f"Another vesicle runs on {data}; end it first, or choose another folder.") from None
        yield


class Engine:
    """A supervised engine. Its working directory is its own folder: that is how a left-over one is recognised."""

    def __init__(self, name: str, folder: Path, log: Path, user: SystemUser | None, *, end_signal: int) -> None:
        self.name, self.folder, self.log, self.user = name, folder, log, user
        self._end_signal = end_signal
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self, command: Sequence[str], environment: Mapping[str, str], keep: Sequence[int] = ()) -> None:
        """Start the program; its output goes to the log file."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        number = self._end_signal
        with os.fdopen(descriptor, "ab") as out:
            self._process = subprocess.Popen(
                command, env=dict(environment), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                pass_fds=tuple(keep), start_new_session=True, umask=0o077,
                user=self.user.uid if self.user else None, group=self.user.gid if self.user else None,
                extra_groups=[] if self.user else None, preexec_fn=lambda: die_with_parent(number),
            )  # fmt: skip

    @property
    def is_alive(self) -> bool:
        """True while the program runs."""
        return self._process is not None and self._process.poll() is None

    def check_alive(self) -> None:
        """Raises Unavailable, with the end of the log, when the program has ended by itself."""
        if not self.is_alive:
            raise Unavailable(f"{self.name} does not start; the end of {self.log}:\n{self.last_words()}")

    def last_words(self) -> str:
        """The last lines of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:]) if self.log.exists() else ""

    def end(self, within_s: float) -> None:
        """Ask it to end, and insist after a while."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(self._end_signal)
            try:
                self._process.wait(within_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def end_left_over(self) -> None:
        """End what an earlier life left running in our folder: its parent was killed, and nobody else owns it."""
        deadline = time.monotonic() + LEFT_OVER_WITHIN_S
        asked: set[int] = set()
        while left := _living_in(self.folder):
            late = time.monotonic() > deadline
            for pid in left:
                if late or pid not in asked:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL if late else self._end_signal)
                    asked.add(pid)
            time.sleep(0.05)


def _living_in(folder: Path) -> list[int]:
    """The processes whose working directory is this folder (on Linux; elsewhere none can be told)."""
    if not folder.exists() or not Path("/proc/self/cwd").exists():
        return []
    ours, found = folder.stat(), []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError):
            where = (entry / "cwd").stat()
            if (where.st_dev, where.st_ino) == (ours.st_dev, ours.st_ino):
                found.append(int(entry.name))
    return found
