"""One large file in a bucket that somebody brings: the published client beside plain boto3 on the same bucket.

    python -m bench.external [--mib 1024] [--repeats 3] [--client-python PATH]

The bucket is in a SeaweedFS of its own, which vesicle did not start. Three ways take turns, each turn in another order
and each after what was written before is on disk: the client with credentials that vesicle lends (`use_boto_sts`), the
client with presigned URLs, and boto3 with the store's own keys. boto3 runs in the client's own interpreter, with the
client's number of threads, and takes the MD5 of the file by the client's own function; without that pass it stands
beside. The client makes one such pass for each transfer but the download with lent credentials, which it checks by
nothing: there the fair rival is boto3 alone. What is the client's own shows its download from a signed URL without
vesicle. Medians are compared. Needs disk space for the file, three times for each turn and twice more.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.live import Server
from tests.locations.buckets import external, location, set_on
from tests.objectstore.sharing import Facts
from tests.objectstore.starting import start_seaweedfs, stop_seaweedfs
from tests.real_client.conftest import programs_of

from bench.house import end_on_term, running
from bench.transfers import MIB, STORE, Rivals, fresh, md5_pass
from vesicle.objectstore.s3 import S3Store

BUCKET = "brought"
FETCH = "done = os.path.getsize(File(id=what['id'], path=os.environ['HOME']).get().path)\n"
BOTO3 = """
import boto3
from boto3.s3.transfer import TransferConfig
from synapseclient.core.utils import md5_for_file_hex
bucket = boto3.resource("s3").Bucket(what["bucket"])
config = TransferConfig(max_concurrency=syn.max_threads)
{transfer}
md5_began = time.perf_counter()
md5_for_file_hex(paths[0])
done = [os.path.getsize(paths[0]), time.perf_counter() - md5_began]
"""
BOTO3_UP = BOTO3.format(transfer='bucket.upload_file(paths[0], what["key"], Config=config)')
BOTO3_DOWN = BOTO3.format(transfer='bucket.download_file(what["key"], paths[0], Config=config)')
LENT, SIGNED = "lent credentials", "presigned URLs"
TARGETS = {LENT: 0.95, SIGNED: 0.9}
WITHOUT_MD5 = (LENT, "down")
Clocks = defaultdict[str, list[float]]


@contextmanager
def brought(folder: Path) -> Iterator[tuple[Facts, S3Store]]:
    """A store beside vesicle's own, with one bucket."""
    end_on_term()
    facts = start_seaweedfs(folder)
    store = S3Store(facts["http"], facts["access_key"], facts["secret_key"])
    try:
        store.ensure_bucket(BUCKET)
        yield facts, store
    finally:
        store.close()
        stop_seaweedfs(facts)
        os.waitpid(int(facts["pid"]), 0)


@dataclass
class Published:
    """The client on a storage location of its own in the bucket."""

    rivals: Rivals
    store: S3Store
    parent: str
    base: str
    entity: str = ""

    @classmethod
    def on(cls, rivals: Rivals, facts: Facts, store: S3Store, base: str, *, lends: bool) -> Published:
        """A new folder whose storage location is ``base`` in the bucket."""
        person = rivals.person
        store.put(BUCKET, f"{base}/owner.txt", str(person.id).encode())
        number = location(person, external(BUCKET, baseKey=base, endpointUrl=facts["http"], stsEnabled=lends))
        folder = person.folder(person.project()["id"])["id"]
        set_on(person, folder, number)
        return cls(rivals, store, folder, base)

    def up(self, path: Path) -> float:
        """Seconds; the object is in the bucket then, where the location is."""
        clocks = self.rivals.client(STORE, paths=[str(path)], parent=self.parent)
        self.entity = clocks["id"]
        handle = self.rivals.person.ok("GET", f"/repo/v1/entity/{self.entity}")["dataFileHandleId"]
        where = self.rivals.person.ok("GET", f"/file/v1/fileHandle/{handle}")
        if where["bucketName"] != BUCKET or not where["key"].startswith(f"{self.base}/"):
            raise RuntimeError(f"the client stored {where['key']} in {where['bucketName']}")
        same_size(self.store.stat(BUCKET, where["key"]).size, path.stat().st_size)
        return float(clocks["wall"])

    def down(self, path: Path) -> float:
        """Seconds; the client keeps what it fetches in a folder of its own."""
        clocks = self.rivals.client(FETCH, id=self.entity)
        same_size(clocks["id"], path.stat().st_size)
        return float(clocks["wall"])

    def url(self) -> str:
        """A signed URL of what was sent last, not from vesicle."""
        handle = self.rivals.person.ok("GET", f"/repo/v1/entity/{self.entity}")["dataFileHandleId"]
        key = self.rivals.person.ok("GET", f"/file/v1/fileHandle/{handle}")["key"]
        return self.store.sign_get(BUCKET, key, expires_s=3600)

    def lent(self, server: Server) -> set[str]:
        """The permissions with which credentials were lent."""
        query = "SELECT credentials FROM download_record WHERE principal_id = %s AND credentials IS NOT NULL"
        with server.database() as conn:
            return {row[0] for row in conn.execute(query, (self.rivals.person.id,))}


def same_size(found: int, size: int) -> None:
    """Raises RuntimeError when not all bytes came."""
    if found != size:
        raise RuntimeError(f"{found} bytes came of {size}")


def plain(rivals: Rivals, job: str, path: Path, size: int, key: str) -> tuple[float, float]:
    """Seconds of boto3 and of the MD5 pass."""
    clocks = rivals.client(job, paths=[str(path)], bucket=BUCKET, key=key)
    came, md5 = clocks["id"]
    same_size(came, size)
    return clocks["wall"] - md5, md5


def turn(number: int, ways: Mapping[str, Published], boto3: Rivals, size: int, seen: Clocks) -> None:
    """Every way up, then every way down, each turn beginning with the next."""
    path = fresh(boto3.folder / f"large-{number}", size)
    fetched, key = path.with_suffix(".fetched"), f"plain/{path.name}"

    def run(name: str, way: str) -> None:
        os.sync()
        if name in ways:
            one = ways[name]
            seen[f"{name} {way}"].append(one.up(path) if way == "up" else one.down(path))
            return
        job, file = (BOTO3_UP, path) if way == "up" else (BOTO3_DOWN, fetched)
        for what, seconds in zip((f"boto3 {way}", f"MD5 {way}"), plain(boto3, job, file, size, key), strict=True):
            seen[what].append(seconds)

    names = [*ways, "boto3"]
    order = names[number % len(names) :] + names[: number % len(names)]
    for way in ("up", "down"):
        for name in order:
            run(name, way)
    seen["alone"].append(boto3.download_alone(ways[SIGNED].url(), md5_pass(boto3, path)[0]))
    path.unlink()
    fetched.unlink()
    print("   turn", number + 1, {name: round(times[-1], 2) for name, times in seen.items()}, flush=True)


def table(size: int, seen: Clocks) -> None:
    """The medians side by side."""
    middle = {name: statistics.median(times) for name, times in seen.items()}
    rate = size / MIB
    head = f"one file of {size // MIB} MiB"
    print(f"{head:<28}{'client':>8}{'boto3+MD5':>11}{'boto3':>8}  MiB/s; ratios")
    for name, target in TARGETS.items():
        for way in ("up", "down"):
            ours, bare = middle[f"{name} {way}"], middle[f"boto3 {way}"]
            fair = bare + middle[f"MD5 {way}"]
            rates = f"{rate / ours:>8.0f}{rate / fair:>11.0f}{rate / bare:>8.0f}"
            told = [f"{fair / ours:.2f} of boto3+MD5", f"{bare / ours:.2f} of boto3"]
            told[(name, way) == WITHOUT_MD5] += f" (target {target})"
            print(f"{name + ', ' + way + 'load':<28}{rates}  {', '.join(told)}", flush=True)
    alone = middle["alone"]
    print(f"signed, without vesicle: {rate / alone:.0f} MiB/s; with it {alone / middle[f'{SIGNED} down']:.2f} of that")


def sides(make: Callable[..., Rivals], facts: Facts, store: S3Store) -> tuple[dict[str, Published], Rivals]:
    """The client both ways, and boto3."""
    shell = {"AWS_ENDPOINT_URL_S3": facts["http"], "AWS_DEFAULT_REGION": "us-east-1"}
    keys = {"AWS_ACCESS_KEY_ID": facts["access_key"], "AWS_SECRET_ACCESS_KEY": facts["secret_key"]}
    lending = make(config="[transfer]\nuse_boto_sts=true\n", shell=shell)
    ways = {
        LENT: Published.on(lending, facts, store, "lent", lends=True),
        SIGNED: Published.on(make(), facts, store, "signed", lends=False),
    }
    return ways, make(shell=shell | keys)


def main() -> None:
    """Print the table. Raises RuntimeError when the client did not go the way that it was to go."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024, help="size of the file; more than the 8 MiB of a part")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--client-python", type=Path, help="one with synapseclient[boto3]; else ./dev client 4.14")
    asked = parser.parse_args()
    python, size = asked.client_python or programs_of("4.14") / "python", asked.mib * MIB
    with tempfile.TemporaryDirectory(prefix="vesicle-bench-") as folder, brought(Path(folder)) as (facts, store):
        needed = (3 * asked.repeats + 2) * size
        if shutil.disk_usage(folder).free < needed:
            raise SystemExit(f"this needs {needed // 1024**3 + 1} GiB of disk")
        listed = {name: facts[name] for name in ("access_key", "secret_key", "role")}
        with running(VESICLE_S3=json.dumps([{"endpoint": facts["http"], **listed}])) as (server, parent):
            ways, boto3 = sides(partial(Rivals, server, parent, python, Path(folder)), facts, store)
            seen: Clocks = defaultdict(list)
            for number in range(asked.repeats):
                turn(number, ways, boto3, size, seen)
            lent = {name: way.lent(server) for name, way in ways.items()}
    if lent != {LENT: {"read_write", "read_only"}, SIGNED: set()}:
        raise RuntimeError(f"these credentials were lent: {lent}")
    table(size, seen)


if __name__ == "__main__":
    main()
