"""The embedded PostgreSQL and SeaweedFS: start, wait, watch, stop; nothing else knows that they exist."""

from __future__ import annotations

import json
from dataclasses import replace

import structlog

from vesicle.engines.folders import write_private
from vesicle.engines.postgres import EmbeddedPostgres
from vesicle.engines.processes import die_with_parent, exclusive
from vesicle.engines.seaweedfs import ROLE, EmbeddedSeaweedFS
from vesicle.engines.system_user import engine_user
from vesicle.errors import Unavailable
from vesicle.settings import Settings

__all__ = ["Engines", "NotRunning", "die_with_parent", "exclusive"]

log = structlog.get_logger(__name__)


class NotRunning(Unavailable):
    """There is no server on this data folder to be beside of."""


class Engines:
    """The engines that these settings name no outside one for."""

    def __init__(self, settings: Settings, *, store: bool = True) -> None:
        self._settings = settings
        self._address_file = settings.data / "objects.address"
        user = engine_user() if not settings.database_url or not settings.s3_endpoint else None
        tls = settings.tls_certificate, settings.tls_key
        self._postgres = None if settings.database_url else EmbeddedPostgres(settings.data, user)
        self._seaweedfs = (
            EmbeddedSeaweedFS(
                settings.data, settings.host, settings.store_port, user, (tls[0], tls[1]) if tls[0] and tls[1] else None
            )
            if store and not settings.s3_endpoint
            else None
        )

    def start(self) -> Settings:
        """Start them in order; the settings, with every address and key filled in. Raises Unavailable."""
        settings = self._settings
        if self._postgres is not None:
            settings = replace(settings, database_url=self._postgres.start())
        if self._seaweedfs is not None:
            self._seaweedfs.start()
            settings = self._with_store(settings, self._seaweedfs.endpoint)
            there = {"endpoint": self._seaweedfs.endpoint, "port": settings.port, "store_port": settings.store_port}
            write_private(self._address_file, json.dumps(there))
        return settings

    def attach(self) -> Settings:
        """The same settings for a process beside a server that runs. Raises NotRunning."""
        settings = self._settings
        if self._postgres is not None:
            url = self._postgres.running_url()
            if url is None:
                raise NotRunning(f"No vesicle runs on {settings.data}; start one with `vesicle serve`.")
            settings = replace(settings, database_url=url)
        if self._seaweedfs is not None:
            # Where the server is it was perhaps told on its command line alone.
            there = json.loads(self._address_file.read_text())
            settings = replace(settings, port=there["port"], store_port=there["store_port"])
            settings = self._with_store(settings, there["endpoint"])
        return settings

    def _with_store(self, settings: Settings, endpoint: str) -> Settings:
        if self._seaweedfs is None:
            return settings
        access, secret = self._seaweedfs.keys()
        # The address for clients is settled first: it must not become the one that only this machine can use.
        return replace(
            settings, store_public_url=settings.store_url, s3_endpoint=endpoint, s3_access_key=access,
            s3_secret_key=secret, s3_region="us-east-1", s3_ca_bundle=None, s3_role=ROLE,
            s3_sts_endpoint="", s3_lender_access_key="", s3_lender_secret_key="",
        )  # fmt: skip

    def revive(self) -> None:
        """Start again what died by itself."""
        for name, engine in (("PostgreSQL", self._postgres), ("SeaweedFS", self._seaweedfs)):
            if engine is not None and not engine.is_alive:
                log.warning("an engine died and is started again", engine=name)
                engine.start()

    def stop(self) -> None:
        """End them, the last one first. What never started is no matter."""
        for engine in (self._seaweedfs, self._postgres):
            if engine is not None:
                engine.stop()
