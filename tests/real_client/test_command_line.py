"""What people do all day with `synapse`."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from tests.live import Server
from tests.real_client.conftest import MIB, Client


def id_in(output: str) -> str:
    """The id that a command printed."""
    found = re.search(r"entity: (syn\d+)", output)
    assert found, output
    return found[1]


def fetched(client: Client, *arguments: str) -> bytes:
    """The bytes that `synapse get` puts into an empty folder."""
    folder = client.home / f"got-{random.randrange(10**9)}"
    client.synapse("get", *arguments, "--downloadLocation", folder)
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert len(files) == 1, files
    return files[0].read_bytes()


@pytest.mark.parametrize("size", [1, 20 * MIB + 1, 100 * MIB])
def test_a_file_comes_back_byte_for_byte(client: Client, elsewhere: Client, size: int) -> None:
    content = random.Random(size).randbytes(size)
    project = id_in(client.synapse("create", "Project", "--name", f"of {size} {client.person.name}"))
    file = id_in(client.synapse("add", client.write("data.bin", content), "--parentId", project))
    assert fetched(elsewhere, file) == content


def test_every_promised_version_stores_versions_and_annotations(each_client: Client, tmp_path: Path) -> None:
    one, two = b"first", b"second, and longer"
    project = id_in(each_client.synapse("create", "Project", "--name", f"p {each_client.person.name}"))
    assert id_in(each_client.synapse("create", "Project", "--name", f"p {each_client.person.name}")) == project
    folder = id_in(each_client.synapse("create", "Folder", "--name", "f", "--parentId", project))
    file = id_in(each_client.synapse("add", each_client.write("a.txt", one), "--parentId", folder))
    assert id_in(each_client.synapse("add", each_client.write("a.txt", two), "--parentId", folder)) == file
    other = Client(each_client.programs, tmp_path / "other", each_client.person)
    assert fetched(other, file) == two
    assert fetched(other, "-v", "1", file) == one
    each_client.synapse("set-annotations", "--id", file, "--annotations", '{"n": 1, "s": ["x", "y"]}')
    assert '"x"' in each_client.synapse("get-annotations", "--id", file)
    assert "a.txt" in each_client.synapse("list", "-l", folder)
    assert "versionNumber=2" in each_client.synapse("show", file)
    each_client.synapse("mv", "--id", file, "--parentid", project)
    assert "a.txt" in each_client.synapse("list", project)
    each_client.synapse("delete", file)
    assert "is in trash can" in each_client.synapse("get", file, fails=True)


def test_storing_unchanged_bytes_without_a_forced_version_makes_none(client: Client) -> None:
    project = client.person.project()["id"]
    file = client.write("a.txt", b"same")
    entity = id_in(client.synapse("add", file, "--parentId", project))
    client.synapse("add", file, "--parentId", project, "--noForceVersion")
    assert client.person.ok("GET", f"/repo/v1/entity/{entity}")["versionNumber"] == 1


def test_a_tree_is_fetched_recursively(client: Client, elsewhere: Client) -> None:
    person = client.person
    top = person.project()["id"]
    inner = person.folder(person.folder(top, "outer")["id"], "inner")["id"]
    person.file(top, b"top", "top.txt")
    person.file(inner, b"deep", "deep.txt")
    elsewhere.synapse("get", "-r", top, "--downloadLocation", "tree")
    assert (elsewhere.home / "tree/top.txt").read_bytes() == b"top"
    assert (elsewhere.home / "tree/outer/inner/deep.txt").read_bytes() == b"deep"


def test_signing_in_with_a_wrong_token_is_refused_at_once(client: Client) -> None:
    text = (client.home / ".synapseConfig").read_text().replace(client.person.token, "vsp_wrong")
    (client.home / ".synapseConfig").write_text(text)
    assert "Invalid access token" in client.synapse("list", "syn4489", fails=True)


def test_the_login_command_greets(client: Client) -> None:
    assert client.person.name in client.synapse("login", "-p", client.person.token)


def test_a_killed_upload_goes_on_where_it_was(client: Client, elsewhere: Client, server: Server) -> None:
    import subprocess
    import time

    content = random.Random(7).randbytes(200 * MIB)
    project = client.person.project()["id"]
    file = client.write("big.bin", content)
    command = [client.programs / "synapse", "-s", "-c", ".synapseConfig", "add", file, "--parentId", project]
    count = (
        "SELECT count(*) FROM multipart_part p JOIN multipart_upload u ON u.id = p.upload_id WHERE u.started_by = %s"
    )
    with server.database() as conn:
        running = subprocess.Popen(
            command, cwd=client.home, env=client.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 120
        while conn.execute(count, (client.person.id,)).fetchone()[0] < 3:  # type: ignore[index]
            assert running.poll() is None, "the upload was over before it could be killed"
            assert time.monotonic() < deadline
        running.kill()
        running.wait()
        entity = id_in(client.synapse("add", file, "--parentId", project))
        uploads = conn.execute(
            "SELECT state FROM multipart_upload WHERE started_by = %s", (client.person.id,)
        ).fetchall()
    assert uploads == [("COMPLETED",)]
    assert fetched(elsewhere, entity) == content


def test_a_reader_without_download_is_told_so(
    client: Client, elsewhere: Client, server: Server, tmp_path: Path
) -> None:
    project = client.person.project()["id"]
    file = client.person.file(project)["id"]
    reader = server.person("reader")
    with server.database() as conn:
        conn.execute("INSERT INTO acl_entry VALUES (%s, %s, 1)", (int(project[3:]), reader.id))
    said = Client(client.programs, tmp_path / "reader", reader).synapse("get", file)
    assert "READ permission on this file entity but not DOWNLOAD permission" in said
