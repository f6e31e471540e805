"""Nothing of the engines is open to other users of the machine."""

from __future__ import annotations

import os
import pwd
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.engines.parents import Parent, listening, tried_by
from tests.objectstore.certifying import certify_loopback

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user"),
    pytest.mark.xdist_group("engines: closed"),
]

BUCKET, KEY, CONTENT = "holdings", "private/measurement.txt", "the measured secret"
# Every path under which some part of SeaweedFS or its profiler tells or does something.
PATHS = [
    "/", "/status", "/healthz", "/metrics", "/debug/pprof/", "/debug/pprof/cmdline", "/debug/vars", "/stats/counter",
    "/stats/memory", "/stats/disk", "/ui/index.html", "/cluster/status", "/cluster/healthz", "/dir/assign",
    "/dir/status", "/dir/lookup?volumeId=1", "/vol/status", "/vol/grow?count=1", "/col/delete?collection=x", "/submit",
    "/1,01", "/buckets/",
    f"/buckets/{BUCKET}/{KEY}", "/etc/", "/etc/iam/identity.json", f"/{BUCKET}", f"/{BUCKET}/{KEY}",
    f"/{BUCKET}?list-type=2", f"/{BUCKET}?policy", f"/{BUCKET}?uploads", "/login", "/api/config",
    "/api/cluster/topology", "/object-store/users", "/api/files/browser",
]  # fmt: skip
REQUESTS: list[tuple[str, str, str | None]] = [
    *(("GET", path, None) for path in PATHS),
    ("PUT", f"/{BUCKET}/written-by-a-stranger", "x"),
    ("PUT", "/bucket-of-a-stranger", None),
    ("DELETE", f"/{BUCKET}/{KEY}", None),
    ("POST", f"/buckets/{BUCKET}/written-by-a-stranger", "x"),
    ("POST", f"/{BUCKET}/{KEY}?uploads", None),
    ("POST", "/", "Action=ListUsers&Version=2010-05-08"),
    ("POST", "/", "Action=CreateAccessKey&UserName=vesicle&Version=2010-05-08"),
    ("POST", "/", "Action=AssumeRole&RoleArn=arn:aws:iam::1:role/any&RoleSessionName=s&Version=2011-06-15"),
    ("POST", "/login", "username=admin&password=admin"),
]


@pytest.fixture(scope="module")
def holdings(parent: Parent) -> Parent:
    """Engines that hold something worth stealing."""
    s3 = parent.s3()
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=CONTENT.encode())
    return parent


@pytest.fixture(scope="module")
def engine_ports(holdings: Parent) -> list[int]:
    """Every TCP port of every engine process."""
    ports, _ = listening(holdings.processes("objects") + holdings.processes("postgres"))
    return sorted({port for _, port in ports})


def paths_of_sockets(parent: Parent) -> list[str]:
    """Every Unix socket of every engine process, by a name that any process could use."""
    _, sockets = listening(parent.processes("objects") + parent.processes("postgres"))
    return [re.sub(r"^/proc/self/fd/\d+", str(parent.data / "objects.config"), path) for path in sockets]


@pytest.fixture(scope="module")
def attempts(holdings: Parent, engine_ports: list[int], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of everything that a stranger tried."""
    _, certificate, key = certify_loopback(tmp_path_factory.mktemp("stranger"))
    files = [str(holdings.data / one) for one in os.listdir(holdings.data)]
    files += [str(path) for path in holdings.data.glob("*/*")]
    wishes = {
        "ports": engine_ports, "requests": REQUESTS, "pair": certificate.read_text() + key.read_text(),
        "sockets": paths_of_sockets(holdings), "files": files,
    }  # fmt: skip
    return tried_by("nobody", wishes)


def test_engines_run_as_a_system_user_and_not_as_root(holdings: Parent) -> None:
    pids = holdings.processes("objects") + holdings.processes("postgres")
    assert len(pids) > 2
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in pids} == {pwd.getpwnam("vesicle").pw_uid}


def test_engines_listen_on_loopback_alone(holdings: Parent) -> None:
    ports, _ = listening(holdings.processes("objects"))
    assert holdings.port in {port for _, port in ports}
    assert {address for address, _ in ports} == {"0100007F"}


def test_postgres_listens_on_no_port(holdings: Parent) -> None:
    ports, sockets = listening(holdings.processes("postgres"))
    assert ports == []
    assert len(sockets) == 1


def test_ports_of_the_parts_answer_no_request_of_a_stranger(attempts: dict[str, Any], holdings: Parent) -> None:
    answers = {(status, body.strip()) for port, _, _, status, body in attempts["requests"] if port != holdings.port}
    texts = {body for status, body in answers if status != "none"}
    # This one line is all that the parts say, to whoever comes without TLS.
    assert texts == {"Client sent an HTTP request to an HTTPS server."}
    assert {status for status, _ in answers} == {400, "none"}


def test_grpc_is_closed_to_whoever_has_no_certificate_of_ours(
    attempts: dict[str, Any], engine_ports: list[int]
) -> None:
    assert {port for port, _ in attempts["greetings"]} == set(engine_ports)
    assert [port for port, answer in attempts["greetings"] if answer == "open"] == []


def test_the_s3_port_refuses_a_stranger(attempts: dict[str, Any], holdings: Parent) -> None:
    plain = [one for one in attempts["requests"] if one[0] == holdings.port and one[3] != "none"]
    assert len(plain) == len(REQUESTS)
    # It says that it lives, and nothing else, without a signature.
    answered = {(path, body) for _, _, path, status, body in plain if status < 300}
    assert answered <= {("/status", ""), ("/healthz", "")}
    refused = {status for _, _, _, status, _ in plain if status >= 300}
    assert refused <= {400, 403, 404, 405}
    for method, path in [("GET", f"/{BUCKET}/{KEY}"), ("GET", f"/{BUCKET}?list-type=2"), ("GET", "/"),
                         ("PUT", f"/{BUCKET}/written-by-a-stranger"), ("DELETE", f"/{BUCKET}/{KEY}")]:  # fmt: skip
        assert [one[3] for one in plain if one[1:3] == [method, path]] == [403]


def test_no_answer_to_a_stranger_holds_data_or_keys(attempts: dict[str, Any], holdings: Parent) -> None:
    secrets = [CONTENT, holdings.facts["access_key"], holdings.facts["secret_key"], "Seaweed", str(holdings.data)]
    for _, method, path, _, body in attempts["requests"]:
        assert not [secret for secret in secrets if secret in body], f"{method} {path}: {body}"


def test_a_stranger_changed_nothing(attempts: dict[str, Any], holdings: Parent) -> None:
    s3 = holdings.s3()
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == [BUCKET]
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == [KEY]


def test_unix_sockets_let_no_stranger_in(attempts: dict[str, Any]) -> None:
    answers = dict(attempts["sockets"])
    assert len(answers) >= 3
    assert not [path for path in answers if not path.startswith("/")]
    assert set(answers.values()) == {"PermissionError"}


def test_files_in_the_data_folder_let_no_stranger_in(attempts: dict[str, Any], holdings: Parent) -> None:
    answers = dict(attempts["files"])
    assert {str(holdings.data / name) for name in ("postgres", "objects", "objects.keys")} <= set(answers)
    assert [path for path, answer in answers.items() if answer == "open"] == []


def test_the_probe_sees_an_open_port_when_it_has_our_certificate(holdings: Parent, engine_ports: list[int]) -> None:
    config = holdings.data / "objects.config"
    wishes = {
        "ports": engine_ports, "requests": [], "sockets": [str(config / "filer.sock")], "files": [],
        "pair": (config / "cert.pem").read_text() + (config / "key.pem").read_text(),
    }  # fmt: skip
    result = tried_by("root", wishes)
    assert len({port for port, answer in result["greetings"] if answer == "open"}) >= 5
    assert result["sockets"][0][1] == "open"


@pytest.mark.parametrize("password", ["", "guessed"])
def test_postgres_refuses_even_root_without_the_password(holdings: Parent, password: str) -> None:
    url = re.sub(r"(?<=//vesicle):[^@]+@", f":{password}@" if password else "@", holdings.facts["database_url"])
    assert url != holdings.facts["database_url"]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url)
