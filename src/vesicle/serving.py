"""`vesicle serve`: engines, migrations, the first administrator, API processes and a worker, under one parent.

The parent owns every child: it starts them in order, starts again what died, and ends them in the reverse order.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

import structlog

from vesicle import administration, app
from vesicle.db import migrate
from vesicle.engines import Engines, NotRunning, die_with_parent, exclusive
from vesicle.errors import Unavailable
from vesicle.jobs.queue import work_through
from vesicle.objectstore.contract import NoSuchObject
from vesicle.settings import Settings, as_environment

log = structlog.get_logger(__name__)

BACKLOG = 2048
LOOK_EVERY_S = 0.5
END_WITHIN_S = 8.0
STORE_READY_S = 20.0
WITNESS = ".vesicle-started"
"""An object that shows whether the store gives back what it took at an earlier start."""


def configure_logs(settings: Settings) -> None:
    """structlog for all of us: readable on a terminal, JSON elsewhere."""
    readable = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    renderer: Any = _readable() if readable else structlog.processors.JSONRenderer()
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(level=max(level, logging.WARNING), stream=sys.stderr, force=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _readable() -> structlog.dev.ConsoleRenderer:
    # The default traceback shows local variables, and with them the tokens of requests.
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


@contextmanager
def engines_of(settings: Settings) -> Iterator[tuple[Settings, Engines]]:
    """Start the engines that the settings do not name an outside one for; the settings, with every address filled
    in.
    """
    engines = Engines(settings)
    try:
        yield engines.start(), engines
    finally:
        engines.stop()


class Child:
    """One process of ours: an API process or the worker. Started again when it dies."""

    def __init__(
        self, name: str, arguments: list[str], environment: dict[str, str], keep: tuple[int, ...] = ()
    ) -> None:
        self.name = name
        self._command = [sys.executable, "-P", "-m", "vesicle", *arguments]
        self._environment, self._keep = environment, keep
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def start(self) -> None:
        """Begin. The child ends with this process, however that ends, and never hears the terminal's Ctrl-C itself."""
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self._command, env=self._environment, pass_fds=self._keep, stdin=subprocess.DEVNULL,
            start_new_session=True, preexec_fn=die_with_parent,
        )  # fmt: skip

    def revive(self) -> None:
        """Start again after a death, at most once a second."""
        if self._process is None or self._process.poll() is None or time.monotonic() - self._started < 1:
            return
        log.warning("a process died and is started again", process=self.name, status=self._process.returncode)
        self.start()

    def ask_to_end(self) -> None:
        """TERM: finish what is under way."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for the end until the deadline, then insist."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def serve(settings: Settings) -> None:
    """Run until TERM or Ctrl-C. Raises what keeps it from starting, after it has ended what it began."""
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    with ExitStack() as stack:
        stack.enter_context(exclusive(settings.data))
        listener = stack.enter_context(_listen(settings))
        effective, engines = stack.enter_context(engines_of(settings))
        migrate.migrate(effective.database_url)
        _make_bucket(effective)
        new_admin = administration.ensure_administrator(effective)
        children = stack.enter_context(_children(effective, listener))
        print(administration.welcome(effective, new_admin=new_admin), flush=True)  # noqa: T201
        while not stopping.wait(LOOK_EVERY_S):
            engines.revive()
            for child in children:
                child.revive()
        log.info("ending")


@contextmanager
def _children(settings: Settings, listener: socket.socket) -> Iterator[list[Child]]:
    environment = os.environ | as_environment(settings)
    if settings.processes > 1:
        # Several processes count in files that all of them read; one alone counts in memory, in a tenth of the time.
        counters = settings.data / "metrics"
        shutil.rmtree(counters, ignore_errors=True)
        counters.mkdir(mode=0o700)
        environment["PROMETHEUS_MULTIPROC_DIR"] = str(counters)
    descriptor = listener.fileno()
    children = [
        Child(f"api {number}", ["api", "--descriptor", str(descriptor)], environment, (descriptor,))
        for number in range(1, settings.processes + 1)
    ]
    children.append(Child("worker", ["work"], environment))
    try:
        for child in children:
            child.start()
        _wait_until_ready(settings)
        yield children
    finally:
        deadline = time.monotonic() + END_WITHIN_S
        for child in children:
            child.ask_to_end()
        for child in children:
            child.end(deadline)


@contextmanager
def _listen(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise Unavailable(
                f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Is a vesicle "
                f"running there already? "
                "Choose another port with --port."
            ) from None
        listener.listen(BACKLOG)
        yield listener


def _wait_until_ready(settings: Settings) -> None:
    """Until an API process answers: what is printed next shall work at once."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    deadline = time.monotonic() + STORE_READY_S
    while time.monotonic() < deadline:
        # The socket listens already, so only bytes that come back tell that somebody is behind it.
        with socket.create_connection((host, settings.port), timeout=STORE_READY_S) as probe:
            probe.sendall(b"\x16" if settings.tls_certificate else b"GET /healthz HTTP/1.0\r\n\r\n")
            probe.shutdown(socket.SHUT_WR)
            probe.settimeout(STORE_READY_S)
            try:
                probe.recv(1)
            except OSError:
                continue
            return
    raise Unavailable("The API processes do not answer; the log above says why.")


def _make_bucket(settings: Settings) -> None:
    """The bucket of the default storage, in which an object of an earlier start can be read. A store that was started a
    moment ago may need a little longer: SeaweedFS lets requests in before it knows all of what it keeps.
    """
    store = app.default_store(settings)
    deadline = time.monotonic() + STORE_READY_S
    while True:
        try:
            store.ensure_bucket(settings.s3_bucket)
            try:
                store.get(settings.s3_bucket, WITNESS)
            except NoSuchObject:
                store.put(settings.s3_bucket, WITNESS, b"Vesicle reads this when it starts.")
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            break
    store.close()


def run_api(settings: Settings, descriptor: int) -> None:
    """One API process on a socket that the parent listens on."""
    import uvicorn  # noqa: PLC0415

    config = uvicorn.Config(
        app.build(settings), log_config=None, access_log=False, lifespan="on", backlog=BACKLOG,
        timeout_graceful_shutdown=5, server_header=False, date_header=True,
        ssl_certfile=settings.tls_certificate, ssl_keyfile=settings.tls_key, proxy_headers=False,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def run_worker(settings: Settings) -> None:
    """One worker, until it is told to end."""
    house = app.open_house(settings)
    try:
        work_through(house, settings.database_url)
    finally:
        house.pool.close()


def attached(settings: Settings) -> Settings:
    """The settings of a process beside a running server: its engines' addresses filled in. Raises Unavailable."""
    return Engines(settings).attach()


@contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """The URL of the database of a server that runs, or, for as long as this lasts, of one that does not."""
    engines = Engines(settings, store=False)
    try:
        url = engines.attach().database_url
    except NotRunning:
        url = ""
    if url:
        yield url
        return
    with exclusive(settings.data), ExitStack() as stack:
        stack.callback(engines.stop)
        yield engines.start().database_url
