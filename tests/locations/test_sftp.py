"""An SFTP location against a real sshd: vesicle says where to, the client sends and fetches by itself.

The published client sends by pysftp with a password, and fetches from port 22 whatever the URL says, so here OpenSSH's
own ``sftp`` takes the same steps with a key.
"""

from __future__ import annotations

import getpass
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from tests.live import Person
from tests.locations.buckets import PREFIX, file_of, location, set_on
from tests.objectstore.starting import free_ports
from tests.sending import md5

SSHD = Path("/usr/sbin/sshd")
CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
Subsystem sftp internal-sftp
"""


@dataclass
class Sftp:
    """An SFTP server, and a person's way to it."""

    port: int
    folder: Path

    def do(self, *lines: str) -> None:
        """Commands of ``sftp``, one connection for all."""
        options = ["-b", "-", "-i", str(self.folder / "user"), "-P", str(self.port)]
        options += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes"]
        command = ["sftp", *options, f"{getpass.getuser()}@127.0.0.1"]
        done = subprocess.run(
            command, input="\n".join(lines), capture_output=True, text=True, check=False, timeout=30
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[Sftp]:
    """sshd as an ordinary child on a port of loopback."""
    assert SSHD.exists(), (
        "sshd is not installed on this machine: run ./dev test as root, or apt-get install openssh-server"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    port = free_ports(1)
    (tmp_path / "config").write_text(CONFIG.format(port=port, folder=tmp_path))
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", tmp_path / "config"], stdout=log, stderr=log)
    found = Sftp(port, tmp_path)
    try:
        until = time.monotonic() + 20
        while b"Server listening" not in (tmp_path / "log").read_bytes():
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < until, (tmp_path / "log").read_text()
            time.sleep(0.05)
        yield found
    finally:
        process.terminate()
        process.wait(10)


def test_a_file_goes_to_an_sftp_server_and_comes_back(sftp: Sftp, owner: Person) -> None:
    root = sftp.folder / "data"
    root.mkdir()
    body = {
        "concreteType": PREFIX + "ExternalStorageLocationSetting", "uploadType": "SFTP", "supportsSubfolders": True,
        "url": f"sftp://127.0.0.1:{sftp.port}{root}",
    }  # fmt: skip
    project = owner.project("sftp of " + owner.name)["id"]
    folder = owner.folder(project, "a folder")["id"]
    set_on(owner, project, location(owner, body))
    destination = owner.ok("GET", f"/file/v1/entity/{folder}/uploadDestination")
    assert destination["uploadType"] == "SFTP"
    place = unquote(urlsplit(destination["url"]).path)
    assert place.startswith(f"{root}/sftp of {owner.name}/a folder/")
    local = sftp.folder / "a file.txt"
    local.write_bytes(b"over ssh")
    parents = [f'-mkdir "{one}"' for one in reversed([place, *map(str, Path(place).parents)][:3])]
    sftp.do(*parents, f'put "{local}" "{place}/a file.txt"')
    handle = owner.ok(
        "POST", "/file/v1/externalFileHandle",
        {
            "concreteType": "org.sagebionetworks.repo.model.file.ExternalFileHandle", "fileName": "a file.txt",
            "externalURL": destination["url"] + "/a%20file.txt", "contentMd5": md5(b"over ssh"), "contentSize": 8,
            "contentType": "text/plain", "storageLocationId": destination["storageLocationId"],
        },
    )  # fmt: skip
    file = file_of(owner, folder, handle["id"])
    url = owner.ok("GET", f"/repo/v1/entity/{file['id']}/file", redirect=False)
    assert url == destination["url"] + "/a%20file.txt"
    sftp.do(f'get "{unquote(urlsplit(url).path)}" "{sftp.folder}/back"')
    assert (sftp.folder / "back").read_bytes() == b"over ssh"
