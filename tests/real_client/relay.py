"""A relay between the published client and the API that listens along: bytes pass as they are, answers are kept.

Presigned URLs lead to the store and not through here.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

import h11
import httpx
from tests import oracle

PIECE = 64 * 1024


class Ears:
    """One connection, understood from both ends: what was asked on it, and what was answered."""

    def __init__(self, keep: Callable[[str, str, httpx.Response], None]) -> None:
        self.keep = keep
        self.asked, self.answered = h11.Connection(h11.SERVER), h11.Connection(h11.CLIENT)
        self.request: h11.Request | None = None
        self.response: h11.Response | None = None
        self.body = bytearray()

    def hear_question(self, data: bytes) -> None:
        """Some bytes from the client."""
        self.asked.receive_data(data)
        self._follow_question()

    def _follow_question(self) -> None:
        while isinstance(event := self.asked.next_event(), h11.Request | h11.Data | h11.EndOfMessage):
            if isinstance(event, h11.Request):
                self.request = event
            self.answered.send(event)

    def hear_answer(self, data: bytes) -> None:
        """Some bytes from the server."""
        self.answered.receive_data(data)
        kinds = h11.InformationalResponse | h11.Response | h11.Data | h11.EndOfMessage
        while isinstance(event := self.answered.next_event(), kinds):
            if isinstance(event, h11.Response):
                self.response = event
                self.body.clear()
            elif isinstance(event, h11.Data):
                self.body += event.data
            self.asked.send(event)
            if isinstance(event, h11.EndOfMessage):
                self._keep()

    def _keep(self) -> None:
        assert self.request is not None
        assert self.response is not None
        answer = httpx.Response(self.response.status_code, headers=[*self.response.headers], content=bytes(self.body))
        self.keep(self.request.method.decode(), urlsplit(self.request.target.decode()).path, answer)
        if self.asked.our_state is self.asked.their_state is h11.DONE:
            self.asked.start_next_cycle()
            self.answered.start_next_cycle()
            self._follow_question()


class Relay:
    """A port on loopback that leads to one server, for as long as the process of the tests lives."""

    def __init__(self, server: str) -> None:
        self._server = urlsplit(server)
        self._heard: list[tuple[str, str, httpx.Response]] = []
        self._odd: list[str] = []
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._carry, "127.0.0.1", 0), self._loop)
        self.url = f"http://127.0.0.1:{listening.result().sockets[0].getsockname()[1]}"

    def hear(self, method: str, path: str, answer: httpx.Response) -> None:
        """Keep an answer until the next check."""
        self._heard.append((method, path, answer))

    def check(self) -> int:
        """Fail when a JSON answer since the last check is not what Synapse documents; how many answers there were."""
        heard, self._heard = self._heard, []
        wrong: set[str] = set()
        for method, path, answer in heard:
            try:
                oracle.check(method, path, answer)
            except AssertionError as deviation:
                wrong.add(str(deviation))
        assert not wrong, "\n".join(sorted(wrong))
        assert not self._odd, self._odd
        return len(heard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ears = Ears(self.hear)
        try:
            far_reader, far_writer = await asyncio.open_connection(self._server.hostname, self._server.port)
        except OSError:  # Some tests end the server and look at what the client does.
            writer.close()
            return
        await asyncio.gather(
            self._pump(reader, far_writer, ears.hear_question), self._pump(far_reader, writer, ears.hear_answer)
        )

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, hear: Callable[[bytes], None]
    ) -> None:
        """Bytes from one side to the other until one of them ends. What is not understood passes, too."""
        try:
            while data := await source.read(PIECE):
                try:
                    hear(data)
                except (h11.ProtocolError, AssertionError) as odd:
                    self._odd.append(f"{odd}: {data[:200]!r}")
                target.write(data)
                await target.drain()
        except OSError:
            pass
        finally:
            target.close()


@cache
def relay_to(server: str) -> Relay:
    """The relay of this process to a server."""
    return Relay(server)
