"""Probes of presigned downloads, made as whoever holds the URL would make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vesicle.objectstore.content_disposition import attachment
from vesicle.objectstore.contract import SignsUrls, power
from vesicle.objectstore.probing import Probe, Subject, must_be, promise

PROBES: list[Probe] = []
BODY = b"0123456789"


def _put(subject: Subject) -> str:
    key = subject.key("4711/file name+ü.txt")
    subject.store.put(subject.bucket, key, BODY, "text/x-stored")
    return key


@promise("a presigned URL reads the object without credentials", PROBES)
def a_signed_url_reads_the_object(subject: Subject) -> None:
    answer = subject.ask("GET", subject.urls.sign_get(subject.bucket, _put(subject), expires_s=60))
    must_be((answer.status, answer.body), (200, BODY), "the answer")
    must_be(answer.headers["Content-Type"], "text/x-stored", "the content type without an override")


@promise("a presigned URL answers a Range with 206 and those bytes", PROBES)
def a_signed_url_takes_a_range(subject: Subject) -> None:
    url = subject.urls.sign_get(subject.bucket, _put(subject), expires_s=60)
    answer = subject.ask("GET", url, headers={"Range": "bytes=3-5"})
    must_be((answer.status, answer.body), (206, BODY[3:6]), "the answer")
    must_be(answer.headers["Content-Range"], "bytes 3-5/10", "Content-Range")
    must_be(subject.ask("GET", url, headers={"Range": "bytes=10-12"}).status, 416, "the status behind the end")


@promise("the signed content type and disposition come back as headers", PROBES)
def signed_overrides_come_back(subject: Subject) -> None:
    wanted = attachment('Größe "7" 名前.csv')
    key = _put(subject)
    url = subject.urls.sign_get(
        subject.bucket, key, expires_s=60, content_type="text/csv; charset=utf-8", content_disposition=wanted
    )
    answer = subject.ask("GET", url)
    must_be(answer.status, 200, "the status")
    must_be(answer.headers["Content-Type"], "text/csv; charset=utf-8", "Content-Type")
    must_be(answer.headers["Content-Disposition"], wanted, "Content-Disposition")


@promise("a URL past its life is refused", PROBES)
def an_expired_url_is_refused(subject: Subject) -> None:
    key, long_ago = _put(subject), datetime.now(UTC) - timedelta(seconds=600)
    expired = subject.urls.sign_get(subject.bucket, key, expires_s=60, now=long_ago)
    must_be(subject.ask("GET", expired).status, 403, "the status 540 seconds after the end")
    alive = subject.urls.sign_get(subject.bucket, key, expires_s=900, now=long_ago)
    must_be(subject.ask("GET", alive).status, 200, "the status 300 seconds before the end")


@promise("a URL that was changed is refused", PROBES)
def a_changed_url_is_refused(subject: Subject) -> None:
    key = _put(subject)
    subject.store.put(subject.bucket, f"{key}2", b"another")
    url = subject.urls.sign_get(subject.bucket, key, expires_s=60, content_type="text/plain")
    last = url[-1]
    changed = {
        "another key": url.replace("?", "2?", 1),
        "a longer life": url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
        "another content type": url.replace("text%2Fplain", "text%2Fhtml"),
        "another signature": url[:-1] + ("0" if last != "0" else "1"),
    }
    for what, forged in changed.items():
        must_be((forged != url, subject.ask("GET", forged).status), (True, 403), what)
    must_be(subject.ask("PUT", url, b"overwritten").status, 403, "another method")
    must_be(subject.store.get(subject.bucket, key), BODY, "the object afterwards")


@promise("a URL signed with a wrong secret is refused", PROBES)
def a_strangers_url_is_refused(subject: Subject) -> None:
    url = power(subject.stranger, SignsUrls).sign_get(subject.bucket, _put(subject), expires_s=60)
    must_be(subject.ask("GET", url).status, 403, "the status")
