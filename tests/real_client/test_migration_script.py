"""The whole migration script of the published documentation, and its blocks in other languages as what they send."""

from __future__ import annotations

from tests.live import Person, Server
from tests.locations.buckets import PREFIX, own_bucket
from tests.real_client.conftest import Client
from tests.real_client.test_migration import handle

SCRIPT = """
import os
import synapseutils
import synapseclient

my_synapse_project_or_folder_to_migrate = "{project}"

external_bucket_name = "{bucket}"
external_bucket_base_key = "path/within/bucket/"

my_user_id = "{user}"

db_path = os.path.expanduser(
    f"~/synapseMigration/{{my_synapse_project_or_folder_to_migrate}}_my.db"
)

syn = synapseclient.Synapse()

syn.login()

project_or_folder = syn.get(my_synapse_project_or_folder_to_migrate)

project_or_folder, storage_location, project_setting = syn.create_s3_storage_location(
    folder=project_or_folder,
    bucket_name=external_bucket_name,
    base_key=external_bucket_base_key,
)

storage_location_id = storage_location["storageLocationId"]
print(
    f"Indexing: {{project_or_folder.id}} for migration to storage_id: {{storage_location_id}} at: {{db_path}}"
)

try:
    result = synapseutils.index_files_for_migration(
        syn,
        project_or_folder.id,
        storage_location_id,
        db_path,
        file_version_strategy="all",
    )

    print(f"Indexing result: {{result.get_counts_by_status()}}")

    print("Migrating files...")

    result = synapseutils.migrate_indexed_files(
        syn,
        db_path,
        force=True,
    )

    print(f"Migration result: {{result.get_counts_by_status()}}")
    syn.sendMessage(
        userIds=[my_user_id],
        messageSubject=f"Migration success for {{project_or_folder.id}}",
        messageBody=f"Migration result: {{result.get_counts_by_status()}}",
    )
except Exception as e:
    syn.sendMessage(
        userIds=[my_user_id],
        messageSubject=f"Migration failed for {{project_or_folder.id}}",
        messageBody=f"Migration failed with error: {{e}}",
    )
"""


def test_all_the_pieces_together_move_a_project_and_tell_its_owner(server: Server, client: Client) -> None:
    person = client.person
    bucket = own_bucket(server, person, "path/within/bucket")
    project = person.project()["id"]
    files = [person.file(parent, b"moves")["id"] for parent in (project, person.folder(project)["id"])]
    # The script looks for its index in a folder that has to be there, and login() for news of the client far away.
    (client.home / "synapseMigration").mkdir()
    near = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
    printed = client.python(SCRIPT.format(project=project, bucket=bucket, user=person.id), **near)
    assert f"Indexing: {project} for migration to storage_id:" in printed
    assert "Indexing result: {'INDEXED': 2, 'MIGRATED': 0, 'ALREADY_MIGRATED': 0, 'ERRORED': 0}" in printed
    assert "Migration result: {'INDEXED': 0, 'MIGRATED': 2, 'ALREADY_MIGRATED': 0, 'ERRORED': 0}" in printed
    assert {handle(person, file)["bucketName"] for file in files} == {bucket}
    message = person.ok("GET", "/repo/v1/message/inbox")["results"][0]["message"]
    assert message["subject"] == f"Migration success for {project}"
    assert person.id in map(int, message["recipients"])


def send(person: Person, path: str, body: str) -> dict[str, object]:
    """The very text that another language's JSON library writes."""
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json; charset=UTF-8"}
    answer = person.http.post(person.url + path, headers=headers, content=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


def test_what_the_blocks_in_r_and_java_send_does_the_same(server: Server, owner: Person) -> None:
    """R's rjson writes a number as 1e+07 once that is shorter, and a list of one as a list."""
    bucket = own_bucket(server, owner, "nameofyourbasekey")
    external = f'"bucket":"{bucket}","baseKey":"nameofyourbasekey",'
    project = owner.project()["id"]
    for more, kind in (("", "S3"), (external, "ExternalS3")):
        folder = owner.folder(project)["id"]
        where = f'"concreteType":"{PREFIX}{kind}StorageLocationSetting"'
        made = send(owner, "/repo/v1/storageLocation", f'{{"uploadType":"S3","stsEnabled":true,{more}{where}}}')
        setting = f'"concreteType":"{PREFIX}UploadDestinationListSetting","settingsType":"upload"'
        number = f"{made['storageLocationId']}e+00"
        send(owner, "/repo/v1/projectSettings", f'{{{setting},"locations":[{number}],"projectId":"{folder}"}}')
        # What the Java client sends for temporary credentials to read.
        lent = owner.ok("GET", f"/repo/v1/entity/{folder}/sts", permission="read_only")
        assert {"accessKeyId", "secretAccessKey", "sessionToken", "expiration", "bucket"} <= lent.keys()
        assert lent["baseKey"] == made["baseKey"]
