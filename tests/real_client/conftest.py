"""The published client, unmodified, in an environment and a folder of its own."""

from __future__ import annotations

import os
import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest
from tests.live import Person, Server
from tests.real_client.relay import relay_to

VERSIONS = ("4.14", "4.13", "4.12")
DEV = Path(__file__).parents[2] / "dev"
MIB = 1024**2
CONFIG = """\
[default]
username = {name}
authtoken = {token}
[endpoints]
repoEndpoint = {url}/repo/v1
authEndpoint = {url}/auth/v1
fileHandleEndpoint = {url}/file/v1
portalEndpoint = {url}
[cache]
location = {home}/cache
"""


@dataclass
class Client:
    """One person's client: programs of one published version, a home folder, a configuration."""

    programs: Path
    home: Path
    person: Person
    trust: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir()
        # What the client hears is held against what Synapse documents; through TLS nobody listens along.
        self.relay = None if self.person.url.startswith("https:") else relay_to(self.person.url)
        url = self.relay.url if self.relay else self.person.url
        text = CONFIG.format(name=self.person.name, token=self.person.token, url=url, home=self.home)
        (self.home / ".synapseConfig").write_text(text)

    def environment(self, **more: str) -> dict[str, str]:
        """Only what a person's shell has; nothing of the tests."""
        shell = {"HOME": str(self.home), "PATH": f"{self.programs}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        return shell | self.trust | more

    def synapse(self, *arguments: str | Path, fails: bool = False, **more: str) -> str:
        """`synapse -s ARGUMENTS` in the home folder; everything that it printed."""
        command = [str(self.programs / "synapse"), "-s", "-c", ".synapseConfig", *map(str, arguments)]
        done = subprocess.run(
            command,
            cwd=self.home,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        self._check_what_it_heard()
        return done.stdout + done.stderr

    def python(self, code: str, **more: str) -> str:
        """A script that begins signed in as ``syn``; what it printed."""
        start = "import synapseclient\nfrom synapseclient.models import Project, Folder, File\n"
        start += "syn = synapseclient.Synapse(configPath='.synapseConfig', skip_checks=True, silent=True)\n"
        start += "syn.login(silent=True)\n"
        return self._script(start + dedent(code), **more)

    def commands(self, code: str, **more: str) -> str:
        """A script in which ``synapse(…)`` is one command, as ``forking`` has it; what it printed."""
        start = f"import os, sys\nsys.path.append({str(Path(__file__).parent)!r})\n"
        start += "from forking import at_a_terminal, id_in, synapse\n"
        return self._script(start + dedent(code), **more)

    def _script(self, code: str, **more: str) -> str:
        script = self.home / "script.py"
        script.write_text(code)
        done = subprocess.run(
            [self.programs / "python", script],
            cwd=self.home,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self._check_what_it_heard()
        return done.stdout

    def _check_what_it_heard(self) -> None:
        if self.relay:
            self.relay.check()

    def write(self, name: str, content: bytes) -> Path:
        """A file in the home folder. Its time differs from every other's: the client's cache goes by it."""
        file = self.home / name
        file.write_bytes(content)
        moment = 1_600_000_000 + random.randrange(100_000_000)
        os.utime(file, (moment, moment))
        return file


def programs_of(version: str) -> Path:
    """The programs of one published version."""
    done = subprocess.run([DEV, "client", version], capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.fixture
def client(server: Server, tmp_path: Path) -> Client:
    """The newest client, of somebody new."""
    return Client(programs_of("4.14"), tmp_path / "home", server.person("client"))


@pytest.fixture(params=VERSIONS)
def each_client(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Client:
    """Every version that is promised to work, of somebody new."""
    return Client(programs_of(request.param), tmp_path / "home", server.person("client"))


@pytest.fixture
def elsewhere(client: Client, tmp_path: Path) -> Client:
    """The same person on another machine: nothing in the cache, so that bytes really come from the store."""
    return Client(client.programs, tmp_path / "elsewhere", client.person)
