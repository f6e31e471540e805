"""The client over https, for the API and the object store, with a private authority."""

from __future__ import annotations

import random
import ssl
from pathlib import Path

import httpx
from tests.live import Server, admin, start_server, stop_server
from tests.objectstore.certifying import certify_loopback
from tests.objectstore.starting import free_ports
from tests.real_client.conftest import MIB, Client, programs_of
from tests.real_client.test_command_line import fetched, id_in


def test_a_file_goes_both_ways_over_https_with_a_private_authority(tmp_path: Path) -> None:
    authority, certificate, key = certify_loopback(tmp_path)
    tls = {"VESICLE_TLS_CERTIFICATE": str(certificate), "VESICLE_TLS_KEY": str(key)}
    port = free_ports(2)
    process = start_server(tmp_path / "data", port, **tls)
    try:
        url = f"https://127.0.0.1:{port}"
        token = admin(tmp_path / "data", "create-token", "admin", **tls)
        with httpx.Client(verify=ssl.create_default_context(cafile=str(authority))) as http:
            server = Server(url, tmp_path / "data", token, http)
            person = server.person("tls")
            trust = {"REQUESTS_CA_BUNDLE": str(authority), "SSL_CERT_FILE": str(authority)}
            content = random.Random(3).randbytes(20 * MIB + 1)
            here = Client(programs_of("4.14"), tmp_path / "here", person, trust)
            project = id_in(here.synapse("create", "Project", "--name", "over tls"))
            file = id_in(here.synapse("add", here.write("data.bin", content), "--parentId", project))
            there = Client(here.programs, tmp_path / "there", person, trust)
            assert fetched(there, file) == content
            target = person.ok("GET", f"/repo/v1/entity/{file}/file", redirect="false")
            assert target.startswith(f"https://127.0.0.1:{port + 1}/")
    finally:
        stop_server(process)
