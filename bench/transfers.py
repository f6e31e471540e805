"""One large file and a thousand small ones: the published client through vesicle beside plain boto3 on the same store.

    python -m bench.transfers [--gib 1] [--repeats 4] [--files 1000] [--client-python PATH]

Both sides use 8 MiB parts and the same number of threads, in turns, and medians are compared. The client also takes the
MD5 of each file, so the fair rival is boto3 plus one such pass by the client's own function; plain boto3 stands beside
it. What is the client's own show its own functions on URLs that boto3 signed, there and back, without vesicle. Needs
disk space for six times the large file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from tests.live import Person, Server
from tests.real_client.conftest import CONFIG, programs_of

from bench.house import running, tree_cpu_s

MIB = 1024**2
LONGEST_S = 4 * 3600
# What the client takes by itself: parts of 8 MiB, and four threads more than there are processors.
THREADS = (os.cpu_count() or 1) + 4
ONE_PART = TransferConfig(multipart_chunksize=8 * MIB, multipart_threshold=8 * MIB, max_concurrency=THREADS)

# What the client's interpreter runs: sign in, do the job between two looks at the clocks, print them.
PROLOGUE = """
import asyncio, json, os, sys, time, synapseclient
from synapseclient.models import File
syn = synapseclient.Synapse(configPath=os.environ["HOME"] + "/.synapseConfig", skip_checks=True, silent=True)
syn.login(silent=True)
what = json.load(open(sys.argv[1]))
paths = what.get("paths", [])
began, used = time.perf_counter(), time.process_time()
"""
EPILOGUE = """
clocks = {"wall": time.perf_counter() - began, "cpu": time.process_time() - used, "id": done}
print("\\n" + json.dumps(clocks))
"""
STORE = "done = File(path=paths[0], parent_id=what['parent']).store().id\n"
GET = "done = File(id=what['id'], path=os.environ['HOME']).get().id\n"
MD5_PASS = "from synapseclient.core.utils import md5_for_file_hex\ndone = md5_for_file_hex(paths[0])\n"
# The client's own way with a file and a URL for each part, its MD5 passes included, and nobody to tell of the parts.
STORE_ALONE = """
from synapseclient.core.upload.multipart_upload_async import DEFAULT_PART_SIZE, UploadAttemptAsync
from synapseclient.core.upload.upload_utils import get_file_chunk
from synapseclient.core.utils import md5_fn, md5_for_file_hex
whole = md5_for_file_hex(paths[0])
request = {"partSizeBytes": DEFAULT_PART_SIZE, "fileSizeBytes": os.path.getsize(paths[0])}
chunk = lambda number: get_file_chunk(paths[0], number, DEFAULT_PART_SIZE)
attempt = UploadAttemptAsync(syn, "alone", request, chunk, md5_fn, False)
attempt._pre_signed_part_urls = {number: (url, {}) for number, url in enumerate(what["urls"], 1)}
async def every():
    numbers = list(attempt._pre_signed_part_urls)
    return [one.md5_hex for one in await asyncio.gather(*map(attempt._handle_part_wrapper, numbers))]
done = asyncio.run(every())
"""
# The client's own way with a URL, its MD5 pass included, and nobody to ask for the URL.
GET_ALONE = """
from datetime import datetime, timedelta, timezone
from synapseclient.core.download.download_async import PresignedUrlInfo
from synapseclient.core.download.download_functions import download_from_url_multi_threaded
signed = PresignedUrlInfo("alone", what["url"], datetime.now(timezone.utc) + timedelta(hours=1))
done = asyncio.run(download_from_url_multi_threaded(
    os.environ["HOME"] + "/alone", expected_md5=what["md5"], presigned_url=signed, synapse_client=syn))
"""
ONE_BY_ONE = "for path in paths: done = syn.store(synapseclient.File(path, parent=what['parent'])).id\n"
TOGETHER = """
async def every():
    return await asyncio.gather(*[File(path=path, parent_id=what["parent"]).store_async() for path in paths])
done = asyncio.run(every())[-1].id
"""


class Rivals:
    """The client and boto3, on the same server. The client has these lines more in its configuration, and these
    variables more in its shell.
    """

    def __init__(
        self, server: Server, parent: int, python: Path, folder: Path, *, config: str = "",
        shell: Mapping[str, str] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.server, self.parent, self.python, self.folder = server, parent, python, folder
        self.config, self.shell = config, dict(shell)
        self.person: Person = server.person("bench")
        settings = server.settings()
        self.bucket = settings.s3_bucket
        self.s3 = boto3.client(
            "s3", endpoint_url=settings.s3_endpoint, aws_access_key_id=settings.s3_access_key,
            aws_secret_access_key=settings.s3_secret_key, region_name=settings.s3_region,
            config=Config(s3={"addressing_style": "path"}, max_pool_connections=THREADS * 2),
        )  # fmt: skip

    def client(self, job: str, **what: Any) -> dict[str, Any]:
        """Seconds of wall and processor time of the client, and of vesicle with its engines, for one job."""
        home = Path(tempfile.mkdtemp(dir=self.folder))
        name, token, url = self.person.name, self.person.token, self.server.url
        (home / ".synapseConfig").write_text(CONFIG.format(name=name, token=token, url=url, home=home) + self.config)
        script = home / "job.py"
        script.write_text(PROLOGUE + job + EPILOGUE)
        told = home / "what.json"
        told.write_text(json.dumps(what))
        os.sync()
        before = tree_cpu_s(self.parent)
        done = subprocess.run(
            [self.python, script, told], cwd=home, capture_output=True, text=True, check=False,
            env={"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **self.shell}, timeout=LONGEST_S,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        clocks: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        shutil.rmtree(home)
        return clocks | {"server": tree_cpu_s(self.parent) - before}

    def upload(self, path: Path) -> str:
        """boto3 sends a file; its key."""
        key = f"bench/{path.name}"
        self.s3.upload_file(str(path), self.bucket, key, Config=ONE_PART)
        return key

    def download(self, key: str, path: Path) -> None:
        """boto3 fetches an object."""
        self.s3.download_file(self.bucket, key, str(path), Config=ONE_PART)

    def signed(self, key: str) -> str:
        """A URL of boto3's for an object."""
        target = {"Bucket": self.bucket, "Key": key}
        return str(self.s3.generate_presigned_url("get_object", Params=target, ExpiresIn=3600))

    def upload_alone(self, path: Path) -> float:
        """Seconds of the client's own sender to part URLs of boto3's, which begins and completes the upload."""
        bucket, key, began = self.bucket, f"bench/alone-{path.name}", time.perf_counter()
        upload = self.s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
        target = {"Bucket": bucket, "Key": key, "UploadId": upload}
        numbers = range(1, -(-path.stat().st_size // ONE_PART.multipart_chunksize) + 1)
        urls = [self.s3.generate_presigned_url("upload_part", Params={**target, "PartNumber": one}) for one in numbers]
        around = time.perf_counter() - began
        sent = self.client(STORE_ALONE, paths=[str(path)], urls=urls)
        etags = zip(numbers, sent["id"], strict=True)
        began = time.perf_counter()
        self.s3.complete_multipart_upload(
            Bucket=bucket, Key=key, UploadId=upload,
            MultipartUpload={"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in etags]},
        )  # fmt: skip
        around += time.perf_counter() - began
        return around + float(sent["wall"])

    def fetch(self, entity: str) -> float:
        """Seconds of the client's download through vesicle."""
        return float(self.client(GET, id=entity)["wall"])

    def download_alone(self, url: str, md5: str) -> float:
        """Seconds of the client's own downloader, without vesicle. Raises RuntimeError when the bytes are others."""
        return float(self.client(GET_ALONE, url=url, md5=md5)["wall"])


def timed(work: Callable[[], object]) -> float:
    """Seconds that it took, once the disk has what was written before."""
    os.sync()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def md5_pass(rivals: Rivals, path: Path) -> tuple[str, float]:
    """What the client does to every file before it sends it and after it fetched it: the MD5, and seconds."""
    clocks = rivals.client(MD5_PASS, paths=[str(path)])
    return clocks["id"], clocks["wall"]


def fresh(path: Path, size: int) -> Path:
    """A file of random bytes."""
    with path.open("wb") as file:
        for begin in range(0, size, MIB):
            file.write(os.urandom(min(MIB, size - begin)))
    return path


def large(rivals: Rivals, size: int, repeats: int) -> None:
    """The table of one large file, there and back."""
    seen: dict[str, list[float]] = defaultdict(list)
    for turn in range(repeats):
        project = rivals.person.project()["id"]
        path = fresh(rivals.folder / f"large-{turn}", size)
        key, stored = f"bench/{path.name}", ""

        def store(path: Path = path, project: str = project) -> float:
            nonlocal stored
            clocks = rivals.client(STORE, paths=[str(path)], parent=project)
            stored = clocks["id"]
            return float(clocks["wall"])

        # Whoever comes first finds the memory and the disk in another state than the last, so they take turns.
        order = -1 if turn % 2 else 1
        ups: dict[str, Callable[[], float]] = {
            "up": store,
            "up alone": partial(rivals.upload_alone, path),
            "boto3 up": partial(timed, partial(rivals.upload, path)),
        }
        for name in list(ups)[::order]:
            seen[name].append(ups[name]())
        md5, seconds = md5_pass(rivals, path)
        seen["md5"].append(seconds)
        path.unlink()
        downs: dict[str, Callable[[], float]] = {
            "down": partial(rivals.fetch, stored),
            "down alone": partial(rivals.download_alone, rivals.signed(key), md5),
            "boto3 down": partial(timed, partial(rivals.download, key, path)),
        }
        for name in list(downs)[::order]:
            seen[name].append(downs[name]())
        path.unlink()
        print("   turn", turn + 1, {name: round(times[-1], 2) for name, times in seen.items()}, flush=True)
    middle = {name: statistics.median(times) for name, times in seen.items()}
    rate = size / MIB
    print(f"{'one file of ' + str(size // MIB) + ' MiB':<26}{'client':>8}{'boto3+MD5':>11}{'boto3':>8}  MiB/s; ratios")
    for way in ("up", "down"):
        ours, plain = middle[way], middle[f"boto3 {way}"]
        fair = plain + middle["md5"]
        rates = f"{rate / ours:>8.0f}{rate / fair:>11.0f}{rate / plain:>8.0f}"
        print(f"{way + 'load':<26}{rates}  {fair / ours:.2f} of boto3+MD5, {plain / ours:.2f} of boto3", flush=True)
    for way in ("up", "down"):
        alone = middle[f"{way} alone"]
        fair = (middle[f"boto3 {way}"] + middle["md5"]) / alone
        share = f"{fair:.2f} of boto3+MD5; with vesicle {alone / middle[way]:.2f} of that"
        print(f"the client's own {way}load without vesicle: {rate / alone:.0f} MiB/s, {share}")


def small(rivals: Rivals, files: int) -> None:
    """The table of many files of 1 MiB."""
    folder = rivals.folder / "small"
    folder.mkdir()

    def made(turn: str) -> list[Path]:
        return [fresh(folder / f"{turn}-{n}", MIB) for n in range(files)]

    def at_once(paths: list[Path]) -> None:
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(rivals.upload, paths))

    def in_turn(paths: list[Path]) -> None:
        for path in paths:
            rivals.upload(path)

    print(
        f"{files} × 1 MiB upload, s  {'client':>9}{'its CPU':>9}{'server CPU':>12}"
        f"{'boto3':>8}{'its CPU':>9}{'ratio':>7}"
    )
    ways = [("one by one", ONE_BY_ONE, in_turn), ("together", TOGETHER, at_once)]
    for name, job, rival in ways:
        paths = made(name.replace(" ", "-"))
        project = rivals.person.project()["id"]
        clocks = rivals.client(job, paths=[str(path) for path in paths], parent=project)
        before = resource.getrusage(resource.RUSAGE_SELF)
        plain = timed(partial(rival, paths))
        after = resource.getrusage(resource.RUSAGE_SELF)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        line = f"{clocks['wall']:>9.1f}{clocks['cpu']:>9.1f}{clocks['server']:>12.1f}{plain:>8.1f}{used:>9.1f}"
        print(f"{name:<24}{line}{clocks['wall'] / plain:>6.1f}×", flush=True)
        for path in paths:
            path.unlink()


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gib", type=float, default=1.0, help="size of the large file; 0 leaves it out")
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--files", type=int, default=1000, help="how many of 1 MiB; 0 leaves them out")
    parser.add_argument("--client-python", type=Path, help="an interpreter with synapseclient; else ./dev client 4.14")
    asked = parser.parse_args()
    python = asked.client_python or programs_of("4.14") / "python"
    with running() as (server, parent), tempfile.TemporaryDirectory(prefix="vesicle-bench-") as folder:
        rivals = Rivals(server, parent, python, Path(folder))
        if asked.gib:
            large(rivals, int(asked.gib * 1024) * MIB, asked.repeats)
        if asked.files:
            small(rivals, asked.files)


if __name__ == "__main__":
    main()
