"""Registering objects that lie in a bucket, beside a bare walk through the same bucket and COPY into a table.

    python -m bench.registration [--objects 100000] [--folders 100]

Both sides list the same bucket, in turns, so that the store's own pace counts for neither. The memory of the worker is
looked at while it registers: it is not to grow with the number of objects.
"""

from __future__ import annotations

import argparse
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket
from tests.relocation.registrations import register, result, start

from bench.house import running
from vesicle.objectstore.s3 import S3Store

BARE = "CREATE TABLE IF NOT EXISTS bare (key text, size bigint, etag text, modified timestamptz)"


def fill(store: S3Store, bucket: str, objects: int, folders: int) -> None:
    """Small objects, the same number in each folder."""
    with ThreadPoolExecutor(16) as threads:
        for _ in threads.map(
            lambda n: store.put(bucket, f"raw/{n % folders:04}/sample-{n:07}.txt", str(n).encode()), range(objects)
        ):  # fmt: skip
            pass


def bare_walk(server: Server, store: S3Store, bucket: str) -> float:
    """Seconds of listing the bucket and copying what was listed into a table."""
    began = time.perf_counter()
    with server.database() as conn:
        conn.execute(BARE)
        conn.execute("TRUNCATE bare")
        after = None
        with conn.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as copy:
            while page := store.list(bucket, "raw/", after):
                for one in page:
                    copy.write_row((one.key, one.size, one.etag, one.last_modified))
                after = page[-1].key
    return time.perf_counter() - began


def worker_of(parent: int) -> int:
    """The worker below a `vesicle serve`."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                above = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            if above == parent and b"work" in words:
                return int(entry.name)
    raise RuntimeError("there is no worker")


def memory_mib(pid: int) -> float:
    """Resident memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def watched(pid: int, stop: threading.Event, seen: list[float]) -> None:
    """Look four times a second."""
    while not stop.wait(0.25):
        seen.append(memory_mib(pid))


def timed(person: Person, number: int, project: str, pid: int) -> tuple[float, list[float], dict[str, int]]:
    """Seconds of one registration, what the worker's memory was meanwhile, and the numbers of the answer."""
    seen: list[float] = []
    stop = threading.Event()
    watcher = threading.Thread(target=watched, args=(pid, stop, seen))
    watcher.start()
    began = time.perf_counter()
    answer = result(person, number, start(person, number, project, prefix="raw/"), within_s=3600)
    took = time.perf_counter() - began
    stop.set()
    watcher.join()
    return took, seen, answer.json()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--folders", type=int, default=100)
    asked = parser.parse_args()
    with running() as (server, parent):
        person, store = server.person("bench"), server.store()
        bucket = own_bucket(server, person)
        fill(store, bucket, asked.objects, asked.folders)
        number = location(person, external(bucket))
        register(person, number, person.project()["id"], prefix="nothing/")
        walks = [bare_walk(server, store, bucket)]
        project = person.project()["id"]
        took, memory, told = timed(person, number, project, worker_of(parent))
        walks.append(bare_walk(server, store, bucket))
        again, _, unchanged = timed(person, number, project, worker_of(parent))
        if told["registered"] != asked.objects or unchanged["unchanged"] != asked.objects:
            raise RuntimeError(f"{told} {unchanged}")
        walk = min(walks)
        half = len(memory) // 2
        print(f"{asked.objects} objects in {asked.folders} folders")
        print(f"bare walk and COPY   {walk:8.1f} s {asked.objects / walk:10.0f} objects/s")
        print(f"registration         {took:8.1f} s {asked.objects / took:10.0f} objects/s, ratio {walk / took:.2f}")
        print(f"the same once more   {again:8.1f} s {asked.objects / again:10.0f} objects/s, ratio {walk / again:.2f}")
        print(f"worker's memory      {max(memory[:half]):8.0f} MiB in the first half, {max(memory[half:]):.0f} after")


if __name__ == "__main__":
    main()
