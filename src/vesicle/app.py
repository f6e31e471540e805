"""The one place where everything meets: settings → engines → route tables → ASGI application."""

from __future__ import annotations

import functools

from starlette.middleware.cors import CORSMiddleware

from vesicle.access import Actor, Scope
from vesicle.accounts import addresses, passwords, tokens
from vesicle.accounts import http as accounts_http
from vesicle.audit import http as audit_http
from vesicle.db import Connection, open_pool
from vesicle.delivery import http as delivery_http
from vesicle.entities import http as entities_http
from vesicle.entities import trash
from vesicle.files import http as files_http
from vesicle.files import reaping, removal
from vesicle.jobs import http as jobs_http
from vesicle.locations import http as locations_http
from vesicle.locations import secrets
from vesicle.mail import sending
from vesicle.messages import http as messages_http
from vesicle.messages import mailing
from vesicle.objectstore.managed import Managed
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.stores import Stores, store_of
from vesicle.onboarding import arriving
from vesicle.organizations import http as organizations_http
from vesicle.organizations import notifying, succession
from vesicle.pages import http as pages_http
from vesicle.pages.front import Front
from vesicle.relocation import drifting
from vesicle.relocation import http as relocation_http
from vesicle.settings import Settings
from vesicle.teams import founding, joining
from vesicle.teams import http as teams_http
from vesicle.usage import http as usage_http
from vesicle.usage import reports
from vesicle.web import Anyone, Door, Doors, House, Reply, Transaction, health, stack
from vesicle.web.edge import Edge
from vesicle.web.openapi import document
from vesicle.web.replies import JSON
from vesicle.wire import encode

ROOMS = (
    health,
    stack,
    audit_http,
    accounts_http,
    teams_http,
    organizations_http,
    entities_http,
    locations_http,
    messages_http,
    files_http,
    delivery_http,
    usage_http,
    relocation_http,
    jobs_http,
    pages_http,
)
DURABLE = (
    drifting,
    reaping,
    removal,
    sending,
    passwords,
    mailing,
    trash,
    reports,
    notifying,
)
"""Rooms with work on the queue: a worker knows what these have declared."""

addresses.when_proved(arriving.come_in)
joining.when_left(succession.follow_from_team)
founding.when_dissolved(succession.follow_team)

_openapi = Doors("web")


@_openapi(
    "GET", "/vesicle/v1/openapi.json", access=Anyone("the contract is public"), scopes=Scope(0),
    transaction=Transaction.NONE,
)  # fmt: skip
def openapi() -> Reply:
    """This API as an OpenAPI document."""
    return Reply(200, _document(), JSON)


@functools.cache
def _document() -> bytes:
    """Made once in a process, and not for everybody who asks: it takes as long as a hundred other requests."""
    return encode(document(route_table(), "/"))


def route_table() -> list[Door]:
    """Every door of the house."""
    return [door for room in ROOMS for door in room.door.table] + _openapi.table


def default_store(settings: Settings) -> S3Store:
    """The store of the default storage location; it lends where the settings name a role."""
    return store_of(settings.default_s3)


def all_stores(settings: Settings) -> Stores:
    """The default store, and those of others that the settings list."""
    managed = Managed(default_store(settings), settings.s3_bucket)
    own = settings.s3_endpoint, settings.store_url
    return Stores(
        managed, own, settings.s3, settings.s3_external_endpoint,
        lambda keys: secrets.sealed(settings, keys).decode(), lambda keys: secrets.unsealed(settings, keys),
    )  # fmt: skip


def open_house(settings: Settings) -> House:
    """What a process needs to serve or to work: the database, the object store, and who signs people in.

    ``settings`` name both; embedded engines are started by whoever runs ``vesicle serve``, and named here like any
    other.
    """
    stores = all_stores(settings)

    def sign_in(conn: Connection, token: str) -> Actor:
        return tokens.actor_of_token(conn, token, settings)

    return House(settings, open_pool(settings.database_url, settings.database_pool), stores, sign_in)


def build(settings: Settings) -> CORSMiddleware:
    """The ASGI application. Any web page may call the API: tokens are sent on purpose, never by the browser itself."""
    edge = Edge(open_house(settings), route_table())
    return CORSMiddleware(
        Front(edge), allow_origins=["*"], allow_methods=["*"], allow_headers=["*"], expose_headers=["*"], max_age=3600
    )
