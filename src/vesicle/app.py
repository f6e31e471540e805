"""The one place where everything meets: settings → engines → route tables → ASGI application."""

from __future__ import annotations

from typing import Any

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
from vesicle.files import removal
from vesicle.jobs import http as jobs_http
from vesicle.locations import http as locations_http
from vesicle.mail import sending
from vesicle.messages import http as messages_http
from vesicle.messages import mailing
from vesicle.objectstore.managed import Managed
from vesicle.objectstore.s3 import S3Store
from vesicle.objectstore.stores import Stores, store_of
from vesicle.onboarding import arriving
from vesicle.organizations import http as organizations_http
from vesicle.relocation import http as relocation_http
from vesicle.settings import Settings
from vesicle.teams import http as teams_http
from vesicle.usage import http as usage_http
from vesicle.web import Anyone, Door, Doors, House, Transaction, health, stack
from vesicle.web.edge import Edge
from vesicle.web.openapi import document

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
)
DURABLE = (
    removal,
    sending,
    passwords,
    mailing,
    trash,
)
