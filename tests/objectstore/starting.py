"""Real object stores for the tests, on free loopback ports."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from base64 import b64encode
from pathlib import Path
from tempfile import mkdtemp

from tests.objectstore.certifying import certify_loopback
from tests.objectstore.sharing import Facts

from vesicle.engines.seaweedfs import GRPC_TWIN, IDENTITY, ROLE, sts_configuration
from vesicle.objectstore.contract import StoreError
from vesicle.objectstore.s3 import S3Store

CEPH_SCRIPTS = Path(__file__).parent.parent / "ceph"
START_WITHIN_S = 60
PORTS = 7


def free_ports(count: int, twin: int = 0) -> int:
    """The first of ``count`` free ports in a row, whose twins that many ports higher are free as well."""
    while True:
        first = 20000 + secrets.randbelow(10000)
        if all(_is_free(port) and _is_free(port + twin) for port in range(first, first + count)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def start_seaweedfs(folder: Path) -> Facts:
    """Start ``weed mini`` in a new folder below this one, and return what ``Facts`` holds once it answers."""
    folder = Path(mkdtemp(prefix="weed-", dir=folder))
    access_key, secret_key = secrets.token_hex(10), secrets.token_hex(20)
    credentials = [{"accessKey": access_key, "secretKey": secret_key}]
    identities = folder / "identities.json"
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    guest = {"accessKey": secrets.token_hex(10), "secretKey": secrets.token_hex(20)}
    lent = [f"{action}:lent" for action in ("Read", "Write", "List")]
    people = [{"name": IDENTITY, "credentials": credentials, "actions": actions}]
    people.append({"name": "guest", "credentials": [guest], "actions": lent})
    identities.write_text(json.dumps({"identities": people}))
    tokens = folder / "sts.json"
    tokens.write_text(json.dumps(sts_configuration(b64encode(secrets.token_bytes(32)).decode())))
    ca, certificate, key = certify_loopback(folder)
    first = free_ports(PORTS, twin=GRPC_TWIN)
    names = ("s3.port", "master.port", "volume.port", "filer.port", "metricsPort", "admin.port", "s3.port.https")
    ports = [f"-{name}={first + n}" for n, name in enumerate(names)]
    weed = str(Path(sysconfig.get_path("scripts")) / "weed")
    command = [weed, "-logtostderr=true", "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += ["-master.telemetry=false"]
    command += ["-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0", f"-s3.config={identities}", *ports]
    command += [f"-filer.localSocket={folder}/filer.sock", f"-s3.localSocket={folder}/s3.sock"]
    command += [f"-s3.iam.config={tokens}", "-s3.iam=false"]
    command += [f"-s3.cert.file={certificate}", f"-s3.key.file={key}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
        )
    keys = {"access_key": access_key, "secret_key": secret_key, "role": ROLE}
    # The guest may use the bucket "lent", once its owner has made it, and nothing else.
    keys |= {"guest_access_key": guest["accessKey"], "guest_secret_key": guest["secretKey"]}
    facts = {"http": f"http://127.0.0.1:{first}", "https": f"https://127.0.0.1:{first + 6}", "ca": str(ca), **keys}
    _wait_for(facts, process, folder / "log")
    process.returncode = 0  # It outlives this handle, and may be ended by another process of the run.
    return {**facts, "pid": str(process.pid)}


def _wait_for(facts: Facts, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_WITHIN_S
    while True:
        store = S3Store(facts["http"], facts["access_key"], facts["secret_key"])
        try:
            store.check()
        except StoreError as error:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"SeaweedFS did not start: {log.read_text(errors='replace')[-2000:]}") from error
            time.sleep(0.1)
        else:
            return
        finally:
            store.close()


def stop_seaweedfs(facts: Facts) -> None:
    os.kill(int(facts["pid"]), signal.SIGKILL)  # Its data is thrown away: nothing is gained by a slow end.
    first = int(facts["http"].rpartition(":")[2]) + GRPC_TWIN
    for one in Path("/tmp").glob("seaweedfs-*-grpc-*.sock"):  # It has no flag for where these are made.
        if int(one.stem.rpartition("-")[2]) in range(first, first + PORTS):
            one.unlink()


def start_ceph(folder: Path) -> Facts:
    """Start a one-node Ceph with its S3 gateway in a new folder below this one; the rest as for SeaweedFS."""
    if shutil.which("radosgw") is None:
        raise RuntimeError("Ceph's gateway is not installed on this machine: run tests/ceph/rgw-install as root.")
    folder = Path(mkdtemp(prefix="ceph-", dir=folder))
    ca, certificate, key = certify_loopback(folder)
    port = free_ports(21)  # The script's own twenty, and one for https.
    front = f"beast endpoint=127.0.0.1:{port} ssl_endpoint=127.0.0.1:{port + 20}"
    front += f" ssl_certificate={certificate} ssl_private_key={key} tcp_nodelay=1"
    started = subprocess.run(
        [CEPH_SCRIPTS / "rgw-start", folder, str(port)],
        env={**os.environ, "RGW_EXTRA_CONF": f"[client.rgw.a]\nrgw_frontends = {front}"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if started.returncode != 0:
        raise RuntimeError(f"Ceph did not start: {started.stderr[-2000:]}")
    lines = (shlex.split(line)[1] for line in started.stdout.splitlines() if line.startswith("export "))
    exported = dict(line.split("=", 1) for line in lines)
    return {
        "http": exported["RGW_ENDPOINT"],
        "https": f"https://127.0.0.1:{port + 20}",
        "ca": str(ca),
        "access_key": exported["RGW_ADMIN_ACCESS_KEY"],
        "secret_key": exported["RGW_ADMIN_SECRET_KEY"],
        "folder": str(folder),
        "role": "arn:aws:iam:::role/vesicle-lends",
        "owner_access_key": exported["RGW_OWNER_ACCESS_KEY"],
        "owner_secret_key": exported["RGW_OWNER_SECRET_KEY"],
        **_lender(folder),
    }


def _lender(folder: Path) -> Facts:
    """A third user, who may make and take roles and whom no bucket policy names."""
    access_key, secret_key = secrets.token_hex(10), secrets.token_hex(20)
    command = ["radosgw-admin", "-c", str(folder / "ceph.conf"), "user", "create", "--uid=lender"]
    command += ["--display-name=lender", f"--access-key={access_key}", f"--secret-key={secret_key}", "--caps=roles=*"]
    subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    return {"lender_access_key": access_key, "lender_secret_key": secret_key}


def stop_ceph(facts: Facts) -> None:
    subprocess.run([CEPH_SCRIPTS / "rgw-stop", facts["folder"]], capture_output=True, check=True)
