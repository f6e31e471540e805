"""Uploads of many parts: 1,200 parts of 5 MiB for real, and what the bookkeeping of 10,000 parts costs.

    python -m bench.parts [--parts 1200] [--threads 6] [--booked 100 10000]

The bookkeeping is measured where it is: the stories and their SQL on the server's database, in this process, with no
bytes sent. Processor time of this process stands beside wall time, which holds the database's work too. Needs disk
space for the upload, three times.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
from tests import sending
from tests.live import Person, Server

from bench.house import running
from vesicle.access import OwnsUpload, require
from vesicle.access.actors import EVERY_SCOPE, signed_in
from vesicle.files import uploads
from vesicle.files.model import MultipartUploadRequest
from vesicle.files.store import uploads as rows
from vesicle.objectstore.managed import Managed
from vesicle.objectstore.stores import Stores

PART = 5 * 1024**2


def declared(name: str, parts: int) -> dict[str, object]:
    """A request of so many full parts; the MD5 of the whole is claimed, as with any upload of several parts."""
    return sending.request(b"", name, PART) | {"fileSizeBytes": parts * PART}


def real(server: Server, person: Person, parts: int, threads: int) -> None:
    """Send every part through its URL, add it, complete, and ask the store how long the object is."""
    upload = sending.start(person, declared("many.bin", parts))["uploadId"]
    base = os.urandom(PART)

    def send(numbers: list[int]) -> None:
        with httpx.Client(timeout=120) as http:
            mine = Person(person.url, person.name, person.id, person.token, http)
            for number, url in sending.part_urls(mine, upload, numbers).items():
                part = number.to_bytes(8) + base[8:]
                http.put(url, content=part).raise_for_status()
                answer = sending.add_part(mine, upload, number, part)
                if answer["addPartState"] != "ADD_SUCCESS":
                    raise RuntimeError(answer)

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(send, [list(range(1, parts + 1))[n :: parts // 20 or 1] for n in range(parts // 20 or 1)]))
    sent = time.perf_counter()
    person.http.timeout = httpx.Timeout(300)
    handle = sending.complete(person, upload)["resultFileHandleId"]
    ended = time.perf_counter()
    with server.database() as conn:
        row = conn.execute("SELECT bucket, key FROM file_handle WHERE id = %s", (int(handle),)).fetchone()
    if row is None:
        raise RuntimeError(f"there is no handle {handle}")
    size = server.store().stat(*row).size
    if size != parts * PART:
        raise RuntimeError(f"the object has {size} bytes, not {parts * PART}")
    rate = parts * PART / 1024**2 / (sent - began)
    print(f"{parts} parts of 5 MiB, {threads} threads: sent in {sent - began:.1f} s ({rate:.0f} MiB/s),", end=" ")
    print(f"completed in {ended - sent:.1f} s, {size} bytes by HEAD", flush=True)
    server.store().delete(*row)


def clocked(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of wall and of processor time."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def booked(server: Server, person: Person, parts: int) -> None:
    """The table rows of one number of parts."""
    upload_id = int(sending.start(person, declared(f"booked-{parts}.bin", parts))["uploadId"])
    settings = server.settings()
    managed = Stores(Managed(server.store(), settings.s3_bucket), [])
    numbers = list(range(1, parts + 1))
    with server.database() as conn:
        actor = signed_in(person.id, [], EVERY_SCOPE, everyone_certified=True, token_id=None)
        grant = require(conn, actor, OwnsUpload, upload_id)
        life_s = settings.url_life_seconds

        def record() -> None:
            for number in numbers:
                rows.put_part(conn, grant, number, f"{number:032x}")

        again = MultipartUploadRequest(
            file_name=f"booked-{parts}.bin", file_size_bytes=parts * PART, part_size_bytes=PART,
            content_md5_hex=sending.md5(b""), content_type="text/plain",
        )  # fmt: skip
        deeds: dict[str, Callable[[], object]] = {
            "sign a batch of URLs": lambda: uploads.sign_parts(conn, grant, managed, numbers, life_s),
            "record every part": record,
            "status with partsState": lambda: uploads.start(conn, actor, settings, managed, again, force_restart=False),
            "complete's list of parts": lambda: rows.parts(conn, upload_id),
        }
        for name, deed in deeds.items():
            wall, cpu = clocked(deed)
            print(f"{parts:>8}  {name:<26}{wall:>10.1f}{cpu:>10.1f}{wall * 1000 / parts:>14.1f}", flush=True)


def main() -> None:
    """Print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", type=int, default=1200, help="parts that are really sent; 0 leaves this out")
    parser.add_argument("--threads", type=int, default=(os.cpu_count() or 1) + 4)
    parser.add_argument("--booked", type=int, nargs="*", default=[100, 10_000])
    asked = parser.parse_args()
    if shutil.disk_usage("/tmp").free < 3 * asked.parts * PART:
        raise SystemExit(f"{asked.parts} parts need {3 * asked.parts * PART // 1024**3} GiB of disk")
    with running() as (server, _):
        person = server.person("bench")
        print(f"{'parts':>8}  {'bookkeeping':<26}{'wall ms':>10}{'CPU ms':>10}{'wall µs/part':>14}")
        for parts in asked.booked:
            booked(server, person, parts)
        if asked.parts:
            real(server, person, asked.parts, asked.threads)


if __name__ == "__main__":
    main()
