"""Registering objects that lie in a bucket, beside a bare walk through the same bucket and COPY into a table.

    python -m bench.registration [--objects 5000 20000 50000] [--folders 100]

One vesicle, a bucket of its own for each number, one after the other, so that the tables grow meanwhile. Both sides
list the same bucket, in turns, so that the store's own pace counts for neither; the bare side by boto3's paginator.
Processor time is that of the worker and of the database's processes. The memory of the worker is looked at while it
registers: it is not to grow with the number of objects. (It rises once, when a manifest of more than 8 MiB is sent.)
"""

from __future__ import annotations

import argparse
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import boto3
from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket
from tests.relocation.registrations import register, result, start

from bench.house import cpu_s, process_of, running, tree_cpu_s
from vesicle.objectstore.s3 import S3Store

BARE = "CREATE TABLE IF NOT EXISTS bare (key text, size bigint, etag text, modified timestamptz)"


def fill(store: S3Store, bucket: str, objects: int, folders: int) -> None:
    """Small objects, the same number in each folder."""
    with ThreadPoolExecutor(16) as threads:
        for _ in threads.map(
            lambda n: store.put(bucket, f"raw/{n % folders:04}/sample-{n:07}.txt", str(n).encode()), range(objects)
        ):  # fmt: skip
            pass


def bare_walk(server: Server, bucket: str) -> float:
    """Seconds of listing the bucket and copying what was listed into a table."""
    settings = server.settings()
    s3 = boto3.client(
        "s3", endpoint_url=settings.s3_endpoint or settings.store_url, region_name=settings.s3_region,
        aws_access_key_id=settings.s3_access_key, aws_secret_access_key=settings.s3_secret_key,
    )  # fmt: skip
    began = time.perf_counter()
    with server.database() as conn:
        conn.execute(BARE)
        conn.execute("TRUNCATE bare")
        with conn.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as copy:
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="raw/"):
                for one in page.get("Contents", []):
                    copy.write_row((one["Key"], one["Size"], one["ETag"], one["LastModified"]))
    return time.perf_counter() - began


def memory_mib(pid: int) -> float:
    """Resident memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def watched(pid: int, stop: threading.Event, seen: list[float]) -> None:
    """Look four times a second."""
    while not stop.wait(0.25):
        seen.append(memory_mib(pid))


class Took(NamedTuple):
    """What one registration took: seconds, seconds of processor time, what the worker's memory was, and the answer."""

    wall: float
    worker: float
    database: float
    memory: list[float]
    told: dict[str, int]


def timed(person: Person, number: int, project: str, parent: int) -> Took:
    """One registration."""
    seen: list[float] = []
    stop = threading.Event()
    pid = process_of(parent, b"work")
    watcher = threading.Thread(target=watched, args=(pid, stop, seen))
    before = cpu_s(pid), tree_cpu_s(process_of(parent, b"postgres"))
    watcher.start()
    began = time.perf_counter()
    answer = result(person, number, start(person, number, project, prefix="raw/"), within_s=3600)
    took = time.perf_counter() - began
    stop.set()
    watcher.join()
    after = cpu_s(pid), tree_cpu_s(process_of(parent, b"postgres"))
    return Took(took, after[0] - before[0], after[1] - before[1], seen, answer.json())


def measure(server: Server, parent: int, person: Person, objects: int, folders: int) -> None:
    """One line of each kind for a bucket of so many objects."""
    store, bucket = server.store(), own_bucket(server, person)
    fill(store, bucket, objects, folders)
    number, project = location(person, external(bucket)), person.project()["id"]
    walks = [bare_walk(server, bucket)]
    first = timed(person, number, project, parent)
    walks.append(bare_walk(server, bucket))
    again = timed(person, number, project, parent)
    if first.told["registered"] != objects or again.told["unchanged"] != objects:
        raise RuntimeError(f"{first.told} {again.told}")
    walk, half = min(walks), len(first.memory) // 2
    print(f"{objects} objects in {folders} folders: bare walk and COPY {walk:.1f} s, {objects / walk:.0f} objects/s")
    for what, one in (("registration", first), ("once more", again)):
        print(
            f"  {what:12} {one.wall:7.1f} s {objects / one.wall:8.0f} objects/s, ratio {walk / one.wall:.2f};"
            f" ms of CPU an object: worker {1000 * one.worker / objects:.3f}, database"
            f" {1000 * one.database / objects:.3f}",
            flush=True,
        )
    print(
        f"  worker's memory {max(first.memory[:half]):.0f} MiB in its first half, {max(first.memory[half:]):.0f} after"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, nargs="+", default=[5_000, 20_000, 50_000])
    parser.add_argument("--folders", type=int, default=100)
    asked = parser.parse_args()
    with running() as (server, parent):
        person = server.person("bench")
        warm = location(person, external(own_bucket(server, person)))
        register(person, warm, person.project()["id"], prefix="nothing/")
        for objects in asked.objects:
            measure(server, parent, person, objects, asked.folders)


if __name__ == "__main__":
    main()
