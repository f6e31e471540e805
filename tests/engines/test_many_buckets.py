"""The embedded store has room for more buckets than its disk has GiB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from botocore.config import Config
from tests.engines.parents import Parent

# More than any disk of a test machine has free GiB would take too long; this many never fitted on 66 GiB.
BUCKETS = 100
MOST_MIB = 200


def test_a_hundred_buckets_are_made_and_written_to_on_little_disk(parent: Parent) -> None:
    s3 = parent.s3(config=Config(retries={"total_max_attempts": 1}, max_pool_connections=8))
    names = [f"lab-{number:03}" for number in range(BUCKETS)]

    def fill(name: str) -> bytes:
        s3.create_bucket(Bucket=name)
        s3.put_object(Bucket=name, Key="data.txt", Body=name.encode())
        read: bytes = s3.get_object(Bucket=name, Key="data.txt")["Body"].read()
        return read

    before = _mib(parent.data)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(fill, names)) == [name.encode() for name in names]
    assert _mib(parent.data) - before < MOST_MIB


def _mib(folder: Path) -> float:
    """What the files of a folder take on the disk."""
    return sum(file.stat().st_blocks for file in folder.rglob("*") if file.is_file()) * 512 / 1024**2
