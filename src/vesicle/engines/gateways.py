"""The door of the embedded object store beyond this machine, or with TLS.

`weed mini` opens all of its ports on one address. So it stays on loopback whatever the operator chooses, and only this
second process, which speaks nothing but S3, listens where clients come from.
"""

from __future__ import annotations

import http.client
import signal
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from vesicle.engines.folders import Reachable, make_folder
from vesicle.engines.processes import Engine
from vesicle.engines.system_user import SystemUser
from vesicle.errors import Unavailable

START_WITHIN_S = 60.0
END_WITHIN_S = 4.0


class Gateway:
    """S3 on the address and port for clients, in front of a store on loopback; https with ``s3.crt`` and ``s3.key``."""

    def __init__(self, data: Path, host: str, port: int, user: SystemUser | None, *, tls: bool) -> None:
        self._host, self._port, self._user, self._tls = host, port, user, tls
        self._folder = data / "objects.gateway"
        log = data / "objects.gateway.log"
        self._engine = Engine("The door of SeaweedFS", self._folder, log, user, end_signal=signal.SIGTERM)

    @property
    def is_alive(self) -> bool:
        """True while it runs."""
        return self._engine.is_alive

    def claim(self) -> None:
        """End what an earlier life left. Raises Unavailable when that does not end."""
        make_folder(self._folder, 0o700, self._user)
        self._engine.claim()

    def launch(
        self, weed: Sequence[str], environment: Mapping[str, str], config: Reachable, ports: Mapping[str, int]
    ) -> None:
        """Start it in front of the store of these ports, and wait until it answers. Raises Unavailable."""
        self._engine.launch([*weed, *self._flags(config.path, ports)], environment, config.descriptors)
        wait_for_s3(self._engine, self._host, self._port, tls=self._tls)

    def stop(self) -> None:
        """End it; transfers under way get a moment to end first."""
        self._engine.end(END_WITHIN_S)

    def _flags(self, config: str, ports: Mapping[str, int]) -> Iterable[str]:
        yield from ("s3", f"-filer=127.0.0.1:{ports['filer']}", "-ip=127.0.0.1", f"-ip.bind={self._host}")
        yield from (f"-port={self._port}", f"-port.grpc={ports['gateway']}", f"-localSocket={config}/gateway.sock")
        yield from s3_flags(config)
        if self._tls:
            yield from (f"-cert.file={config}/s3.crt", f"-key.file={config}/s3.key")


def s3_flags(config: str, prefix: str = "") -> Iterable[str]:
    """What holds for S3 in every process that speaks it."""
    for flag in (
        f"config={config}/identities.json", f"iam.config={config}/sts.json", "iam=false",
        "autoCreateBucket=false", "allowDeleteBucketNotEmpty=false", "port.iceberg=0", "port.lance=0",
    ):  # fmt: skip
        yield f"-{prefix}{flag}"


def wait_for_s3(engine: Engine, host: str, port: int, *, tls: bool = False) -> None:
    """Until S3 answers there. Raises Unavailable."""
    deadline = time.monotonic() + START_WITHIN_S
    while not _answers({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, tls=tls):  # noqa: S104
        engine.check_alive()
        if time.monotonic() > deadline:
            raise Unavailable(f"{engine.name} does not answer on {host}, port {port}:\n{engine.last_words()}")
        time.sleep(0.05)


def _answers(host: str, port: int, *, tls: bool) -> bool:
    """True once S3 refuses a request without a signature, which it can only do when it knows its identities."""
    if tls:
        context = ssl.create_default_context()  # We ask whether it speaks; for whom it speaks is its clients' question.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, port, timeout=3, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=3)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.client.FORBIDDEN
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
