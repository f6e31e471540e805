"""People compute on the data where it lies: the blocks of the published documentation, with the unmodified client."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.live import Server
from tests.locations.buckets import own_bucket, put
from tests.real_client.conftest import Client

BASE = "path/within/bucket"
AWS = Path(sysconfig.get_path("scripts")) / "aws"


class Lab(NamedTuple):
    """An STS folder of the client's person, on a bucket of theirs, and what their shell says of the store."""

    bucket: str
    project: str
    folder: str
    shell: dict[str, str]


@pytest.fixture
def lab(server: Server, client: Client) -> Lab:
    bucket = own_bucket(server, client.person, BASE)
    project = client.person.project()["id"]
    folder = client.python(
        f"""
        folder = syn.store(synapseclient.Folder(name="sts", parent="{project}"))
        folder, storage_location, project_setting = syn.create_s3_storage_location(
            folder=folder, bucket_name="{bucket}", base_key="{BASE}", sts_enabled=True,
        )
        assert storage_location["storageLocationId"] == project_setting["locations"][0]
        print(folder.id)
        """
    ).strip()
    return Lab(bucket, project, folder, shell_of(server))


def shell_of(server: Server) -> dict[str, str]:
    """What somebody sets once, whose store is not at AWS."""
    return {"AWS_ENDPOINT_URL_S3": server.settings().store_url, "AWS_DEFAULT_REGION": "us-east-1"}


def aws(lab: Lab, exported: dict[str, str], *arguments: str | Path, fails: bool = False) -> str:
    """`aws s3 …` in a shell with the exported credentials."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **lab.shell, **exported}
    done = subprocess.run(
        [AWS, "s3", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def exported(printed: str) -> dict[str, str]:
    """What a shell knows after it has run the lines that were printed."""
    script = printed + "\nenv -0"
    done = subprocess.run(["/bin/bash", "-c", script], env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=True)
    pairs = (line.split("=", 1) for line in done.stdout.decode().split("\0") if "=" in line)
    return {name: value for name, value in pairs if name.startswith(("AWS_", "SYNAPSE_"))}


def test_the_exported_credentials_work_in_awscli_and_open_the_base_key_alone(
    server: Server, client: Client, lab: Lab
) -> None:
    put(server, lab.bucket, "secret", b"outside")
    file = client.write("file", b"from awscli")
    shell = exported(client.synapse("get-sts-token", "-o", "shell", lab.folder, "read_write"))
    where = shell["SYNAPSE_STS_S3_LOCATION"]
    assert where == f"s3://{lab.bucket}/{BASE}"
    owner = ("--acl", "bucket-owner-full-control")
    aws(lab, shell, "cp", file, where, *owner)
    aws(lab, shell, "cp", file, f"{where}/file", *owner)
    assert server.store().get(lab.bucket, BASE) == b"from awscli"
    assert server.store().get(lab.bucket, f"{BASE}/file") == b"from awscli"
    assert "file" in aws(lab, shell, "ls", f"{where}/")
    aws(lab, shell, "cp", f"{where}/file", client.home / "back")
    assert (client.home / "back").read_bytes() == b"from awscli"
    assert "403" in aws(lab, shell, "cp", f"s3://{lab.bucket}/secret", client.home / "stolen", fails=True)
    assert "AccessDenied" in aws(lab, shell, "ls", f"s3://{lab.bucket}/", fails=True)
    assert "AccessDenied" in aws(lab, shell, "cp", file, f"{where}/owner.txt", fails=True)
    reading = exported(client.synapse("get-sts-token", "-o", "bash", lab.folder, "read_only"))
    aws(lab, reading, "cp", f"{where}/file", client.home / "again")
    assert "AccessDenied" in aws(lab, reading, "cp", file, f"{where}/new", fails=True)
    aws(lab, shell, "rm", f"{where}/file")


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("shell", 'export AWS_SESSION_TOKEN="'),
        ("bash", 'export AWS_SESSION_TOKEN="'),
        ("cmd", 'set AWS_SESSION_TOKEN="'),
        ("powershell", '$Env:AWS_SESSION_TOKEN="'),
    ],
)
def test_every_form_for_a_shell_has_the_location_and_the_credentials(
    form: str, line: str, client: Client, lab: Lab
) -> None:
    printed = client.synapse("get-sts-token", "-o", form, lab.folder, "read_only")
    assert line in printed
    assert f"s3://{lab.bucket}/{BASE}" in printed


def test_the_forms_for_programs_hold_the_same(client: Client, lab: Lab) -> None:
    printed = client.synapse("get-sts-token", "-o", "json", lab.folder, "read_only")
    found = json.loads(printed[printed.index("{") :])
    assert (found["bucket"], found["baseKey"]) == (lab.bucket, BASE)
    assert found["endpointUrl"] == lab.shell["AWS_ENDPOINT_URL_S3"]
    boto = client.synapse("get-sts-token", "-o", "boto", lab.folder, "read_only")
    assert "aws_session_token" in boto


def test_boto3_writes_with_a_token_of_the_client(server: Server, client: Client, lab: Lab) -> None:
    client.write("data.csv", b"1,2,3")
    client.python(
        f"""
        import boto3
        credentials = syn.get_sts_storage_token("{lab.folder}", "read_write", output_format="boto")
        s3_client = boto3.client("s3", **credentials)
        s3_client.upload_file(
            Filename="data.csv", Bucket="{lab.bucket}", Key="{BASE}/file",
            ExtraArgs={{"ACL": "bucket-owner-full-control"}},
        )
        folder = Folder(id="{lab.folder}")
        token = folder.get_sts_storage_token(permission="read_only", output_format="boto")
        assert boto3.client("s3", **token).get_object(
            Bucket="{lab.bucket}", Key="{BASE}/file")["Body"].read() == b"1,2,3"
        """,
        **lab.shell,
    )
    assert server.store().get(lab.bucket, f"{BASE}/file") == b"1,2,3"


def test_storage_of_the_server_is_computed_on_by_the_block_of_the_documentation(server: Server, client: Client) -> None:
    client.write("in.txt", b"managed by the server")
    folder = client.person.folder(client.person.project()["id"])["id"]
    client.python(
        f"""
        import json
        FOLDER = "{folder}"
        destination = {{'uploadType': 'S3', 'stsEnabled': True,
            'concreteType': 'org.sagebionetworks.repo.model.project.S3StorageLocationSetting'}}
        destination = syn.restPOST('/storageLocation', body=json.dumps(destination))
        project_destination = {{'concreteType': 'org.sagebionetworks.repo.model.project.UploadDestinationListSetting',
                               'settingsType': 'upload'}}
        project_destination['locations'] = [destination['storageLocationId']]
        project_destination['projectId'] = FOLDER
        project_destination = syn.restPOST('/projectSettings', body=json.dumps(project_destination))

        file = syn.store(synapseclient.File("in.txt", parent=FOLDER))
        import boto3
        sts_credentials = syn.restGET(f"/entity/{{FOLDER}}/sts?permission=read_only")
        client = boto3.client(
            's3',
            aws_access_key_id=sts_credentials['accessKeyId'],
            aws_secret_access_key=sts_credentials['secretAccessKey'],
            aws_session_token=sts_credentials['sessionToken'],
        )
        ent = syn.get(file.id, downloadFile=False)
        client.download_file(ent._file_handle['bucketName'], ent._file_handle['key'], "out.txt")
        assert open("out.txt").read() == "managed by the server"
        try:
            syn.get_sts_storage_token(FOLDER, "read_write")
        except synapseclient.core.exceptions.SynapseHTTPError as error:
            assert "read_only alone" in str(error)
        else:
            raise AssertionError("storage of the server was lent to write")
        """,
        **shell_of(server),
    )


def test_transfers_by_lent_credentials_happen_by_themselves(
    server: Server, client: Client, elsewhere: Client, lab: Lab
) -> None:
    for one in (client, elsewhere):
        config = one.home / ".synapseConfig"
        config.write_text(config.read_text() + "[transfer]\nuse_boto_sts=true\n")
    content = b"by boto " * 3_000_000
    client.write("big.bin", content)
    file = client.python(
        f"""
        print(syn.store(synapseclient.File("big.bin", parent="{lab.folder}")).id)
        """,
        **lab.shell,
    ).strip()
    number = client.person.ok("GET", f"/repo/v1/entity/{file}")["dataFileHandleId"]
    handle = client.person.ok("GET", f"/file/v1/fileHandle/{number}")
    assert handle["bucketName"] == lab.bucket
    assert handle["key"].startswith(f"{BASE}/")
    elsewhere.python(
        f"""
        got = syn.get("{file}", downloadLocation="got")
        assert open(got.path, "rb").read() == b"by boto " * 3_000_000
        """,
        **lab.shell,
    )
    with server.database() as conn:
        issued = conn.execute(
            "SELECT credentials FROM download_record WHERE principal_id = %s AND credentials IS NOT NULL",
            (client.person.id,),
        ).fetchall()
    assert {row[0] for row in issued} == {"read_write", "read_only"}
