"""Every setting once: its name, type, default and one sentence of help.

What cannot be right is refused when the settings are loaded, with the name of the setting and what it expects.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_type_hints
from urllib.parse import urlsplit

from vesicle.settings.declaring import Setting, SettingsError, setting
from vesicle.settings.forms import (
    ADDRESS,
    BUCKET,
    HOST,
    NETWORKS,
    ORIGIN,
    ORIGINS,
    POSTGRESQL,
    ROLE,
    S3_LIST,
    VERSION,
    WEB_PAGE,
    S3Access,
)


def default_data_folder() -> Path:
    """The system's place for root, the user's own for everybody else."""
    if os.geteuid() == 0:
        return Path("/var/lib/vesicle")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "vesicle"


@dataclasses.dataclass(frozen=True, repr=False)
class Settings:
    """The effective settings of one process. Folders and files are absolute when they come from ``load``."""

    data: Path = setting(
        default_data_folder,
        "The folder that holds everything: database, objects, keys, logs.",
        shown="`/var/lib/vesicle` as root, otherwise `$XDG_DATA_HOME/vesicle` or `~/.local/share/vesicle`",
    )
    host: str = setting("127.0.0.1", "The address to listen on; beyond loopback, set `public_url` too.", form=HOST)
    port: int = setting(7770, "The port of the API.", least=1, most=65535)
    store_port: int = setting(0, "The port of the embedded object store.", shown="`port` + 1", most=65535)
    public_url: str = setting(
        "", "The origin at which clients reach the API.", shown="made of `host`, `port` and TLS", form=ORIGIN
    )
    store_public_url: str = setting(
        "",
        "The origin at which clients reach the object store; never the same as that of the API.",
        shown="`s3_endpoint`; for the embedded store, the API's host with `store_port`",
        form=ORIGIN,
    )
    processes: int = setting(1, "How many API processes run.", least=1, most=256)
    threads: int = setting(16, "How many requests one API process works on at a time.", least=1, most=256)
    database_url: str = setting(
        "",
        "An external PostgreSQL (15 or newer), such as `postgresql://user:password@host/name`.",
        shown="empty: the embedded PostgreSQL",
        form=POSTGRESQL,
        secret=True,
    )
    database_pool: int = setting(
        16, "The most database connections that one process opens; no fewer than `threads`.", least=2, most=1000
    )
    s3_endpoint: str = setting(
        "",
        "An external S3 as the default storage, such as `https://s3.eu-central-1.amazonaws.com`.",
        shown="empty: the embedded SeaweedFS",
        form=ORIGIN,
    )
    s3_access_key: str = setting("", "The access key for `s3_endpoint`.")
    s3_secret_key: str = setting("", "The secret key for `s3_endpoint`.", secret=True)
    s3_region: str = setting("us-east-1", "The region in which requests to the default storage are signed.")
    s3_bucket: str = setting("vesicle", "The bucket of the default storage.", form=BUCKET)
    s3_ca_bundle: Path | None = setting(
        None, "A PEM file with the authorities to trust for `s3_endpoint`.", shown="those of the system"
    )
    s3_role: str = setting(
        "",
        "The ARN of the role whose sessions are lent to people who compute on the data, such as "
        "`arn:aws:iam::123456789012:role/vesicle-lends`, or `arn:aws:iam:::role/vesicle-lends` on Ceph.",
        shown="the embedded store has one; otherwise empty: nothing is lent",
        form=ROLE,
    )
    s3_sts_endpoint: str = setting(
        "",
        "The token service that makes those sessions.",
        shown="that of the region at AWS, otherwise `s3_endpoint`",
        form=ORIGIN,
    )
    s3_lender_access_key: str = setting(
        "",
        "The access key of the user who takes `s3_role`; on Ceph never one that a bucket policy names.",
        shown="`s3_access_key`",
    )
    s3_lender_secret_key: str = setting("", "The secret key for it.", shown="`s3_secret_key`", secret=True)
    s3: S3_LIST = setting(
        (),
        "Credentials for the object stores and buckets of others, one `[[s3]]` table each; see below.",
        shown="none",
        secret=True,
    )
    s3_external_endpoint: str = setting(
        "",
        "The object store that a storage location means which names none, or Amazon's as clients do by themselves.",
        shown="that of an `[[s3]]` table for `https://s3.amazonaws.com`, otherwise the default storage",
        form=ORIGIN,
    )
    tls_certificate: Path | None = setting(
        None,
        "A PEM file with the certificate chain; the API and the embedded store then answer over https only.",
        shown="empty: plain http",
    )
    tls_key: Path | None = setting(None, "A PEM file with the key of `tls_certificate`.", shown="empty")
    log_format: Literal["auto", "console", "json"] = setting(
        "auto", "How log lines look; `auto` is `console` on a terminal and `json` elsewhere."
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting("info", "The least severity that is logged.")
    url_life_seconds: int = setting(
        900, "For how many seconds presigned URLs of downloads and parts are good.", least=60, most=43200
    )
    object_check_seconds: int = setting(
        300,
        "For how many seconds an object in the bucket of somebody else, once looked at, counts as unchanged.",
        most=86400,
    )
    abandoned_upload_days: int = setting(
        7, "After how many days without a new part an upload is aborted and forgotten.", least=1, most=3650
    )
    untied_file_days: int = setting(
        30,
        "After how many days an uploaded file that nothing refers to, not yet or no more, is removed; 0: never. What"
        " was purged, or was in a version that was deleted, is removed within minutes.",
        most=3650,
    )
    drift_check_hours: int = setting(
        24,
        "After how many hours a bucket that somebody brought is compared with what is on record; 0: only when asked.",
        most=8760,
    )
    dead_worker_seconds: int = setting(
        60, "After how many seconds without a sign of life the jobs of a worker are taken over.", least=4, most=3600
    )
    unused_token_days: int = setting(
        180, "After how many days without use an access token expires.", least=1, most=36500
    )
    sign_up: Literal["off", "invitation", "open"] = setting(
        "off", "Who may make themself an account: nobody, whose address was invited, or everybody with an address."
    )
    requests_per_minute: int = setting(
        30_000, "How many requests a minute one person, or one address without a person, may make; 0 is no limit."
    )
    sign_ins_per_minute: int = setting(
        60, "How many sign-ins, and uses of links that were mailed, one address may try a minute; 0 is no limit."
    )
    mails_per_hour: int = setting(
        60, "How many requests an hour that send a mail one person, or address, may make; 0 is no limit."
    )
    trusted_proxies: str = setting(
        "",
        "Addresses or networks of proxies whose `X-Forwarded-For` is believed, with commas between.",
        shown="empty: none",
        form=NETWORKS,
    )
    certification: Literal["auto", "everyone", "required"] = setting(
        "auto",
        "Who may upload: everyone, or only those whom an administrator certified (`required`).",
        shown="`auto`: `required` where `sign_up` is `open`, otherwise `everyone`",
    )
    terms_version: str = setting(
        "",
        "The version of the terms of use that people have to agree to before anything else.",
        shown="empty: there are none",
        form=VERSION,
    )
    terms_url: str = setting("", "The web page with the terms of use.", form=WEB_PAGE)
    portal_origins: str = setting(
        "",
        "Origins, with commas between, of web pages elsewhere that links in mail may lead to.",
        shown="empty: this server only",
        form=ORIGINS,
    )
    smtp_host: str = setting(
        "", "The mail server that takes the mail of this installation.", form=HOST,
        shown="empty: mail is kept, and `vesicle admin mails` shows it",
    )  # fmt: skip
    smtp_port: int = setting(587, "The port of `smtp_host`.", least=1, most=65535)
    smtp_security: Literal["starttls", "tls", "none"] = setting(
        "starttls",
        "How the connection to `smtp_host` is protected: changed to TLS, TLS from the start (port 465), or not at all.",
    )
    smtp_user: str = setting("", "The name to sign in to `smtp_host` with.", shown="empty: without signing in")
    smtp_password: str = setting("", "The password of `smtp_user`.", secret=True)
    smtp_from: str = setting("", "The address that mail comes from.", form=ADDRESS)
    trash_days: int = setting(
        30, "After how many days in the trash can what was deleted is purged for good.", least=1, most=36500
    )
    plans: Literal["off", "on"] = setting(
        "off",
        "Whether new projects go to organizations with plans and limits; `off`: to a single one without limits.",
    )
    max_children: int = setting(0, "How many children a project or folder may have; 0 is no limit.")

    def __post_init__(self) -> None:
        if not self.store_port:
            object.__setattr__(self, "store_port", self.port + 1)
        if self.certification == "auto":
            object.__setattr__(self, "certification", "required" if self.sign_up == "open" else "everyone")
        for wrong, reason in _contradictions(self):
            if wrong:
                raise SettingsError(reason)

    def __repr__(self) -> str:
        values = [(one, getattr(self, one.name)) for one in SETTINGS.values()]
        shown = (f"{one.name}={'***' if one.secret and value else repr(value)}" for one, value in values)
        return f"Settings({', '.join(shown)})"

    @property
    def scheme(self) -> str:
        """``https`` where a certificate is set, for the API and the embedded store alike."""
        return "https" if self.tls_certificate else "http"

    @property
    def api_url(self) -> str:
        """The origin at which clients reach the API, without a slash at the end."""
        return self.public_url or f"{self.scheme}://{_reachable(self.host)}:{self.port}"

    @property
    def default_s3(self) -> S3Access:
        """The default storage, as one of the stores that there are credentials for."""
        return S3Access(
            self.s3_endpoint, self.s3_access_key, self.s3_secret_key, self.s3_region, public_endpoint=self.store_url,
            ca_bundle=str(self.s3_ca_bundle or ""), role=self.s3_role, sts_endpoint=self.s3_sts_endpoint,
            lender_access_key=self.s3_lender_access_key, lender_secret_key=self.s3_lender_secret_key,
        )  # fmt: skip

    @property
    def portals(self) -> list[str]:
        """The origins of web pages elsewhere that links in mail may lead to."""
        return self.portal_origins.split(",") if self.portal_origins else []

    @property
    def store_url(self) -> str:
        """The origin at which clients reach the default object store, without a slash at the end."""
        if self.store_public_url or self.s3_endpoint:
            return self.store_public_url or self.s3_endpoint
        host = urlsplit(self.public_url).hostname or self.host
        return f"{self.scheme}://{_reachable(host)}:{self.store_port}"


def _reachable(host: str) -> str:
    """The host as it stands in a URL; for "all addresses", the one of them that this machine itself can use."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{host}]" if ":" in host else host


def _contradictions(settings: Settings) -> Iterable[tuple[object, str]]:
    given = settings.s3_endpoint, settings.s3_access_key, settings.s3_secret_key
    yield any(given) and not all(given), "s3_endpoint, s3_access_key and s3_secret_key belong together: set all or none"
    lender = settings.s3_lender_access_key, settings.s3_lender_secret_key
    yield (
        any(lender) and not all(lender),
        "s3_lender_access_key and s3_lender_secret_key belong together: set both or none",
    )
    tls = settings.tls_certificate, settings.tls_key
    yield any(tls) and not all(tls), "tls_certificate and tls_key belong together: set both or none"
    yield (
        settings.threads > settings.database_pool,
        f"threads: {settings.threads} requests at a time need as many database connections, and database_pool is"
        f" {settings.database_pool}; set it to {settings.threads} or more, or threads to {settings.database_pool}",
    )
    yield settings.store_port > 65535, f"store_port: {settings.store_port} is past the last port, 65535; set another"
    yield settings.store_port == settings.port, f"store_port and port are both {settings.port}; set another store_port"
    yield (
        bool(settings.terms_version) != bool(settings.terms_url),
        "terms_version and terms_url belong together: set both",
    )
    yield settings.smtp_host and not settings.smtp_from, "smtp_host needs smtp_from, the address that mail comes from"
    clear = settings.smtp_user and settings.smtp_security == "none"
    yield clear, "smtp_user: a password is not sent without protection; set smtp_security to starttls or tls"
    same = settings.store_url == settings.api_url
    yield same, f"store_public_url: the object store needs another origin than the API, {settings.api_url}"


def _declared() -> Iterable[Setting]:
    kinds = get_type_hints(Settings)
    for one in dataclasses.fields(Settings):
        shown = one.metadata["shown"] or (f"`{one.default}`" if one.default != "" else "empty")
        yield Setting(one.name, kinds[one.name], one.default in ("", None, ()), **{**one.metadata, "shown": shown})


SETTINGS = {one.name: one for one in _declared()}
