"""The root of the server shows people a page, and programs what it always told them."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from vesicle.pages.rendering import is_browser

WELCOME = "/welcome"


class Front:
    """Leads a browser that asks for ``/`` to the door of the welcome page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        at_root = scope["type"] == "http" and scope["path"] == "/" and scope["method"] == "GET"
        if at_root and is_browser(Headers(scope=scope)):
            scope = {**scope, "path": WELCOME}
        await self._app(scope, receive, send)
