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
from typing import Any

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
    # Whoever may open the file could hold it, so nobody else may.
    with os.fdopen(os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)) as gate:
        os.fchmod(gate.fileno(), 0o600)
        if not _lock(gate.fileno()):
            raise Unavailable(f"Another vesicle runs on {data}; end it first, or choose another folder.")
        yield


class Engine:
    """A supervised engine.

    It and its children inherit a lock beside their folder, so the kernel itself knows whether one still runs, and a
    left-over one is told from a stranger that happens to have its number.
    """

    def __init__(self, name: str, folder: Path, log: Path, user: SystemUser | None, *, end_signal: int) -> None:
        self.name, self.folder, self.log, self.user = name, folder, log, user
        self._end_signal = end_signal
        self._gate = folder.with_name(f"{folder.name}.lock")
        self._held: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def claim(self) -> None:
        """Have the folder to ourselves: end what an earlier life left running there, because its parent was killed.

        Raises Unavailable when that does not end.
        """
        if self._held is not None:
            return
        gate = os.open(self._gate, os.O_RDWR | os.O_CREAT, 0o600)
        late = time.monotonic() + LEFT_OVER_WITHIN_S
        asked: set[int] = set()
        while not _lock(gate):
            now = time.monotonic()
            if now > late + LEFT_OVER_WITHIN_S:
                os.close(gate)
                raise Unavailable(f"An earlier {self.name} still runs on {self.folder}; end it first.")
            for pid in self._left_over():
                if now > late or pid not in asked:
                    asked.add(pid)
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL if now > late else self._end_signal)
            time.sleep(0.05)
        self._held = gate

    def launch(self, command: Sequence[str], environment: Mapping[str, str], keep: Sequence[int] = ()) -> None:
        """Start the program in the folder that was claimed; its output goes to the log file."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as out:
            self._process = subprocess.Popen(
                command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, **self._as_engine(keep),
            )  # fmt: skip
        if self._held is not None:  # The lock is the program's alone from here on: it ends when the program does.
            os.write(self._held, b"%10d\n" % self._process.pid)
            os.close(self._held)
            self._held = None

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], keep: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a program that prepares the folder, as the engine's user, to its end."""
        return subprocess.run(
            command, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            **self._as_engine(keep),
        )  # fmt: skip

    def _as_engine(self, keep: Sequence[int]) -> dict[str, Any]:
        number, user = self._end_signal, self.user
        held = () if self._held is None else (self._held,)
        options = {"cwd": self.folder, "umask": 0o077, "pass_fds": (*keep, *held)}
        if user is not None:
            options |= {"user": user.uid, "group": user.gid, "extra_groups": []}
        return options | {"preexec_fn": lambda: die_with_parent(number)}

    @property
    def is_alive(self) -> bool:
        """True while the program that we launched runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def runs_somewhere(self) -> bool:
        """True while it runs, whoever launched it."""
        try:
            gate = os.open(self._gate, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            return not _lock(gate, fcntl.LOCK_SH)
        finally:
            os.close(gate)

    def check_alive(self) -> None:
        """Raises Unavailable, with the end of the log, when the program has ended by itself."""
        if not self.is_alive:
            raise Unavailable(f"{self.name} does not start; the end of {self.log}:\n{self.last_words()}")

    def last_words(self) -> str:
        """The last lines of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:]) if self.log.exists() else ""

    def end(self, within_s: float) -> None:
        """Ask it to end, and insist after a while. One that was claimed and never launched is let go."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
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

    def _left_over(self) -> list[int]:
        """The processes that work in our folder and hold our lock. Asked only while somebody does hold it."""
        if Path("/proc/self/fd").exists():
            gate, folder = self._gate.stat(), self.folder.stat()
            entries = (one for one in Path("/proc").iterdir() if one.name.isdigit() and int(one.name) != os.getpid())
            return [int(one.name) for one in entries if _is_in(one, folder) and _has_open(one, gate)]
        number = self._gate.read_text().split()
        return [int(number[0])] if number else []


def _lock(gate: int, how: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(gate, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_in(process: Path, folder: os.stat_result) -> bool:
    try:
        return os.path.samestat((process / "cwd").stat(), folder)
    except OSError:
        return False


def _has_open(process: Path, file: os.stat_result) -> bool:
    try:
        descriptors = list((process / "fd").iterdir())
    except OSError:
        return False
    for one in descriptors:
        with suppress(OSError):
            if os.path.samestat(one.stat(), file):
                return True
    return False
