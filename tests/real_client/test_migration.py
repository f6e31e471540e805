"""Content moves between buckets without being sent: the client's migration, legacy functions, command and models."""

from __future__ import annotations

import csv
import subprocess
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket, set_on
from tests.real_client.conftest import MIB, Client, programs_of


class Content(NamedTuple):
    """A project with files in the default storage, one of them in two versions, and a bucket to move to."""

    project: str
    single: str
    versioned: str
    bucket: str
    location: int


@pytest.fixture
def content(server: Server, client: Client) -> Content:
    person = client.person
    project = person.project()["id"]
    single = person.file(person.folder(project)["id"], b"single", "single.txt")["id"]
    versioned = person.file(project, b"one", "versioned.txt")
    del versioned["versionLabel"]
    versioned["dataFileHandleId"] = person.upload(b"two, longer", "versioned.txt")
    person.ok("PUT", f"/repo/v1/entity/{versioned['id']}?newVersion=true", versioned)
    bucket = own_bucket(server, person, "path/within/bucket")
    number = location(person, external(bucket, baseKey="path/within/bucket"))
    return Content(project, single, versioned["id"], bucket, number)


def handle(person: Person, entity: str, version: int | None = None) -> dict[str, Any]:
    """The file handle of a file, or of one version of it."""
    middle = f"/version/{version}" if version else ""
    number = person.ok("GET", f"/repo/v1/entity/{entity}{middle}")["dataFileHandleId"]
    item = {"fileHandleId": number, "associateObjectId": entity, "associateObjectType": "FileEntity"}
    asked = {"requestedFiles": [item], "includeFileHandles": True}
    found: dict[str, Any] = person.ok("POST", "/file/v1/fileHandle/batch", asked)["requestedFiles"][0]["fileHandle"]
    return found


def versions(person: Person, entity: str) -> int:
    number: int = person.ok("GET", f"/repo/v1/entity/{entity}")["versionNumber"]
    return number


def migrate(client: Client, content: Content, strategy: str, **more: Any) -> str:
    """Both steps of the documentation; the counts that each printed."""
    options = "".join(f", {name}={value!r}" for name, value in more.items())
    return client.python(
        f"""
        import synapseutils
        result = synapseutils.index_files_for_migration(
            syn, "{content.project}", "{content.location}", "{client.home}/{strategy}.db",
            file_version_strategy="{strategy}", include_table_files={strategy == "skip"}{options},
        )
        print(result.get_counts_by_status())
        result = synapseutils.migrate_indexed_files(syn, "{client.home}/{strategy}.db", force=True)
        print(result.get_counts_by_status() if result else None)
        """
    )


def test_new_makes_a_version_of_each_file(server: Server, client: Client, content: Content) -> None:
    printed = migrate(client, content, "new")
    assert "'INDEXED': 2, 'MIGRATED': 0, 'ALREADY_MIGRATED': 0, 'ERRORED': 0" in printed
    assert "'INDEXED': 0, 'MIGRATED': 2, 'ALREADY_MIGRATED': 0, 'ERRORED': 0" in printed
    person = client.person
    assert (versions(person, content.single), versions(person, content.versioned)) == (2, 3)
    moved = handle(person, content.versioned)
    assert (moved["bucketName"], moved["storageLocationId"]) == (content.bucket, content.location)
    assert server.store().get(content.bucket, moved["key"]) == b"two, longer"
    assert handle(person, content.versioned, 1)["storageLocationId"] == 1
    assert list(server.store().open_uploads(content.bucket)) == []


def test_all_moves_every_version_where_it_is(server: Server, client: Client, content: Content) -> None:
    printed = migrate(client, content, "all", source_storage_location_ids=["1"], continue_on_error=True)
    assert "'MIGRATED': 3" in printed
    person = client.person
    assert versions(person, content.versioned) == 2
    for number, content_of in ((1, b"one"), (2, b"two, longer")):
        moved = handle(person, content.versioned, number)
        assert moved["storageLocationId"] == content.location
        assert server.store().get(content.bucket, moved["key"]) == content_of
    (client.home / "all.db").unlink()
    assert "'ALREADY_MIGRATED': 3" in migrate(client, content, "all")


def test_latest_moves_the_newest_version_alone_and_skip_nothing(client: Client, content: Content) -> None:
    assert "'INDEXED': 0" in migrate(client, content, "skip")
    assert "'MIGRATED': 2" in migrate(client, content, "latest")
    assert handle(client.person, content.versioned, 2)["storageLocationId"] == content.location
    assert handle(client.person, content.versioned, 1)["storageLocationId"] == 1
    assert versions(client.person, content.versioned) == 2


def test_files_of_other_locations_are_left_alone(client: Client, content: Content) -> None:
    printed = migrate(client, content, "new", source_storage_location_ids=["54321", "98765"])
    assert "'INDEXED': 0, 'MIGRATED': 0, 'ALREADY_MIGRATED': 0, 'ERRORED': 0" in printed


def test_the_command_shows_and_moves_and_keeps_a_log(client: Client, content: Content) -> None:
    arguments = ("migrate", content.project, str(content.location), "m.db", "--csv_log_path", "m.csv")
    assert "2 needing migration" in client.synapse(*arguments, "--dryRun", "--force")
    assert handle(client.person, content.single)["storageLocationId"] == 1
    assert "2 files migrated. 0 errors" in client.synapse(*arguments, "--force")
    rows = list(csv.DictReader((client.home / "m.csv").read_text().splitlines()))
    assert {row["status"] for row in rows} == {"MIGRATED"}
    assert {row["id"] for row in rows} == {content.single, content.versioned}


def test_the_models_index_and_migrate(client: Client, content: Content) -> None:
    client.python(
        f"""
        import asyncio
        async def move():
            project = Project(id="{content.project}")
            result = await project.index_files_for_migration_async(
                dest_storage_location_id="{content.location}", db_path="{client.home}/oo.db",
                file_version_strategy="new", include_table_files=False,
            )
            print(result.counts_by_status)
            result = await project.migrate_indexed_files_async(db_path="{client.home}/oo.db", force=True)
            print(result.counts_by_status)
        asyncio.run(move())
        """
    )
    assert handle(client.person, content.single)["storageLocationId"] == content.location


def test_whoever_does_not_own_the_destination_is_told(server: Server, client: Client, content: Content) -> None:
    other = server.person("other")
    theirs = location(other, external(own_bucket(server, other)))
    said = client.synapse("migrate", content.project, str(theirs), "m.db", "--force", fails=True)
    assert "storage location" in said.lower() or "403" in said


def test_existing_content_gets_a_folder_that_lends_credentials(
    server: Server, client: Client, content: Content
) -> None:
    """Copied first; then it changes its parent and its file handle in one update, which is never refused half-way."""
    person = client.person
    number = location(person, external(content.bucket, baseKey="path/within/bucket", stsEnabled=True))
    folder = person.folder(content.project, "sts")["id"]
    set_on(person, folder, number)
    refused = person.ok("GET", f"/repo/v1/entity/{content.single}")
    assert person.call("PUT", f"/repo/v1/entity/{content.single}", refused | {"parentId": folder}).status_code == 400
    client.python(
        f"""
        from synapseclient.core.upload.multipart_upload import multipart_copy
        file = syn.get("{content.single}", downloadFile=False)
        association = {{"fileHandleId": file.dataFileHandleId, "associateObjectId": file.id,
                        "associateObjectType": "FileEntity"}}
        handle = multipart_copy(syn, association, storage_location_id="{number}", part_size=104857600)
        body = syn.restGET(f"/entity/{{file.id}}")
        import json
        syn.restPUT(f"/entity/{{file.id}}?newVersion=true", json.dumps(
            {{**body, "parentId": "{folder}", "dataFileHandleId": handle, "versionLabel": "moved"}}))
        print(syn.get_sts_storage_token(file.id, "read_only", output_format="json")["bucket"])
        """
    )
    assert person.ok("GET", f"/repo/v1/entity/{content.single}")["parentId"] == folder


def test_a_killed_migration_goes_on_without_a_second_copy(server: Server, client: Client, tmp_path: Path) -> None:
    person = client.person
    project = person.project()["id"]
    names = [f"{number}.bin" for number in range(12)]
    files = [person.file(project, name.encode() * MIB, name)["id"] for name in names]
    bucket = own_bucket(server, person, "base")
    number = location(person, external(bucket, baseKey="base"))
    command = [programs_of("4.14") / "synapse", "-s", "-c", ".synapseConfig", "migrate", project, str(number), "k.db"]
    running = subprocess.Popen(
        [*command, "--force"], cwd=client.home, env=client.environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    with server.database() as conn:
        count = "SELECT count(*) FROM multipart_upload WHERE started_by = %s AND source_key IS NOT NULL"
        while conn.execute(count, (person.id,)).fetchone()[0] < 3:  # type: ignore[index]
            assert running.poll() is None, "the migration was over before it could be killed"
            assert time.monotonic() < deadline
    running.kill()
    running.wait()
    client.synapse("migrate", project, str(number), "k.db", "--force")
    moved = [handle(person, file) for file in files]
    assert {one["storageLocationId"] for one in moved} == {number}
    objects = {found.key for found in server.store().list(bucket, f"base/{person.id}/")}
    assert objects == {one["key"] for one in moved}
    assert list(server.store().open_uploads(bucket)) == []


def share(owner: Person, project: str, person: Person, *rights: str) -> None:
    """The person's rights are these from now on."""
    body = owner.ok("GET", f"/repo/v1/entity/{project}/acl")
    others = [one for one in body["resourceAccess"] if one["principalId"] != person.id]
    body["resourceAccess"] = [*others, {"principalId": person.id, "accessType": list(rights)}]
    owner.ok("PUT", f"/repo/v1/entity/{project}/acl", body)


def test_rights_that_are_taken_half_way_are_said_and_it_goes_on_when_they_are_back(
    server: Server, client: Client, content: Content
) -> None:
    owner = server.person("owner")
    project = owner.project()["id"]
    file = owner.file(project, b"shared", "shared.txt")["id"]
    share(owner, project, client.person, "READ", "DOWNLOAD", "UPDATE", "CREATE", "DELETE")
    shown = client.synapse("migrate", project, str(content.location), "r.db", "--dryRun", "--force")
    assert "1 needing migration" in shown
    share(owner, project, client.person, "READ")
    said = client.python(
        f"""
        import synapseutils
        try:
            synapseutils.migrate_indexed_files(syn, "{client.home}/r.db", force=True)
        except Exception as error:
            print(repr(error), repr(error.__cause__))
        """
    )
    assert "403" in said or "DOWNLOAD" in said, said
    share(owner, project, client.person, "READ", "DOWNLOAD", "UPDATE", "CREATE", "DELETE")
    # The client keeps what failed as failed in its index; a new index goes on with the rest.
    client.synapse("migrate", project, str(content.location), "r2.db", "--force")
    assert handle(owner, file)["storageLocationId"] == content.location
