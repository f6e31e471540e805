"""Storage locations with the published client: the examples of its documentation, and its object models."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from tests.live import Server
from tests.locations.buckets import own_bucket, put
from tests.real_client.conftest import Client


def test_the_examples_of_external_storage_work_as_they_are_written(
    server: Server, client: Client, elsewhere: Client
) -> None:
    bucket = own_bucket(server, client.person, "path/within/bucket")
    put(server, bucket, "path/within/bucket/file", b"made beside the server")
    client.write("new.txt", b"through the server")
    client.write("file", b"made beside the server")
    out = client.python(
        f"""
        project = syn.store(synapseclient.Project("external {client.person.name}"))
        folder = syn.store(synapseclient.Folder(name="f", parent=project))
        folder, storage_location, project_setting = syn.create_s3_storage_location(
            folder=folder, bucket_name="{bucket}", base_key="path/within/bucket",
        )
        number = storage_location["storageLocationId"]
        assert project_setting["locations"] == [number], project_setting
        assert syn.getMyStorageLocationSetting(number)["bucket"] == "{bucket}"
        assert syn.getProjectSetting(folder, "upload")["locations"] == [number]
        file = syn.store(synapseclient.File("new.txt", parent=folder))
        assert file._file_handle["bucketName"] == "{bucket}", file._file_handle
        assert file._file_handle["key"].startswith("path/within/bucket/"), file._file_handle
        handle = syn.create_external_s3_file_handle("{bucket}", "path/within/bucket/file", "file", parent=folder.id)
        linked = syn.store(synapseclient.File(parentId=folder["id"], dataFileHandleId=handle["id"]))
        again, same, setting = syn.create_s3_storage_location(
            folder=folder, bucket_name="{bucket}", base_key="path/within/bucket",
        )
        assert same["storageLocationId"] == number, "the same request made another location"
        new = syn.setStorageLocation(project, number)
        assert new["locations"] == [number], new
        _, sts, _ = syn.create_s3_storage_location(parent=project, folder_name="sts", sts_enabled=True)
        assert sts["stsEnabled"] is True, sts
        print(file.id, linked.id)
        """
    )
    file, linked = out.split()
    elsewhere.python(
        f"""
        assert open(syn.get("{file}").path, "rb").read() == b"through the server"
        assert open(syn.get("{linked}").path, "rb").read() == b"made beside the server"
        """
    )


def test_the_object_models_set_and_read_locations(server: Server, client: Client) -> None:
    bucket = own_bucket(server, client.person, "base")
    client.write("a.txt", b"by the models")
    client.python(
        f"""
        from synapseclient.models import StorageLocation, StorageLocationType
        project = Project(name="models {client.person.name}").store()
        folder = Folder(name="f", parent_id=project.id).store()
        made = StorageLocation(storage_type=StorageLocationType.EXTERNAL_S3, bucket="{bucket}", base_key="base").store()
        read = StorageLocation(storage_location_id=made.storage_location_id).get()
        assert (read.bucket, read.base_key) == ("{bucket}", "base"), read
        setting = folder.set_storage_location(storage_location_id=made.storage_location_id)
        assert setting.locations == [made.storage_location_id], setting
        assert folder.get_project_setting().locations == [made.storage_location_id]
        file = File(path="a.txt", parent_id=folder.id).store()
        assert file.file_handle.bucket_name == "{bucket}", file.file_handle
        folder.set_storage_location()
        assert folder.get_project_setting().locations == [1]
        folder.delete_project_setting(setting_id=folder.get_project_setting().id)
        assert folder.get_project_setting() is None
        for more in (
            dict(storage_type=StorageLocationType.SYNAPSE_S3, sts_enabled=True),
            dict(storage_type=StorageLocationType.EXTERNAL_SFTP, url="sftp://data.example.org/folder"),
            dict(storage_type=StorageLocationType.EXTERNAL_OBJECT_STORE, bucket="b-b", endpoint_url="https://s.example.org"),
            dict(storage_type=StorageLocationType.EXTERNAL_GOOGLE_CLOUD, bucket="b-b"),
        ):
            assert StorageLocation(**more).store().storage_location_id > 2
        """
    )


@pytest.fixture
def with_boto(tmp_path: Path) -> str:
    """A folder with boto3 for the client, which asks for it only where a store of the user's own is used."""
    packages = Path(boto3.__file__).parents[1]
    folder = tmp_path / "boto"
    folder.mkdir()
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py"):
        (folder / name).symlink_to(packages / name)
    return str(folder)


def test_a_store_of_the_users_own_is_used_with_their_profile(
    server: Server, client: Client, elsewhere: Client, with_boto: str
) -> None:
    settings, bucket = server.settings(), own_bucket(server, client.person)
    for one in (client, elsewhere):
        with (one.home / ".synapseConfig").open("a") as config:
            config.write(f"[{settings.store_url}/{bucket}]\nprofile_name = mine\n")
        (one.home / ".aws").mkdir()
        keys = f"aws_access_key_id = {settings.s3_access_key}\naws_secret_access_key = {settings.s3_secret_key}\n"
        (one.home / ".aws/credentials").write_text(f"[mine]\n{keys}")
    client.write("a.txt", b"by the client alone")
    out = client.python(
        f"""
        project = syn.store(synapseclient.Project("own store {client.person.name}"))
        destination = {{
            "concreteType": "org.sagebionetworks.repo.model.project.ExternalObjectStorageLocationSetting",
            "uploadType": "S3", "bucket": "{bucket}", "endpointUrl": "{settings.store_url}",
        }}
        location = syn.createStorageLocationSetting("ExternalObjectStorage", bucket="{bucket}",
                                                    endpointUrl="{settings.store_url}")
        syn.setStorageLocation(project, location["storageLocationId"])
        file = syn.store(synapseclient.File("a.txt", parent=project))
        assert file._file_handle["concreteType"].endswith("ExternalObjectStoreFileHandle"), file._file_handle
        print(file.id)
        """,
        PYTHONPATH=with_boto,
    )
    elsewhere.python(
        f"""
        assert open(syn.get("{out.strip()}").path, "rb").read() == b"by the client alone"
        """,
        PYTHONPATH=with_boto,
    )
