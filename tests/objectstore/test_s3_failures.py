"""A store that is dead, silent, in trouble or not a store at all: what the S3 provider makes of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vesicle import errors
from vesicle.objectstore.contract import NoSuchUpload, Refused, StoreError, Unavailable
from vesicle.objectstore.s3 import S3Store

SECRET = "a-secret-that-nobody-sees"
Answer = tuple[int, bytes]


@contextmanager
def _store(endpoint: str, rest_s: float = 60.0) -> Iterator[S3Store]:
    limits = {"connect_s": 0.3, "read_s": 0.3, "long_read_s": 0.3, "rest_s": rest_s}
    with closing(S3Store(endpoint, "key", SECRET, **limits)) as store:
        yield store


@contextmanager
def _answering(*answers: Answer, port: int = 0) -> Iterator[tuple[S3Store, list[str]]]:
    """A store at a server that gives these answers in turn, the last one for ever, and the requests that it saw."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = answers[min(len(seen), len(answers) - 1)]
            seen.append(f"{self.command} {self.path}")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_HEAD = answer

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with _store(f"http://127.0.0.1:{server.server_port}") as store:
            yield store, seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _error(code: str, message: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


@contextmanager
def _silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield server.getsockname()[1]


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_a_store_that_is_not_there_is_unavailable() -> None:
    with _store(f"http://127.0.0.1:{_closed_port()}") as store, pytest.raises(Unavailable, match="does not answer"):
        store.get("bucket", "key")


@pytest.mark.parametrize(
    "deed",
    [
        lambda store: store.check(),
        lambda store: store.complete_upload("bucket", "key", "id", [(1, "etag")]),
        lambda store: store.copy("bucket", "key", "bucket", "copy"),
    ],
    ids=["check", "complete", "copy"],
)
def test_a_store_that_never_answers_is_unavailable_within_the_limit(deed: Callable[[S3Store], None]) -> None:
    with _silent_port() as port, _store(f"http://127.0.0.1:{port}") as store, pytest.raises(Unavailable):
        deed(store)


def test_after_a_failure_to_reach_it_the_store_is_left_alone_for_a_moment() -> None:
    with _silent_port() as port, _store(f"http://127.0.0.1:{port}") as store:
        with pytest.raises(Unavailable, match="does not answer"):
            store.check()
        with pytest.raises(Unavailable, match="a moment ago"):
            store.check()


def test_a_store_that_comes_back_is_used_again() -> None:
    port = _closed_port()
    with _store(f"http://127.0.0.1:{port}", rest_s=0) as store:
        with pytest.raises(Unavailable, match="does not answer"):
            store.get("bucket", "key")
        with _answering((200, b"bytes"), port=port):
            assert store.get("bucket", "key") == b"bytes"


def test_a_passing_trouble_of_the_store_is_not_seen() -> None:
    with _answering((500, _error("InternalError", "We are sorry")), (200, b"bytes")) as (store, seen):
        assert store.get("bucket", "key") == b"bytes"
    assert len(seen) == 2


@pytest.mark.parametrize(
    "answer",
    [
        (500, _error("InternalError", "Please try again.")),
        (502, b"<html>Bad Gateway</html>"),
        (503, _error("SlowDown", "Please reduce your request rate.")),
        (503, b""),
        (429, _error("TooManyRequests", "")),
    ],
)
def test_a_lasting_trouble_of_the_store_is_unavailable_after_two_attempts(answer: Answer) -> None:
    with _answering(answer) as (store, seen):
        with pytest.raises(Unavailable):
            store.get("bucket", "key")
        assert len(seen) == 2


def test_completing_is_never_asked_for_twice() -> None:
    with _answering((500, _error("InternalError", ""))) as (store, seen):
        with pytest.raises(Unavailable):
            store.complete_upload("bucket", "key", "id", [(1, "etag")])
        assert [request.partition(" ")[0] for request in seen].count("POST") == 1


def test_trouble_while_completing_an_upload_that_is_gone_says_that_it_is_gone() -> None:
    answers = (500, _error("InternalError", "")), (404, _error("NoSuchUpload", ""))
    with _answering(*answers) as (store, _), pytest.raises(NoSuchUpload):
        store.complete_upload("bucket", "key", "id", [(1, "etag")])


def test_a_server_error_in_the_body_of_a_good_answer_is_unavailable() -> None:
    with _answering((200, _error("InternalError", ""))) as (store, _), pytest.raises(Unavailable):
        store.complete_upload("bucket", "key", "id", [(1, "etag")])


def test_something_that_is_no_object_store_is_unavailable() -> None:
    with _answering((200, b"<html>Welcome!</html")) as (store, _), pytest.raises(Unavailable):
        store.check()


@pytest.mark.parametrize("bucket", ["a b", "", "x" * 300])
def test_a_bucket_name_that_no_store_can_have_is_refused(bucket: str) -> None:
    with _answering((200, b"")) as (store, seen):
        with pytest.raises(Refused):
            store.get(bucket, "key")
        assert seen == []


def test_a_refusal_carries_the_stores_code_and_message() -> None:
    with _answering((403, _error("AccessDenied", "Not yours."))) as (store, seen):
        with pytest.raises(Refused) as refused:
            store.get("bucket", "key")
        assert refused.value.store_code == "AccessDenied"
        assert "AccessDenied (Not yours.)" in refused.value.reason
        assert "bucket/key" in refused.value.reason
        assert len(seen) == 1


@pytest.mark.parametrize("phrase", errors.RETRY_PHRASES)
def test_a_refusal_holds_none_of_the_words_that_make_the_client_repeat(phrase: str) -> None:
    with _answering((400, _error("InvalidRequest", f"Oh: {phrase.upper()}!"))) as (store, _):
        with pytest.raises(StoreError) as refused:
            store.get("bucket", f"{phrase}.txt")
        assert isinstance(refused.value, Refused)
        assert phrase not in refused.value.reason.lower()


@pytest.mark.parametrize("answer", [(403, _error("SignatureDoesNotMatch", "No.")), (500, b"")])
def test_no_reason_holds_the_secret(answer: Answer) -> None:
    with _answering(answer) as (store, _):
        with pytest.raises(StoreError) as refused:
            store.put("bucket", "key", b"body")
        assert SECRET not in repr(refused.value) + refused.value.reason
