"""Uploads of very many parts.

    python -m bench.parts [--parts 1200] [--threads 8] [--bookkeeping 100 10000]

First so many parts of 5 MiB are sent for real, through presigned URLs into the store. Then the bookkeeping alone is
measured on the database, for few parts and for the most that an upload can have.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from tests.live import Person, Server
from tests.sending import MIB, complete, part_urls, start

from bench.house import api_process, cpu_s, running
from vesicle import app
from vesicle.access import OwnsUpload, require
from vesicle.accounts import tokens
from vesicle.files import store, uploads

PART = 5 * MIB


def send(server: Server, person: Person, api: int, parts: int, threads: int) -> None:
    """Send the parts, add each, complete; the object's size is checked in the store."""
    block = b"v" * PART
    tag = hashlib.md5(block, usedforsecurity=False).hexdigest()
    body = {
        "fileName": "many.bin", "fileSizeBytes": parts * PART, "partSizeBytes": PART, "contentMD5Hex": tag,
    }  # fmt: skip
    upload = start(person, body)["uploadId"]
    begin, before = time.perf_counter(), cpu_s(api)
    urls = part_urls(person, upload, list(range(1, parts + 1)))
    signed_s = time.perf_counter() - begin
    headers = {"Authorization": f"Bearer {person.token}"}
    with httpx.Client(timeout=120, limits=httpx.Limits(max_connections=threads * 2)) as http:

        def carry(number: int) -> None:
            http.put(urls[number], content=block).raise_for_status()
            path = f"{server.url}/file/v1/file/multipart/{upload}/add/{number}"
            answer = http.put(path, params={"partMD5Hex": tag}, headers=headers).raise_for_status()
            if answer.json()["addPartState"] != "ADD_SUCCESS":
                raise RuntimeError(answer.text)

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(carry, range(1, parts + 1)))
    sent_s = time.perf_counter() - begin
    handle = complete(person, upload)["resultFileHandleId"]
    done_s = time.perf_counter() - begin
    shape = person.ok("GET", f"/file/v1/fileHandle/{handle}")
    size = server.store().stat(shape["bucketName"], shape["key"]).size
    if size != parts * PART:
        raise RuntimeError(f"{size} bytes are in the store")
    used = cpu_s(api) - before
    print(f"{parts} parts of 5 MiB: URLs in {signed_s:.2f} s, sent and added in {sent_s:.1f} s", end=" ")
    print(f"({parts * PART / 1e6 / sent_s:.0f} MB/s), completed in {done_s - sent_s:.1f} s;")
    print(f"API process {used / parts * 1000:.1f} ms of processor time a part; the object has {size} bytes")
    person.ok("DELETE", f"/file/v1/fileHandle/{handle}")


def bookkeeping(server: Server, person: Person, counts: list[int]) -> None:
    """Milliseconds of each step on the database, without the store."""
    house = app.open_house(server.settings())
    print(f"{'parts':>8}{'sign all':>12}{'add one':>12}{'status':>12}{'list of parts':>16}   (ms, medians)")
    with house.pool.connection() as conn:
        actor = tokens.actor_of_person(conn, person.id, house.settings)
        for parts in counts:
            body = {
                "fileName": f"{parts}.bin",
                "fileSizeBytes": parts * PART,
                "partSizeBytes": PART,
                "contentMD5Hex": "0" * 32,
            }
            upload_id = int(start(person, body)["uploadId"])
            grant = require(conn, actor, OwnsUpload, upload_id)
            numbers = list(range(1, parts + 1))
            sign = _ms(lambda: uploads.sign_parts(conn, grant, house.managed, numbers, 900), 3)  # noqa: B023
            for number in numbers:
                store.put_part(conn, grant, number, "0" * 32)
            add = _ms(lambda: store.put_part(conn, grant, 7, "1" * 32), 100)  # noqa: B023
            status = _ms(lambda: start(person, body), 10)  # noqa: B023
            listed = _ms(lambda: store.parts(conn, upload_id), 10)  # noqa: B023
            print(f"{parts:>8}{sign:>12.2f}{add:>12.3f}{status:>12.2f}{listed:>16.2f}", flush=True)
    house.pool.close()


def _ms(deed: object, times: int) -> float:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        deed()  # type: ignore[operator]
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", type=int, default=1200)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--bookkeeping", type=int, nargs="+", default=[100, 10_000])
    asked = parser.parse_args()
    with running() as (server, parent):
        person = server.person("bench")
        bookkeeping(server, person, asked.bookkeeping)
        send(server, person, api_process(parent), asked.parts, asked.threads)


if __name__ == "__main__":
    main()
