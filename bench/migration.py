"""Files move to a bucket of their own: the client's migration beside a bare boto3 copy of the same objects.

    python -m bench.migration [--files 100] [--bytes 104857600] [--repeats 1] [--client-python PATH]

The client's legacy functions index a project and migrate it, a new version of each file, inside one store; boto3 copies
the same objects to another bucket there, by copy_object or, from 8 MiB on, upload_part_copy, with as many threads. Who
begins changes with each turn. 10 GiB in 100 files, and many small ones:

    python -m bench.migration --files 100 --bytes 107374182
    python -m bench.migration --files 10000 --bytes 100000

The published figures beside it: 13 minutes for 100 GB, and an index of 100 kB for 1,000 entities. Needs disk space for
all bytes, once and twice more for each turn.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from boto3.s3.transfer import create_transfer_manager
from tests.live import Server
from tests.locations.buckets import external, location, new_bucket, own_bucket
from tests.real_client.conftest import programs_of

from bench.house import cpu_s, process_of, running
from bench.transfers import MIB, ONE_PART, THREADS, Rivals, timed

PUBLISHED_BYTES, PUBLISHED_S = 100 * 10**9, 13 * 60
PUBLISHED_INDEX_KB = 100
BASE = "moved"
INDEX = """
import synapseutils
done = synapseutils.index_files_for_migration(
    syn, what["id"], what["location"], what["index"], file_version_strategy="new"
).get_counts_by_status()
"""
MIGRATE = """
import synapseutils
done = synapseutils.migrate_indexed_files(syn, what["index"], force=True).get_counts_by_status()
"""
Clocks = defaultdict[str, list[float]]
TOLD = re.compile(r'vesicle_request_seconds_(sum|count)\{door="([^"]+)"\} (\S+)')


def fill(rivals: Rivals, files: int, size: int) -> tuple[str, list[str]]:
    """A project with so many files in the default storage, and the keys of their objects."""
    project = rivals.person.project()["id"]
    base = os.urandom(size)

    def store(number: int) -> None:
        rivals.person.file(project, number.to_bytes(8) + base[8:], f"file-{number}.bin")

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(store, range(files)))
    prefix = f"{rivals.person.id}/"
    whole(rivals, rivals.bucket, prefix, files, size)
    return project, list(objects(rivals, rivals.bucket, prefix))


def objects(rivals: Rivals, bucket: str, prefix: str = "") -> dict[str, int]:
    """Sizes by key."""
    pages = rivals.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {one["Key"]: one["Size"] for page in pages for one in page.get("Contents", [])}


def whole(rivals: Rivals, bucket: str, prefix: str, files: int, size: int) -> None:
    """Raises RuntimeError unless these files, and nothing half, are in the bucket."""
    sizes = list(objects(rivals, bucket, prefix).values())
    begun = rivals.s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    if sizes != [size] * files or begun:
        raise RuntimeError(f"{len(sizes)} objects of {files}, {sum(sizes)} bytes, {len(begun)} unfinished, in {bucket}")


def counted(counts: dict[str, int], status: str, files: int) -> None:
    """Raises RuntimeError unless the client says this of every file."""
    if {name: count for name, count in counts.items() if count} != {status: files}:
        raise RuntimeError(f"of {files} files the client says {counts}")


def answered(server: Server) -> dict[str, tuple[float, float]]:
    """(how many, seconds in all) of the requests of each door so far."""
    seen: dict[str, dict[str, float]] = defaultdict(lambda: {"sum": 0.0, "count": 0.0})
    for what, door, number in TOLD.findall(server.http.get(server.url + "/metrics").text):
        seen[door][what] += float(number)
    return {door: (one["count"], one["sum"]) for door, one in seen.items()}


def requests(before: dict[str, tuple[float, float]], after: dict[str, tuple[float, float]], files: int) -> None:
    """What the client asked for each file, and how long each answer took."""
    for door, (count, seconds) in sorted(after.items(), key=lambda one: -one[1][1]):
        count, seconds = count - before.get(door, (0, 0))[0], seconds - before.get(door, (0, 0))[1]
        if count >= files / 10:
            print(f"   {count / files:5.2f} a file, {seconds / count * 1000:7.1f} ms each  {door}")


def migrate(rivals: Rivals, server: Server, project: str, files: int, size: int, seen: Clocks) -> None:
    """The client's two steps to a new bucket."""
    bucket = own_bucket(server, rivals.person, BASE)
    number = location(rivals.person, external(bucket, baseKey=BASE))
    index, before = rivals.folder / f"{bucket}.db", answered(server)
    api = process_of(rivals.parent, b"api")
    used = cpu_s(api)
    for step, job, status in (("index", INDEX, "INDEXED"), ("migrate", MIGRATE, "MIGRATED")):
        clocks = rivals.client(job, id=project, location=str(number), index=str(index))
        counted(clocks["id"], status, files)
        for name, clock in ((step, "wall"), (f"{step}, client's CPU", "cpu"), (f"{step}, server's CPU", "server")):
            seen[name].append(clocks[clock])
    seen["API's CPU"].append(cpu_s(api) - used)
    requests(before, answered(server), files)
    whole(rivals, bucket, f"{BASE}/{rivals.person.id}/", files, size)
    seen["index bytes"].append(index.stat().st_size)


def copy(rivals: Rivals, server: Server, keys: list[str], files: int, size: int, seen: Clocks) -> None:
    """boto3 alone, to a new bucket."""
    bucket = new_bucket(server)

    def all_of_them() -> None:
        with create_transfer_manager(rivals.s3, ONE_PART) as manager:
            for copied in [manager.copy({"Bucket": rivals.bucket, "Key": key}, bucket, key) for key in keys]:
                copied.result()

    seen["boto3"].append(timed(all_of_them))
    whole(rivals, bucket, "", files, size)


def table(files: int, size: int, seen: Clocks) -> None:
    """Medians, ratios, and the published figures beside them."""
    middle = {name: statistics.median(times) for name, times in seen.items()}
    total = files * size
    published = PUBLISHED_BYTES / PUBLISHED_S / 1e6
    print(f"{files} files of {size} bytes{'s':>12}{'MB/s':>8}{'min/100 GB':>12}{'of boto3':>10}")
    both = middle["index"] + middle["migrate"]
    for name, seconds in (("migrate", middle["migrate"]), ("index and migrate", both), ("boto3", middle["boto3"])):
        figures = f"{seconds:>10.1f}{total / seconds / 1e6:>8.1f}{PUBLISHED_BYTES / total * seconds / 60:>12.1f}"
        print(f"{name:<24}{figures}{middle['boto3'] / seconds:>10.2f}")
    print(f"{'published':<24}{'':>10}{published:>8.1f}{PUBLISHED_S / 60:>12.1f}")
    each = {name: seconds / files * 1000 for name, seconds in middle.items() if name != "index bytes"}
    print("ms a file:", ", ".join(f"{name} {ms:.1f}" for name, ms in each.items()))
    kept = middle["index bytes"] / 1000
    print(f"index {kept:.0f} kB, {kept / files * 1000:.0f} kB for 1,000 entities (published {PUBLISHED_INDEX_KB})")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--bytes", type=int, default=100 * MIB)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--client-python", type=Path, help="an interpreter with synapseclient; else ./dev client 4.14")
    asked = parser.parse_args()
    files, size = asked.files, asked.bytes
    needed = (1 + 2 * asked.repeats) * files * size
    if shutil.disk_usage(tempfile.gettempdir()).free < needed:
        raise SystemExit(f"this needs {needed // 1024**3 + 1} GiB of disk")
    python = asked.client_python or programs_of("4.14") / "python"
    seen: Clocks = defaultdict(list)
    with running() as (server, parent), tempfile.TemporaryDirectory(prefix="vesicle-bench-") as folder:
        rivals = Rivals(server, parent, python, Path(folder))
        project, keys = fill(rivals, files, size)
        sides = [
            partial(migrate, rivals, server, project, files, size, seen),
            partial(copy, rivals, server, keys, files, size, seen),
        ]
        for turn in range(asked.repeats):
            for side in sides[:: -1 if turn % 2 else 1]:
                os.sync()
                side()
            print("   turn", turn + 1, {name: round(times[-1], 1) for name, times in seen.items()}, flush=True)
    table(files, size, seen)


if __name__ == "__main__":
    main()
