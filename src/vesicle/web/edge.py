"""The one ASGI application: bytes in, a door's answer or a refusal out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import perf_counter
from typing import Any

import structlog

from vesicle.access import Actor, anonymous
from vesicle.db import Clash, Connection, Contention, Unfit, Unreachable
from vesicle.errors import BadRequest, Conflict, NotSignedIn, Refusal, TooLarge, Unavailable
from vesicle.settings import Settings
from vesicle.web import addresses, authentication, binding, forms, limits, metrics, stack
from vesicle.web.calls import Call, House
from vesicle.web.catalogue import synapse_calls
from vesicle.web.doors import Door, InStory, Needs, Transaction
from vesicle.web.refusals import reply_of_refusal
from vesicle.web.replies import Reply, reply_of
from vesicle.web.routing import Routes

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LARGEST_BODY = 2 * 1024 * 1024
TRIES = 4
A_YEAR_S = 365 * 24 * 3600
UNCOUNTED = "/healthz"
"""Whoever supervises the process asks this often, and ends what does not answer."""


class Edge:
    """Finds the door, reads the body, and runs the handler in a worker thread."""

    def __init__(self, house: House, doors: Iterable[Door]) -> None:
        self._house = house
        self._routes = Routes(doors, synapse_calls())
        self._threads = ThreadPoolExecutor(house.settings.threads, thread_name_prefix="door")
        self._buckets = limits.Buckets(house.settings)
        self._proxies = addresses.networks(house.settings.trusted_proxies)
        self._watch = stack.Watch()
        self._always = protecting_headers(house.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                self._threads.shutdown(wait=True)
                self._house.pool.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        door: Door | None = None
        try:
            body = await _read_body(scope, receive)
            door, values = self._routes.find(scope["method"], scope["path"])
            loop = asyncio.get_running_loop()
            reply = await loop.run_in_executor(self._threads, self._run, door, values, scope, body)
        except Refusal as refusal:
            reply = reply_of_refusal(refusal)
        except Disconnected:
            return
        metrics.count(door, reply.status, perf_counter() - began)
        await _send(reply, self._always, send)

    def _run(self, door: Door, values: list[str], scope: Scope, body: bytes) -> Reply:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        peer = scope["client"][0] if scope.get("client") else None
        address = addresses.client_address(peer, headers.get("x-forwarded-for"), self._proxies)
        gate = limits.Gate(self._buckets, self._house.settings, address)
        reply = self._answered(door, values, scope, body, headers, gate)
        if gate.standing:
            reply.headers.update(gate.standing.headers)
        return reply

    def _answered(
        self, door: Door, values: list[str], scope: Scope, body: bytes, headers: dict[str, str], gate: limits.Gate
    ) -> Reply:
        try:
            return self._open(door, values, scope, body, headers, gate)
        except Refusal as said:
            refusal = said
        except Unreachable as error:
            log.warning("the database does not answer", door=door.name, error=str(error))
            refusal = Unavailable("The database does not answer just now; the same request will work later.")
        except Clash as error:
            log.warning("a constraint refused a request", door=door.name, error=str(error))
            refusal = Conflict("Somebody else changed this at the same moment; read it anew and repeat.")
        except Unfit as error:
            log.warning("a value did not fit the database", door=door.name, error=str(error))
            refusal = BadRequest("A value of this request is not one that can be stored.")
        except Exception:
            log.exception("a door failed", door=door.name)
            refusal = Refusal("Server Error. Error logged.")
        return door.refuse(refusal, headers)

    def _open(
        self, door: Door, texts: list[str], scope: Scope, body: bytes, headers: dict[str, str], gate: limits.Gate
    ) -> Reply:
        if door.transaction is Transaction.NONE:
            if door.path != UNCOUNTED:
                gate.pass_stranger()
            return reply_of(door.handler(), door.status)
        with self._house.pool.connection() as conn:
            self._watch.check(conn, door)
            if door.form:
                forms.check_from_here(headers, self._house.settings.api_url)
            known = None if gate.address == addresses.UNKNOWN else gate.address
            actor = replace(self._meet(conn, door, headers, gate), address=known)
            authentication.check_terms(actor, door)
            authentication.check_scopes(actor, door.scopes)
            arguments = binding.path_values(door, texts) | binding.query_values(door, scope["query_string"])
            call = Call(self._house, conn, actor, headers, gate.address)
            if door.transaction is not Transaction.WRITE:
                return self._handle(door, call, arguments, body)
            for left in reversed(range(TRIES)):
                try:
                    with conn.transaction():
                        return self._handle(door, call, arguments, body)
                except Contention:
                    # Nothing was kept, so the whole deed can be done anew.
                    if not left:
                        raise
            raise AssertionError("unreachable")

    def _meet(self, conn: Connection, door: Door, headers: dict[str, str], gate: limits.Gate) -> Actor:
        """Who calls, once they are counted. Raises NotSignedIn and TooManyRequests."""
        try:
            actor = authentication.actor_of(headers, conn, self._house.sign_in)
        except NotSignedIn:
            gate.pass_stranger()
            if not authentication.is_way_in(door):
                raise
            actor = anonymous()
        else:
            gate.pass_person(actor)
        gate.pass_sensitive(conn, door, actor)
        return actor

    def _handle(self, door: Door, call: Call, arguments: dict[str, Any], body: bytes) -> Reply:
        handed = {name: value for name, value in arguments.items() if name in door.takes}
        if isinstance(door.access, Needs):
            grant = authentication.grant(call, door.access, arguments)
            if "grant" in door.takes:
                handed["grant"] = grant
        elif not isinstance(door.access, InStory):
            authentication.check_access(call.actor, door)
        if door.body is not None:
            handed["body"] = binding.body_value(door, body)
        if "call" in door.takes:
            handed["call"] = call
        return reply_of(door.handler(**handed), door.status)


class Disconnected(Exception):
    """The client went away before it had sent its body."""


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body. Raises TooLarge past LARGEST_BODY, without reading the rest."""
    too_large = TooLarge(f"A request body has at most {LARGEST_BODY} bytes; files go to presigned URLs instead.")
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > LARGEST_BODY:
            raise too_large
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body += bytes(message.get("body", b""))
        if len(body) > LARGEST_BODY:
            raise too_large
        if not message.get("more_body"):
            return body


def protecting_headers(settings: Settings) -> dict[str, str]:
    """What every answer says to browsers, unless it says otherwise itself.

    Answers hold secrets and URLs that open something, so nobody keeps them; they are data, so no page frames them or
    runs anything in them.
    """
    given = {
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
    }
    if settings.api_url.startswith("https://"):
        given["strict-transport-security"] = f"max-age={A_YEAR_S}"
    return given


async def _send(reply: Reply, always: Mapping[str, str], send: Send) -> None:
    headers = [(b"content-length", str(len(reply.body)).encode())] if reply.status != 204 else []
    if reply.content_type:
        headers.append((b"content-type", reply.content_type.encode("latin-1")))
    own = {name.lower(): value for name, value in reply.headers.items()}
    headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in {**always, **own}.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
